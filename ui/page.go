package ui

import (
	"strings"

	"charm.land/lipgloss/v2"

	"sensegate/checks"
)

// page collects the lines of one pane, wrapped to its width.
type page struct {
	paper
	w     int
	lines []string
}

// paper is what everything is written on: a look and a set of characters.
type paper struct {
	th theme
	gl glyphs
}

// tx makes text safe and fit for the character set.
func (p paper) tx(s string) string {
	s = Clean(s)
	if p.gl.ascii {
		return toASCII(s)
	}
	return s
}

func (p *page) gap() {
	if n := len(p.lines); n > 0 && p.lines[n-1] != "" {
		p.lines = append(p.lines, "")
	}
}

// row adds one line that is not wrapped but cut.
func (p *page) row(styled string) { p.lines = append(p.lines, cut(styled, p.w, p.gl.dots)) }

// para adds a paragraph, indented.
func (p *page) para(indent int, st lipgloss.Style, s string) {
	in := strings.Repeat(" ", indent)
	for _, l := range wrap(p.tx(s), p.w-indent) {
		p.lines = append(p.lines, in+st.Render(l))
	}
}

// hang adds a paragraph whose first line carries a lead that is already drawn.
func (p *page) hang(lead string, st lipgloss.Style, s string) {
	n := width(lead)
	for i, l := range wrap(p.tx(s), p.w-n) {
		if i > 0 {
			lead = strings.Repeat(" ", n)
		}
		p.lines = append(p.lines, lead+st.Render(l))
	}
}

// labels is the column that values begin at, after the indent.
const labels = 10

// field adds a label and its value; nothing when there is no value.
func (p *page) field(indent int, label string, st lipgloss.Style, value string) {
	if strings.TrimSpace(value) == "" {
		return
	}
	lead := strings.Repeat(" ", indent) + p.th.dim.Render(pad(p.tx(label), labels))
	p.hang(lead, st, value)
}

// list adds a label and several values, one under the other, deeper than the
// fields of the same page.
func (p *page) list(label string, st lipgloss.Style, mark string, values []string) {
	const indent = 7
	lead := pad(label, labels)
	if len(values) == 0 {
		p.hang(strings.Repeat(" ", indent)+p.th.dim.Render(lead)+mark+" ", st, "(none)")
		return
	}
	for i, v := range values {
		if i > 0 {
			lead = strings.Repeat(" ", labels)
		}
		p.hang(strings.Repeat(" ", indent)+p.th.dim.Render(lead)+mark+" ", st, v)
	}
}

// mark draws the mark of an outcome.
func (p paper) mark(s checks.Status) string { return p.th.of(s).Render(p.gl.of(s)) }
