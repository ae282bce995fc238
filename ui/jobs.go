package ui

import (
	"context"
	"fmt"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"sensegate/internal/site"
)

// job is something that takes a moment and that the user waits for.
type job struct {
	token  int
	says   string
	cancel context.CancelFunc
	began  time.Time
	// holdsGuide says that the guide must not be touched until it is done.
	holdsGuide bool
	// stoppable says that the user may give it up.
	stoppable bool
	// done is closed when it has ended.
	done chan struct{}
}

// start begins a job; f runs outside the event loop.
func (m *model) start(j job, f func(ctx context.Context, token int) tea.Msg) tea.Cmd {
	m.token++
	ctx, cancel := context.WithCancel(m.ctx)
	j.token, j.cancel, j.began, j.done = m.token, cancel, m.cfg.Clock(), make(chan struct{})
	m.job = &j
	page := m.pageName()
	return tea.Batch(func() (msg tea.Msg) {
		defer close(j.done)
		defer func() {
			if what := recover(); what != nil {
				msg = crashedMsg{broke(what, page)}
			}
		}()
		return f(ctx, j.token)
	}, m.tick())
}

// finishedJob tells whether a message is that of the present job, and ends it.
// Its context lives on: what was opened under it may rest on it.
func (m *model) finishedJob(token int) bool {
	if m.job == nil || m.job.token != token {
		return false
	}
	m.job = nil
	return true
}

func (j *job) acts(m *model) []act {
	if !j.stoppable {
		return nil
	}
	return []act{{on: m.keys.back, says: "stop", do: plainly(func() tea.Cmd {
		j.cancel()
		if !j.holdsGuide {
			m.job = nil
			m.note = "stopped: " + j.says
			return m.afterStop()
		}
		return nil
	})}}
}

// afterStop goes back to the page that a job was begun from.
func (m *model) afterStop() tea.Cmd {
	switch m.screen {
	case onPlan:
		m.screen = onStep
	case onForm:
		return m.form.build(m)
	case onWelcome, onStep, onHand, onMap, onFinish, onSecret, onWords, onPhone, onCrash, onNotes, onPick, onScript, onImport, onUndo, onReport, onHandoff:
	}
	return nil
}

// jobLine says what is waited for.
func (m *model) jobLine() string {
	if m.job == nil {
		return ""
	}
	s := m.job.says + m.gl.dots
	if d := m.now.Sub(m.job.began); d >= time.Second {
		s += " " + span(d)
	}
	return s
}

// openedMsg is a journey that was asked for.
type openedMsg struct {
	token   int
	journey Journey
	err     error
}

// open begins a journey that has to be made first.
func (m *model) open(says string, f func(context.Context) (Journey, error)) tea.Cmd {
	return m.start(job{says: says, stoppable: true}, func(ctx context.Context, token int) tea.Msg {
		j, err := f(ctx)
		return openedMsg{token: token, journey: j, err: err}
	})
}

func (m *model) opened(msg openedMsg) tea.Cmd {
	began := m.cfg.Clock()
	if m.job != nil {
		began = m.job.began
	}
	if !m.finishedJob(msg.token) {
		return func() tea.Msg { // it came after the user had turned away
			if msg.journey.Close != nil {
				_ = msg.journey.Close()
			}
			return nil
		}
	}
	if msg.err != nil {
		if m.cfg.Begin != nil && m.journey == nil {
			m.failed = msg.err
			return tea.Quit
		}
		if m.screen == onForm {
			m.form.problem = msg.err.Error()
			return m.form.build(m)
		}
		m.welcome.problem = msg.err.Error()
		m.screen = onWelcome
		return nil
	}
	return tea.Batch(m.begin(msg.journey), m.rings(began))
}

// begin takes a journey up where it stands.
func (m *model) begin(j Journey) tea.Cmd {
	m.journey = &j
	if m.cfg.Present != nil {
		m.broke, m.played = slices.Clone(j.Faults), map[string]bool{}
		for _, f := range j.Faults {
			m.played[f.ID] = true
		}
	}
	m.refresh()
	if stoodBeyond(j, m.snap) {
		return m.resume()
	}
	return m.enterStep()
}

// answeredMsg says that answers were taken, or why not.
type answeredMsg struct {
	token int
	err   error
}

// answer hands the site's facts to the guide, which opens its systems anew.
func (m *model) answer(s site.Site) tea.Cmd {
	m.stopRun()
	g := m.journey.Guide
	return m.start(job{says: "saving the answers", holdsGuide: true}, func(ctx context.Context, token int) tea.Msg {
		return answeredMsg{token: token, err: g.Answer(ctx, s)}
	})
}

func (m *model) answered(msg answeredMsg) tea.Cmd {
	if !m.finishedJob(msg.token) {
		return nil
	}
	m.refresh()
	return m.form.saved(m, msg.err)
}

// span writes a duration the way people say it.
func span(d time.Duration) string {
	d = d.Round(time.Second)
	if d < time.Minute {
		return fmt.Sprintf("%d s", int(d.Seconds()))
	}
	if s := int(d.Seconds()) % 60; s != 0 && d < time.Hour {
		return fmt.Sprintf("%d min %d s", int(d.Minutes()), s)
	}
	return fmt.Sprintf("%d min", int(d.Minutes()))
}
