package powershell_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"sensegate/internal/foreign"
)

// evaluator is the program that runs scripts, with the library that stands before
// the system's network.
type evaluator struct {
	program, library, cache, modules string
	// trees keeps what the grammar made of a text.
	lock  sync.Mutex
	trees map[string]string
	free  chan *worker
}

// newEvaluator compiles both.
func newEvaluator(t *testing.T) *evaluator {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("the library that stands before the network does so on Linux alone")
	}
	foreign.Need(t, "the package mono-mcs", "mcs")
	foreign.Need(t, "the package mono-runtime", "mono")
	foreign.Need(t, "the packages gcc and libc6-dev", "gcc")
	modules := foreign.Modules(t, filepath.Join("tree-sitter-powershell", "tree-sitter-powershell.wasm"), "web-tree-sitter")
	dir := t.TempDir()
	e := &evaluator{
		free:    make(chan *worker, max(2, runtime.GOMAXPROCS(0))),
		program: filepath.Join(dir, "evaluator.exe"), library: filepath.Join(dir, "libwindows.so"), cache: dir,
		modules: modules, trees: map[string]string{},
	}
	sources, err := filepath.Glob(filepath.Join("testdata", "evaluator", "*.cs"))
	if err != nil {
		t.Fatal(err)
	}
	must(t, exec.CommandContext(t.Context(), "mcs", append([]string{"-nologo", "-langversion:7", "-warnaserror", "-out:" + e.program, "-r:System.Core.dll", "-r:System.Xml.dll", "-r:Mono.Security.dll"}, sources...)...))
	must(t, exec.CommandContext(t.Context(), "gcc", "-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-o", e.library, filepath.Join("testdata", "windows", "network.c"), "-ldl"))
	for range cap(e.free) {
		e.free <- &worker{}
	}
	t.Cleanup(e.close)
	return e
}

func must(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %v\n%s", cmd.Args, err, out)
	}
	return string(out)
}

// grow parses texts, all at once, and keeps their trees.
func (e *evaluator) grow(t *testing.T, texts ...string) {
	t.Helper()
	e.lock.Lock()
	defer e.lock.Unlock()
	args := []string{"--liftoff-only", filepath.Join("testdata", "tree.cjs")}
	var fresh []string
	for _, text := range texts {
		if e.trees[text] != "" {
			continue
		}
		f, err := os.CreateTemp(e.cache, "*.ps1")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.WriteString(text); errors.Join(err, f.Close()) != nil {
			t.Fatal(err)
		}
		args, fresh, e.trees[text] = append(args, f.Name()), append(fresh, f.Name()), f.Name()
	}
	if len(fresh) == 0 {
		return
	}
	cmd := exec.CommandContext(t.Context(), "node", args...)
	cmd.Env = append(os.Environ(), "NODE_PATH="+e.modules)
	out, err := cmd.Output()
	trees := strings.Split(strings.TrimSpace(string(out)), "\n")
	if err != nil || len(trees) != len(fresh) {
		t.Fatalf("the grammar: %v, %d trees of %d", err, len(trees), len(fresh))
	}
	for i, path := range fresh {
		if err := os.WriteFile(path+".tree", []byte(trees[i]), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// tree is the path of a script, beside which its tree lies.
func (e *evaluator) tree(t *testing.T, text string) string {
	t.Helper()
	e.grow(t, text)
	e.lock.Lock()
	defer e.lock.Unlock()
	return e.trees[text]
}

// ran is how a script ended, and what it printed.
type ran struct {
	code   int
	output string
}

// run runs a script on a described machine whose drive C: is a folder below dir.
func (e *evaluator) run(t *testing.T, d *described, dir, text string, args ...string) ran {
	t.Helper()
	drive := filepath.Join(dir, "c")
	d.lay(t, drive)
	script := e.tree(t, text)
	if err := os.WriteFile(filepath.Join(dir, "world.json"), d.script(t, drive, e.library, e.cache), 0o600); err != nil {
		t.Fatal(err)
	}
	d.net.table(t, dir)
	code, err := e.hand(append([]string{dir, script + ".tree", script}, args...))
	output, unread := os.ReadFile(filepath.Join(dir, "output"))
	if err != nil || unread != nil {
		t.Fatalf("the evaluator: %v\n%s", errors.Join(err, unread), output)
	}
	return ran{code: code, output: string(output)}
}

// lay puts the files of a machine below a folder.
func (d *described) lay(t *testing.T, drive string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Join(drive, "collect"), 0o700); err != nil {
		t.Fatal(err)
	}
	for path, f := range d.files {
		at := filepath.Join(drive, filepath.FromSlash(strings.ReplaceAll(path[3:], `\`, "/")))
		err := os.MkdirAll(filepath.Dir(at), 0o700)
		if err == nil {
			err = os.WriteFile(at, []byte(f.content), 0o600)
		}
		if err == nil {
			err = os.Chtimes(at, f.modified, f.modified)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}
