package session_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"sensegate/checks"
	"sensegate/internal/session"
)

// writerVariable makes this test binary write to a store until it is killed.
const writerVariable = "SENSEGATE_TEST_WRITER"

func TestMain(m *testing.M) {
	if dir := os.Getenv(writerVariable); dir != "" {
		if err := writeForEver(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

func writeForEver(dir string) error {
	s, err := session.NewStore(dir, noon).Create(contoso())
	if err != nil {
		return err
	}
	for i := 0; ; i++ {
		facts := contoso()
		facts.Publish.AppName = fmt.Sprintf("Qlik %d", i)
		if err := s.Answered(facts); err != nil {
			return err
		}
		if err := s.Finished(checks.Result{ID: "spn.owner", Status: checks.Pass, Seen: strings.Repeat("x", 3000)}); err != nil {
			return err
		}
		if err := s.Moved(checks.StepID(fmt.Sprintf("step%d", i))); err != nil {
			return err
		}
		fmt.Fprintln(os.Stdout, i) // confirmed: from here on it must not be lost
	}
}

func TestAKilledProgramLosesNothingConfirmed(t *testing.T) {
	self, err := os.Executable()
	must(t, err)
	for _, after := range []int{1, 7, 20} {
		t.Run(fmt.Sprintf("after %d", after), func(t *testing.T) {
			dir := t.TempDir()
			cmd := exec.CommandContext(t.Context(), self)
			cmd.Env = append(os.Environ(), writerVariable+"="+dir)
			out, err := cmd.StdoutPipe()
			must(t, err)
			must(t, cmd.Start())
			confirmed := -1
			lines := bufio.NewScanner(out)
			for lines.Scan() {
				if _, err := fmt.Sscan(lines.Text(), &confirmed); err != nil {
					t.Fatal(err)
				}
				if confirmed == after {
					must(t, cmd.Process.Kill())
				}
			}
			_ = cmd.Wait() // it was killed
			s, err := session.NewStore(dir, noon).Open("contoso")
			must(t, err)
			defer func() { must(t, s.Close()) }()
			var stood, named int
			if _, err := fmt.Sscanf(string(s.Resume().Position), "step%d", &stood); err != nil || stood < confirmed {
				t.Errorf("stood at %q, confirmed %d", s.Resume().Position, confirmed)
			}
			if _, err := fmt.Sscanf(s.Resume().Site.Publish.AppName, "Qlik %d", &named); err != nil || named < confirmed {
				t.Errorf("the site is that of %q, confirmed %d", s.Resume().Site.Publish.AppName, confirmed)
			}
		})
	}
}
