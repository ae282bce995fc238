package ui

import (
	"fmt"

	tea "charm.land/bubbletea/v2"

	"sensegate/checks"
)

// copiedMsg says that a text was given to the clipboard.
type copiedMsg struct {
	text string
	// sure says that the system's clipboard took it; terminals do not answer.
	sure bool
}

// copy gives text to the terminal (which is where the user sits, also over
// SSH) and to this computer's clipboard (for consoles that know no OSC 52).
func (m *model) copy(text string) tea.Cmd {
	clip := m.clip
	return tea.Sequence(tea.SetClipboard(text), func() tea.Msg {
		return copiedMsg{text: text, sure: clip(text) == nil}
	})
}

// copyTurn is which of several commands was copied last.
type copyTurn struct {
	of checks.ID
	n  int
}

// copyNext copies the first command of a finding, and the next one each time it
// is asked again.
func (m *model) copyNext(of checks.ID, list []string) tea.Cmd {
	if m.turn.of != of {
		m.turn = copyTurn{of: of}
	}
	n := m.turn.n % len(list)
	m.turn.n = n + 1
	if len(list) == 1 {
		return m.copy(list[0])
	}
	return m.copyAs(list[n], fmt.Sprintf("%d of %d, %s", n+1, len(list), list[n]))
}

func (m *model) copied(msg copiedMsg) {
	if msg.sure {
		m.note = "copied: " + msg.text
		return
	}
	m.note = "copied, if this terminal allows it: " + msg.text
}
