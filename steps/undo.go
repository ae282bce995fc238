package steps

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"sensegate/checks"
)

// Made is a change as a journal has it: enough to read what it changed and to
// take it back, in this process or a later one.
type Made struct {
	// Number counts the changes of a journal, beginning with 1.
	Number int
	Step   checks.StepID
	// Change has no functions; they are made anew from its trace.
	Change Change
	At     time.Time
	// Doubtful says that the program ended before the outcome was known.
	Doubtful bool
	// Undone is when it was taken back; zero while it stands.
	Undone time.Time
}

// Past is a journal that knows what was changed, the oldest first.
type Past interface {
	Made() []Made
}

// MadeState is how a recorded change stands in the system now.
type MadeState int

// How a change stands. Only Stands can be taken back.
const (
	Stands    MadeState = iota // the value is the one that was written
	Gone                       // the value is the one from before
	Elsewhere                  // it is neither: somebody else changed it
)

// Standing are the changes that were not taken back yet, the newest first.
func Standing(all []Made) []Made {
	var out []Made
	for _, m := range slices.Backward(all) {
		if m.Undone.IsZero() {
			out = append(out, m)
		}
	}
	return out
}

// Until are the newest changes down to the one of that number, newest first;
// nothing when it does not stand.
func Until(all []Made, number int) []Made {
	list := Standing(all)
	at := slices.IndexFunc(list, func(m Made) bool { return m.Number == number })
	return list[:at+1]
}

// From are the standing changes of a step and of every later one, newest
// first: what comes later in the documented order rests on what came before.
func From(all []Made, step checks.StepID) []Made {
	place := map[checks.StepID]int{}
	for i, s := range Order(Ports{}) {
		place[s.ID] = i
	}
	return slices.DeleteFunc(Standing(all), func(m Made) bool { return place[m.Step] < place[step] })
}

// UndoPlan proposes to take changes back in the order given. It reads how each
// stands now: what is back already needs nothing, and what somebody else
// changed is refused when it is its turn.
func UndoPlan(ctx context.Context, w World, changes []Made) (Plan, error) {
	plan := Plan{Title: "Taking changes back"}
	if w.Writers == nil {
		return plan, errors.New("taking changes back: this run may only read")
	}
	later := map[string]Made{}
	for _, m := range changes {
		c := undoable(w.Ports, *w.Writers, m.Change)
		if c.Revert == nil {
			plan.Notes = append(plan.Notes, fmt.Sprintf("%s of %s is left alone: its record says too little to take it back. By hand: %s.", c.Field, c.Target, c.Undo))
			continue
		}
		c.Step = m.Step
		// What a newer change of the same field will give back is what this one
		// finds when it is its turn.
		if _, waits := later[m.field()]; !waits && c.Read != nil {
			now, err := c.Read(ctx)
			if err != nil {
				return plan, fmt.Errorf("reading %s of %s: %w", c.Field, c.Target, err)
			}
			switch State(m, now) {
			case Gone:
				plan.Notes = append(plan.Notes, fmt.Sprintf("%s of %s is as it was before already; that is recorded.", c.Field, c.Target))
			case Elsewhere:
				if m.Doubtful {
					plan.Notes = append(plan.Notes, fmt.Sprintf("Whether %s of %s was changed was never recorded, and now it is %s. It is left alone.", c.Field, c.Target, list(now)))
					continue
				}
				plan.Notes = append(plan.Notes, fmt.Sprintf("%s of %s is neither what it was nor what the wizard made of it, but %s: somebody else changed it. It is left alone.", c.Field, c.Target, list(now)))
			case Stands:
			}
		}
		later[m.field()] = m
		plan.Changes = append(plan.Changes, back(m, c))
	}
	return plan, nil
}

func (m Made) field() string {
	return m.Change.Trace.Object + "\x00" + m.Change.Target + "\x00" + m.Change.Field
}

// State compares what is there now with a record.
func State(m Made, now []string) MadeState {
	switch {
	case sameValues(now, m.Change.After):
		return Stands
	case sameValues(now, m.Change.Before):
		return Gone
	}
	return Elsewhere
}

// back is the change that takes another back.
func back(m Made, c Change) Change {
	read, revert := c.Read, c.Revert
	out := Change{
		ID: c.ID, Target: c.Target, Field: c.Field, Before: c.After, After: c.Before,
		Affects: undoAffects(c), Right: c.Right, Danger: c.Danger, Confirm: c.Confirm, Trace: c.Trace,
		Step: m.Step, Undoes: m.Number, Read: read,
		Undo: "apply the step again",
	}
	out.Command, out.Shell = undoCommand(c)
	out.Do = func(ctx context.Context) error {
		if read == nil {
			return revert(ctx)
		}
		now, err := read(ctx)
		if err != nil {
			return err
		}
		switch State(m, now) {
		case Gone:
			return nil
		case Elsewhere:
			return fmt.Errorf("%w: it was %s, the wizard made it %s, and now it is %s; nothing was written", ErrElsewhere, list(c.Before), list(c.After), list(now))
		case Stands:
		}
		return revert(ctx)
	}
	return out
}

// undoAffects says who notices that a change is taken back.
func undoAffects(c Change) string {
	switch c.ID {
	case "spn.add":
		return "everybody who signs in to Qlik with Kerberos: no new tickets for this name"
	case "spn.take":
		return "the account gets the name back: while two hold it, Kerberos fails for both"
	case "delegation.allow", "delegation.protocol", "delegation.acting":
		return "everybody who opens Qlik from outside: the connector may no longer sign them in"
	case "app.publish", "app.publish-second":
		return "everybody who opens the external address: it ends"
	case "sso.enable":
		return "everybody who opens the external address: Qlik asks them to sign in again"
	}
	return c.Affects
}

// Made are the changes that this journey's journal knows, oldest first.
func (g *Guide) Made() []Made {
	if p, ok := g.opts.Journal.(Past); ok {
		return p.Made()
	}
	return nil
}

// Undoer returns the function that proposes to take changes back, to be called
// outside the caller's event loop.
func (g *Guide) Undoer(changes []Made) func(ctx context.Context) (Plan, error) {
	world := g.world
	return func(ctx context.Context) (Plan, error) { return UndoPlan(ctx, world, changes) }
}

// Undone takes what taking changes back did: everything from the earliest step
// on has to be checked again.
func (g *Guide) Undone(applied []Applied) {
	g.Abandon()
	first := len(g.order)
	for _, a := range applied {
		for i, s := range g.order {
			if s.ID == a.Change.Step {
				first = min(first, i)
			}
		}
		g.changed = slices.DeleteFunc(slices.Clone(g.changed), func(x Applied) bool {
			return a.Err == nil && x.Change.ID == a.Change.ID && x.Change.Target == a.Change.Target && x.Change.Undoes == 0
		})
	}
	g.age(first)
	if first < g.pos {
		g.pos = first
	}
}
