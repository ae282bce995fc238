package session

import (
	"encoding/json"
	"fmt"
	"time"

	"sensegate/checks"
	"sensegate/steps"
)

// schema is the version of the journal that this program writes.
const schema = 1

// Kind says what a line of the journal is about.
type Kind string

// The kinds of line.
const (
	Begun          Kind = "begun"
	Answered       Kind = "answered"
	Finished       Kind = "finished"
	Moved          Kind = "moved"
	ChangeIntended Kind = "change-intended"
	ChangeDone     Kind = "change-done"
	ChangeFailed   Kind = "change-failed"
	// A change of earlier is taken back.
	UndoIntended Kind = "undo-intended"
	UndoDone     Kind = "undo-done"
	UndoFailed   Kind = "undo-failed"
)

// Entry is one line of the journal.
type Entry struct {
	Time    time.Time       `json:"time"`
	Kind    Kind            `json:"kind"`
	Payload json.RawMessage `json:"payload"`
}

type begunPayload struct {
	Schema int `json:"schema"`
}

// answeredPayload names the facts that changed; their values are in the site
// file.
type answeredPayload struct {
	Changed []string `json:"changed"`
}

type finishedPayload struct {
	ID     checks.ID      `json:"id"`
	Status checks.Status  `json:"status"`
	Cause  checks.CauseID `json:"cause,omitempty"`
	Reason checks.Reason  `json:"reason,omitempty"`
	Seen   string         `json:"seen,omitempty"`
	// Ignored is why it does not count.
	Ignored string    `json:"ignored,omitempty"`
	At      time.Time `json:"at"`
}

type movedPayload struct {
	Step checks.StepID `json:"step"`
}

// Change is a change as it is recorded: enough to know what was done, and to
// take it back by hand or in a later process. No secret is ever in it.
type Change struct {
	Step    checks.StepID `json:"step"`
	ID      string        `json:"id"`
	Target  string        `json:"target"`
	Field   string        `json:"field"`
	Before  []string      `json:"before,omitempty"`
	After   []string      `json:"after,omitempty"`
	Command string        `json:"command,omitempty"`
	Undo    string        `json:"undo,omitempty"`
	// Affects and Right are who notices, and what the change needed.
	Affects string `json:"affects,omitempty"`
	Right   string `json:"right,omitempty"`
	// Confirm is the name that has to be typed before it is made or taken back.
	Confirm string       `json:"confirm,omitempty"`
	Trace   *steps.Trace `json:"trace,omitempty"`
	// Undoes is the number of the change that this line takes back.
	Undoes int `json:"undoes,omitempty"`
	// Now is what was read back, Problem why it failed.
	Now     []string `json:"now,omitempty"`
	Problem string   `json:"problem,omitempty"`
}

func recorded(step checks.StepID, c steps.Change) Change {
	out := Change{
		Step: step, ID: c.ID, Target: c.Target, Field: c.Field,
		Before: c.Before, After: c.After, Command: c.Command, Undo: c.Undo,
		Affects: c.Affects, Right: c.Right, Confirm: c.Confirm, Undoes: c.Undoes,
	}
	if c.Trace != (steps.Trace{}) && c.Undoes == 0 {
		out.Trace = &c.Trace
	}
	return out
}

// intent is the kind of line before a change.
func intent(c steps.Change) Kind {
	if c.Undoes > 0 {
		return UndoIntended
	}
	return ChangeIntended
}

func outcome(step checks.StepID, a steps.Applied) (Kind, Change) {
	c := recorded(step, a.Change)
	c.Now = a.Now
	done, failed := ChangeDone, ChangeFailed
	if a.Change.Undoes > 0 {
		done, failed = UndoDone, UndoFailed
	}
	if a.Err != nil {
		c.Problem = a.Err.Error()
		return failed, c
	}
	return done, c
}

// change is what a record says of a change; its functions are not on record.
func (c Change) change() steps.Change {
	out := steps.Change{
		ID: c.ID, Target: c.Target, Field: c.Field, Before: c.Before, After: c.After, Command: c.Command, Undo: c.Undo,
		Affects: c.Affects, Right: c.Right, Confirm: c.Confirm, Step: c.Step,
	}
	if c.Confirm != "" {
		out.Danger = steps.Typed
	}
	if c.Trace != nil {
		out.Trace = *c.Trace
	}
	return out
}

func finding(r checks.Result) finishedPayload {
	return finishedPayload{ID: r.ID, Status: r.Status, Cause: r.Cause, Reason: r.Reason, Seen: r.Seen, Ignored: r.Ignored, At: r.At}
}

func encode(at time.Time, kind Kind, payload any) (Entry, error) {
	raw, err := json.Marshal(payload)
	if err != nil {
		return Entry{}, fmt.Errorf("encoding %s: %w", kind, err)
	}
	return Entry{Time: at, Kind: kind, Payload: raw}, nil
}
