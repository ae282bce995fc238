package ui

import (
	"context"
	"fmt"

	tea "charm.land/bubbletea/v2"

	"sensegate/checks"
)

// Suggestion is an answer that was found live, and where.
type Suggestion struct{ Value, From string }

// pickScreen offers what was found for one question of the form.
type pickScreen struct {
	pane    pane
	key     string
	label   string
	list    []Suggestion
	sel     int
	problem string
}

// suggestedMsg is what was found.
type suggestedMsg struct {
	token int
	list  []Suggestion
	err   error
}

// lookUp asks the systems for answers to the question that is typed at.
func (m *model) lookUp() tea.Cmd {
	q := m.form.pages[m.form.at][m.form.focus()]
	m.picks = pickScreen{key: q.Key, label: q.Label}
	find, facts := m.cfg.Suggest, m.form.base
	for _, page := range m.form.pages {
		for _, other := range page {
			other.Set(&facts, *m.form.draft[other.Key])
		}
	}
	return m.start(job{says: "looking up " + q.Label, stoppable: true}, func(ctx context.Context, token int) tea.Msg {
		list, err := find(ctx, facts, q.Key)
		return suggestedMsg{token: token, list: list, err: err}
	})
}

func (m *model) suggested(msg suggestedMsg) {
	if !m.finishedJob(msg.token) {
		return
	}
	m.picks.list = msg.list
	// What was typed before in this session comes after what was found.
	for _, v := range m.typed[m.picks.key] {
		m.picks.list = append(m.picks.list, Suggestion{Value: v, From: "typed before"})
	}
	switch {
	case msg.err != nil:
		m.picks.problem = msg.err.Error()
	case len(m.picks.list) == 0:
		m.picks.problem = "nothing was found for this"
	}
	m.screen = onPick
}

// recall keeps what was typed, newest first.
func (m *model) recall(key, value string) {
	if m.typed == nil {
		m.typed = map[string][]string{}
	}
	list := []string{value}
	for _, v := range m.typed[key] {
		if v != value && len(list) < 5 {
			list = append(list, v)
		}
	}
	m.typed[key] = list
}

func (s *pickScreen) acts(m *model) []act {
	k := m.keys
	back := func() tea.Cmd { m.screen = onForm; return m.form.build(m) }
	var out []act
	take := func(i int) tea.Cmd {
		if i < 0 || i >= len(s.list) {
			return nil
		}
		*m.form.draft[s.key] = Clean(s.list[i].Value)
		m.form.found(s.key, s.list[i])
		return back()
	}
	if len(s.list) > 0 {
		out = append(out,
			act{on: k.enter, says: "take it", do: plainly(func() tea.Cmd { return take(s.sel) })},
			act{on: k.digits, says: "take that one", quiet: true, do: func(p tea.KeyPressMsg) tea.Cmd { return take(number(p.Text) - 1) }},
			act{on: k.up, says: "the one above", quiet: true, do: plainly(func() tea.Cmd { s.sel = max(s.sel-1, 0); return nil })},
			act{on: choosing(k), says: "choose", do: plainly(func() tea.Cmd { s.sel = min(s.sel+1, len(s.list)-1); return nil })})
	}
	out = append(out, act{on: k.back, says: "back", do: plainly(back)}, act{on: k.quit, says: "quit", do: plainly(m.quit)})
	return append(out, s.pane.acts(k)...)
}

func (s *pickScreen) view(m *model) []string {
	p := m.newPage(m.frame.full)
	p.para(0, m.th.title, s.label+": what was found")
	p.gap()
	if s.problem != "" {
		p.hang(m.mark(checks.Unknown)+" ", m.th.text, s.problem)
	}
	for i, v := range s.list {
		lead, st := "  ", m.th.text
		if i == s.sel {
			lead, st = m.th.here.Render(m.gl.here)+" ", m.th.strong
		}
		p.hang(fmt.Sprintf("%s%d  ", lead, i+1), st, v.Value)
		p.para(5, m.th.dim, v.From)
		if i == s.sel {
			s.pane.show(len(p.lines)-2, len(p.lines))
		}
	}
	return m.window(&s.pane, p.lines)
}
