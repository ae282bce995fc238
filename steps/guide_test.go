package steps_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sensegate/checks"
	"sensegate/internal/site"
	"sensegate/steps"
)

// twoSteps is a journey of two steps with one check each; what is found is in
// the hands of the test.
func twoSteps(found map[checks.ID]checks.Result, plan steps.PlanFunc) func(steps.Ports) []steps.Step {
	check := func(id checks.ID, step checks.StepID, needs ...checks.ID) checks.Check {
		return checks.Check{ID: id, Step: step, Title: string(id), Needs: needs, Run: func(context.Context, checks.Env) checks.Result { return found[id] }}
	}
	return func(steps.Ports) []steps.Step {
		return []steps.Step{
			{ID: "one", Title: "First", Checks: []checks.Check{check("one.a", "one")}, Manual: []steps.Instruction{{Do: "Open {external-host}."}}},
			{ID: "two", Title: "Second", Checks: []checks.Check{check("two.a", "two", "one.a")}, Plan: plan},
		}
	}
}

func open(w *steps.Writers, closed *int) steps.Open {
	return func(context.Context, site.Site) (steps.World, error) {
		return steps.World{Writers: w, Close: func() error { *closed++; return nil }}, nil
	}
}

func walk(t *testing.T, g *steps.Guide, r steps.Run) {
	t.Helper()
	for e := range r.Start(t.Context()) {
		if err := g.Observe(r.Number, e); err != nil {
			t.Fatal(err)
		}
	}
	g.End(r.Number)
}

// TestJourney walks two steps and is told to the journal as it happened.
func TestJourney(t *testing.T) {
	found := map[checks.ID]checks.Result{"one.a": checks.Passed("so", "so"), "two.a": checks.Failed("two.bad", "so", "not so")}
	causes := checks.Catalogue{"two.bad": {ID: "two.bad", Title: "t", Because: "b", Fixes: []checks.Fix{{Text: "mend {spn}"}}}}
	closed, book := 0, &diary{}
	g, err := steps.NewGuide(t.Context(), steps.Options{
		Site: completeSite(), Open: open(&steps.Writers{}, &closed), Order: twoSteps(found, nil), Causes: causes, Clock: time.Now, Journal: book,
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := g.Snapshot().Here().Instructions[0].Do; got != "Open sense-contoso.msappproxy.net." {
		t.Errorf("the instruction says %q", got)
	}
	walk(t, g, g.Recheck(false))
	if err := g.Next(); err != nil {
		t.Fatal(err)
	}
	walk(t, g, g.Recheck(false))
	here := g.Snapshot().Here().Checks[0]
	if here.Cause.ID != "two.bad" || here.Result.Remedies[0].Text != "mend HTTP/sense.contoso.test" {
		t.Errorf("%+v", here)
	}
	s := completeSite()
	s.Name = "fabrikam"
	if err := g.Answer(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	want := []string{"finished one.a", "moved two", "finished two.a", "answered fabrikam"}
	if diff := cmp.Diff(want, book.lines); diff != "" {
		t.Error(diff)
	}
	if closed != 1 {
		t.Errorf("the old systems were closed %d times", closed)
	}
	if err := g.Close(); err != nil || closed != 2 {
		t.Errorf("closed %d times, %v", closed, err)
	}
}

// TestOnlyWhatIsNeeded asks again what is not freshly proved, and nothing else.
func TestOnlyWhatIsNeeded(t *testing.T) {
	found := map[checks.ID]checks.Result{"one.a": checks.Passed("so", "so"), "two.a": checks.Passed("so", "so")}
	closed := 0
	g, err := steps.NewGuide(t.Context(), steps.Options{Open: open(nil, &closed), Order: twoSteps(found, nil), Clock: time.Now, Journal: &diary{}})
	if err != nil {
		t.Fatal(err)
	}
	asked := func(r steps.Run) string {
		var ids []string
		for e := range r.Start(t.Context()) {
			if e.Kind == checks.Finished {
				ids = append(ids, string(e.ID))
			}
			if err := g.Observe(r.Number, e); err != nil {
				t.Fatal(err)
			}
		}
		g.End(r.Number)
		return strings.Join(ids, " ")
	}
	if got := asked(g.Recheck(false)); got != "one.a" {
		t.Errorf("the first step asks %s", got)
	}
	if err := g.Next(); err != nil {
		t.Fatal(err)
	}
	if got := asked(g.Recheck(false)); got != "two.a" {
		t.Errorf("the second step asks %s", got)
	}
	if err := g.Answer(t.Context(), completeSite()); err != nil {
		t.Fatal(err)
	}
	if got := asked(g.Recheck(false)); got != "one.a two.a" {
		t.Errorf("after an answer the second step asks %s", got)
	}
	if got := asked(g.RecheckAll(0)); got != "one.a two.a" {
		t.Errorf("all asks %s", got)
	}
}

// TestWaiting shows what a retrying check has seen so far.
func TestWaiting(t *testing.T) {
	closed := 0
	g, err := steps.NewGuide(t.Context(), steps.Options{Open: open(nil, &closed), Order: twoSteps(nil, nil), Clock: time.Now, Journal: &diary{}})
	if err != nil {
		t.Fatal(err)
	}
	r := g.Recheck(true)
	soon := time.Now().Add(time.Second)
	for _, e := range []checks.Event{
		{Kind: checks.Started, ID: "one.a"},
		{Kind: checks.Retrying, ID: "one.a", Next: soon, Deadline: soon.Add(time.Minute), Because: "it takes a while", Result: checks.Failed("x", "so", "not yet")},
	} {
		if err := g.Observe(r.Number, e); err != nil {
			t.Fatal(err)
		}
		if v := g.Snapshot().Here().Checks[0]; !v.Running || v.Retrying != (e.Kind == checks.Retrying) {
			t.Errorf("running %v, retrying %v", v.Running, v.Retrying)
		}
	}
	v := g.Snapshot().Here().Checks[0]
	if v.SoFar.Seen != "not yet" || !v.Next.Equal(soon) || v.Because != "it takes a while" || v.Result.Status != checks.Pending {
		t.Errorf("%+v", v)
	}
	g.Abandon()
	if s := g.Snapshot(); s.Running || s.Here().Checks[0].Running {
		t.Error("it still runs after it was abandoned")
	}
}

func TestPlanner(t *testing.T) {
	broken := errors.New("no route")
	proposes := func(context.Context, checks.Env, steps.Writers) (steps.Plan, error) {
		return steps.Plan{Changes: make([]steps.Change, 2)}, nil
	}
	tests := []struct {
		name    string
		plan    steps.PlanFunc
		writers *steps.Writers
		changes int
		is      error
	}{
		{"proposes", proposes, &steps.Writers{}, 2, nil},
		{"may only read", proposes, nil, 0, nil},
		{"changes nothing", nil, &steps.Writers{}, 0, nil},
		{"cannot read", func(context.Context, checks.Env, steps.Writers) (steps.Plan, error) { return steps.Plan{}, broken }, &steps.Writers{}, 0, broken},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			found := map[checks.ID]checks.Result{"one.a": checks.Passed("so", "so")}
			closed := 0
			g, err := steps.NewGuide(t.Context(), steps.Options{Open: open(tt.writers, &closed), Order: twoSteps(found, tt.plan), Clock: time.Now, Journal: &diary{}})
			if err != nil {
				t.Fatal(err)
			}
			walk(t, g, g.Recheck(false))
			if err := g.Next(); err != nil {
				t.Fatal(err)
			}
			plan, err := g.Planner()(t.Context())
			if !errors.Is(err, tt.is) || len(plan.Changes) != tt.changes {
				t.Errorf("%d changes, %v", len(plan.Changes), err)
			}
			if tt.is != nil && !strings.Contains(err.Error(), "planning Second") {
				t.Error(err)
			}
		})
	}
}

func TestNoJourney(t *testing.T) {
	broken := errors.New("no such file")
	fails := func(context.Context, site.Site) (steps.World, error) { return steps.World{}, broken }
	if _, err := steps.NewGuide(t.Context(), steps.Options{Site: completeSite(), Open: fails}); !errors.Is(err, broken) || !strings.Contains(err.Error(), "opening the site contoso") {
		t.Error(err)
	}
	closed := 0
	doubled := func(steps.Ports) []steps.Step {
		return append(twoSteps(nil, nil)(steps.Ports{}), twoSteps(nil, nil)(steps.Ports{})...)
	}
	if _, err := steps.NewGuide(t.Context(), steps.Options{Open: open(nil, &closed), Order: doubled}); err == nil || !strings.Contains(err.Error(), "declared twice") {
		t.Error(err)
	}
}
