package cli

import (
	"strings"
	"testing"

	"sensegate/steps"
)

// TestNothingWrittenByCheck shows that what `check` opens has no door to
// write through: not that it is not used, but that it is not there.
func TestNothingWrittenByCheck(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		writing bool
	}{
		{name: "check", writing: false},
		{name: "apply", writing: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			ctx := t.Context()
			p := silent(t)
			at, err := p.open(ctx, source{demo: true}, tt.writing)
			if err != nil {
				t.Fatal(err)
			}
			defer closing(t, at.close)
			w, err := at.opener.open(ctx, at.site)
			if err != nil {
				t.Fatal(err)
			}
			defer closing(t, w.Close)
			if (w.Writers != nil) != tt.writing {
				t.Errorf("writers made: %v, want %v", w.Writers != nil, tt.writing)
			}

			g, err := p.guide(ctx, at.site, at.opener, at.journal)
			if err != nil {
				t.Fatal(err)
			}
			defer closing(t, g.Close)
			look(t, g)
			err = g.MayApply("app")
			if (err == nil) != tt.writing {
				t.Errorf("may the plan be applied? %v", err)
			}
			if !tt.writing && !strings.Contains(err.Error(), "may only read") {
				t.Errorf("the reason is not told: %v", err)
			}
			if err := g.Goto("app"); err != nil {
				t.Fatal(err)
			}
			plan, err := g.Planner()(ctx)
			if err != nil || (len(plan.Changes) > 0) != tt.writing {
				t.Errorf("the plan has %d changes, %v", len(plan.Changes), err)
			}
		})
	}
}

// TestEveryPortIsAnswered shows that no question of a check meets a nil.
func TestEveryPortIsAnswered(t *testing.T) {
	t.Parallel()
	p := silent(t)
	at, err := p.open(t.Context(), source{demo: true}, true)
	if err != nil {
		t.Fatal(err)
	}
	defer closing(t, at.close)
	w, err := at.opener.open(t.Context(), at.site)
	if err != nil {
		t.Fatal(err)
	}
	defer closing(t, w.Close)
	for name, port := range map[string]any{
		"graph": w.Graph, "qlik": w.Qlik, "front": w.Front, "door": w.Door, "directory": w.Directory,
		"kerberos": w.Kerberos, "hosts": w.Hosts, "outside": w.Outside, "resolver": w.Resolver,
		"graph writer": w.Writers.Graph, "qlik writer": w.Writers.Qlik, "directory writer": w.Writers.Directory,
	} {
		if port == nil {
			t.Errorf("%s is not answered", name)
		}
	}
	if n := len(steps.Order(w.Ports)); n != 10 {
		t.Errorf("%d steps", n)
	}
}
