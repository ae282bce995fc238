package ui

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"sensegate/checks"
	"sensegate/steps"
)

// Written is a report that was written.
type Written struct {
	Path string
	// Replaced says in one sentence what was replaced in it, and by what.
	Replaced string
}

// reportScreen says where the report is and what a reader of it learns.
type reportScreen struct {
	pane    pane
	from    screen
	written Written
	problem string
}

// reportedMsg says that a report was written, or why not.
type reportedMsg struct {
	token   int
	written Written
	err     error
}

// writeReport writes down how the journey stands; checks that run go on.
func (m *model) writeReport() tea.Cmd {
	write, snap, made := m.cfg.Report, m.snap, m.journey.Guide.Made()
	m.written = reportScreen{from: m.screen}
	return m.start(job{says: "writing the report"}, func(_ context.Context, token int) tea.Msg {
		w, err := write(snap, made)
		return reportedMsg{token: token, written: w, err: err}
	})
}

func (m *model) reported(msg reportedMsg) {
	if !m.finishedJob(msg.token) {
		return
	}
	m.refresh()
	m.written.written = msg.written
	if msg.err != nil {
		m.written.problem = msg.err.Error()
	}
	m.screen = onReport
}

func (s *reportScreen) acts(m *model) []act {
	k := m.keys
	leave := plainly(func() tea.Cmd { m.screen = s.from; return nil })
	back := k.back
	back.SetKeys("b", "esc", "enter")
	out := []act{{on: back, says: "back", do: leave}}
	if s.written.Path != "" {
		out = append(out, act{on: k.copy, says: "copy the file's name", do: plainly(func() tea.Cmd { return m.copy(s.written.Path) })})
	}
	out = append(out, act{on: k.quit, says: "quit", do: plainly(m.quit)})
	return append(out, s.pane.acts(k)...)
}

func (s *reportScreen) view(m *model) []string {
	p := m.newPage(m.frame.full)
	if s.problem != "" {
		p.hang(m.mark(checks.Fail)+" ", m.th.title, "The report was not written")
		p.gap()
		p.field(2, "because", m.th.text, s.problem)
		return m.window(&s.pane, p.lines)
	}
	p.hang(m.mark(checks.Pass)+" ", m.th.title, "The report is written")
	p.gap()
	p.field(2, "file", m.th.strong, s.written.Path)
	p.field(2, "names", m.th.text, s.written.Replaced)
	p.gap()
	p.para(0, m.th.text, "It holds every check with its evidence and remedies, and the changes that were made. It opens in any browser and loads nothing.")
	p.para(0, m.th.text, "With all names, for yourself: sensegate report --full")
	return m.window(&s.pane, p.lines)
}

// recordOptions are the same in lines.
func (l *lines) recordOptions() []option {
	var out []option
	if len(steps.Standing(l.journey.Guide.Made())) > 0 {
		out = append(out, option{"undo", "Take changes back", l.undoChoose})
	}
	if l.cfg.Report != nil {
		out = append(out, option{"report", "Write the report", l.report})
	}
	if l.cfg.Handoff != nil {
		out = append(out, option{"handoff", "Hand work over to somebody with other rights", l.handoff})
	}
	return out
}

func (l *lines) report(context.Context) error {
	w, err := l.cfg.Report(l.snap, l.journey.Guide.Made())
	if err != nil {
		l.say("FAILED: the report was not written: %s", err)
		return nil
	}
	l.say("WRITTEN: %s", w.Path)
	l.part("names", w.Replaced)
	return nil
}
