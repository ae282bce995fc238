package session

import (
	"fmt"
	"slices"
	"time"

	"sensegate/steps"
)

// past counts the changes of a journal, and knows which were taken back.
type past struct {
	made []steps.Made
}

// recall computes the past of a journal from its lines alone.
func recall(entries []Entry) (past, error) {
	var p past
	for i, e := range entries {
		if err := p.take(e); err != nil {
			return past{}, fmt.Errorf("line %d (%s): %w", i+1, e.Kind, err)
		}
	}
	return p, nil
}

// all are the changes that were made, or may have been, oldest first: one that
// failed may have been, and one whose outcome was never written.
func (p *past) all() []steps.Made { return slices.Clone(p.made) }

func (p *past) take(e Entry) error {
	switch e.Kind {
	case Begun, Answered, Finished, Moved, UndoIntended, UndoFailed:
		return nil
	case ChangeIntended, ChangeDone, ChangeFailed, UndoDone:
	default:
		return nil // of a later version
	}
	c, err := payload[Change](e)
	if err != nil {
		return err
	}
	switch {
	case e.Kind == ChangeIntended:
		p.made = append(p.made, steps.Made{Number: len(p.made) + 1, Step: c.Step, Change: c.change(), At: e.Time, Doubtful: true})
	case e.Kind != UndoDone:
		p.settle(e.Kind, c, e.Time)
	case c.Undoes > 0 && c.Undoes <= len(p.made):
		p.made[c.Undoes-1].Undone = e.Time
	}
	return nil
}

// settle writes an outcome to the last change of its name that has none. What
// a change that failed left behind is for a look at the system to say.
func (p *past) settle(kind Kind, c Change, at time.Time) {
	for i := range slices.Backward(p.made) {
		m := &p.made[i]
		if !m.Doubtful || m.Step != c.Step || m.Change.ID != c.ID || m.Change.Target != c.Target {
			continue
		}
		m.Change, m.At, m.Doubtful = c.change(), at, kind == ChangeFailed
		return
	}
}
