// Package report turns a snapshot into what is printed or kept: JSON with a
// schema, text, a short form to paste, JUnit, OpenMetrics.
package report

import (
	"slices"
	"time"

	"sensegate/checks"
	"sensegate/steps"
)

// Schema names the JSON's form; a field may be added, none changes meaning.
const Schema = "sensegate/check/v1"

// Exit codes of a run of checks.
const (
	ExitOpen      = 0 // all gates open
	ExitTool      = 1 // a check crashed: our bug
	ExitFailed    = 3 // a gate failed
	ExitWarned    = 4 // warnings only, and strict was asked for
	ExitCannotSay = 5 // could not tell
)

// Report is one run of checks, as `check --format json` prints it.
type Report struct {
	Schema    string    `json:"schema"`
	Site      string    `json:"site"`
	Simulated bool      `json:"simulated"`
	Started   time.Time `json:"started"`
	TookMs    int64     `json:"tookMs"`
	Exit      int       `json:"exit"`
	// Pins are names that were sent to other addresses.
	Pins  []string `json:"pins,omitempty"`
	Steps []Step   `json:"steps"`
}

// Step is one gate with its checks.
type Step struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	Gate  string `json:"gate"`
	// Why says what holds the gate closed.
	Why    string  `json:"why,omitempty"`
	Checks []Check `json:"checks"`
}

// Check is one assertion and what was found.
type Check struct {
	ID      string        `json:"id"`
	Title   string        `json:"title"`
	Status  checks.Status `json:"status"`
	Cause   string        `json:"cause"`
	Because string        `json:"because,omitempty"`
	Reason  string        `json:"reason,omitempty"`
	// Ignored is why the site lets it count as a warning.
	Ignored  string            `json:"ignored,omitempty"`
	Expected string            `json:"expected"`
	Seen     string            `json:"seen"`
	Evidence []checks.Evidence `json:"evidence"`
	Remedies []checks.Remedy   `json:"remedies"`
	Source   checks.Source     `json:"source"`
	At       time.Time         `json:"at"`
	TookMs   int64             `json:"tookMs"`
	Needs    []checks.ID       `json:"needs"`
	Docs     string            `json:"docs"`
}

// Options say what a report is made of.
type Options struct {
	Started time.Time
	Ended   time.Time
	// Only limits the report to some steps; all when empty.
	Only   []checks.StepID
	Strict bool
	Causes checks.Catalogue
}

// New makes a report of a snapshot.
func New(s steps.Snapshot, o Options) Report {
	r := Report{
		Schema: Schema, Site: checks.Neutral(s.Site.Name), Simulated: s.Site.Simulated,
		Started: o.Started, TookMs: o.Ended.Sub(o.Started).Milliseconds(), Steps: []Step{},
	}
	for _, p := range s.Site.Pins {
		r.Pins = append(r.Pins, checks.Neutral(p.Name+" at "+p.Address))
	}
	all := make([]Step, 0, len(s.Steps))
	var until []Step // the last step that is wanted, and all before it
	for i, v := range s.Steps {
		step := Step{ID: string(v.ID), Title: v.Title, Gate: v.Gate.State.String(), Why: v.Gate.Why, Checks: []Check{}}
		for _, c := range v.Checks {
			step.Checks = append(step.Checks, newCheck(c, o.Causes))
		}
		all = append(all, step)
		if wanted(v.ID, o.Only) {
			r.Steps = append(r.Steps, step)
			until = all[:i+1]
		}
	}
	r.Exit = exit(r.Steps, until, o.Strict)
	return r
}

func newCheck(c steps.CheckView, causes checks.Catalogue) Check {
	res := c.Result
	out := Check{
		ID: string(c.Check.ID), Title: c.Check.Title, Status: res.Status, Cause: string(res.Cause),
		Reason: string(res.Reason), Ignored: checks.Neutral(res.Ignored), Expected: res.Expected, Seen: res.Seen,
		Evidence: res.Evidence, Remedies: res.Remedies, Source: res.Source, At: res.At,
		TookMs: res.Took.Milliseconds(), Needs: c.Check.Needs, Docs: c.Check.Docs,
	}
	if why, ok := causes[res.Cause]; ok {
		out.Because = checks.Fill(why.Because, res.Vars(), checks.NoShell)
	}
	if out.Evidence == nil {
		out.Evidence = []checks.Evidence{}
	}
	if out.Remedies == nil {
		out.Remedies = []checks.Remedy{}
	}
	if out.Needs == nil {
		out.Needs = []checks.ID{}
	}
	return out
}

func wanted(id checks.StepID, only []checks.StepID) bool {
	if slices.Contains(only, id) {
		return true
	}
	return len(only) == 0
}

// verdict is the code that says how it went with some steps: a failure
// outweighs a crash, a crash what could not be told, that a warning. What is
// closed without any of these is only blamed on others.
func verdict(list []Step) (code int, blamed bool) {
	var failed, crashed, unknown, warned, closed bool
	for _, s := range list {
		closed = closed || s.Gate == steps.GateClosed.String()
		for _, c := range s.Checks {
			if c.Ignored != "" {
				warned = true
				continue
			}
			switch c.Status {
			case checks.Fail:
				failed = true
			case checks.Crashed:
				crashed = true
			case checks.Unknown:
				unknown = true
			case checks.Warn:
				warned = true
			case checks.Pending, checks.Waiting, checks.Pass, checks.Skipped:
			}
		}
	}
	switch {
	case failed:
		return ExitFailed, false
	case crashed:
		return ExitTool, false
	case unknown:
		return ExitCannotSay, false
	case closed:
		return ExitFailed, true
	case warned:
		return ExitWarned, false
	}
	return ExitOpen, false
}

// exit judges the steps that are reported; where they only wait for earlier
// ones, those tell why.
func exit(reported, until []Step, strict bool) int {
	code, blamed := verdict(reported)
	if blamed {
		code, _ = verdict(until)
	}
	if code == ExitWarned && !strict {
		return ExitOpen
	}
	return code
}

// FirstClosed is the first step whose gate is closed.
func (r Report) FirstClosed() (Step, bool) {
	for _, s := range r.Steps {
		if s.Gate == steps.GateClosed.String() {
			return s, true
		}
	}
	return Step{}, false
}
