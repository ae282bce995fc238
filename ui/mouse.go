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
	case onScript:
		return &m.script.pane
	case onImport:
		return &m.imports.pane
	case onNotes:
		return &m.trainer.pane
	case onUndo:
		return &m.undo.pane
	case onReport:
		return &m.written.pane
	case onHandoff:
		return &m.orders.pane
	case onCrash:
		return &m.crash.pane
	case onForm, onSecret:
	}
	return nil
}

// clicked does what a key would do with the thing that was clicked.
func (m *model) clicked(msg tea.MouseClickMsg) tea.Cmd {
	at := msg.Mouse()
	const head = 2 // header and rule
	row := at.Y - head
	if at.Button != tea.MouseLeft || m.helping || m.job != nil || row < 0 || row >= m.frame.rows {
		return nil
	}
	switch m.screen {
	case onStep:
		return m.clickedStep(at.X, row)
	case onMap:
		_, first := m.atlas.compose(m)
		if i := row + m.atlas.pane.off - first; i >= 0 && i < len(m.snap.Steps) {
			return m.jump(i)
		}
	case onWelcome:
		_, spans := m.welcome.compose(m)
		if i, ok := hit(spans, row+m.welcome.pane.off); ok {
			return m.welcome.choose(m, i)
		}
	case onForm, onHand, onPlan, onFinish, onSecret, onWords, onPhone, onCrash, onNotes, onPick, onScript, onImport, onUndo, onReport, onHandoff:
	}
	return nil
}

// clickedStep goes to a step of the rail, or picks the check that was clicked.
func (m *model) clickedStep(x, row int) tea.Cmd {
	if m.frame.compact {
		row-- // the strip of steps
	} else if x < m.frame.left {
		if row < len(m.snap.Steps) {
			return m.jump(row)
		}
		return nil
	}
	line := row - len(m.step.heading(m, m.frame.body))
	if line < 0 || line >= m.step.pane.height {
		return nil
	}
	_, spans := m.step.compose(m, m.frame.body)
	if i, ok := hit(spans, line+m.step.pane.off); ok {
		m.step.picked, m.step.sel = true, i
	}
	return nil
}

// hit finds the span that has a line in it.
func hit(spans [][2]int, line int) (int, bool) {
	for i, s := range spans {
		if line >= s[0] && line < s[1] {
			return i, true
		}
	}
	return 0, false
}
