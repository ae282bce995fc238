package ui

import (
	"strings"

	"sensegate/checks"
	"sensegate/steps"
)

// From roomy rows on a picture is drawn if all fits, from lofty rows on always.
const (
	roomy = 20
	lofty = 36
)

// view draws the rail and, beside it, the step.
func (s *stepScreen) view(m *model) []string {
	f := m.frame
	lines, _ := s.compose(m, f.body)
	head, rows := []string(nil), f.rows
	if f.compact {
		head, rows = []string{" " + m.strip()}, rows-1
	}
	body := make([]string, 0, rows)
	body = append(body, s.heading(m, f.body)...)
	body = append(body, s.pane.view(lines, s.window(m))...)
	for len(body) < rows-2 {
		body = append(body, "")
	}
	body = append(body, m.more(s.pane, f.body), cut(m.gateLine(), f.body, m.gl.dots))
	rail := m.rail(len(body))
	out := head
	for i, l := range body {
		if f.compact {
			out = append(out, " "+l)
			continue
		}
		out = append(out, pad(rail[i], f.left)+l)
	}
	return out
}

// heading is what stands still while the rest of the page scrolls: where one is.
func (s *stepScreen) heading(m *model, w int) []string {
	p := m.newPage(w)
	p.para(0, m.th.title, m.snap.Here().Title)
	if !m.frame.compact {
		p.gap()
	}
	return p.lines
}

// window is how many lines of the step are seen at once: below the heading,
// above the line that says that there is more, and the one of the gate.
func (s *stepScreen) window(m *model) int {
	rows := m.frame.rows - 2 - len(s.heading(m, m.frame.body))
	if m.frame.compact {
		rows-- // the strip of steps
	}
	return max(rows, 1)
}

// more says that a pane goes on above or below what is seen.
func (m *model) more(p pane, w int) string {
	var say []string
	if p.off > 0 {
		say = append(say, "pgup: more above")
	}
	if p.below() > 0 {
		say = append(say, "pgdn: more below")
	}
	return m.th.dim.Render(spread("", strings.Join(say, "   "), w, m.gl.dots))
}

// rail is the list of the steps, with the present one in view.
func (m *model) rail(rows int) []string {
	out := make([]string, rows)
	first := 0
	if n := len(m.snap.Steps); n > rows {
		first = min(max(m.snap.Position-rows/2, 0), n-rows)
	}
	for i := range rows {
		at := first + i
		if at >= len(m.snap.Steps) {
			break
		}
		v := m.snap.Steps[at]
		name := cut(m.tx(v.Short), railWidth-5, m.gl.dots)
		if at == m.snap.Position {
			name = m.th.here.Render(name)
		}
		out[i] = "  " + m.stepMark(at) + " " + name
	}
	return out
}

// strip is the rail of a narrow window: one mark for each step.
func (m *model) strip() string {
	var b strings.Builder
	for i := range m.snap.Steps {
		b.WriteString(m.stepMark(i))
	}
	return b.String() + m.th.dim.Render("  step "+fraction(m.snap.Position+1, len(m.snap.Steps)))
}

func (m *model) stepMark(i int) string {
	v := m.snap.Steps[i]
	switch {
	case i == m.snap.Position:
		return m.th.here.Render(m.gl.here)
	case v.Gate.State == steps.GateSkipped:
		return m.gl.skipped
	case v.Gate.State.Passes() && v.Gate.Warnings > 0:
		return m.th.warn.Render(m.gl.warned)
	case v.Gate.State.Passes():
		return m.th.good.Render(m.gl.passed)
	case !v.Gate.Stale && anyFailed(v) && i <= m.snap.Reachable:
		return m.th.bad.Render(m.gl.failed)
	}
	return m.gl.pending
}

// detail is how much a step's page tells besides its findings.
type detail int

const (
	onlyWhat detail = iota
	withWhy
	withPicture
)

// compose writes the step below its heading, and tells where each check's lines
// are. The picture, then the reason why the step stands here, give way where
// they would push findings out of sight.
func (s *stepScreen) compose(m *model, w int) ([]string, [][2]int) {
	most := onlyWhat
	if m.frame.h >= roomy {
		most = withPicture
	}
	lines, at := s.write(m, w, most)
	for most > onlyWhat && len(lines) > s.window(m) && m.frame.h < lofty {
		most--
		lines, at = s.write(m, w, most)
	}
	return lines, at
}

func (s *stepScreen) write(m *model, w int, d detail) ([]string, [][2]int) {
	here := m.snap.Here()
	p := m.newPage(w)
	p.para(0, m.th.text, here.What)
	p.gap()
	if d >= withWhy {
		p.para(0, m.th.dim, here.Why)
		p.gap()
	}
	if d >= withPicture {
		m.talking(p, talks(here.ID, m.snap.Site))
		p.gap()
	}
	if m.job != nil {
		p.para(0, m.th.strong, m.jobLine())
		p.gap()
	}
	m.signIn(p)
	s.justDone(m, p)
	m.tables(p, here)
	at := make([][2]int, len(here.Checks))
	for i, c := range here.Checks {
		from := len(p.lines)
		m.finding(p, c, i == s.sel, s.flipped[c.Check.ID])
		at[i] = [2]int{from, len(p.lines)}
		if m.cfg.Present != nil {
			p.gap() // read from the last row of the room
		}
	}
	return p.lines, at
}

// justDone says what a plan has changed, as it was read back.
func (s *stepScreen) justDone(m *model, p *page) {
	for _, a := range s.done {
		mark := m.mark(checks.Pass)
		if a.Err != nil {
			mark = m.mark(checks.Fail)
		}
		p.hang(mark+" ", m.th.strong, didWord(a)+" "+a.Change.Field+" of "+a.Change.Target)
		if a.Err == nil && len(a.Now) > 0 {
			p.field(2, "now", m.th.text, strings.Join(a.Now, ", "))
		}
	}
	p.gap()
}
