package cli_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"sensegate/checks"
	"sensegate/checks/connector"
	"sensegate/internal/lab"
	"sensegate/internal/site"
	"sensegate/internal/winhost"
	"sensegate/steps"
)

// TestHostFaultsByCollectedEvidence shows that nothing has to be live on a
// connector host: evidence that was carried over and imported passes the host's
// checks, and names each of their faults.
func TestHostFaultsByCollectedEvidence(t *testing.T) {
	t.Parallel()
	hosts := map[checks.ID]bool{}
	for _, c := range connector.HostChecks(nil) {
		hosts[c.ID] = true
	}
	faults := []lab.Fault{{ID: "nothing"}}
	for _, f := range lab.Faults() {
		if hosts[checks.ID(f.Check)] {
			faults = append(faults, f)
		}
	}
	if len(faults) < 16 {
		t.Fatalf("only %d faults of the hosts", len(faults)-1)
	}
	// Labs share the machine with the other tests.
	room := make(chan struct{}, 2)
	for _, f := range faults {
		t.Run(f.ID, func(t *testing.T) {
			t.Parallel()
			room <- struct{}{}
			defer func() { <-room }()
			results := collectedResults(t, f)
			for id, r := range results {
				want, cause := checks.Pass, checks.CauseID("")
				if string(id) == f.Check {
					want, cause = checks.Fail, checks.CauseID(f.Cause)
					if f.Warning {
						want = checks.Warn
					}
				}
				if r.Status != want || r.Cause != cause {
					t.Errorf("%s is %s because of %q (%s), want %s because of %q", id, r.Status, r.Cause, r.Seen, want, cause)
				}
				if r.Source != checks.Collected {
					t.Errorf("%s was proved %s", id, r.Source)
				}
			}
		})
	}
}

// collectedResults are what the host's checks find in evidence that was copied
// from where it was collected, imported, and read by nobody but them.
func collectedResults(t *testing.T, f lab.Fault) map[checks.ID]checks.Result {
	t.Helper()
	o := lab.Options{Finished: true, Dir: t.TempDir()}
	if f.ID != "nothing" {
		o.Faults = []string{f.ID}
	}
	l, err := lab.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	s := l.Site()
	var carried []string
	for _, from := range s.Evidence[:len(s.Connector.Hosts)] {
		raw, err := os.ReadFile(from)
		if err != nil {
			t.Fatal(err)
		}
		to := filepath.Join(t.TempDir(), filepath.Base(from))
		if err := os.WriteFile(to, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		carried = append(carried, to)
	}
	// From here on nothing answers any more.
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	s.Evidence = nil
	file := filepath.Join(t.TempDir(), "site.yaml")
	if err := site.Save(file, s); err != nil {
		t.Fatal(err)
	}
	if code, said := run(t, append([]string{"import", "--site", file}, carried...)...); code != 0 {
		t.Fatalf("exit %d\n%s", code, said)
	}
	if s, err = site.Load(file); err != nil {
		t.Fatal(err)
	}
	env := checks.NewEnv(s, time.Now, nil)
	out := map[checks.ID]checks.Result{}
	for _, c := range connector.HostChecks(winhost.NewHosts(s)) {
		out[c.ID] = c.Run(t.Context(), env)
	}
	return out
}

// TestExplainLeavesNoPlaceholder shows that what a finding would fill in is
// marked as such where there is none.
func TestExplainLeavesNoPlaceholder(t *testing.T) {
	t.Parallel()
	causes, err := steps.Causes()
	if err != nil {
		t.Fatal(err)
	}
	for id := range causes {
		code, said := run(t, "explain", string(id))
		if open := unfilled.FindString(said); code != 0 || open != "" {
			t.Errorf("%s: exit %d, %q is left open:\n%s", id, code, open, said)
		}
	}
}
