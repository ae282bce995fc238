package steps

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sensegate/checks"
	"sensegate/internal/site"
)

// Journal keeps what happened, so that nothing confirmed is lost. An error
// while recording an answer is told to the user; it stops nothing but changes.
type Journal interface {
	Recorder
	Answered(s site.Site) error
	Finished(r checks.Result) error
	Moved(step checks.StepID) error
}

// Guide is the state of one journey: the site, the results, the position. It
// takes intents and events and answers with snapshots; it starts nothing by
// itself and has no goroutines. It is not safe for concurrent use.
type Guide struct {
	opts    Options
	order   []Step
	set     checks.Set
	world   World
	site    site.Site
	pos     int
	results map[checks.ID]checks.Result
	stale   map[checks.ID]bool
	live    map[checks.ID]checks.Event // started or retrying now
	run     int
	running bool
	changed []Applied
	pastes  map[checks.ID][]Paste
}

// Options are what a journey is made from.
type Options struct {
	Site    site.Site
	Open    Open
	Order   func(Ports) []Step
	Causes  checks.Catalogue
	Clock   func() time.Time
	Journal Journal
	// Limit is how many checks run at once; the runner's default when zero.
	Limit int
	// Earlier are results of a former session: shown, never believed.
	Earlier map[checks.ID]checks.Result
	// Pastes are those of former sessions, oldest first: judged anew while they
	// are not too old.
	Pastes []Paste
}

// ErrClosed is what a move past a closed gate returns.
var ErrClosed = errors.New("the gate is closed")

// NewGuide opens the site's systems and stands at the first step.
func NewGuide(ctx context.Context, o Options) (*Guide, error) {
	g := &Guide{
		opts: o, results: map[checks.ID]checks.Result{},
		stale: map[checks.ID]bool{}, live: map[checks.ID]checks.Event{},
		pastes: map[checks.ID][]Paste{},
	}
	if _, err := g.reopen(ctx, o.Site); err != nil {
		return nil, err
	}
	for _, p := range o.Pastes {
		g.pastes[p.Check] = append(g.pastes[p.Check], p)
	}
	for id, r := range o.Earlier {
		if _, known := g.set.Find(id); known {
			g.results[id], g.stale[id] = r, true
		}
	}
	return g, nil
}

// reopen exchanges the systems. Once that is done closed says what became of
// the old connections; it stops nothing.
func (g *Guide) reopen(ctx context.Context, s site.Site) (closed, err error) {
	w, err := g.opts.Open(ctx, s)
	if err != nil {
		return nil, fmt.Errorf("opening the site %s: %w", s.Name, err)
	}
	order := g.opts.Order(w.Ports)
	var all []checks.Check
	for _, st := range order {
		all = append(all, st.Checks...)
	}
	set, err := checks.NewSet(all)
	if err != nil {
		return nil, fmt.Errorf("reading the declarations: %w", err)
	}
	old := g.world
	g.world, g.order, g.set, g.site = w, order, set, s
	if old.Close != nil {
		closed = old.Close()
	}
	return closed, nil
}

// Close ends the connections to the site's systems.
func (g *Guide) Close() error {
	if g.world.Close == nil {
		return nil
	}
	return g.world.Close()
}

// Site is the site as answered so far.
func (g *Guide) Site() site.Site { return g.site }

// Set is every check, in order.
func (g *Guide) Set() checks.Set { return g.set }

// Run is one run of checks that the caller starts and reports back.
type Run struct {
	Number int
	// Start begins it; its events go to Observe, and its end to End.
	Start func(ctx context.Context) <-chan checks.Event
}

// Recheck prepares a run of the present step: its own checks, and whatever
// they need that is not freshly proven. A patient run waits for what takes a
// while to become true.
func (g *Guide) Recheck(patient bool) Run {
	return g.prepare(g.order[g.pos].Checks, patient, 0)
}

// RecheckAll prepares a run of every check. With wait above zero, checks that
// know how to wait do so for that long.
func (g *Guide) RecheckAll(wait time.Duration) Run {
	for id := range g.results {
		g.stale[id] = true
	}
	return g.prepare(g.set.All(), wait > 0, wait)
}

// RecheckThrough prepares a run of every check up to and including a step: all
// that its gate depends on.
func (g *Guide) RecheckThrough(last checks.StepID, wait time.Duration) Run {
	for id := range g.results {
		g.stale[id] = true
	}
	var list []checks.Check
	for _, s := range g.order {
		list = append(list, s.Checks...)
		if s.ID == last {
			break
		}
	}
	return g.prepare(list, wait > 0, wait)
}

func (g *Guide) prepare(list []checks.Check, patient bool, wait time.Duration) Run {
	own := map[checks.ID]bool{}
	ids := make([]checks.ID, 0, len(list))
	for _, c := range list {
		own[c.ID] = true
		ids = append(ids, c.ID)
	}
	var ask []checks.ID
	prior := map[checks.ID]checks.Result{}
	for _, id := range g.set.Closure(ids) {
		if own[id] || !g.fresh(id) {
			ask = append(ask, id)
		}
	}
	for id, r := range g.results {
		if g.fresh(id) {
			prior[id] = r
		}
	}
	g.run++
	g.running = true
	g.live = map[checks.ID]checks.Event{}
	runner := checks.Runner{Set: g.withIgnored(g.withResets(g.withPastes())), Causes: g.opts.Causes, Clock: g.opts.Clock, Limit: g.opts.Limit}
	req := checks.Request{IDs: ask, Prior: prior, Env: checks.NewEnv(g.site, g.opts.Clock, prior), Patient: patient, Wait: wait}
	return Run{Number: g.run, Start: func(ctx context.Context) <-chan checks.Event { return runner.Run(ctx, req) }}
}

func (g *Guide) fresh(id checks.ID) bool {
	r, ok := g.results[id]
	return ok && r.Opens() && !g.stale[id]
}

// Observe takes an event of a run; those of a run that is no longer current
// change nothing.
func (g *Guide) Observe(number int, e checks.Event) error {
	if !g.running || number != g.run {
		return nil
	}
	if e.Kind != checks.Finished {
		g.live[e.ID] = e
		return nil
	}
	delete(g.live, e.ID)
	g.results[e.ID] = e.Result
	delete(g.stale, e.ID)
	if e.Result.Reason == checks.Cancelled {
		return nil
	}
	return g.opts.Journal.Finished(e.Result)
}

// End says that a run has ended.
func (g *Guide) End(number int) {
	if number == g.run {
		g.running = false
		g.live = map[checks.ID]checks.Event{}
	}
}

// Abandon makes whatever runs no longer count; the caller cancels its context.
func (g *Guide) Abandon() {
	g.run++
	g.running = false
	g.live = map[checks.ID]checks.Event{}
}

// Next goes on to the following step; ErrClosed, with the reason, when the
// gate of the present one is closed.
func (g *Guide) Next() error {
	gate := g.judge()[g.pos]
	if !gate.State.Passes() {
		return fmt.Errorf("leaving %s: %w: %s", g.order[g.pos].Title, ErrClosed, gate.Why)
	}
	if g.pos == len(g.order)-1 {
		return nil
	}
	return g.move(g.pos + 1)
}

// Back goes to the step before and marks what lies after it stale. It always
// works; it tells whether there was a step before.
func (g *Guide) Back() (bool, error) {
	if g.pos == 0 {
		return false, nil
	}
	err := g.move(g.pos - 1)
	g.age(g.pos + 1)
	return true, err
}

// Goto jumps to a step that is reachable: one with every earlier gate open.
func (g *Guide) Goto(id checks.StepID) error {
	reach := g.reachable()
	for i, s := range g.order {
		if s.ID != id {
			continue
		}
		if i > reach {
			return fmt.Errorf("going to %s: %w: %s has to be passed first", s.Title, ErrClosed, g.order[reach].Title)
		}
		if i < g.pos {
			g.age(i + 1)
		}
		return g.move(i)
	}
	return fmt.Errorf("going to %q: there is no such step", id)
}

func (g *Guide) move(to int) error {
	g.Abandon()
	g.pos = to
	return g.opts.Journal.Moved(g.order[to].ID)
}

// age marks the results of the steps from i on as stale.
func (g *Guide) age(i int) {
	for ; i < len(g.order); i++ {
		for _, c := range g.order[i].Checks {
			if _, ran := g.results[c.ID]; ran {
				g.stale[c.ID] = true
			}
		}
	}
}

func (g *Guide) reachable() int {
	gates := g.judge()
	for i, gate := range gates {
		if !gate.State.Passes() {
			return i
		}
	}
	return len(g.order) - 1
}

// Answer replaces the site's facts: every result is stale from then on.
func (g *Guide) Answer(ctx context.Context, s site.Site) error {
	g.Abandon()
	closed, err := g.reopen(ctx, s)
	if err != nil {
		return err
	}
	g.age(0)
	return errors.Join(g.opts.Journal.Answered(s), closed)
}

// MayApply tells why the plan of a step must not be applied now; nil when it
// may. An earlier gate that is closed is ErrClosed.
func (g *Guide) MayApply(id checks.StepID) error {
	gates := g.judge()
	for i, s := range g.order {
		if s.ID == id {
			switch {
			case s.Plan == nil:
				return fmt.Errorf("applying %s: the wizard changes nothing in this step", s.Title)
			case g.world.Writers == nil:
				return fmt.Errorf("applying %s: this run may only read", s.Title)
			}
			return nil
		}
		if !gates[i].State.Passes() {
			first := "which is mended by hand"
			if s.Plan != nil {
				first = "`sensegate apply " + string(s.ID) + "` comes first"
			}
			return fmt.Errorf("%s has to wait: %w: %s (%s); %s", g.title(id), ErrClosed, s.Title, gates[i].Why, first)
		}
	}
	return fmt.Errorf("applying %q: there is no such step", id)
}

func (g *Guide) title(id checks.StepID) string {
	for _, s := range g.order {
		if s.ID == id {
			return s.Title
		}
	}
	return string(id)
}

// Planner returns the function that proposes the present step's changes, to be
// called outside the caller's event loop.
func (g *Guide) Planner() func(ctx context.Context) (Plan, error) {
	step, world := g.order[g.pos], g.world
	env := checks.NewEnv(g.site, g.opts.Clock, g.results)
	explain := g.explainer()
	return func(ctx context.Context) (Plan, error) {
		if step.Plan == nil || world.Writers == nil {
			return Plan{Step: step.ID, Title: step.Title}, nil
		}
		plan, err := step.Plan(ctx, env, *world.Writers)
		if err != nil {
			return Plan{}, fmt.Errorf("planning %s: %w", step.Title, err)
		}
		return explain(plan), nil
	}
}

// Recorder is where applying a plan keeps its record.
func (g *Guide) Recorder() Recorder { return g.opts.Journal }

// Changed takes what applying a plan did: the step and all after it have to be
// checked again. A run that is under way no longer counts: what it has read may
// be older than the change.
func (g *Guide) Changed(step checks.StepID, applied []Applied) {
	g.Abandon()
	g.changed = append(g.changed, applied...)
	for i, s := range g.order {
		if s.ID == step {
			g.age(i)
			return
		}
	}
}
