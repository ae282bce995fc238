package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"sensegate/checks"
	"sensegate/internal/session"
	"sensegate/steps"
)

// TestUnfinishedJourney walks from an unfinished lab to ten open gates without
// a screen, and takes every change back again.
func TestUnfinishedJourney(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	ctx := t.Context()
	p := silent(t)
	at, err := p.open(ctx, source{demo: true}, true)
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
	if first := firstClosed(g.Snapshot()); first != "app" {
		t.Fatalf("the first closed gate of an unfinished lab is %s", first)
	}
	var changed []checks.StepID
	for {
		here := g.Snapshot().Here()
		if pass(t, g) {
			changed = append(changed, here.ID)
		}
		if g.Snapshot().Finished {
			break
		}
		if err := g.Next(); err != nil {
			t.Fatalf("the gate of %s does not let pass: %v%s", here.ID, err, complaints(g.Snapshot()))
		}
	}
	s := g.Snapshot()
	if want := []checks.StepID{"app", "allowlist", "spn", "kerberos", "delegation", "sso"}; !slices.Equal(changed, want) {
		t.Errorf("steps with changes: %v, want %v", changed, want)
	}
	if s.Open != 10 || s.Here().ID != "verify" {
		t.Errorf("%d gates open, at %s", s.Open, s.Here().ID)
	}
	if list := s.Changed; recorded(at.journal, session.ChangeIntended) != len(list) || recorded(at.journal, session.ChangeDone) != len(list) {
		t.Errorf("%d changes, but %d intents and %d outcomes are on record", len(list), recorded(at.journal, session.ChangeIntended), recorded(at.journal, session.ChangeDone))
	}

	takeBack(ctx, t, s.Changed)
	// Nothing of that is in the journal, which knows the switch as set.
	before["kerberos.switch"] = "fail kerberos.switch-reset"
	// Qlik's proxy reads its settings again after each of these changes, and
	// answers nobody meanwhile.
	diff := ""
	for end := time.Now().Add(15 * time.Second); time.Now().Before(end); {
		look(t, g)
		if diff = cmp.Diff(before, outcomes(g.Snapshot())); diff == "" {
			break
		}
	}
	if diff != "" {
		t.Errorf("taking everything back did not restore what was (-before +after):\n%s", diff)
	}
	if first := firstClosed(g.Snapshot()); first != "app" {
		t.Errorf("after taking everything back the first closed gate is %s", first)
	}
}

// pass checks the present step, applies its plan if the gate is closed, and
// waits for the gate; it tells whether anything was changed.
func pass(t *testing.T, g *steps.Guide) bool {
	t.Helper()
	ctx := t.Context()
	recheck(t, g, false)
	s := g.Snapshot()
	if s.MayNext {
		return false
	}
	if err := g.Next(); !errors.Is(err, steps.ErrClosed) {
		t.Fatalf("leaving %s with its gate closed: %v", s.Here().ID, err)
	}
	for _, later := range s.Steps[s.Position+1:] {
		if err := g.MayApply(later.ID); !errors.Is(err, steps.ErrClosed) {
			t.Errorf("at the closed gate of %s the plan of %s may be applied: %v", s.Here().ID, later.ID, err)
		}
	}
	plan, err := g.Planner()(ctx)
	if err != nil || len(plan.Changes) == 0 {
		t.Fatalf("the gate of %s is closed, and the plan has %d changes: %v%s", s.Here().ID, len(plan.Changes), err, complaints(s))
	}
	if plan.Confirm() != "" {
		if done, err := plan.Apply(ctx, "something else", g.Recorder(), quietly); !errors.Is(err, steps.ErrNotConfirmed) || len(done) > 0 {
			t.Errorf("%s without the typed name: %d changes made, %v", plan.Step, len(done), err)
		}
	}
	done, err := plan.Apply(ctx, plan.Confirm(), g.Recorder(), quietly)
	g.Changed(plan.Step, done)
	if err != nil {
		t.Fatalf("applying %s: %v", plan.Step, err)
	}
	for _, a := range done {
		c := a.Change
		for what, text := range map[string]string{"target": c.Target, "field": c.Field, "command": c.Command, "affects": c.Affects, "right": c.Right, "undo": c.Undo} {
			if text == "" {
				t.Errorf("the change %s of %s tells no %s", c.ID, plan.Step, what)
			}
		}
	}
	recheck(t, g, true)
	if again, err := g.Planner()(ctx); err != nil || len(again.Changes) > 0 {
		t.Errorf("the plan of %s, applied, still has %d changes: %v", plan.Step, len(again.Changes), err)
	}
	return true
}

// takeBack reverts the changes, newest first, and reads each of them.
func takeBack(ctx context.Context, t *testing.T, changed []steps.Applied) {
	t.Helper()
	for _, a := range slices.Backward(changed) {
		c := a.Change
		if err := c.Revert(ctx); err != nil {
			t.Fatalf("taking %s of %s back: %v", c.Field, c.Target, err)
		}
		now, err := c.Read(ctx)
		if err != nil {
			t.Fatalf("reading %s of %s: %v", c.Field, c.Target, err)
		}
		if !slices.Equal(now, c.Before) {
			t.Errorf("%s of %s was %q, and is %q after taking the change back", c.Field, c.Target, c.Before, now)
		}
	}
}

func quietly(int, steps.Applied, bool) {}

func recheck(t *testing.T, g *steps.Guide, patient bool) {
	t.Helper()
	if err := walk(t.Context(), g, g.Recheck(patient)); err != nil {
		t.Fatal(err)
	}
}

func look(t *testing.T, g *steps.Guide) {
	t.Helper()
	if err := walk(t.Context(), g, g.RecheckAll(0)); err != nil {
		t.Fatal(err)
	}
}

// outcomes are status and cause of every check.
func outcomes(s steps.Snapshot) map[checks.ID]string {
	out := map[checks.ID]string{}
	for _, v := range s.Steps {
		for _, c := range v.Checks {
			out[c.Check.ID] = c.Result.Status.String() + " " + string(c.Result.Cause)
		}
	}
	return out
}

func firstClosed(s steps.Snapshot) checks.StepID {
	for _, v := range s.Steps {
		if !v.Gate.State.Passes() {
			return v.ID
		}
	}
	return ""
}

// complaints are the checks of the present step that hold the gate closed.
func complaints(s steps.Snapshot) string {
	var out strings.Builder
	for _, c := range s.Here().Checks {
		if !c.Result.Status.Opens() {
			fmt.Fprintf(&out, "\n%s %s: %s", c.Check.ID, c.Result.Status, c.Result.Seen)
		}
	}
	return out.String()
}

func recorded(j steps.Journal, kind session.Kind) int {
	n := 0
	if m, ok := j.(*session.Memory); ok {
		for _, e := range m.Entries() {
			if e.Kind == kind {
				n++
			}
		}
	}
	return n
}

// silent is a program that nobody can talk to.
func silent(t *testing.T) *program {
	t.Helper()
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = null.Close() })
	return &program{Process: Process{
		In: null, Out: null, Err: null, Clock: time.Now,
		Environ: []string{session.HomeVariable + "=" + t.TempDir()},
	}}
}

func closing(t *testing.T, end func() error) {
	t.Helper()
	if err := end(); err != nil {
		t.Error(err)
	}
}
