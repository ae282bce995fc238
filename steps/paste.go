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

// Paste is a paste that was judged: what it proves, what it says it is of, its
// text as it came, and when.
type Paste struct {
	Check checks.ID
	// On is the machine it is of, where its judge says so.
	On   string
	Text string
	// At is when it was printed, where it tells, or pasted.
	At time.Time
}

// PasteKeeper is a Journal that keeps pastes for the next session as well.
type PasteKeeper interface {
	Pasted(p Paste) error
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
	if r := g.results[id]; !g.stale[id] && lookedAt(r) {
		return nil, fmt.Errorf("pasting for %s: the program has looked itself, and what it saw counts: mend it and check again", id)
	}
	for _, n := range c.Needs {
		if r := g.results[n]; !r.Opens() {
			need, _ := g.set.Find(n)
			return nil, fmt.Errorf("pasting for %s: first has to be proved: %s", id, need.Title)
		}
	}
	env, clock, causes, before := g.env(), g.opts.Clock, g.opts.Causes, g.usable(id)
	return func(ctx context.Context, text string) (checks.Result, error) {
		if len(text) > checks.MaxPaste {
			return checks.Result{}, fmt.Errorf("the paste has %d MB, and %d are taken", len(text)>>20, checks.MaxPaste>>20)
		}
		r, err := c.Proof.Judged(ctx, env, append(before, text))
		if err != nil {
			return checks.Result{}, fmt.Errorf("the paste is refused: %w", err)
		}
		return pastedResult(r).Stamped(id, causes, env.Site, clock()), nil
	}, nil
}

// lookedAt says that a result was read live: nothing pasted may overrule it.
func lookedAt(r checks.Result) bool {
	return (r.Source == checks.Live || r.Source == "") && (r.Status == checks.Pass || r.Status == checks.Warn || r.Status == checks.Fail)
}

// Pasted keeps a paste that Judge accepted, and its result: until it is too old
// it counts whenever the check itself cannot tell.
func (g *Guide) Pasted(id checks.ID, text string, r checks.Result) error {
	p := Paste{Check: id, On: r.Row(checks.HostRow), Text: text, At: checks.PrintedAt(g.env(), text)}
	g.pastes[id] = append(g.pastes[id], p)
	g.results[id] = r
	delete(g.stale, id)
	if keeper, ok := g.opts.Journal.(PasteKeeper); ok {
		if err := keeper.Pasted(p); err != nil {
			return err
		}
	}
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

func (g *Guide) pasteLimit() time.Duration { return checks.MaxAge(g.site) }

// usable are the texts that still count.
func (g *Guide) usable(id checks.ID) []string { return texts(g.counting(id)) }

// counting are the pastes that are not too old.
func (g *Guide) counting(id checks.ID) []Paste {
	return laterThan(g.pastesFor(id), g.opts.Clock().Add(-g.pasteLimit()-time.Nanosecond))
}

func texts(list []Paste) []string {
	var out []string
	for _, p := range list {
		out = append(out, p.Text)
	}
	return out
}

// withPastes lets pastes stand in where a check itself cannot tell, and where
// they are newer than what was collected.
func (g *Guide) withPastes() checks.Set {
	list := append([]checks.Check(nil), g.set.All()...)
	some := false
	for i, c := range list {
		if c.Proof == nil || len(g.pastesFor(c.ID)) == 0 {
			continue
		}
		some = true
		list[i].Run = g.orPasted(c)
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

// orPasted is a check that falls back on what was pasted for it.
func (g *Guide) orPasted(c checks.Check) checks.Func {
	all, limit := g.counting(c.ID), g.pasteLimit()
	every := g.pastesFor(c.ID)
	last := every[len(every)-1]
	return func(ctx context.Context, env checks.Env) checks.Result {
		r := c.Run(ctx, env)
		use := all
		switch {
		case untold(r) && len(all) == 0:
			return r.With("pasted", fmt.Sprintf("%s, and this site allows %s: paste it again", ago(env.Clock(), last), limit))
		case untold(r):
		case r.Source == checks.Collected:
			use = laterThan(all, r.At)
		default:
			return r
		}
		if len(use) == 0 {
			return r
		}
		p, err := c.Proof.Judged(ctx, env, texts(use))
		// One that was pasted for another check may say nothing about this.
		for err != nil && len(use) > 1 {
			use = use[:len(use)-1]
			p, err = c.Proof.Judged(ctx, env, texts(use))
		}
		if err != nil {
			return r
		}
		p = pastedResult(p)
		p.At = last.At
		return p.With("pasted", ago(env.Clock(), last))
	}
}

// untold says that the program could not look itself; a check that holds nothing
// up without evidence is passed over then.
func untold(r checks.Result) bool { return r.Status == checks.Unknown || r.Status == checks.Skipped }

func laterThan(list []Paste, at time.Time) []Paste {
	var out []Paste
	for _, p := range list {
		if p.At.After(at) {
			out = append(out, p)
		}
	}
	return out
}

// ago says of which machine a paste is and how old it is.
func ago(now time.Time, p Paste) string {
	s := p.At.UTC().Format("2006-01-02 15:04Z") + ", " + now.Sub(p.At).Round(time.Minute).String() + " ago"
	if p.On != "" {
		return "of " + p.On + ", " + s
	}
	return s
}

func pastedResult(r checks.Result) checks.Result {
	r.Source = checks.Pasted
	return r
}
