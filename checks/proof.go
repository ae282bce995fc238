package checks

import (
	"context"
	"maps"
	"time"

	"sensegate/internal/site"
)

// Proof is how an assertion is proved by hand, where the program cannot look
// for itself: somebody runs a command elsewhere and pastes what it prints.
type Proof struct {
	// Ask lists the commands, one for each machine that has to answer.
	Ask func(env Env) []Asked
	// Judge judges all pastes of this check together, the latest last. An error
	// refuses the latest one with the reason: nonsense, cut off, of another host
	// or object. Evidence named LineEvidence shows which line convinced it. Like
	// a check it changes nothing; it must be quick with a paste of any size.
	Judge func(ctx context.Context, env Env, pastes []string) (Result, error)
}

// Asked is one command that somebody is asked to run.
type Asked struct {
	// On is where it is run, a host's name or a role such as "any domain member".
	On      string
	Who     Role
	Shell   Shell
	Command string
}

// LineEvidence is the name of the evidence that shows the convincing line.
const LineEvidence = "the line"

// HostRow is the name of the evidence that says which machine a paste is of.
const HostRow = "pasted from"

// Row is the value of the first evidence of that name; empty when there is none.
func (r Result) Row(name string) string {
	for _, e := range r.Evidence {
		if e.Name == name {
			return e.Value
		}
	}
	return ""
}

// MaxPaste is how much of a paste is taken; more is refused.
const MaxPaste = 16 << 20

// Stamped completes a result that did not come from a run, as the runner
// completes its own: harmless text, remedies, source and time.
func (r Result) Stamped(id ID, causes Catalogue, s site.Site, at time.Time) Result {
	r.ID = id
	r = r.neutral()
	if c, ok := causes[r.Cause]; ok && r.Cause != "" {
		values := Vars(s)
		maps.Copy(values, r.vars)
		r.vars = values
		if len(r.Remedies) == 0 {
			r.Remedies = c.Remedies(values)
		}
	}
	if r.At.IsZero() {
		r.At = at
	}
	return r
}
