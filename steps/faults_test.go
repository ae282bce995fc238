package steps_test

import (
	"testing"

	"sensegate/checks"
	"sensegate/internal/lab"
)

// TestFaultsNameChecks shows that whatever the practice lab can break is named
// by a check and a cause that exist, in the step that the fault says.
func TestFaultsNameChecks(t *testing.T) {
	causes, set := catalogue(t), declarations(t)
	seen, steps := map[string]bool{}, map[string]int{}
	for _, f := range lab.Faults() {
		if f.ID == "" || f.Title == "" || f.Note == "" || seen[f.ID] {
			t.Errorf("the fault %q is listed twice or not described", f.ID)
		}
		seen[f.ID] = true
		steps[f.Step]++
		c, ok := set.Find(checks.ID(f.Check))
		if !ok || string(c.Step) != f.Step {
			t.Errorf("%s: the step %s has no check %s", f.ID, f.Step, f.Check)
		}
		if causes[checks.CauseID(f.Cause)].ID == "" {
			t.Errorf("%s: there is no cause %s", f.ID, f.Cause)
		}
	}
	for _, c := range set.All() {
		if steps[string(c.Step)] == 0 {
			t.Errorf("no fault breaks the step %s", c.Step)
		}
	}
	if len(seen) < 20 {
		t.Errorf("only %d faults", len(seen))
	}
}
