package session

import (
	"encoding/json"
	"fmt"
	"time"

	"sensegate/checks"
	"sensegate/internal/site"
)

// Resume is how a journey stands, read back from its journal.
type Resume struct {
	Site site.Site
	// Position is the step it stood at; empty when it never moved.
	Position checks.StepID
	// Earlier are the last results, to be shown and never believed: id, status,
	// cause, reason, what was seen, and when.
	Earlier map[checks.ID]checks.Result
	// Changes are those that were made, oldest first.
	Changes []Change
	// Doubtful are changes that were begun and whose outcome was never written:
	// the program ended in between.
	Doubtful []Change
	Updated  time.Time
}

// fold computes how a journey stands from its lines alone.
func fold(entries []Entry) (Resume, error) {
	r := Resume{Earlier: map[checks.ID]checks.Result{}}
	for i, e := range entries {
		if err := r.take(e); err != nil {
			return Resume{}, fmt.Errorf("line %d (%s): %w", i+1, e.Kind, err)
		}
		r.Updated = e.Time
	}
	return r, nil
}

func (r *Resume) take(e Entry) error {
	switch e.Kind {
	case Begun:
		p, err := payload[begunPayload](e)
		if err == nil && p.Schema > schema {
			return fmt.Errorf("%w: its version is %d, this one knows %d", ErrNewer, p.Schema, schema)
		}
		return err
	case Answered, Pasted:
		return nil
	case Finished:
		p, err := payload[finishedPayload](e)
		if err == nil {
			r.Earlier[p.ID] = checks.Result{ID: p.ID, Status: p.Status, Cause: p.Cause, Reason: p.Reason, Seen: p.Seen, Ignored: p.Ignored, At: p.At}
		}
		return err
	case Moved:
		p, err := payload[movedPayload](e)
		r.Position = p.Step
		return err
	case ChangeIntended:
		c, err := payload[Change](e)
		r.Doubtful = append(r.Doubtful, c)
		return err
	case ChangeDone, ChangeFailed:
		c, err := payload[Change](e)
		r.close(c)
		if e.Kind == ChangeDone {
			r.Changes = append(r.Changes, c)
		}
		return err
	case UndoIntended, UndoDone, UndoFailed: // see past
		return nil
	}
	// A kind that a later version added changes nothing that is known here.
	return nil
}

// close takes the intention away that an outcome answers.
func (r *Resume) close(c Change) {
	for i, d := range r.Doubtful {
		if d.Step == c.Step && d.ID == c.ID && d.Target == c.Target {
			r.Doubtful = append(r.Doubtful[:i:i], r.Doubtful[i+1:]...)
			return
		}
	}
}

func payload[T any](e Entry) (T, error) {
	var v T
	if err := json.Unmarshal(e.Payload, &v); err != nil {
		return v, fmt.Errorf("reading its payload: %w", err)
	}
	return v, nil
}
