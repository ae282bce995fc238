package checks

import (
	"context"
	"fmt"
	"strings"
	"time"

	"sensegate/internal/pasted"
)

// Repeated is the outcome of a check that was run again on what was pasted:
// lines are those that it rests on, missing the questions that no paste answers
// yet. What is missing proves nothing, against or for.
func (r Result) Repeated(lines, missing []string) Result {
	const shown = 6
	for _, l := range lines[:min(len(lines), shown)] {
		r = r.With(LineEvidence, l)
	}
	if r.Status == Unknown && len(missing) > 0 {
		r.Reason = NoEvidence
		r.Seen = "not pasted yet: " + strings.Join(missing, ", ")
	}
	return r
}

// PrintedOn says on which machines, and since when, what it rests on was printed.
func (r Result) PrintedOn(at time.Time, hosts ...string) Result {
	r.At = at
	return r.With(HostRow, strings.Join(hosts, " and "))
}

// NotAhead is a time that another machine's clock told, or now where that has
// not come yet: how wrong the clock is is for other checks to say.
func NotAhead(env Env, at time.Time) time.Time {
	if now := env.Clock(); at.After(now) {
		return now
	}
	return at
}

// Outdated refuses what was printed before something that was pasted already.
func Outdated(of string, printed, before time.Time) error {
	const shape = "2006-01-02 15:04:05Z"
	return fmt.Errorf("it was printed on %s at %s, and what was pasted before is of %s, which is later: run the command again", of, printed.UTC().Format(shape), before.UTC().Format(shape))
}

// PastedDirectory is the proof of a check that asks the directory: the check is run again
// on what was pasted of it. list makes the room's checks with that in place of
// the directory; settle, where there is one, has the last word over what a paste
// with questions left open can prove.
func PastedDirectory(id ID, ask func(Env) []Asked, list func(*pasted.Forest) []Check, settle func(env Env, r Result, missing []string) Result) *Proof {
	return &Proof{
		Ask: ask,
		Judge: func(ctx context.Context, env Env, pastes []string) (Result, error) {
			f, err := pasted.ReadForest(env.Site.Directory.Domain, env.Clock(), pastes)
			if err != nil {
				return Result{}, err
			}
			for _, c := range list(f) {
				if c.ID != id {
					continue
				}
				r := c.Run(ctx, env)
				if err := f.Latest(); err != nil {
					return Result{}, err
				}
				if err := f.Trouble(); err != nil {
					return Result{}, err
				}
				if settle != nil {
					r = settle(env, r, f.Missing())
				}
				hosts, at := f.Of()
				return r.Repeated(f.Lines(), f.Missing()).PrintedOn(NotAhead(env, at), hosts...), nil
			}
			return Result{}, fmt.Errorf("there is no check %s", id)
		},
	}
}
