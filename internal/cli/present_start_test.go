package cli

import (
	"testing"

	"sensegate/checks"
	"sensegate/internal/lab"
)

// TestTheStageMendsWhatTheLabBeganWith starts the lab with a fault and takes it
// back on the running lab: the check that named it passes.
func TestTheStageMendsWhatTheLabBeganWith(t *testing.T) {
	t.Parallel()
	p := silent(t)
	at, err := p.open(t.Context(), source{demo: true, faults: []string{"spn-missing"}}, true)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closing(t, at.close) })
	p.stage.show(at.lab)
	status := func() checks.Status {
		g, err := p.guide(t.Context(), at.site, at.opener, at.journal)
		if err != nil {
			t.Fatal(err)
		}
		defer closing(t, g.Close)
		if err := walk(t.Context(), g, g.RecheckAll(0)); err != nil {
			t.Fatal(err)
		}
		for _, s := range g.Snapshot().Steps {
			for _, c := range s.Checks {
				if c.Check.ID == "spn.owner" {
					return c.Result.Status
				}
			}
		}
		t.Fatal("there is no such check")
		return checks.Pending
	}
	if got := status(); got != checks.Fail {
		t.Fatalf("with the fault: %v", got)
	}
	if err := p.stage.mends(t.Context(), "spn-missing"); err != nil {
		t.Fatal(err)
	}
	if got := status(); got != checks.Pass {
		t.Errorf("taken back: %v", got)
	}
	if p.stage.mends(t.Context(), "spn-missing") == nil {
		t.Error("it is taken back twice")
	}
	if faults := faultsOf([]string{"spn-missing"}); len(faults) != 1 || faults[0].Step != "spn" || len(lab.Faults()) == 0 {
		t.Errorf("shown as %+v", faults)
	}
}
