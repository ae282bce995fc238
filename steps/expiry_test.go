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

// TestEvidenceExpiresWhileTheWizardIsOpen lets time pass and nothing else: a
// gate that stood on evidence closes, one that was seen live stays open.
func TestEvidenceExpiresWhileTheWizardIsOpen(t *testing.T) {
	for _, source := range []checks.Source{checks.Live, checks.Collected, checks.Pasted} {
		t.Run(string(source), func(t *testing.T) {
			now := time.Date(2026, 11, 21, 20, 0, 0, 0, time.UTC)
			collected := now.Add(-30 * time.Minute)
			proved := checks.Check{ID: "a.first", Step: "a", Title: "first", Run: func(context.Context, checks.Env) checks.Result {
				return checks.Passed("it", "it").From(source, collected)
			}}
			other := checks.Check{ID: "b.first", Step: "b", Title: "other", Run: func(context.Context, checks.Env) checks.Result {
				return checks.Passed("it", "it")
			}}
			g, err := steps.NewGuide(t.Context(), steps.Options{
				Site: site.Site{Name: "a", EvidenceMaxAge: time.Hour},
				Open: func(context.Context, site.Site) (steps.World, error) { return steps.World{}, nil },
				Order: func(steps.Ports) []steps.Step {
					return []steps.Step{{ID: "a", Title: "a", Checks: []checks.Check{proved}}, {ID: "b", Title: "b", Checks: []checks.Check{other}}}
				},
				Clock: func() time.Time { return now }, Journal: deaf{},
			})
			if err != nil {
				t.Fatal(err)
			}
			run := g.RecheckAll(0)
			for e := range run.Start(t.Context()) {
				if err := g.Observe(run.Number, e); err != nil {
					t.Fatal(err)
				}
			}
			g.End(run.Number)
			now = collected.Add(time.Hour)
			if s := g.Snapshot(); s.Open != 2 || s.Here().Checks[0].Stale {
				t.Errorf("at the limit: %d open, %+v", s.Open, s.Here().Gate)
			}
			now = now.Add(time.Second)
			s, live := g.Snapshot(), source == checks.Live
			if s.Here().Gate.State.Passes() != live || s.Here().Checks[0].Stale == live || s.MayNext != live || s.Finished != live {
				t.Errorf("a second later: %+v, stale %t", s.Here().Gate, s.Here().Checks[0].Stale)
			}
			if live {
				return
			}
			if err := g.Next(); !errors.Is(err, steps.ErrClosed) {
				t.Errorf("one may go on: %v", err)
			}
		})
	}
}
