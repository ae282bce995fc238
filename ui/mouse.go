package ui

import (
	tea "charm.land/bubbletea/v2"
)

// wheelStep is how many lines one notch of the wheel moves.
const wheelStep = 3

// wheeled scrolls the page that is shown.
func (m *model) wheeled(msg tea.MouseWheelMsg) {
	p := m.shownPane()
	if p == nil {
		return
	}
	switch msg.Mouse().Button {
	case tea.MouseWheelUp:
		p.line(-wheelStep)
	case tea.MouseWheelDown:
		p.line(wheelStep)
	default:
	}
}

// shownPane is what scrolls now.
func (m *model) shownPane() *pane {
	if m.helping {
		return &m.help.pane
	}
	switch m.screen {
	case onWelcome:
		return &m.welcome.pane
	case onStep:
		return &m.step.pane
	case onHand:
		return &m.hand.pane
	case onPlan:
		return &m.plan.pane
	case onMap:
		return &m.atlas.pane
	case onFinish:
		return &m.finish.pane
	case onWords:
		return &m.words.pane
	case onPhone:
		return &m.phone.pane
	case onPick:
		return &m.picks.pane
	case onNotes:
		return &m.trainer.pane
	case onCrash:
		return &m.crash.pane
	case onForm, onSecret:
	}
	return nil
}

// clicked goes to a step of the rail, or picks the check that was clicked.
func (m *model) clicked(msg tea.MouseClickMsg) tea.Cmd {
	at := msg.Mouse()
	const head = 2 // header and rule
	row := at.Y - head
	if at.Button != tea.MouseLeft || m.helping || m.job != nil || m.screen != onStep || row < 0 || row >= m.frame.rows || m.frame.compact {
		return nil
	}
	if at.X < m.frame.left {
		if row < len(m.snap.Steps) {
			return m.jump(row)
		}
		return nil
	}
	_, spans := m.step.compose(m, m.frame.body)
	line := row - len(m.step.heading(m, m.frame.body))
	if line < 0 || line >= m.step.pane.height {
		return nil
	}
	line += m.step.pane.off
	for i, s := range spans {
		if line >= s[0] && line < s[1] {
			m.step.picked, m.step.sel = true, i
		}
	}
	return nil
}
