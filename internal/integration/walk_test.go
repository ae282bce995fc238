package integration_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// report is what `check --format json` prints, as far as it is looked at here.
type report struct {
	Schema    string
	Simulated bool
	Exit      int
	Steps     []struct {
		ID, Gate string
		Checks   []struct{ ID, Status, Cause, Seen string }
	}
}

// first is the first step whose gate is closed.
func (r report) first() string {
	for _, s := range r.Steps {
		if s.Gate == "closed" {
			return s.ID
		}
	}
	return ""
}

// faults are the checks that do not hold, one a line.
func (r report) faults() string {
	var b strings.Builder
	for _, s := range r.Steps {
		for _, c := range s.Checks {
			if c.Status != "pass" && c.Status != "skipped" {
				fmt.Fprintf(&b, "\n%s %s %s: %s", c.Status, c.ID, c.Cause, c.Seen)
			}
		}
	}
	return b.String()
}

// check runs the program's own check of a running lab.
func (l *lab) check(t *testing.T, env []string, want int) report {
	t.Helper()
	out, code := run(t, env, "", sensegate, "check", "--site", l.path("site.yaml"), "--format", "json")
	// A failure's complaints come after the one object.
	var r report
	if err := json.NewDecoder(strings.NewReader(out)).Decode(&r); err != nil {
		t.Fatalf("check: exit %d, and %v in\n%s", code, err, out)
	}
	if code != want {
		t.Fatalf("check: exit %d, not %d%s", code, want, r.faults())
	}
	if r.Schema != "sensegate/check/v1" || !r.Simulated || r.Exit != want || len(r.Steps) != 10 {
		t.Errorf("schema %q, simulated %v, exit %d, %d steps", r.Schema, r.Simulated, r.Exit, len(r.Steps))
	}
	return r
}

// walked are the steps that have something to set up, in their order.
func walked() []string {
	return []string{"app", "allowlist", "spn", "kerberos", "delegation", "sso"}
}

// TestWalk sets a practice lab up with the program alone: every command another
// process, against servers that do not know it.
func TestWalk(t *testing.T) {
	l := startLab(t)
	env := environment(t)
	site := l.path("site.yaml")

	if first := l.check(t, env, 3).first(); first != "app" {
		t.Errorf("the first closed gate is %q", first)
	}
	for i, step := range walked() {
		out, code := run(t, env, "", sensegate, "apply", step, "--site", site, "--yes")
		if code != 0 || !strings.Contains(out, "gate open") {
			t.Fatalf("apply %s: exit %d\n%s", step, code, out)
		}
		if i+1 < len(walked()) {
			if first := l.check(t, env, 3).first(); first != walked()[i+1] {
				t.Errorf("after %s the first closed gate is %q", step, first)
			}
		}
	}
	for _, s := range l.check(t, env, 0).Steps {
		if s.Gate != "open" {
			t.Errorf("%s: the gate is %s", s.ID, s.Gate)
		}
	}
	// Doing it once more finds nothing to do.
	for _, step := range walked() {
		if out, code := run(t, env, "", sensegate, "apply", step, "--site", site); code != 0 || !strings.Contains(out, "nothing to change") {
			t.Errorf("apply %s again: exit %d\n%s", step, code, out)
		}
	}
	l.check(t, env, 0)
}

// TestWalkFinished meets a lab that is set up.
func TestWalkFinished(t *testing.T) {
	l := startLab(t, "--finished")
	env := environment(t)
	// More often than a user of Qlik may have sessions: none may be left behind.
	for range 7 {
		for _, s := range l.check(t, env, 0).Steps {
			if s.Gate != "open" {
				t.Errorf("%s: the gate is %s", s.ID, s.Gate)
			}
		}
	}
}
