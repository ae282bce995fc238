package steps_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"sensegate/checks"
	"sensegate/internal/fact"
	"sensegate/steps"
)

// ledger keeps what a later process would know of the changes: plain values,
// and traces as they come back from a file.
type ledger struct {
	t    *testing.T
	made []steps.Made
}

func (l *ledger) Intend(step checks.StepID, c steps.Change) error {
	l.made = append(l.made, steps.Made{Number: len(l.made) + 1, Step: step, Change: l.plain(c), Doubtful: true})
	return nil
}

func (l *ledger) Outcome(_ checks.StepID, a steps.Applied) error {
	last := &l.made[len(l.made)-1]
	last.Change, last.Doubtful = l.plain(a.Change), a.Err != nil
	return nil
}

func (l *ledger) plain(c steps.Change) steps.Change {
	l.t.Helper()
	raw, err := json.Marshal(c.Trace)
	if err != nil {
		l.t.Fatal(err)
	}
	out := steps.Change{
		ID: c.ID, Target: c.Target, Field: c.Field, Before: c.Before, After: c.After, Command: c.Command, Undo: c.Undo,
		Affects: c.Affects, Danger: c.Danger, Confirm: c.Confirm,
	}
	if err := json.Unmarshal(raw, &out.Trace); err != nil {
		l.t.Fatal(err)
	}
	return out
}

// kept applies a plan and gives what a later process reads of it.
func kept(t *testing.T, plan steps.Plan) []steps.Made {
	t.Helper()
	l := &ledger{t: t}
	if _, err := plan.Apply(t.Context(), plan.Confirm(), l, func(int, steps.Applied, bool) {}); err != nil {
		t.Fatal(err)
	}
	return l.made
}

// morePlans are those that the table of plans does not have.
func morePlans() []planCase {
	return append(plans(),
		planCase{name: "AES for an old account", step: "spn", setup: func(w *world) { w.accounts[0].EncTypes = 4 }},
		planCase{name: "two connectors of other domains", step: "delegation", setup: func(w *world) {
			for i := range w.accounts {
				w.accounts[i].Domain = "contoso.test"
			}
			w.accounts[0].ActOnBehalf = []string{"S-1-5-21-1-2-3-4711"}
			w.accounts[1].Domain, w.accounts[1].SID = "emea.contoso.test", "S-1-5-21-9-9-9-1105"
			w.accounts[2].Domain, w.accounts[2].SID = "asia.contoso.test", "S-1-5-21-8-8-8-1106"
		}},
		planCase{name: "an application with other settings", step: "app", setup: func(w *world) {
			published(w)
			w.apps[0].ObjectID, w.apps[0].GroupName, w.apps[0].TranslateHostHeader = "o-Qlik Sense", "Default", false
		}},
	)
}

// TestLaterUndo takes back every change of every step by what the journal says
// of it, with functions made anew.
func TestLaterUndo(t *testing.T) {
	for _, tt := range morePlans() {
		t.Run(string(tt.step)+"/"+tt.name, func(t *testing.T) {
			w, before := newWorld(), newWorld()
			if tt.setup != nil {
				tt.setup(w)
				tt.setup(before)
			}
			plan, err := w.plan(t, tt.step)
			if err != nil {
				t.Fatal(err)
			}
			made := kept(t, plan)
			if len(made) != len(plan.Changes) {
				t.Fatalf("%d changes on record, %d made", len(made), len(plan.Changes))
			}
			writers := w.writers()
			undo, err := steps.UndoPlan(t.Context(), steps.World{Ports: w.ports(), Writers: &writers}, steps.Standing(made))
			if err != nil || len(undo.Changes) != len(made) {
				t.Fatalf("%d of %d are planned: %v %v", len(undo.Changes), len(made), err, undo.Notes)
			}
			for _, c := range undo.Changes {
				if c.Command == "" || c.Affects == "" || c.Undo == "" || c.Undoes == 0 || c.Step != tt.step {
					t.Errorf("%s is badly described: %+v", c.ID, c)
				}
			}
			if undo.Confirm() == "" && plan.Confirm() != "" {
				t.Error("it would be taken back without the typed name")
			}
			_, err = undo.Apply(t.Context(), undo.Confirm(), &diary{}, func(int, steps.Applied, bool) {})
			if tt.stays {
				if !errors.Is(err, steps.ErrByHand) {
					t.Errorf("what was there before is taken away: %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			before.writes = w.writes
			if diff := cmp.Diff(before, w, cmp.AllowUnexported(world{}), cmpopts.EquateEmpty()); diff != "" {
				t.Error("taken back:", diff)
			}
		})
	}
}

// TestUndoThatIsDoneAlready writes nothing, and one that somebody else was
// faster with is refused.
func TestUndoThatIsDoneAlready(t *testing.T) {
	tests := []struct {
		name   string
		spns   []string
		is     error
		note   string
		writes int
	}{
		{name: "as it was left", spns: []string{"HTTP/other.contoso.test", "HTTP/sense.contoso.test"}, writes: 1},
		{name: "as it was before", spns: []string{"HTTP/other.contoso.test"}, note: "as it was before already"},
		{name: "as neither", spns: []string{"HTTP/third.contoso.test"}, is: steps.ErrElsewhere, note: "somebody else changed it"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld()
			plan, err := w.plan(t, "spn")
			if err != nil {
				t.Fatal(err)
			}
			made := kept(t, plan)
			w.accounts[0].SPNs, w.writes = tt.spns, 0
			writers := w.writers()
			undo, err := steps.UndoPlan(t.Context(), steps.World{Ports: w.ports(), Writers: &writers}, steps.Standing(made))
			if err != nil || tt.note != "" && !strings.Contains(strings.Join(undo.Notes, " "), tt.note) {
				t.Fatalf("%v, notes %q", err, undo.Notes)
			}
			if _, err := undo.Apply(t.Context(), undo.Confirm(), &diary{}, func(int, steps.Applied, bool) {}); !errors.Is(err, tt.is) || tt.is == nil && err != nil {
				t.Errorf("got %v, want %v", err, tt.is)
			}
			if w.writes != tt.writes {
				t.Errorf("%d writes, want %d", w.writes, tt.writes)
			}
			if tt.is != nil && !slices.Equal(w.accounts[0].SPNs, tt.spns) {
				t.Errorf("it is %v now", w.accounts[0].SPNs)
			}
		})
	}
}

// TestUndoWithoutATrace leaves alone what an older version recorded.
func TestUndoWithoutATrace(t *testing.T) {
	w := newWorld()
	writers := w.writers()
	old := steps.Made{Number: 1, Step: "spn", Change: steps.Change{ID: "from.another.version", Target: "it", Field: "f", Undo: "by magic"}}
	undo, err := steps.UndoPlan(t.Context(), steps.World{Ports: w.ports(), Writers: &writers}, []steps.Made{old})
	if err != nil || len(undo.Changes) != 0 || !strings.Contains(strings.Join(undo.Notes, " "), "by magic") {
		t.Errorf("%+v, %v", undo, err)
	}
	if _, err := steps.UndoPlan(t.Context(), steps.World{Ports: w.ports()}, nil); err == nil {
		t.Error("a run that may only read plans to write")
	}
}

// TestUndoOfWhatWasNeverRecorded decides by what is there.
func TestUndoOfWhatWasNeverRecorded(t *testing.T) {
	w := newWorld()
	plan, err := w.plan(t, "app")
	if err != nil {
		t.Fatal(err)
	}
	m := &ledger{t: t}
	if err := m.Intend("app", plan.Changes[0]); err != nil {
		t.Fatal(err)
	}
	writers := w.writers()
	world := steps.World{Ports: w.ports(), Writers: &writers}
	if undo, err := steps.UndoPlan(t.Context(), world, steps.Standing(m.made)); err != nil || len(undo.Changes) != 1 || len(undo.Notes) != 1 {
		t.Errorf("of what was not made: %+v, %v", undo, err)
	}
	w.apps = []fact.PublishedApp{{ObjectID: "o-9", Name: "Qlik Sense", PublishingNotAvailable: true}}
	if undo, err := steps.UndoPlan(t.Context(), world, steps.Standing(m.made)); err != nil || len(undo.Changes) != 0 || !strings.Contains(strings.Join(undo.Notes, " "), "left alone") {
		t.Errorf("of what is somebody's: %+v, %v", undo, err)
	}
}
