package ui

import (
	"strings"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"
	"rsc.io/qr"

	"sensegate/checks"
)

// phoneScreen shows the external URL as a code that a phone's camera reads, and
// what to look for there.
type phoneScreen struct {
	pane pane
	from screen
	of   string
	code *qr.Code
}

func (m *model) openPhone() tea.Cmd {
	url := m.snap.Site.Publish.ExternalURL
	m.phone = phoneScreen{from: m.screen, of: url}
	if code, err := qr.Encode(url, qr.L); err == nil {
		m.phone.code = code
	}
	m.screen = onPhone
	return nil
}

// phoneAct is the key to it, where there is an address.
func (m *model) phoneAct() (act, bool) {
	here := m.snap.Here().ID
	if m.snap.Site.Publish.ExternalURL == "" || here != "verify" && m.screen != onFinish {
		return act{}, false
	}
	return act{on: m.keys.phone, says: "on the phone", do: plainly(m.openPhone)}, true
}

func (s *phoneScreen) acts(m *model) []act {
	closing := plainly(func() tea.Cmd { m.screen = s.from; return nil })
	back := m.keys.back
	back.SetKeys("b", "esc", "u", "enter")
	return append([]act{
		{on: back, says: "back", do: closing},
		{on: m.keys.copy, says: "copy the address", do: plainly(func() tea.Cmd { return m.copy(s.of) })},
		{on: m.keys.quit, says: "quit", do: plainly(m.quit)},
	}, s.pane.acts(m.keys)...)
}

// onThePhone is what to look for, in the order in which it shows.
func onThePhone(simulated bool) []string {
	list := []string{
		"Leave the office's Wi-Fi: it has to work from anywhere.",
		"The sign-in of Entra comes first, and once. No second window may ask for a password.",
		"The hub opens with your own name at the top.",
		"Open an app: the charts fill. If the page stays grey, the WebSocket does not get through.",
		"Lay the phone aside for a minute, then tap a chart: it still answers.",
	}
	if simulated {
		list = append(list, "SIMULATED: this address is the practice lab's; no phone can open it.")
	}
	return list
}

func (s *phoneScreen) view(m *model) []string {
	code := m.drawCode(s.code)
	const apart = 3
	beside := m.frame.full - boxWidth(code) - apart
	p := m.newPage(m.frame.full)
	if len(code) > 0 && beside >= 24 {
		t := m.newPage(beside)
		s.write(m, t)
		for i := range max(len(code), len(t.lines)) {
			left, right := "", ""
			if i < len(code) {
				left = code[i]
			}
			if i < len(t.lines) {
				right = t.lines[i]
			}
			p.lines = append(p.lines, pad(left, boxWidth(code)+apart)+right)
		}
		return m.window(&s.pane, p.lines)
	}
	s.write(m, p)
	p.gap()
	if boxWidth(code) <= m.frame.full {
		p.lines = append(p.lines, code...)
	}
	return m.window(&s.pane, p.lines)
}

func (s *phoneScreen) write(m *model, p *page) {
	p.para(0, m.th.title, "On the phone")
	p.gap()
	p.para(0, m.th.strong, s.of)
	p.gap()
	for _, l := range onThePhone(m.journey != nil && m.journey.Simulated) {
		p.hang(m.mark(checks.Pending)+" ", m.th.text, l)
	}
}

// quiet is the light margin that a camera needs around a code, in modules.
const quiet = 2

// drawCode draws a code: two modules above each other in one cell, or in ASCII
// two cells for each module. Dark is dark on every terminal that has colours.
func (m *model) drawCode(c *qr.Code) []string {
	if c == nil {
		return nil
	}
	dark := func(x, y int) bool { return c.Black(x-quiet, y-quiet) }
	n := c.Size + 2*quiet
	ink := lipgloss.NewStyle().Foreground(lipgloss.Color("0")).Background(lipgloss.Color("15"))
	var out []string
	if m.gl.ascii {
		for y := range n {
			var b strings.Builder
			for x := range n {
				b.WriteString(map[bool]string{true: "##", false: "  "}[dark(x, y) == !m.plain])
			}
			out = append(out, ink.Render(b.String()))
		}
		return out
	}
	for y := 0; y < n; y += 2 {
		var b strings.Builder
		for x := range n {
			// Without colours the text is light on most terminals: what is drawn
			// is the light part then.
			top, bottom := dark(x, y) != m.plain, (y+1 < n && dark(x, y+1)) != m.plain
			switch {
			case top && bottom:
				b.WriteString("█")
			case top:
				b.WriteString("▀")
			case bottom:
				b.WriteString("▄")
			default:
				b.WriteByte(' ')
			}
		}
		out = append(out, ink.Render(b.String()))
	}
	return out
}

func boxWidth(lines []string) int {
	n := 0
	for _, l := range lines {
		n = max(n, width(l))
	}
	return n
}
