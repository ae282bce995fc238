package cli

import (
	"slices"
	"testing"
)

// TestConnectorsArePutTogether makes the group that the site names and moves the
// connectors into it, opens the gate with that, and takes it all back.
func TestConnectorsArePutTogether(t *testing.T) {
	t.Parallel()
	for fault, want := range map[string][]string{
		"connector-group-missing": {"connector.group", "connector.move", "connector.move"},
		"connector-outside-group": {"connector.move"},
	} {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			ctx := t.Context()
			p := silent(t)
			at, err := p.open(ctx, source{demo: true, faults: []string{fault}}, true)
			if err != nil {
				t.Fatal(err)
			}
			defer closing(t, at.close)
			g, err := p.guide(ctx, at.site, at.opener, at.journal)
			if err != nil {
				t.Fatal(err)
			}
			defer closing(t, g.Close)
			look(t, g)
			before := outcomes(g.Snapshot())
			if err := g.Goto("connector"); err != nil {
				t.Fatal(err)
			}
			if !pass(t, g) {
				t.Fatal("the gate was open before")
			}
			if here := g.Snapshot().Here(); here.ID != "connector" || !here.Gate.State.Passes() {
				t.Errorf("the gate of %s is closed: %s%s", here.ID, here.Gate.Why, complaints(g.Snapshot()))
			}
			var made []string
			for _, a := range g.Snapshot().Changed {
				made = append(made, a.Change.ID)
			}
			if !slices.Equal(made, want) {
				t.Errorf("changes %q, want %q", made, want)
			}
			takeBack(ctx, t, g.Snapshot().Changed)
			look(t, g)
			if now := outcomes(g.Snapshot()); now["connector.group"] != before["connector.group"] {
				t.Errorf("connector.group was %q and is %q after everything was taken back", before["connector.group"], now["connector.group"])
			}
		})
	}
}
