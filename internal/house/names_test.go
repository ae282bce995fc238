package house_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// longest is how many lines a file may have; from 250 on it is worth asking
// whether it has one subject.
const longest = 400

// vague are names that say nothing of what is inside.
func vague() []string {
	return []string{"utils", "util", "helpers", "helper", "common", "manager", "misc"}
}

// sources calls do for each Go file of the tree.
func sources(t *testing.T, do func(path string, content []byte)) {
	t.Helper()
	top := root(t)
	err := filepath.WalkDir(top, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != top && (strings.HasPrefix(d.Name(), ".") || d.Name() == "node_modules" || d.Name() == "dist"):
			return fs.SkipDir
		case d.IsDir() || filepath.Ext(path) != ".go":
			return nil
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(top, path)
		if err != nil {
			return err
		}
		do(filepath.ToSlash(rel), content)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestNames(t *testing.T) {
	for _, p := range packages(t, "linux") {
		for _, name := range vague() {
			if p.Name == name {
				t.Errorf("the package %s is called %s: name it after what it holds", p.path(), name)
			}
		}
	}
	sources(t, func(path string, content []byte) {
		base := strings.TrimSuffix(strings.TrimSuffix(filepath.Base(path), ".go"), "_test")
		for _, name := range vague() {
			if base == name {
				t.Errorf("%s: name the file after its subject", path)
			}
		}
		if n := bytes.Count(content, []byte("\n")); n > longest {
			t.Errorf("%s has %d lines, more than %d: it has two subjects", path, n, longest)
		}
	})
}

// TestPortsOnlyRead looks at the interfaces through which checks ask the world:
// none of them may change it.
func TestPortsOnlyRead(t *testing.T) {
	writes := regexp.MustCompile(`^(Add|Apply|Assign|Create|Delete|Disable|Enable|Move|Patch|Post|Publish|Put|Register|Reload|Remove|Rename|Replace|Reset|Save|Set|Store|Update|Write)([A-Z]|$)`)
	found := 0
	sources(t, func(path string, content []byte) {
		if !strings.HasPrefix(path, "checks/") || strings.HasSuffix(path, "_test.go") {
			return
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, content, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.TypeSpec)
			if !ok {
				return true
			}
			port, ok := spec.Type.(*ast.InterfaceType)
			if !ok {
				return true
			}
			found++
			for _, m := range port.Methods.List {
				for _, name := range m.Names {
					if writes.MatchString(name.Name) {
						t.Errorf("%s: %s.%s sounds as if it changed something; writing ports belong to steps", path, spec.Name, name)
					}
				}
			}
			return true
		})
	})
	if found < 5 {
		t.Errorf("only %d ports were found under checks", found)
	}
}
