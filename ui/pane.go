package ui

import tea "charm.land/bubbletea/v2"

// pane is a window onto more lines than fit.
type pane struct {
	off, height, total int
	// seek, when set, brings these lines into view at the next drawing.
	seek     bool
	from, to int
}

// show brings the lines from..to (exclusive) into view when next drawn.
func (p *pane) show(from, to int) { p.seek, p.from, p.to = true, from, to }

// top goes back to the first line.
func (p *pane) top() { p.off, p.seek = 0, false }

// page moves by n windows, less one line of overlap.
func (p *pane) page(n int) {
	p.off += n * max(p.height-1, 1)
	p.clamp()
}

// line moves by n lines.
func (p *pane) line(n int) {
	p.off += n
	p.clamp()
}

func (p *pane) clamp() { p.off = max(min(p.off, p.total-p.height), 0) }

// scrolls says whether there is more than fits.
func (p *pane) scrolls() bool { return p.total > p.height }

// below counts the lines under the window.
func (p *pane) below() int { return max(p.total-p.off-p.height, 0) }

// view returns the lines in the window of height h, and remembers both.
func (p *pane) view(lines []string, h int) []string {
	p.height, p.total = h, len(lines)
	if p.seek {
		p.seek = false
		if p.to > p.off+h {
			p.off = p.to - h
		}
		if p.from < p.off {
			p.off = p.from
		}
		if p.from == 0 {
			p.off = min(p.off, max(p.to-h, 0))
		}
	}
	p.clamp()
	return lines[p.off:min(p.off+h, len(lines))]
}

// acts are the keys that scroll, while there is something to scroll.
func (p *pane) acts(k keyMap) []act {
	if !p.scrolls() {
		return nil
	}
	doing := func(f func()) func(tea.KeyPressMsg) tea.Cmd {
		return func(tea.KeyPressMsg) tea.Cmd { f(); return nil }
	}
	return []act{
		{on: k.pageDown, says: "scroll down", quiet: true, do: doing(func() { p.page(1) })},
		{on: k.pageUp, says: "scroll up", quiet: true, do: doing(func() { p.page(-1) })},
		{on: k.home, says: "to the top", quiet: true, do: doing(func() { p.line(-p.total) })},
		{on: k.end, says: "to the end", quiet: true, do: doing(func() { p.line(p.total) })},
		{on: k.up, says: "scroll up", quiet: true, do: doing(func() { p.line(-1) })},
		{on: k.down, says: "scroll down", quiet: true, do: doing(func() { p.line(1) })},
	}
}
