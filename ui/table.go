package ui

import (
	"strings"

	"sensegate/checks"
	"sensegate/steps"
)

// between is the room between two columns of a table.
const between = 3

// table draws a comparison: headings, a row for each thing that is compared
// and its verdict at the right. Where the columns do not fit, every row
// becomes a short list.
func (p *page) table(t checks.Table) {
	if len(t.Rows) == 0 {
		return
	}
	wide := make([]int, len(t.Columns))
	for i, c := range t.Columns {
		wide[i] = width(p.tx(c))
		for _, r := range t.Rows {
			if i < len(r.Cells) {
				wide[i] = max(wide[i], width(p.tx(r.Cells[i])))
			}
		}
	}
	if !fit(wide, p.w-between-1) {
		p.stacked(t)
		return
	}
	line := func(cells []string, say func(string) string) string {
		var b strings.Builder
		for i, c := range cells {
			b.WriteString(say(pad(cut(p.tx(c), wide[i], p.gl.dots), wide[i])))
			b.WriteString(strings.Repeat(" ", between))
		}
		return b.String()
	}
	head := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		head[i] = strings.ToUpper(c)
	}
	p.row(strings.TrimRight(line(head, func(s string) string { return p.th.dim.Render(s) }), " "))
	for _, r := range t.Rows {
		mark := ""
		if r.Status != checks.Pending {
			mark = p.mark(r.Status)
		}
		p.row(strings.TrimRight(line(r.Cells, func(s string) string { return p.th.text.Render(s) })+mark, " "))
	}
}

// fit makes columns narrower until they have room, the widest first; it tells
// whether they are still worth reading.
func fit(wide []int, room int) bool {
	const least = 8
	for {
		sum, widest := between*(len(wide)-1), 0
		for i, n := range wide {
			sum += n
			if n > wide[widest] {
				widest = i
			}
		}
		if sum <= room {
			return true
		}
		if wide[widest] <= least || sum-room > wide[widest]/3 {
			return false
		}
		wide[widest] -= min(sum-room, wide[widest]-least)
	}
}

func (p *page) stacked(t checks.Table) {
	for _, r := range t.Rows {
		lead := "  "
		if r.Status != checks.Pending {
			lead = p.mark(r.Status) + " "
		}
		for i, c := range r.Cells {
			if i == 0 {
				p.hang(lead, p.th.text, c)
				continue
			}
			p.hang("    "+p.th.dim.Render(p.tx(t.Columns[i])+":")+" ", p.th.text, c)
		}
	}
}

// tables draws the comparisons of a step that are known and fresh.
func (m *model) tables(p *page, v steps.StepView) {
	for _, c := range v.Checks {
		if c.Stale || c.Running || len(c.Result.Table.Rows) == 0 {
			continue
		}
		p.table(c.Result.Table)
		p.gap()
	}
}

// rows are a comparison as sentences, for lines.
func rows(t checks.Table) []string {
	out := make([]string, 0, len(t.Rows))
	for _, r := range t.Rows {
		said := make([]string, 0, len(r.Cells))
		for i, c := range r.Cells {
			if i < len(t.Columns) {
				said = append(said, t.Columns[i]+" "+c)
			}
		}
		text := strings.Join(said, ", ")
		if r.Status != checks.Pending {
			text += ": " + word(r.Status)
		}
		out = append(out, text)
	}
	return out
}
