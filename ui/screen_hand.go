package ui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"sensegate/checks"
)

// handScreen tells how the step is done without the wizard.
type handScreen struct {
	pane pane
	sel  int
}

func (m *model) openHand() tea.Cmd {
	m.hand = handScreen{}
	m.screen = onHand
	return nil
}

func (s *handScreen) acts(m *model) []act {
	k := m.keys
	list := m.snap.Here().Instructions
	var out []act
	if s.sel < len(list) && list[s.sel].Command != "" {
		command := list[s.sel].Command
		out = append(out, act{on: k.copy, says: "copy command", do: plainly(func() tea.Cmd { return m.copy(command) })})
	}
	back := func() tea.Cmd { m.screen = onStep; return nil }
	out = append(out, act{on: k.recheck, says: "done: check again", do: plainly(func() tea.Cmd { m.screen = onStep; return m.checkAgain() })})
	if a, ok := m.importAct(); ok {
		out = append(out, a)
	}
	out = append(out,
		act{on: k.back, says: "back", do: plainly(back)},
		act{on: k.enter, says: "back", quiet: true, do: plainly(back)},
		act{on: k.quit, says: "quit", do: plainly(m.quit)},
		act{on: k.words, says: "words", do: plainly(m.openWords)})
	if a, ok := m.scriptAct(); ok {
		out = append(out, a)
	}
	if len(list) > 1 {
		out = append(out,
			act{on: k.up, says: "previous", quiet: true, do: plainly(func() tea.Cmd { s.pick(m, -1); return nil })},
			act{on: k.down, says: "next", quiet: true, do: plainly(func() tea.Cmd { s.pick(m, 1); return nil })})
	}
	return append(out, s.pane.acts(k)...)
}

func (s *handScreen) pick(m *model, n int) {
	s.sel = max(0, min(s.sel+n, len(m.snap.Here().Instructions)-1))
	_, at := s.compose(m)
	s.pane.show(at[s.sel][0], at[s.sel][1])
}

func (s *handScreen) view(m *model) []string {
	lines, _ := s.compose(m)
	return m.window(&s.pane, lines)
}

func (s *handScreen) compose(m *model) ([]string, [][2]int) {
	here := m.snap.Here()
	p := m.newPage(m.frame.full)
	p.para(0, m.th.title, here.Title+", by hand")
	p.gap()
	var at [][2]int
	for i, in := range here.Instructions {
		from := len(p.lines)
		lead := "  "
		if i == s.sel {
			lead = m.th.here.Render(m.gl.here) + " "
		}
		who := string(in.Who)
		if where := place(in.Where, in.Command); where != "" {
			who += ", " + where
		}
		p.hang(fmt.Sprintf("%s%d  ", lead, i+1), m.th.text, in.Do)
		p.field(5, "who", m.th.dim, who)
		p.field(5, "command", m.th.strong, in.Command)
		p.gap()
		at = append(at, [2]int{from, len(p.lines)})
	}
	p.para(0, m.th.dim, "This rests on: "+here.Seed+" ("+here.SeedFrom+")")
	if len(at) > 0 {
		at[0][0] = 0
		at[len(at)-1][1] = len(p.lines)
	}
	return p.lines, at
}

// place says where something is typed or clicked.
func place(s checks.Shell, command string) string {
	if s == checks.Portal && strings.HasPrefix(command, "ADUC") {
		return "in Active Directory Users and Computers"
	}
	switch s {
	case checks.PowerShell:
		return "in PowerShell"
	case checks.Cmd:
		return "at a command prompt"
	case checks.Portal:
		return "in the Entra admin center"
	case checks.QMC:
		return "in the Qlik Management Console"
	case checks.Bash:
		return "in a shell"
	case checks.NoShell:
	}
	return ""
}
