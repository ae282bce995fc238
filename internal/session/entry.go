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
	At     time.Time      `json:"at"`
}

type movedPayload struct {
	Step checks.StepID `json:"step"`
}

// Change is a change as it is recorded: enough to know, and to take back by
// hand, what was done.
type Change struct {
	Step    checks.StepID `json:"step"`
	ID      string        `json:"id"`
	Target  string        `json:"target"`
	Field   string        `json:"field"`
	Before  []string      `json:"before,omitempty"`
	After   []string      `json:"after,omitempty"`
	Command string        `json:"command,omitempty"`
	Undo    string        `json:"undo,omitempty"`
	// Now is what was read back, Problem why it failed.
	Now     []string `json:"now,omitempty"`
	Problem string   `json:"problem,omitempty"`
}

func recorded(step checks.StepID, c steps.Change) Change {
	return Change{
		Step: step, ID: c.ID, Target: c.Target, Field: c.Field,
		Before: c.Before, After: c.After, Command: c.Command, Undo: c.Undo,
	}
}

func outcome(step checks.StepID, a steps.Applied) (Kind, Change) {
	c := recorded(step, a.Change)
	c.Now = a.Now
	if a.Err != nil {
		c.Problem = a.Err.Error()
		return ChangeFailed, c
	}
	return ChangeDone, c
}

func finding(r checks.Result) finishedPayload {
	return finishedPayload{ID: r.ID, Status: r.Status, Cause: r.Cause, Reason: r.Reason, Seen: r.Seen, At: r.At}
}

func encode(at time.Time, kind Kind, payload any) (Entry, error) {
	raw, err := json.Marshal(payload)
	if err != nil {
		return Entry{}, fmt.Errorf("encoding %s: %w", kind, err)
	}
	return Entry{Time: at, Kind: kind, Payload: raw}, nil
}
