package steps_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"sensegate/checks"
	"sensegate/internal/site"
	"sensegate/steps"
)

// deaf records nothing.
type deaf struct{ steps.Journal }

func (deaf) Finished(checks.Result) error { return nil }

// TestPaste shows that a paste proves what cannot be run, survives the next
// run, and grows too old.
func TestPaste(t *testing.T) {
	now := time.Date(2026, 11, 21, 20, 0, 0, 0, time.UTC)
	first := checks.Check{ID: "a.first", Step: "a", Title: "first", Run: func(context.Context, checks.Env) checks.Result {
		return checks.Passed("it", "it")
	}}
	second := checks.Check{
		ID: "a.second", Step: "a", Title: "second", Needs: []checks.ID{"a.first"},
		Run: func(context.Context, checks.Env) checks.Result {
			return checks.CouldNotTell(checks.NoEvidence, "it", "nobody looked")
		},
		Proof: &checks.Proof{
			Ask: func(checks.Env) []checks.Asked {
				return []checks.Asked{{On: "host", Shell: checks.Cmd, Command: "look {spn}"}}
			},
			Judge: func(_ context.Context, _ checks.Env, pastes []string) (checks.Result, error) {
				if pastes[len(pastes)-1] != "good" {
					return checks.Result{}, errors.New("it is nonsense")
				}
				return checks.Passed("it", "pasted").With(checks.LineEvidence, "good"), nil
			},
		},
	}
	g, err := steps.NewGuide(t.Context(), steps.Options{
		Site: site.Site{Name: "a", Publish: site.Publish{InternalURL: "https://sense.contoso.test/"}},
		Open: func(context.Context, site.Site) (steps.World, error) { return steps.World{}, nil },
		Order: func(steps.Ports) []steps.Step {
			return []steps.Step{{ID: "a", Title: "a", Checks: []checks.Check{first, second}}}
		},
		Clock: func() time.Time { return now }, Journal: deaf{},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := g.Paste(t.Context(), "a.second", "good"); err == nil {
		t.Error("a paste was taken before what it needs was proved")
	}
	status := func() checks.Result {
		t.Helper()
		run := g.Recheck(false)
		for e := range run.Start(t.Context()) {
			if err := g.Observe(run.Number, e); err != nil {
				t.Fatal(err)
			}
		}
		g.End(run.Number)
		return g.Snapshot().Here().Checks[1].Result
	}
	if r := status(); r.Status != checks.Unknown {
		t.Fatalf("before: %+v", r)
	}
	if asked := g.Asked("a.second"); len(asked) != 1 || asked[0].Command != "look HTTP/sense.contoso.test" {
		t.Errorf("asked %+v", asked)
	}
	if _, err := g.Paste(t.Context(), "a.first", "good"); !errors.Is(err, steps.ErrNoPaste) {
		t.Errorf("a check without a proof: %v", err)
	}
	if _, err := g.Paste(t.Context(), "a.second", "bad"); err == nil || g.Snapshot().MayNext {
		t.Errorf("nonsense: %v", err)
	}
	r, err := g.Paste(t.Context(), "a.second", "good")
	if err != nil || r.Status != checks.Pass || r.Source != checks.Pasted || r.ID != "a.second" || !r.At.Equal(now) || !g.Snapshot().MayNext {
		t.Errorf("%v %+v", err, r)
	}
	if r := status(); r.Status != checks.Pass || r.Source != checks.Pasted {
		t.Errorf("after a run: %+v", r)
	}
	now = now.Add(8 * 24 * time.Hour)
	if r := status(); r.Status != checks.Unknown {
		t.Errorf("after a week: %+v", r)
	}
}
