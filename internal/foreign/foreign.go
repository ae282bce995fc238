// Package foreign is for tests that talk to programs other people wrote: what is
// not installed skips such a test on a user's machine, with the reason, and
// fails it where every client is required.
package foreign

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// variable, set to 1, makes the absence of a client a failure.
const variable = "SENSEGATE_REQUIRE_CLIENTS"

// Required says that a client which is missing is a failure.
func Required() bool { return os.Getenv(variable) == "1" }

// Missing skips a test for want of what it needs, or fails it. from says where
// that comes with.
func Missing(t testing.TB, what, from string) {
	t.Helper()
	if Required() {
		t.Fatalf("%s is missing and %s=1; it comes with %s", what, variable, from)
	}
	t.Skipf("%s is missing; it comes with %s", what, from)
}

// Need asks for programs, by the names under which they are called.
func Need(t testing.TB, from string, programs ...string) {
	t.Helper()
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			Missing(t, p, from)
		}
	}
}

// Modules asks for Node.js and for libraries of .ci/clients, and gives the folder
// that NODE_PATH has to name.
func Modules(t testing.TB, names ...string) string {
	t.Helper()
	Need(t, "nodejs", "node")
	folder, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			break
		}
		if folder == filepath.Dir(folder) {
			t.Fatal("no folder above this one holds go.mod")
		}
		folder = filepath.Dir(folder)
	}
	modules := filepath.Join(folder, ".ci", "clients", "node_modules")
	for _, name := range names {
		if _, err := os.Stat(filepath.Join(modules, name)); err != nil {
			Missing(t, name, "`npm ci` in the folder .ci/clients")
		}
	}
	return modules
}
