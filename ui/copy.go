package ui

import (
	tea "charm.land/bubbletea/v2"
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

func (m *model) copied(msg copiedMsg) {
	if msg.sure {
		m.note = "copied: " + msg.text
		return
	}
	m.note = "copied, if this terminal allows it: " + msg.text
}
