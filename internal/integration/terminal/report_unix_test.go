//go:build unix

package terminal

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// names are what the practice lab is seeded with: none may leave the house in a
// report that is meant to be shown, nor any password in one that is not.
func names() []string {
	return []string{"contoso", "alice", "qlik01", "conn02", "dc1.", "svc-intranet", "11111111-"}
}

// TestAcceptance09: a report is written on success, on failure, when the user
// leaves in the middle and when something in the program breaks (the last is
// TestReportOfAPanic of internal/cli, which can break it); it tells no secret
// and, as it is by default, no name.
func TestAcceptance09(t *testing.T) {
	lab, _ := startedLab(t, "--finished")
	secrets := passwords(t, filepath.Dir(lab))
	check := func(args ...string) func(t *testing.T, file string) int {
		return func(t *testing.T, file string) int {
			t.Helper()
			cmd := exec.Command(sensegate, append(args, "--report", file)...)
			cmd.Env = environment(t)
			_ = cmd.Run() // the exit code tells
			return cmd.ProcessState.ExitCode()
		}
	}
	wizard := func(keys string) func(t *testing.T, file string) int {
		return func(t *testing.T, file string) int {
			t.Helper()
			s := open(t, 80, 24, nil, sensegate, "demo", "--fault", "spn-missing", "--report", file)
			s.until("the first step", ready)
			s.press(keys)
			return s.end()
		}
	}
	tests := []struct {
		name string
		run  func(t *testing.T, file string) int
		code int
	}{
		{"success", check("check", "--site", lab), 0},
		{"failure", check("check", "--demo", "--fault", "spn-missing"), 3},
		{"left by q", wizard("q"), 0},
		{"left by Ctrl+C", wizard("\x03"), 130},
		{"left while checks run", wizard("r\x03"), 130},
	}
	for _, tt := range tests {
		for _, ext := range []string{".html", ".md", ".json"} {
			t.Run(tt.name+ext, func(t *testing.T) {
				file := filepath.Join(t.TempDir(), "report"+ext)
				if code := tt.run(t, file); code != tt.code {
					t.Errorf("exit %d, not %d", code, tt.code)
				}
				text, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				low := strings.ToLower(string(text))
				for _, name := range append(names(), secrets...) {
					if strings.Contains(low, strings.ToLower(name)) {
						t.Errorf("the report says %q", name)
					}
				}
				if !strings.Contains(low, "simulated") {
					t.Error("the report does not say that it is of the practice lab")
				}
			})
		}
	}
}

// passwords are the secrets that a lab has written for its users.
func passwords(t *testing.T, dir string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.Name() != "users.txt" {
			return err
		}
		text, err := os.ReadFile(path)
		for line := range strings.Lines(string(text)) {
			if f := strings.Fields(line); len(f) > 1 && strings.ContainsAny(f[0], "@$") {
				out = append(out, f[1])
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out) < 4 {
		t.Fatal("no password of the lab is known: this would prove nothing")
	}
	return out
}
