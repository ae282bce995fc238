package ui

import (
	"fmt"

	"sensegate/checks"
	"sensegate/steps"
)

// view draws the plan: before and after, who notices, how to do it by hand and
// how to take it back, then what has to be typed.
func (s *planScreen) view(m *model) []string {
	f := m.frame
	head := []string{spread("  "+m.th.title.Render(m.tx(s.heading(m))), s.status(m)+"  ", f.w, m.gl.dots), ""}
	ask := s.question(m, f.full)
	p := m.newPage(f.full)
	s.write(m, p)
	rows := max(f.rows-len(head)-len(ask), 1)
	window := s.pane.view(p.lines, rows)
	if len(ask) > 0 && s.pane.scrolls() {
		ask[0] = m.more(s.pane, f.full)
	}
	body := m.padded(window)
	for len(body) < rows {
		body = append(body, "")
	}
	return append(append(head, body...), m.padded(ask)...)
}

// heading says what the plan is for.
func (s *planScreen) heading(m *model) string {
	if s.undo {
		return "Plan for taking changes back"
	}
	return "Plan for " + m.snap.Here().Title
}

func (s *planScreen) status(m *model) string {
	switch {
	case m.job != nil && s.ready:
		return m.th.strong.Render("applying")
	case s.over:
		return m.th.bad.Render("stopped")
	}
	return m.th.dim.Render("nothing done yet")
}

func (s *planScreen) write(m *model, p *page) {
	if !s.ready {
		p.para(0, m.th.strong, m.jobLine())
		return
	}
	if s.problem != "" {
		problem := s.problem
		if s.explained() {
			problem = "One change failed; why is said below."
		}
		p.hang(m.mark(checks.Fail)+" ", m.th.strong, problem)
		if s.over {
			p.para(2, m.th.text, "Nothing further was changed. Going back checks how things stand now.")
		}
		p.gap()
	}
	if len(s.plan.Changes) == 0 && s.problem == "" && s.undo {
		p.para(0, m.th.text, "There is nothing here that the wizard could take back.")
		p.gap()
	} else if len(s.plan.Changes) == 0 && s.problem == "" {
		p.para(0, m.th.text, "There is nothing to change: everything that the wizard could do here is already so. What the checks still miss has to be done elsewhere; see how by hand (i).")
		return
	}
	for i, c := range s.plan.Changes {
		s.change(m, p, i, c)
		p.gap()
	}
	for _, n := range s.plan.Notes {
		p.para(0, m.th.text, n)
		p.gap()
	}
}

// explained says that the change that failed tells why.
func (s *planScreen) explained() bool {
	for _, r := range s.results {
		if r != nil && r.Err != nil {
			return true
		}
	}
	return false
}

func (s *planScreen) change(m *model, p *page, i int, c steps.Change) {
	lead := fmt.Sprintf("%d  ", i+1)
	switch {
	case s.results[i] != nil && s.results[i].Err != nil:
		lead = m.mark(checks.Fail) + "  "
	case s.results[i] != nil:
		lead = m.mark(checks.Pass) + "  "
	case s.begun[i]:
		lead = m.th.strong.Render(m.gl.running) + "  "
	}
	p.hang(lead, m.th.strong, c.Target)
	p.para(5, m.th.text, c.Field)
	p.list("before", m.th.text, " ", c.Before)
	p.list("after", m.th.good, "+", c.After)
	if r := s.results[i]; r != nil && len(r.Now) > 0 {
		p.list("now", m.th.text, "=", r.Now)
	}
	if r := s.results[i]; r != nil && r.Err != nil {
		p.field(3, "failed", m.th.bad, r.Err.Error())
	}
	p.field(3, "same as", m.th.text, c.Command)
	for _, e := range c.Also {
		p.list("or", m.th.text, " ", append([]string{e.As + ":"}, e.Lines...))
	}
	p.field(3, "affects", m.th.text, c.Affects)
	p.field(3, "needs", m.th.text, c.Right)
	p.field(3, "undo", m.th.text, c.Undo)
}

// question is what the reader has to do to go on.
func (s *planScreen) question(m *model, w int) []string {
	p := m.newPage(w)
	switch {
	case !s.ready || s.over || s.problem != "" || len(s.plan.Changes) == 0:
		return nil
	case m.job != nil:
		p.para(0, m.th.strong, m.jobLine())
	case s.plan.Confirm() == "":
		p.para(0, m.th.strong, "Press enter to apply this.")
	default:
		p.hang("", m.th.text, "To go on, type the name "+s.plan.Confirm())
		state := ""
		switch {
		case s.confirmed():
			state = m.th.good.Render("  enter applies this")
		case s.typed != "":
			state = m.th.dim.Render("  not yet the name")
		}
		p.row("> " + m.tx(s.typed) + "_" + state)
	}
	return append([]string{""}, p.lines...)
}
