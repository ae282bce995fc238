package cli

import "testing"

// TestJourneyThroughTheProxy makes every change where nothing but the front and
// the proxy's own interface can be reached: each of Qlik's ends the session that
// it was made on.
func TestJourneyThroughTheProxy(t *testing.T) {
	t.Parallel()
	p := silent(t)
	at, err := p.open(t.Context(), source{demo: true, variants: []string{"repository-closed"}}, true)
	if err != nil {
		t.Fatal(err)
	}
	defer closing(t, at.close)
	g, err := p.guide(t.Context(), at.site, at.opener, at.journal)
	if err != nil {
		t.Fatal(err)
	}
	defer closing(t, g.Close)
	look(t, g)
	for !g.Snapshot().Finished {
		here := g.Snapshot().Here()
		pass(t, g)
		if g.Snapshot().Finished {
			break
		}
		if err := g.Next(); err != nil {
			t.Fatalf("the gate of %s does not let pass: %v%s", here.ID, err, complaints(g.Snapshot()))
		}
	}
	if s := g.Snapshot(); s.Open != 10 {
		t.Errorf("%d gates open", s.Open)
	}
}
