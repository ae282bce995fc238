//go:build unix

package terminal

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestTakingBack opens the wizard on a site that three commands changed, and
// takes the newest change back, then the rest: listed, planned, confirmed by the
// typed name, read back. Then the report, on a small window, and the work orders.
func TestTakingBack(t *testing.T) {
	site := startLab(t)
	folder := t.TempDir()
	home := "SENSEGATE_HOME=" + folder
	run := func(args ...string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), sensegate, args...)
		cmd.Env = environment(t, home)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %v\n%s", args, err, out)
		}
		return string(out)
	}
	for _, step := range []string{"app", "allowlist", "spn"} {
		run("apply", step, "--site", site, "--yes")
	}
	s := open(t, 80, 24, []string{home}, sensegate, "--site", site)
	s.until("the step where it was left", func(text string) bool {
		return strings.Contains(text, "gates 6 of 10") && ready(text) && idle(text)
	})
	s.press("U")
	s.until("the list, the newest first", func(text string) bool {
		spn, app := strings.Index(text, "3 servicePrincipalName"), strings.Index(text, "1 publishing")
		return spn > 0 && app > spn && strings.Contains(text, "take back 1 change")
	})
	s.press("\r")
	s.shows("type the name qlik")
	s.press("qlik\r")
	s.until("the change, read back", func(text string) bool {
		return strings.Contains(text, "taken back servicePrincipalName") && idle(text)
	})
	if list := refused(t, home, "undo", "--list", "--site", site); !strings.Contains(list, "open in another") {
		t.Errorf("the journal of an open wizard was not locked: %s", list)
	}
	s.press("U")
	s.shows("take back 1 change")
	s.press("j")
	s.shows("take back 2 changes")
	s.press("\r")
	s.shows("enter apply")
	s.press("\r")
	s.until("both, read back", func(text string) bool { return strings.Contains(text, "taken back publishing") && idle(text) })
	s.resize(60, 16)
	s.until("the small page", func(text string) bool { return strings.Contains(text, "step 4 of 10") && idle(text) })
	s.press("R")
	s.shows("The report is written")
	s.shows("placeholders stand for")
	s.press("\r")
	s.press("H")
	s.shows("Hand work over")
	s.press("\r")
	s.shows("written")
	s.press("b")
	s.until("the step", idle)
	s.press("q")
	if code := s.end(); code != 0 {
		t.Errorf("exit %d", code)
	}
	for _, form := range []string{"sensegate-report-*.html", "sensegate-handoff-*.ps1", "sensegate-handoff-*.txt"} {
		if found, err := filepath.Glob(filepath.Join(folder, "reports", form)); err != nil || len(found) != 1 {
			t.Errorf("%d files %s, %v", len(found), form, err)
		}
	}
	if said := run("undo", "--site", site, "--yes"); !strings.Contains(said, "nothing is left to take back") {
		t.Errorf("afterwards: %s", said)
	}
}

// refused is a command that fails; what it says is what counts.
func refused(t *testing.T, home string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), sensegate, args...)
	cmd.Env = environment(t, home)
	out, err := cmd.CombinedOutput()
	if err == nil {
		t.Errorf("%v did not fail", args)
	}
	return string(out)
}
