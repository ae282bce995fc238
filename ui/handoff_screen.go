package ui

import (
	"context"
	"fmt"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

// WorkOrder is what one role has to do.
type WorkOrder struct {
	// Title says who that is; Items counts what waits for them.
	Title string
	Items int
	Text  string
	// Save writes it as text and as a script, and tells where.
	Save func() ([]string, error)
}

// handoffScreen shows the work orders, one at a time.
type handoffScreen struct {
	pane   pane
	from   screen
	orders []WorkOrder
	sel    int
	// saved are the files that the shown one was written to.
	saved   []string
	problem string
}

// ordersMsg are the work orders that were asked for.
type ordersMsg struct {
	token  int
	orders []WorkOrder
	err    error
}

// savedOrderMsg says that one was written.
type savedOrderMsg struct {
	token int
	files []string
	err   error
}

func (m *model) openHandoff() tea.Cmd {
	orders, snap := m.cfg.Handoff, m.snap
	m.orders = handoffScreen{from: m.screen}
	return m.start(job{says: "writing the work orders"}, func(_ context.Context, token int) tea.Msg {
		list, err := orders(snap)
		return ordersMsg{token: token, orders: list, err: err}
	})
}

func (m *model) ordered(msg ordersMsg) {
	if !m.finishedJob(msg.token) {
		return
	}
	m.refresh()
	s := &m.orders
	s.orders = msg.orders
	if msg.err != nil || len(msg.orders) == 0 {
		m.note = fmt.Sprint("no work order: ", msg.err)
		return
	}
	// The first that has something to do is the one that is wanted.
	for i, o := range s.orders {
		if o.Items > 0 {
			s.sel = i
			break
		}
	}
	m.screen = onHandoff
}

func (m *model) savedOrder(msg savedOrderMsg) {
	if !m.finishedJob(msg.token) {
		return
	}
	m.orders.saved, m.orders.problem = msg.files, ""
	if msg.err != nil {
		m.orders.problem = msg.err.Error()
	}
	m.orders.pane.top()
}

func (s *handoffScreen) acts(m *model) []act {
	k := m.keys
	o := s.orders[s.sel]
	which := key.NewBinding(key.WithKeys("1", "2", "3", "4"), key.WithHelp(fmt.Sprintf("1-%d", len(s.orders)), ""))
	out := []act{
		{on: k.enter, says: "write files", do: plainly(func() tea.Cmd {
			return m.start(job{says: "writing the files"}, func(_ context.Context, token int) tea.Msg {
				files, err := o.Save()
				return savedOrderMsg{token: token, files: files, err: err}
			})
		})},
		{on: which, says: "whose", do: func(k tea.KeyPressMsg) tea.Cmd {
			if n := number(k.Text); n >= 1 && n <= len(s.orders) {
				s.sel, s.saved, s.problem = n-1, nil, ""
				s.pane.top()
			}
			return nil
		}},
		{on: k.copy, says: "copy", do: plainly(func() tea.Cmd { return m.copy(o.Text) })},
		{on: k.back, says: "back", do: plainly(func() tea.Cmd { m.screen = s.from; return nil })},
		{on: k.quit, says: "quit", do: plainly(m.quit)},
	}
	return append(out, s.pane.acts(k)...)
}

func (s *handoffScreen) view(m *model) []string {
	p := m.newPage(m.frame.full)
	p.para(0, m.th.title, "Hand work over")
	for i, o := range s.orders {
		style, lead := m.th.dim, " "
		if i == s.sel {
			style, lead = m.th.here, m.gl.here
		}
		p.hang(style.Render(lead+fmt.Sprintf(" %d ", i+1)), style, fmt.Sprintf("%s: %s", o.Title, count(o.Items, "thing")))
	}
	p.gap()
	if s.problem != "" {
		p.field(0, "not written", m.th.bad, s.problem)
	}
	for _, f := range s.saved {
		p.field(0, "written", m.th.strong, f)
	}
	for l := range strings.Lines(s.orders[s.sel].Text) {
		l = strings.TrimRight(l, "\n")
		in := len(l) - len(strings.TrimLeft(l, " "))
		if l == "" {
			p.gap()
			continue
		}
		p.hang(strings.Repeat(" ", in), m.th.text, l[in:])
	}
	return m.window(&s.pane, p.lines)
}

// handoff asks whose work order is wanted, says it and writes it.
func (l *lines) handoff(ctx context.Context) error {
	list, err := l.cfg.Handoff(l.snap)
	if err != nil {
		l.say("FAILED: there is no work order: %s", err)
		return nil
	}
	var options []option
	for i, o := range list {
		options = append(options, option{fmt.Sprint("role", i+1), fmt.Sprintf("%s: %s", o.Title, count(o.Items, "thing")), func(context.Context) error {
			for line := range strings.Lines(o.Text) {
				if line = strings.TrimSpace(line); line != "" {
					l.say("  %s", line)
				}
			}
			files, err := o.Save()
			if err != nil {
				l.say("FAILED: it was not written: %s", err)
			}
			for _, f := range files {
				l.say("WRITTEN: %s", f)
			}
			return nil
		}})
	}
	options = append(options, option{"back", "Back", func(context.Context) error { return nil }})
	return l.choose(ctx, "Whose work?", true, options)
}
