package ui

import (
	"time"

	tea "charm.land/bubbletea/v2"
)

// longWait is from when on the end of a wait is worth a bell: people have
// turned to something else by then.
const longWait = 10 * time.Second

// rings sounds the terminal's bell when a wait that began then was long, and has
// the terminal say how it ended where it can.
func (m *model) rings(began time.Time) tea.Cmd {
	if m.cfg.Silent || m.cfg.Clock().Sub(began) < longWait {
		return nil
	}
	const bell = "\a"
	if !m.cfg.Terminal.Notifies {
		return tea.Raw(bell)
	}
	return tea.Raw("\x1b]9;" + m.ended() + "\x1b\\" + bell)
}

// ended is how things stand at the end of a wait, in a few words. It leaves the
// terminal, so no name of the site is in it.
func (m *model) ended() string {
	if m.journey == nil {
		return "Sensegate is ready"
	}
	here := m.snap.Here()
	if here.Gate.State.Passes() {
		return "Sensegate: gate open, " + toASCII(Clean(here.Title))
	}
	return "Sensegate: gate closed, " + toASCII(Clean(here.Title))
}

// progress is what the terminal shows in its tab or task bar.
func (m *model) progress() *tea.ProgressBar {
	switch {
	case m.job != nil, m.live != nil && m.live.patient:
		return tea.NewProgressBar(tea.ProgressBarIndeterminate, 0)
	case m.live != nil && len(m.snap.Steps) > 0:
		total := max(len(m.snap.Here().Checks), 1)
		return tea.NewProgressBar(tea.ProgressBarDefault, min(100*m.live.finished/total, 99))
	case m.journey != nil && m.screen == onStep && anyFailed(m.snap.Here()):
		return tea.NewProgressBar(tea.ProgressBarError, 100)
	}
	return nil
}

// windowTitle says what the window is about, and whether it is waiting.
func (m *model) windowTitle() string {
	title := "Sensegate"
	if m.journey == nil {
		return title
	}
	title += " - " + m.tx(m.snap.Site.Name)
	switch {
	case m.job != nil:
		title += " - " + m.job.says
	case m.live != nil && m.live.patient:
		title += " - waiting"
	case m.live != nil:
		title += " - checking"
	case m.snap.Finished:
		title += " - all gates open"
	}
	return title
}
