package ui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"
)

// scriptScreen shows the script that collects evidence where no program may be
// run: whoever copies it has been able to read it.
type scriptScreen struct {
	pane  pane
	text  string
	lines int
}

// openScript makes the script for the site as it is answered now.
func (m *model) openScript() tea.Cmd {
	text := m.cfg.Script(m.snap.Site)
	m.script = scriptScreen{text: text, lines: strings.Count(text, "\n")}
	m.screen = onScript
	return nil
}

// scriptAct offers the script from the page that tells how a step is done by
// hand.
func (m *model) scriptAct() (act, bool) {
	if m.cfg.Script == nil || len(m.snap.Here().Instructions) == 0 {
		return act{}, false
	}
	return act{on: m.keys.script, says: "script", do: plainly(m.openScript)}, true
}

func (s *scriptScreen) acts(m *model) []act {
	k := m.keys
	return append([]act{
		{on: k.copy, says: "copy it", do: plainly(func() tea.Cmd { return m.copyAs(s.text, fmt.Sprintf("the script, %d lines", s.lines)) })},
		{on: k.back, says: "back", do: plainly(func() tea.Cmd { m.screen = onHand; return nil })},
		{on: k.quit, says: "quit", do: plainly(m.quit)},
	}, s.pane.acts(k)...)
}

func (s *scriptScreen) view(m *model) []string {
	p := m.newPage(m.frame.full)
	p.para(0, m.th.title, "The script that collects")
	p.para(0, m.th.text, fmt.Sprintf("%d lines of PowerShell for hosts where no program may be run. It reads only, and writes one evidence file. Read it; c copies it. Save it there as collect.ps1 and run: powershell -File .\\collect.ps1", s.lines))
	p.gap()
	for line := range strings.Lines(s.text) {
		for _, part := range folded(m.tx(strings.TrimRight(line, "\r\n")), max(20, m.frame.full-2)) {
			p.lines = append(p.lines, m.th.text.Render(part))
		}
	}
	return m.window(&s.pane, p.lines)
}

// folded cuts a line of a script into pieces of at most w columns, keeping its
// indentation.
func folded(line string, w int) []string {
	var out []string
	var b strings.Builder
	used := 0
	for _, r := range line {
		n := width(string(r))
		if used+n > w {
			out = append(out, b.String())
			b.Reset()
			used = 0
		}
		b.WriteRune(r)
		used += n
	}
	return append(out, b.String())
}

// copyAs copies a text too long to be repeated, and says what it was.
func (m *model) copyAs(text, says string) tea.Cmd {
	clip := m.clip
	return tea.Sequence(tea.SetClipboard(text), func() tea.Msg {
		return copiedMsg{text: says, sure: clip(text) == nil}
	})
}
