package ui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"sensegate/checks"
)

// liveRun is a run of checks that is under way.
type liveRun struct {
	token, number int
	events        <-chan checks.Event
	cancel        context.CancelFunc
	began         time.Time
	patient       bool
	finished      int
	// resuming says that it proves again what an earlier session had proved.
	resuming bool
}

// eventMsg is one event of a run, or its end.
type eventMsg struct {
	token int
	event checks.Event
	more  bool
}

// tickMsg comes once a second while something is under way.
type tickMsg struct{}

// check runs the present step's checks; a patient run waits for what takes a
// while to become true.
func (m *model) check(patient bool) tea.Cmd {
	m.stopRun()
	run := m.journey.Guide.Recheck(patient)
	return m.launch(run.Number, patient, run.Start)
}

// checkAll runs every check of the journey.
func (m *model) checkAll() tea.Cmd {
	m.stopRun()
	run := m.journey.Guide.RecheckAll(0)
	return m.launch(run.Number, false, run.Start)
}

func (m *model) launch(number int, patient bool, start func(context.Context) <-chan checks.Event) tea.Cmd {
	ctx, cancel := context.WithCancel(m.ctx)
	m.token++
	m.live = &liveRun{
		token: m.token, number: number, cancel: cancel, patient: patient,
		began: m.cfg.Clock(), events: start(ctx),
	}
	m.refresh()
	return tea.Batch(m.live.next(), m.tick())
}

// next waits for one event.
func (r *liveRun) next() tea.Cmd {
	token, events := r.token, r.events
	return func() tea.Msg {
		e, more := <-events
		return eventMsg{token: token, event: e, more: more}
	}
}

// observed takes an event; those of a run that was given up are ignored.
func (m *model) observed(msg eventMsg) tea.Cmd {
	r := m.live
	if r == nil || r.token != msg.token {
		return nil
	}
	if !msg.more {
		m.journey.Guide.End(r.number)
		r.cancel()
		m.live = nil
		m.refresh()
		if r.resuming {
			return m.land()
		}
		m.step.settled(m)
		return m.rings(r.began)
	}
	if msg.event.Kind == checks.Finished {
		r.finished++
	}
	if err := m.journey.Guide.Observe(r.number, msg.event); err != nil {
		m.note = "not kept: " + err.Error()
	}
	m.refresh()
	m.step.followFailure(m)
	return r.next()
}

// stopRun gives up what is under way; its results no longer count.
func (m *model) stopRun() {
	if m.live == nil {
		return
	}
	m.live.cancel()
	m.live = nil
	m.journey.Guide.Abandon()
	m.refresh()
}

// halt cancels the run but listens to its end, so that what is not settled
// shows as stopped.
func (m *model) halt() tea.Cmd {
	if m.live != nil {
		m.live.cancel()
	}
	return nil
}

// everySecond is how often a wait shows how long it takes.
func everySecond() tea.Cmd {
	return tea.Tick(time.Second, func(time.Time) tea.Msg { return tickMsg{} })
}

func (m *model) tick() tea.Cmd {
	if m.ticking {
		return nil
	}
	m.ticking = true
	m.now = m.cfg.Clock()
	return m.wake()
}

func (m *model) ticked() tea.Cmd {
	m.ticking = false
	m.now = m.cfg.Clock()
	if m.live == nil && m.job == nil {
		return nil
	}
	return m.tick()
}
