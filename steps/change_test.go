package steps_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sensegate/checks"
	"sensegate/steps"
)

// desk is where changes are made: what is set, and what was done in order.
type desk struct {
	diary
	value    map[string][]string
	refuses  map[string]error // doing
	silent   map[string]bool  // takes the change and keeps the old value
	blind    map[string]error // reading back
	unrecord map[string]error // recording what is intended
	forget   map[string]error // recording what came of it
}

func (d *desk) Intend(step checks.StepID, c steps.Change) error {
	if err := d.unrecord[c.ID]; err != nil {
		return err
	}
	return d.diary.Intend(step, c)
}

func (d *desk) Outcome(step checks.StepID, a steps.Applied) error {
	if err := d.forget[a.Change.ID]; err != nil {
		return err
	}
	return d.diary.Outcome(step, a)
}

func (d *desk) change(id string, after ...string) steps.Change {
	return steps.Change{
		ID: id, Target: "target of " + id, Field: "field", Before: d.value[id], After: after,
		Do: func(context.Context) error {
			if err := d.refuses[id]; err != nil {
				return err
			}
			d.lines = append(d.lines, "do "+id)
			if !d.silent[id] {
				d.value[id] = after
			}
			return nil
		},
		Read: func(context.Context) ([]string, error) {
			d.lines = append(d.lines, "read "+id)
			return d.value[id], d.blind[id]
		},
	}
}

func TestApply(t *testing.T) {
	broken := errors.New("the server is gone")
	full := []string{
		"intend s a", "do a", "read a", "done s a",
		"intend s b", "do b", "read b", "done s b",
	}
	tests := []struct {
		name  string
		desk  desk
		alter func(*steps.Plan)
		typed string
		lines []string
		is    error
		says  string
		done  int // changes that are reported back
	}{
		{name: "recorded before and after, each read back", lines: full, done: 2},
		{name: "the first that is refused ends it", desk: desk{refuses: map[string]error{"a": broken}}, lines: []string{"intend s a", "failed s a"}, is: broken, says: "changing field of target of a", done: 1},
		{name: "what came before stays", desk: desk{refuses: map[string]error{"b": broken}}, lines: append(append([]string{}, full[:4]...), "intend s b", "failed s b"), is: broken, says: "target of b", done: 2},
		{name: "accepted but not there", desk: desk{silent: map[string]bool{"a": true}}, lines: []string{"intend s a", "do a", "read a", "failed s a"}, is: steps.ErrReadBack, says: "wanted new, now (none)", done: 1},
		{name: "cannot be read back", desk: desk{blind: map[string]error{"a": broken}}, lines: []string{"intend s a", "do a", "read a", "failed s a"}, is: broken, done: 1},
		{name: "what cannot be recorded is not done", desk: desk{unrecord: map[string]error{"a": errDisk}}, is: errDisk, done: 1},
		{name: "an outcome that cannot be recorded ends it", desk: desk{forget: map[string]error{"a": errDisk}}, lines: []string{"intend s a", "do a", "read a"}, is: errDisk, done: 1},
		{name: "the refusal counts more than its record", desk: desk{refuses: map[string]error{"a": broken}, forget: map[string]error{"a": errDisk}}, lines: []string{"intend s a"}, is: broken, done: 1},
		{name: "order and letter case of values do not count", alter: func(p *steps.Plan) {
			p.Changes[0].Read = func(context.Context) ([]string, error) { return []string{"NEW"}, nil }
		}, lines: []string{"intend s a", "do a", "done s a", "intend s b", "do b", "read b", "done s b"}, done: 2},
		{name: "a name that was not typed", alter: typed("QLIK01"), is: steps.ErrNotConfirmed, says: `type "QLIK01"`},
		{name: "another name", alter: typed("QLIK01"), typed: "QLIK02", is: steps.ErrNotConfirmed},
		{name: "the name, typed loosely", alter: typed("QLIK01"), typed: "  qlik01 ", lines: full, done: 2},
		{name: "no name is asked for", typed: "anything", lines: full, done: 2},
		{name: "nothing to do", alter: func(p *steps.Plan) { p.Changes = nil }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := tt.desk
			d.value = map[string][]string{"b": {"old"}}
			plan := steps.Plan{Step: "s", Title: "Step", Changes: []steps.Change{d.change("a", "new"), d.change("b", "x", "y")}}
			if tt.alter != nil {
				tt.alter(&plan)
			}
			var told []string
			applied, err := plan.Apply(t.Context(), tt.typed, &d, func(i int, a steps.Applied, done bool) {
				told = append(told, fmt.Sprint(i, a.Change.ID, done, a.Err != nil))
			})
			if diff := cmp.Diff(tt.lines, d.lines); diff != "" {
				t.Error("what was done:", diff)
			}
			if !errors.Is(err, tt.is) || tt.is == nil && err != nil || err != nil && !strings.Contains(err.Error(), tt.says) {
				t.Errorf("got %v, want %v with %q", err, tt.is, tt.says)
			}
			if len(applied) != tt.done || len(told) != 2*tt.done {
				t.Fatalf("%d are reported, %d times something was told, want %d", len(applied), len(told), tt.done)
			}
			for i, a := range applied {
				if failed := i == tt.done-1 && err != nil; (a.Err != nil) != failed {
					t.Errorf("change %d has the error %v", i, a.Err)
				}
				if want := fmt.Sprint(i, a.Change.ID, true, a.Err != nil); told[2*i+1] != want || told[2*i] != fmt.Sprint(i, a.Change.ID, false, false) {
					t.Errorf("told %v", told)
				}
			}
		})
	}
}

func typed(name string) func(*steps.Plan) {
	return func(p *steps.Plan) { p.Changes[1].Danger, p.Changes[1].Confirm = steps.Typed, name }
}

// TestApplyCancelled stops between two changes, never within one.
func TestApplyCancelled(t *testing.T) {
	d := desk{value: map[string][]string{}}
	ctx, cancel := context.WithCancel(t.Context())
	plan := steps.Plan{Step: "s", Title: "Step", Changes: []steps.Change{d.change("a", "new"), d.change("b", "new")}}
	applied, err := plan.Apply(ctx, "", &d, func(_ int, _ steps.Applied, done bool) {
		if done {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) || len(applied) != 1 {
		t.Errorf("%d applied, %v", len(applied), err)
	}
	if diff := cmp.Diff([]string{"intend s a", "do a", "read a", "done s a"}, d.lines); diff != "" {
		t.Error(diff)
	}
}

// TestNamelessDanger shows that a change that asks for a typed name but has
// none cannot be confirmed by silence.
func TestNamelessDanger(t *testing.T) {
	d := desk{value: map[string][]string{}}
	c := d.change("a", "new")
	c.Danger = steps.Typed
	_, err := steps.Plan{Title: "Step", Changes: []steps.Change{c}}.Apply(t.Context(), "", &d, func(int, steps.Applied, bool) {})
	if !errors.Is(err, steps.ErrNotConfirmed) || d.lines != nil {
		t.Errorf("%v, done %v", err, d.lines)
	}
}
