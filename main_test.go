package main

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// asProgram makes this test binary the program itself.
const asProgram = "SENSEGATE_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		os.Exit(run())
	}
	os.Exit(m.Run())
}

// program is a process of its own, in a folder of its own.
func program(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	home, temp := t.TempDir(), t.TempDir()
	cmd := exec.CommandContext(t.Context(), self, args...)
	// The race detector would sleep a second before each good end.
	cmd.Env = append(os.Environ(), asProgram+"=1", "SENSEGATE_HOME="+home, "TMPDIR="+temp, "TMP="+temp, "GORACE=atexit_sleep_ms=0")
	cmd.Dir = home
	return cmd
}

// TestExitCodes shows that what the command line decides reaches the shell.
func TestExitCodes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		args []string
		code int
		out  string // on standard output; on standard error where the code is 2
	}{
		{name: "version", args: []string{"version"}, code: 0, out: "sensegate "},
		{name: "usage", args: []string{"check"}, code: 2, out: "give --site FILE"},
		{name: "no terminal", code: 2, out: "no terminal"},
		{name: "finished", args: []string{"check", "--demo", "--finished", "--format", "short"}, code: 0, out: "gates open: 10 of 10"},
		{name: "unfinished", args: []string{"check", "--demo", "--format", "short"}, code: 3, out: "FAILED  app.published"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var out, wrong strings.Builder
			cmd := program(t, tt.args...)
			cmd.Stdout, cmd.Stderr = &out, &wrong
			err := cmd.Run()
			var ended *exec.ExitError
			if err != nil && !errors.As(err, &ended) {
				t.Fatal(err)
			}
			if got := cmd.ProcessState.ExitCode(); got != tt.code {
				t.Errorf("exit code %d, want %d", got, tt.code)
			}
			said, silent := out.String(), wrong.String()
			if tt.code == 2 {
				said, silent = silent, said
			}
			if !strings.Contains(said, tt.out) || silent != "" {
				t.Errorf("standard output %q, standard error %q, want %q", &out, &wrong, tt.out)
			}
		})
	}
}
