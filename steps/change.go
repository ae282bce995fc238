package steps

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"sensegate/checks"
)

// Danger says how a change must be confirmed.
type Danger int

// The kinds of confirmation.
const (
	Reversible Danger = iota // one key
	Typed                    // the name in Confirm has to be typed
)

// Change is something the wizard can do for the user.
type Change struct {
	ID string // spn.add
	// Target is what is changed, as people call it and as the system does.
	Target string
	// Field is the attribute or setting.
	Field         string
	Before, After []string
	// Command does the same by hand, typed in Shell.
	Command string
	Shell   checks.Shell
	// Also are the same by hand in other places.
	Also []Equivalent
	// Affects says who notices, and when.
	Affects string
	// Right says what is needed, and whether this user has it where known.
	Right string
	// Undo says how it is taken back.
	Undo   string
	Danger Danger
	// Confirm is the name to type when Danger is Typed.
	Confirm string
	// Trace is what another process needs to take the change back.
	Trace Trace
	// Step is the step that the change belongs to; the plan's own when empty.
	Step checks.StepID
	// Undoes is the number of the recorded change that this one takes back; 0
	// for a change of its own.
	Undoes int

	// Do makes the change; Revert takes it back; Read reads the field as it is
	// now, on the system that took the change.
	Do     func(ctx context.Context) error
	Revert func(ctx context.Context) error
	Read   func(ctx context.Context) ([]string, error)
	// Made names the object that Do made, for the trace; nil where it was there
	// before.
	Made func() string
	// rebuild binds Read and Revert to a trace that Do completed.
	rebuild func(Change) Change
}

// Plan is what the wizard proposes for a step.
type Plan struct {
	Step    checks.StepID
	Title   string
	Changes []Change
	// Notes are sentences for the reader: where it is written, how long it
	// takes to be true everywhere.
	Notes []string
}

// Confirm is the name to type before the plan is applied; empty when one key
// is enough.
func (p Plan) Confirm() string {
	for _, c := range p.Changes {
		if c.Danger == Typed {
			return c.Confirm
		}
	}
	return ""
}

// Applied is what became of one change.
type Applied struct {
	Change Change
	// Now is what was read back.
	Now []string
	Err error
}

// Recorder keeps what is about to be changed and what became of it. An error
// from Intend stops the change: nothing is altered unrecorded.
type Recorder interface {
	Intend(step checks.StepID, c Change) error
	Outcome(step checks.StepID, a Applied) error
}

// Errors that callers of Apply decide on.
var (
	ErrNotConfirmed = errors.New("the plan was not confirmed")
	ErrReadBack     = errors.New("the change was accepted but reads back differently")
)

// Apply makes the changes in order, reads each back and stops at the first
// that fails. It is the only place where anything outside is altered. typed
// must be Confirm's name. progress is called before and after each change.
func (p Plan) Apply(ctx context.Context, typed string, rec Recorder, progress func(i int, a Applied, done bool)) ([]Applied, error) {
	asks := slices.ContainsFunc(p.Changes, func(c Change) bool { return c.Danger == Typed })
	if want := p.Confirm(); asks && (want == "" || !strings.EqualFold(strings.TrimSpace(typed), want)) {
		return nil, fmt.Errorf("applying %s: %w: type %q", p.Title, ErrNotConfirmed, want)
	}
	var out []Applied
	for i, c := range p.Changes {
		if err := ctx.Err(); err != nil {
			return out, fmt.Errorf("applying %s: %w", p.Title, err)
		}
		progress(i, Applied{Change: c}, false)
		a, err := p.one(ctx, c, rec)
		out = append(out, a)
		progress(i, a, true)
		if err != nil {
			return out, fmt.Errorf("changing %s of %s: %w", c.Field, c.Target, err)
		}
	}
	return out, nil
}

func (p Plan) one(ctx context.Context, c Change, rec Recorder) (Applied, error) {
	step := cmp.Or(c.Step, p.Step)
	if a := (Applied{Change: c, Err: rec.Intend(step, c)}); a.Err != nil {
		return a, a.Err
	}
	a := Applied{Err: c.Do(ctx)}
	if c.Made != nil {
		if c.Trace.Object = cmp.Or(c.Made(), c.Trace.Object); c.rebuild != nil {
			c = c.rebuild(c)
		}
	}
	a.Change = c
	if a.Err == nil && c.Read != nil {
		a.Now, a.Err = c.Read(ctx)
		if a.Err == nil && !sameValues(a.Now, c.After) {
			a.Err = fmt.Errorf("%w: wanted %s, now %s", ErrReadBack, list(c.After), list(a.Now))
		}
	}
	if err := rec.Outcome(step, a); err != nil && a.Err == nil {
		a.Err = err
	}
	return a, a.Err
}

func sameValues(a, b []string) bool {
	fold := func(in []string) []string {
		out := make([]string, len(in))
		for i, v := range in {
			out[i] = strings.ToLower(v)
		}
		slices.Sort(out)
		return out
	}
	return slices.Equal(fold(a), fold(b))
}

func list(v []string) string {
	if len(v) == 0 {
		return "(none)"
	}
	return strings.Join(v, ", ")
}
