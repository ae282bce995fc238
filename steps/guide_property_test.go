package steps_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sensegate/checks"
	"sensegate/internal/site"
	"sensegate/steps"
)

// TestNoWayPastAClosedGate plays any sequence of what a person and the runs can
// do, and compares every snapshot with a model that knows only which results
// were proved freshly.
func TestNoWayPastAClosedGate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := newTraveller(t)
		t.Repeat(map[string]func(*rapid.T){
			"":         m.compare,
			"next":     m.next,
			"back":     m.back,
			"goto":     m.jump,
			"begin":    m.begin,
			"prove":    m.prove,
			"deliver":  m.deliver,
			"forge":    m.forge,
			"end":      m.end,
			"abandon":  func(*rapid.T) { m.guide.Abandon(); m.current = 0 },
			"answer":   m.answer,
			"changed":  m.changed,
			"outcomes": m.draw,
			"journal":  func(t *rapid.T) { m.journal.fails = rapid.SampledFrom([]error{nil, nil, errDisk}).Draw(t, "journal") },
		})
	})
}

// underway is a run whose events have not all been delivered yet.
type underway struct {
	number int
	events []checks.Event
}

// traveller is the model: the guide under test, and what is known without it.
type traveller struct {
	guide   *steps.Guide
	journal *diary
	order   []steps.Step
	step    map[checks.ID]int
	outcome map[checks.ID]checks.Status // what the checks find at present
	fresh   map[checks.ID]checks.Status // what was found since it could last change
	pos     int
	current int // number of the run that counts, 0 when none does
	runs    []underway
	opens   error // what opening and closing the systems fail with
	closes  error
	writes  bool
}

func newTraveller(t *rapid.T) *traveller {
	m := &traveller{
		journal: &diary{}, step: map[checks.ID]int{}, outcome: map[checks.ID]checks.Status{}, fresh: map[checks.ID]checks.Status{},
		writes: rapid.Bool().Draw(t, "writers"),
	}
	var ids []checks.ID
	for i := range rapid.IntRange(2, 5).Draw(t, "steps") {
		s := steps.Step{ID: checks.StepID(fmt.Sprintf("step%d", i)), Title: fmt.Sprintf("Step %d", i)}
		for j := range rapid.IntRange(1, 3).Draw(t, "checks") {
			id := checks.ID(fmt.Sprintf("%s.%d", s.ID, j))
			c := checks.Check{ID: id, Step: s.ID, Title: string(id), Run: func(context.Context, checks.Env) checks.Result {
				return checks.Result{Status: m.outcome[id]}
			}}
			if len(ids) > 0 {
				c.Needs = rapid.SliceOfNDistinct(rapid.SampledFrom(ids), 0, 2, rapid.ID[checks.ID]).Draw(t, "needs")
			}
			s.Checks, m.step[id] = append(s.Checks, c), i
			ids = append(ids, id)
		}
		if rapid.Bool().Draw(t, "plan") {
			s.Plan = func(context.Context, checks.Env, steps.Writers) (steps.Plan, error) { return steps.Plan{}, nil }
		}
		m.order = append(m.order, s)
	}
	m.draw(t)
	earlier := map[checks.ID]checks.Result{"long.gone": {ID: "long.gone", Status: checks.Pass}}
	for _, id := range ids {
		if rapid.Bool().Draw(t, "earlier") {
			earlier[id] = checks.Result{ID: id, Status: statuses().Draw(t, "status")}
		}
	}
	g, err := steps.NewGuide(t.Context(), steps.Options{
		Open: m.open, Order: func(steps.Ports) []steps.Step { return m.order }, Clock: time.Now, Journal: m.journal, Earlier: earlier,
	})
	if err != nil {
		t.Fatal(err)
	}
	m.guide = g
	return m
}

func statuses() *rapid.Generator[checks.Status] {
	return rapid.SampledFrom([]checks.Status{
		checks.Pass, checks.Pass, checks.Warn, checks.Skipped, checks.Fail, checks.Unknown, checks.Waiting, checks.Crashed, checks.Pending,
	})
}

func (m *traveller) open(context.Context, site.Site) (steps.World, error) {
	if m.opens != nil {
		return steps.World{}, m.opens
	}
	w := steps.World{Close: func() error { return m.closes }}
	if m.writes {
		w.Writers = &steps.Writers{}
	}
	return w, nil
}

// draw changes what the checks would find. Mostly good news, or no gate would
// ever open.
func (m *traveller) draw(t *rapid.T) {
	good := rapid.IntRange(0, 3).Draw(t, "good news") > 0
	for _, s := range m.order {
		for _, c := range s.Checks {
			m.outcome[c.ID] = checks.Pass
			if !good {
				m.outcome[c.ID] = statuses().Draw(t, "outcome")
			}
		}
	}
}

// forget is what a change at step i does to all that was proved from there on.
func (m *traveller) forget(i int) {
	for id := range m.fresh {
		if m.step[id] >= i {
			delete(m.fresh, id)
		}
	}
}

func (m *traveller) gateOpen(i int) bool {
	for _, s := range m.order[:i+1] {
		for _, c := range s.Checks {
			if !m.fresh[c.ID].Opens() {
				return false
			}
			for _, n := range c.Needs {
				if !m.fresh[n].Opens() {
					return false
				}
			}
		}
	}
	return true
}

func (m *traveller) firstClosed() int {
	for i := range m.order {
		if !m.gateOpen(i) {
			return i
		}
	}
	return len(m.order)
}

func (m *traveller) moved(to int) { m.pos, m.current = to, 0 }

func (m *traveller) next(t *rapid.T) {
	err := m.guide.Next()
	switch {
	case !m.gateOpen(m.pos):
		if !errors.Is(err, steps.ErrClosed) {
			t.Fatalf("next through a closed gate: %v", err)
		}
	case m.pos == len(m.order)-1:
		if err != nil {
			t.Fatalf("next at the end: %v", err)
		}
	default:
		if !errors.Is(err, m.journal.fails) {
			t.Fatalf("next through an open gate: %v", err)
		}
		m.moved(m.pos + 1)
	}
}

func (m *traveller) back(t *rapid.T) {
	was, err := m.guide.Back()
	if was != (m.pos > 0) {
		t.Fatalf("back from step %d: %v, %v", m.pos, was, err)
	}
	if was {
		m.moved(m.pos - 1)
		m.forget(m.pos + 1)
	}
}

func (m *traveller) jump(t *rapid.T) {
	to := rapid.IntRange(0, len(m.order)).Draw(t, "to")
	if to == len(m.order) {
		if err := m.guide.Goto("nowhere"); err == nil || errors.Is(err, steps.ErrClosed) {
			t.Fatalf("going nowhere: %v", err)
		}
		return
	}
	err := m.guide.Goto(m.order[to].ID)
	if to > m.firstClosed() {
		if !errors.Is(err, steps.ErrClosed) {
			t.Fatalf("going to step %d, the first closed one is %d: %v", to, m.firstClosed(), err)
		}
		return
	}
	if !errors.Is(err, m.journal.fails) {
		t.Fatalf("going to step %d: %v", to, err)
	}
	if to < m.pos {
		m.forget(to + 1)
	}
	m.moved(to)
}

// begin plays a whole run, but keeps its events for later.
func (m *traveller) begin(t *rapid.T) {
	var r steps.Run
	if rapid.Bool().Draw(t, "everything") {
		r = m.guide.RecheckAll(0)
		m.forget(0)
	} else {
		r = m.guide.Recheck(false)
	}
	u := underway{number: r.Number}
	for e := range r.Start(t.Context()) {
		u.events = append(u.events, e)
	}
	m.current, m.runs = r.Number, append(m.runs, u)
}

// prove finds everything right and delivers it at once, or few gates would
// ever open.
func (m *traveller) prove(t *rapid.T) {
	for id := range m.step {
		m.outcome[id] = checks.Pass
	}
	m.begin(t)
	u := &m.runs[len(m.runs)-1]
	for _, e := range u.events {
		m.observe(t, u.number, e)
	}
	u.events = nil
}

func (m *traveller) deliver(t *rapid.T) {
	if len(m.runs) == 0 {
		t.Skip("nothing is under way")
	}
	// Mostly the newest run, or few results would count.
	at := len(m.runs) - 1 - rapid.SampledFrom([]int{0, 0, 0, 1, 2}).Draw(t, "which")
	u := &m.runs[max(at, 0)]
	n := len(u.events)
	if rapid.IntRange(0, 3).Draw(t, "partly") == 0 {
		n = rapid.IntRange(0, len(u.events)).Draw(t, "events")
	}
	for _, e := range u.events[:n] {
		m.observe(t, u.number, e)
	}
	u.events = u.events[n:]
}

// forge delivers any outcome of any check under any number.
func (m *traveller) forge(t *rapid.T) {
	ids := make([]checks.ID, 0, len(m.step))
	for _, s := range m.order {
		for _, c := range s.Checks {
			ids = append(ids, c.ID)
		}
	}
	id := rapid.SampledFrom(ids).Draw(t, "id")
	e := checks.Event{
		Kind: rapid.SampledFrom([]checks.EventKind{checks.Started, checks.Retrying, checks.Finished, checks.Finished}).Draw(t, "kind"),
		ID:   id, Result: checks.Result{ID: id, Status: statuses().Draw(t, "status")},
	}
	if e.Result.Status == checks.Unknown && rapid.Bool().Draw(t, "cancelled") {
		e.Result.Reason = checks.Cancelled
	}
	m.observe(t, rapid.IntRange(-1, m.current+2).Draw(t, "number"), e)
}

func (m *traveller) observe(t *rapid.T, number int, e checks.Event) {
	counts := m.current != 0 && number == m.current && e.Kind == checks.Finished
	err := m.guide.Observe(number, e)
	if counts {
		m.fresh[e.ID] = e.Result.Status
	}
	if recorded := counts && e.Result.Reason != checks.Cancelled; recorded && !errors.Is(err, m.journal.fails) || !recorded && err != nil {
		t.Fatalf("observing %v of run %d: %v", e, number, err)
	}
}

func (m *traveller) end(t *rapid.T) {
	number := rapid.IntRange(0, m.current+1).Draw(t, "number")
	m.guide.End(number)
	if number == m.current {
		m.current = 0
	}
}

func (m *traveller) answer(t *rapid.T) {
	m.opens = rapid.SampledFrom([]error{nil, nil, errors.New("no such host")}).Draw(t, "opening")
	m.closes = rapid.SampledFrom([]error{nil, nil, errors.New("already closed")}).Draw(t, "closing")
	name := rapid.StringMatching("[a-z]{3}").Draw(t, "name")
	err := m.guide.Answer(t.Context(), site.Site{Name: name})
	m.current = 0
	switch {
	case m.opens != nil:
		if !errors.Is(err, m.opens) || m.guide.Site().Name == name && name != "" && err == nil {
			t.Fatalf("answering while nothing opens: %v", err)
		}
	default:
		if m.guide.Site().Name != name {
			t.Fatalf("the site is %q, the answer was %q", m.guide.Site().Name, name)
		}
		m.forget(0)
	}
	m.opens, m.closes = nil, nil
}

func (m *traveller) changed(t *rapid.T) {
	i := rapid.IntRange(0, len(m.order)-1).Draw(t, "step")
	m.guide.Changed(m.order[i].ID, []steps.Applied{{}})
	m.forget(i)
	// What a run that was under way has read may be older than the change.
	m.current = 0
}

func (m *traveller) compare(t *rapid.T) {
	s := m.guide.Snapshot()
	open := 0
	for i, v := range s.Steps {
		if v.Gate.State.Passes() != m.gateOpen(i) {
			t.Fatalf("the gate of step %d is %s (%s), proved freshly: %v", i, v.Gate.State, v.Gate.Why, m.gateOpen(i))
		}
		if v.Gate.State.Passes() {
			open++
		} else if v.Gate.Why == "" {
			t.Fatalf("the gate of step %d is closed and does not say why", i)
		}
	}
	first := m.firstClosed()
	switch {
	case s.Position != m.pos:
		t.Fatalf("at step %d, want %d", s.Position, m.pos)
	case s.Open != open || open != first:
		t.Fatalf("%d gates are open, %d are counted, the first closed one is %d", open, s.Open, first)
	case s.Reachable != min(first, len(m.order)-1):
		t.Fatalf("step %d can be reached, the first closed gate is %d", s.Reachable, first)
	case s.Finished != (first == len(m.order)):
		t.Fatalf("finished is %v with %d of %d gates open", s.Finished, open, len(m.order))
	case s.MayNext != m.gateOpen(m.pos) || s.MayNext == (s.WhyNotNext != ""):
		t.Fatalf("may go on is %v (%q) at step %d", s.MayNext, s.WhyNotNext, m.pos)
	case s.Running && m.current == 0:
		t.Fatal("it runs, though nothing counts")
	}
	for i, st := range m.order {
		err := m.guide.MayApply(st.ID)
		switch {
		case i > first && !errors.Is(err, steps.ErrClosed):
			t.Fatalf("applying step %d while step %d is closed: %v", i, first, err)
		case i <= first && (err == nil) != (st.Plan != nil && m.writes):
			t.Fatalf("applying step %d: %v; has a plan %v, may write %v", i, err, st.Plan != nil, m.writes)
		}
	}
}
