package house_test

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "sensegate"

// listed is what `go list` tells of a package.
type listed struct {
	Dir, ImportPath, Name string
	Imports, Deps         []string
	TestImports           []string
	XTestImports          []string
}

// path is the package's place in the tree; the program's own is ".".
func (p listed) path() string { return place(p.ImportPath) }

// tests is what the package's test files import, without itself.
func (p listed) tests() []string {
	all := slices.Concat(p.TestImports, p.XTestImports)
	return slices.DeleteFunc(all, func(i string) bool { return i == p.ImportPath })
}

func place(importPath string) string {
	if importPath == module {
		return "."
	}
	return strings.TrimPrefix(importPath, module+"/")
}

func ours(importPath string) bool {
	return importPath == module || strings.HasPrefix(importPath, module+"/")
}

// within says whether a path is one of the given ones; "lab/..." stands for a
// folder and everything below it.
func within(path string, places []string) bool {
	return slices.ContainsFunc(places, func(p string) bool {
		folder, below := strings.CutSuffix(p, "/...")
		return path == folder || below && strings.HasPrefix(path, folder+"/")
	})
}

// packages lists the tree as it is compiled for an operating system.
func packages(t *testing.T, goos string) []listed {
	t.Helper()
	fields := "-json=Dir,ImportPath,Name,Imports,Deps,TestImports,XTestImports"
	cmd := exec.CommandContext(t.Context(), "go", "list", fields, "./...")
	cmd.Dir = root(t)
	cmd.Env = append(os.Environ(), "GOOS="+goos, "GOARCH=amd64", "CGO_ENABLED=0")
	var complaints strings.Builder
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("listing the packages: %v\n%s", err, &complaints)
	}
	var all []listed
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		err := d.Decode(&p)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	if len(all) < 20 {
		t.Fatalf("only %d packages were listed", len(all))
	}
	return all
}

// root is the folder of go.mod.
func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// systems are the ones that the program is made for; files that only one of
// them compiles are looked at too.
func systems() []string { return []string{"linux", "windows", "darwin"} }
