package ui

import (
	tea "charm.land/bubbletea/v2"
)

// helpScreen lists the keys of the page it was opened on, and the marks.
type helpScreen struct {
	pane   pane
	of     []act
	screen screen
}

func (s *helpScreen) acts(m *model) []act {
	closing := plainly(func() tea.Cmd { m.helping = false; return nil })
	back := m.keys.back
	back.SetKeys("b", "esc", "enter", "?", "f1")
	out := []act{{on: back, says: "back to the page", do: closing}}
	if !m.typing() {
		out = append(out, act{on: m.keys.look, says: "theme", do: plainly(m.nextLook)})
	}
	if m.screen != onForm && m.screen != onSecret {
		out = append(out, act{on: m.keys.quit, says: "quit", do: plainly(m.quit)})
	}
	return append(out, s.pane.acts(m.keys)...)
}

func (s *helpScreen) view(m *model) []string {
	p := m.newPage(m.frame.full)
	p.para(0, m.th.title, "Keys that work on that page now")
	p.gap()
	for _, a := range s.of {
		p.field(2, a.on.Help().Key, m.th.text, a.says)
	}
	p.field(2, "ctrl+c", m.th.text, "leave at once; nothing that was confirmed is lost")
	p.gap()
	p.para(0, m.th.title, "Marks")
	p.gap()
	for _, g := range []struct{ mark, says string }{
		{m.gl.passed, "passed"},
		{m.gl.failed, "failed: what was expected and seen, the cause and the fix stand below it"},
		{m.gl.warned, "works, but should be better"},
		{m.gl.unknown, "could not tell, and why; it never counts as your fault, and opens no gate"},
		{m.gl.pending, "not checked yet, or waits for something else"},
		{m.gl.skipped, "does not apply here"},
		{m.gl.crashed, "our fault: the check itself broke"},
		{m.gl.running, "running, or asked again until it is true"},
	} {
		p.field(2, g.mark, m.th.text, g.says)
	}
	p.gap()
	p.para(0, m.th.text, "Theme: "+or(m.look, Themes()[0])+"; t changes it.")
	p.gap()
	p.para(0, m.th.text, "A gate opens when every check of its step has passed, warned or does not apply. Going back marks what lies ahead as old; it erases nothing.")
	return m.window(&s.pane, p.lines)
}
