package checks

import (
	"fmt"
	"maps"
	"time"
)

// Status is the outcome of a check. The zero value means that it never ran.
type Status int

// The outcomes. Only Pass, Warn and Skipped can open a gate.
const (
	Pending Status = iota
	Waiting        // what it needs is not proven
	Pass
	Warn
	Fail
	Unknown // could not tell, and Reason says why
	Skipped // does not apply, and Seen says why
	Crashed // our bug
)

var statusWords = [...]string{"pending", "waiting", "pass", "warn", "fail", "unknown", "skipped", "crashed"}

// String is the word used in the JSON.
func (s Status) String() string {
	if s < 0 || int(s) >= len(statusWords) {
		return fmt.Sprintf("status(%d)", int(s))
	}
	return statusWords[s]
}

// MarshalText writes the word.
func (s Status) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the word.
func (s *Status) UnmarshalText(b []byte) error {
	for i, w := range statusWords {
		if w == string(b) {
			*s = Status(i)
			return nil
		}
	}
	return fmt.Errorf("reading a status: %q is not one of %v", b, statusWords)
}

// Opens says that this outcome does not hold a gate closed.
func (s Status) Opens() bool { return s == Pass || s == Warn || s == Skipped }

// Reason says why an outcome is unknown.
type Reason string

// The reasons.
const (
	NoRight     Reason = "no right"
	Unreachable Reason = "unreachable"
	TimedOut    Reason = "timed out"
	Unsupported Reason = "not possible here"
	NoEvidence  Reason = "no evidence"
	Cancelled   Reason = "cancelled"
	Unexplained Reason = "unexplained"
)

// Source says how an outcome was proved.
type Source string

// The three ways to prove something.
const (
	Live      Source = "live"
	Collected Source = "collected"
	Pasted    Source = "pasted"
)

// Evidence is one thing that was read, on success as on failure.
type Evidence struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Remedy is one way to mend it, for one audience.
type Remedy struct {
	Who     Role   `json:"who"`
	Text    string `json:"text"`
	Command string `json:"command"`
	Shell   Shell  `json:"shell"`
}

// Result is what a check found. It is immutable once the runner stamped it.
type Result struct {
	ID       ID
	Status   Status
	Cause    CauseID // set when the status is warn or fail
	Reason   Reason  // set when the status is unknown
	Expected string
	Seen     string
	Evidence []Evidence
	// Table is the comparison that the outcome rests on, where there is one.
	Table    Table
	Remedies []Remedy
	Source   Source
	// Ignored is why the site lets an outcome that would hold the gate closed
	// count as a warning; empty when it does not.
	Ignored string
	// WaitsFor are the needs that are not proven.
	WaitsFor []ID
	At       time.Time
	Took     time.Duration
	Attempt  int

	facts map[string]any
	vars  map[string]string
}

// Passed says that it is so.
func Passed(expected, seen string) Result {
	return Result{Status: Pass, Expected: expected, Seen: seen}
}

// Warned says that it works but should be better.
func Warned(cause CauseID, expected, seen string) Result {
	return Result{Status: Warn, Cause: cause, Expected: expected, Seen: seen}
}

// Failed says that it is not so, and why.
func Failed(cause CauseID, expected, seen string) Result {
	return Result{Status: Fail, Cause: cause, Expected: expected, Seen: seen}
}

// CouldNotTell says that no answer was to be had.
func CouldNotTell(reason Reason, expected, seen string) Result {
	return Result{Status: Unknown, Reason: reason, Expected: expected, Seen: seen}
}

// NotApplicable says that the check has no meaning here.
func NotApplicable(because string) Result {
	return Result{Status: Skipped, Seen: because}
}

// With adds a piece of evidence.
func (r Result) With(name, value string) Result {
	r.Evidence = append(append([]Evidence(nil), r.Evidence...), Evidence{Name: name, Value: value})
	return r
}

// Expect sets what was expected, for outcomes made by Explain.
func (r Result) Expect(expected string) Result {
	r.Expected = expected
	return r
}

// Provide attaches a fact that later checks may use; the key must be declared.
func (r Result) Provide(key string, value any) Result {
	facts := make(map[string]any, len(r.facts)+1)
	maps.Copy(facts, r.facts)
	facts[key] = value
	r.facts = facts
	return r
}

// Var fills a placeholder of the cause's remedies that the site does not know,
// such as the name of the one connector that is wrong.
func (r Result) Var(name, value string) Result {
	vars := make(map[string]string, len(r.vars)+1)
	maps.Copy(vars, r.vars)
	vars[name] = value
	r.vars = vars
	return r
}

// From says how it was proved when that was not live.
func (r Result) From(source Source, at time.Time) Result {
	r.Source, r.At = source, at
	return r
}

// Vars are the placeholders that the runner filled for this result: the site's
// names, and the result's own.
func (r Result) Vars() map[string]string { return r.vars }
