//go:build unix

package terminal

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

var update = flag.Bool("update", false, "record the walk and draw the pictures anew")

// The programs under test; TestMain builds them before any test runs.
var sensegate, bare string

func TestMain(m *testing.M) { os.Exit(withPrograms(m)) }

func withPrograms(m *testing.M) int {
	flag.Parse()
	dir, err := os.MkdirTemp("", "sensegate-terminal-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }()
	sensegate, bare = filepath.Join(dir, "sensegate"), filepath.Join(dir, "bare")
	for out, pkg := range map[string]string{sensegate: "sensegate", bare: "./testdata/bare"} {
		cmd := exec.CommandContext(context.Background(), "go", "build", "-ldflags=-s -w", "-o", out, pkg)
		if said, err := cmd.CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "building %s: %v\n%s", pkg, err, said)
			return 1
		}
	}
	return m.Run()
}
