package cli_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"sensegate/checks"
	"sensegate/internal/lab"
	"sensegate/internal/report"
)

// TestEveryFaultIsNamed breaks the lab in every way it knows: exactly the
// declared check has to say so, with the declared cause, and tell what to do.
func TestEveryFaultIsNamed(t *testing.T) {
	t.Parallel()
	// Checks have deadlines: more labs than this at once would miss them.
	room := make(chan struct{}, 3)
	for _, f := range lab.Faults() {
		t.Run(f.ID, func(t *testing.T) {
			t.Parallel()
			room <- struct{}{}
			defer func() { <-room }()
			if f.During != "" {
				stopsThePlan(t, f)
				return
			}
			r, code := checkDemo(t, "--fault", f.ID)
			want := report.ExitFailed
			switch {
			case f.Unknown:
				want = report.ExitCannotSay
			case f.Warning:
				want = report.ExitOpen
			}
			if code != want || r.Exit != want {
				t.Errorf("exit code %d, in the report %d, want %d", code, r.Exit, want)
			}
			named := 0
			for _, s := range r.Steps {
				for _, c := range s.Checks {
					if judged(t, f, c) {
						named++
						told(t, c)
						if s.ID != f.Step {
							t.Errorf("%s belongs to the step %s, the fault says %s", c.ID, s.ID, f.Step)
						}
					}
				}
			}
			if named != 1 {
				t.Errorf("%d checks name the fault, want 1", named)
			}
			if first, closed := r.FirstClosed(); closed == f.Warning || closed && first.ID != f.Step {
				t.Errorf("the first closed gate is %q, want %s", first.ID, f.Step)
			}
		})
	}
}

// stopsThePlan applies the plan in which a fault shows: it has to stop and name
// the check and the cause, and no other. Before that no check finds the fault.
func stopsThePlan(t *testing.T, f lab.Fault) {
	t.Helper()
	code, said := run(t, "apply", f.During, "--demo", "--fault", f.ID, "--yes")
	want := report.ExitFailed
	if f.Unknown {
		want = report.ExitCannotSay
	}
	if code != want {
		t.Errorf("exit code %d, want %d", code, want)
	}
	_, found, stopped := strings.Cut(said, "\nstopped  ")
	if !stopped || !strings.HasPrefix(found, f.Check+"  "+f.Cause+"\n") || strings.Contains(found, "\nstopped  ") {
		t.Errorf("want the plan stopped at %s because of %s:\n%s", f.Check, f.Cause, said)
	}
	for _, part := range []string{"what     ", "because  ", "seen     ", "to do    "} {
		if !strings.Contains(found, part) {
			t.Errorf("it is not told: %s\n%s", part, found)
		}
	}
	if unfilled.MatchString(found) {
		t.Errorf("a placeholder is left:\n%s", found)
	}
	r, _ := checkDemo(t, "--fault", f.ID)
	for _, s := range r.Steps {
		for _, c := range s.Checks {
			if c.Cause == f.Cause {
				t.Errorf("%s names it before: it is no fault of applying alone", c.ID)
			}
		}
	}
}

// judged says whether a check names the fault; it complains of one that is
// neither that nor content.
func judged(t *testing.T, f lab.Fault, c report.Check) bool {
	t.Helper()
	switch c.Status {
	case checks.Pass, checks.Waiting, checks.Skipped:
		if c.ID == f.Check {
			t.Errorf("%s is %s: %s", c.ID, c.Status, c.Seen)
		}
		if c.Cause != "" {
			t.Errorf("%s is %s and names the cause %s", c.ID, c.Status, c.Cause)
		}
		return false
	case checks.Pending, checks.Crashed:
		t.Errorf("%s is %s: %s", c.ID, c.Status, c.Seen)
		return false
	case checks.Warn, checks.Fail, checks.Unknown:
	}
	if c.ID != f.Check || c.Cause != f.Cause {
		t.Errorf("%s is %s because of %q (%s %s), want %s because of %s", c.ID, c.Status, c.Cause, c.Reason, c.Seen, f.Check, f.Cause)
	}
	if (c.Status == checks.Unknown) != f.Unknown || (c.Status == checks.Warn) != f.Warning {
		t.Errorf("%s is %s", c.ID, c.Status)
	}
	return c.ID == f.Check
}

// unfilled is a placeholder that nobody filled, and what Go prints of a value
// that is wrong.
var unfilled = regexp.MustCompile(`\{[a-z-]+\}|%!|<nil>`)

// told checks that a finding says everything that somebody needs who mends it.
func told(t *testing.T, c report.Check) {
	t.Helper()
	for what, text := range map[string]string{"expected": c.Expected, "seen": c.Seen, "because": c.Because, "title": c.Title} {
		if strings.TrimSpace(text) == "" || unfilled.MatchString(text) {
			t.Errorf("%s of %s is %q", what, c.ID, text)
		}
	}
	if len(c.Remedies) == 0 {
		t.Errorf("%s offers no remedy", c.ID)
	}
	for _, m := range c.Remedies {
		if m.Who == "" || strings.TrimSpace(m.Text) == "" {
			t.Errorf("a remedy of %s is incomplete: %+v", c.ID, m)
		}
		if (m.Command == "") != (m.Shell == "") {
			t.Errorf("a remedy of %s has a command without a place to type it, or the other way round: %+v", c.ID, m)
		}
		if unfilled.MatchString(m.Text + m.Command) {
			t.Errorf("a remedy of %s has a placeholder left: %q %q", c.ID, m.Text, m.Command)
		}
	}
	for _, e := range c.Evidence {
		if e.Name == "" || unfilled.MatchString(e.Name+e.Value) {
			t.Errorf("evidence of %s: %+v", c.ID, e)
		}
	}
}

// checkDemo runs `check --demo` and returns its report and exit code.
func checkDemo(t *testing.T, args ...string) (report.Report, int) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "report.json")
	code, said := run(t, append([]string{"check", "--demo", "--format", "json", "--output", file}, args...)...)
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	var r report.Report
	if err := json.Unmarshal(raw, &r); err != nil {
		t.Fatalf("%v\n%s%s", err, said, raw)
	}
	return r, code
}
