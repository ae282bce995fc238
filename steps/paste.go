package steps

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sensegate/checks"
)

// ErrNoPaste says that a check cannot be proved by something pasted.
var ErrNoPaste = errors.New("nothing can be pasted here")

// keptPaste is a paste that was judged, with its time.
type keptPaste struct {
	text string
	at   time.Time
}

// Asked lists what to run, and where, to prove a check by hand; nothing where
// it cannot be.
func (g *Guide) Asked(id checks.ID) []checks.Asked {
	c, ok := g.set.Find(id)
	if !ok || c.Proof == nil {
		return nil
	}
	list := c.Proof.Ask(g.env())
	for i := range list {
		list[i].Command = checks.Fill(list[i].Command, checks.Vars(g.site), list[i].Shell)
	}
	return list
}

// Judge prepares the judging of a paste, to be called outside the caller's
// event loop: it changes nothing. Its result is for Pasted.
func (g *Guide) Judge(id checks.ID) (func(ctx context.Context, text string) (checks.Result, error), error) {
	c, ok := g.set.Find(id)
	if !ok || c.Proof == nil {
		return nil, fmt.Errorf("pasting for %s: %w", id, ErrNoPaste)
	}
	for _, n := range c.Needs {
		if r := g.results[n]; !r.Status.Opens() {
			need, _ := g.set.Find(n)
			return nil, fmt.Errorf("pasting for %s: first has to be proved: %s", id, need.Title)
		}
	}
	env, clock, causes, before := g.env(), g.opts.Clock, g.opts.Causes, g.usable(id)
	return func(ctx context.Context, text string) (checks.Result, error) {
		if len(text) > checks.MaxPaste {
			return checks.Result{}, fmt.Errorf("the paste has %d MB, and %d are taken", len(text)>>20, checks.MaxPaste>>20)
		}
		r, err := c.Proof.Judge(ctx, env, append(before, text))
		if err != nil {
			return checks.Result{}, fmt.Errorf("the paste is refused: %w", err)
		}
		return pastedResult(r).Stamped(id, causes, env.Site, clock()), nil
	}, nil
}

// Pasted keeps a paste that Judge accepted, and its result: until it is too old
// it counts whenever the check itself cannot tell.
func (g *Guide) Pasted(id checks.ID, text string, r checks.Result) error {
	g.pastes[id] = append(g.pastes[id], keptPaste{text: text, at: g.opts.Clock()})
	g.results[id] = r
	delete(g.stale, id)
	return g.opts.Journal.Finished(r)
}

// Paste judges and keeps in one step.
func (g *Guide) Paste(ctx context.Context, id checks.ID, text string) (checks.Result, error) {
	judge, err := g.Judge(id)
	if err != nil {
		return checks.Result{}, err
	}
	r, err := judge(ctx, text)
	if err != nil {
		return checks.Result{}, err
	}
	return r, g.Pasted(id, text, r)
}

func (g *Guide) env() checks.Env { return checks.NewEnv(g.site, g.opts.Clock, g.results) }

// pasteAge is how long a paste counts unless the site says otherwise.
const pasteAge = 7 * 24 * time.Hour

func (g *Guide) usable(id checks.ID) []string {
	limit := g.site.EvidenceMaxAge
	if limit <= 0 {
		limit = pasteAge
	}
	var out []string
	for _, p := range g.pastes[id] {
		if g.opts.Clock().Sub(p.at) <= limit {
			out = append(out, p.text)
		}
	}
	return out
}

// withPastes lets pastes stand in where a check itself cannot tell.
func (g *Guide) withPastes() checks.Set {
	list := append([]checks.Check(nil), g.set.All()...)
	some := false
	for i, c := range list {
		texts := g.usable(c.ID)
		if len(texts) == 0 || c.Proof == nil {
			continue
		}
		some = true
		last := g.pastes[c.ID][len(g.pastes[c.ID])-1].at
		live, judge := c.Run, c.Proof.Judge
		list[i].Run = func(ctx context.Context, env checks.Env) checks.Result {
			r := live(ctx, env)
			if r.Status != checks.Unknown {
				return r
			}
			if p, err := judge(ctx, env, texts); err == nil {
				p = pastedResult(p)
				p.At = last
				return p
			}
			return r
		}
	}
	if !some {
		return g.set
	}
	set, err := checks.NewSet(list)
	if err != nil {
		return g.set // the declarations are those that were valid before
	}
	return set
}

func pastedResult(r checks.Result) checks.Result {
	r.Source = checks.Pasted
	return r
}
