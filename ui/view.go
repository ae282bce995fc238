package ui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"
)

// View draws the screen, or returns what was drawn when nothing has changed.
func (m *model) View() tea.View {
	if m.dirty {
		m.drawn, m.dirty = m.drawSafely(), false
	}
	v := tea.NewView(m.drawn)
	v.AltScreen = true
	v.WindowTitle = m.windowTitle()
	v.ProgressBar = m.progress()
	if m.cfg.Mouse {
		v.MouseMode = tea.MouseModeCellMotion
	}
	return v
}

// drawSafely draws, and draws the page of a crash when that fails. Its file is
// written when the program ends: a drawing cannot ask for anything.
func (m *model) drawSafely() (text string) {
	if m.screen == onCrash {
		return m.draw()
	}
	page := m.pageName()
	defer func() {
		if what := recover(); what != nil {
			m.undrawn = m.crashed(broke(what, page))
			text = m.draw()
		}
	}()
	return m.draw()
}

func (m *model) draw() string {
	f := m.frame
	if f.small {
		return tooSmall(f.w, f.h)
	}
	lines := make([]string, 0, f.h)
	lines = append(lines, m.header(), m.rule(m.notes()))
	body := m.body()
	for i := range f.rows {
		if i < len(body) {
			lines = append(lines, cut(body[i], f.w, m.gl.dots))
		} else {
			lines = append(lines, "")
		}
	}
	lines = append(lines, m.rule(m.tx(m.note)), m.keyBar(m.acts(), f.w))
	return strings.Join(lines, "\n")
}

func (m *model) body() []string {
	if m.helping {
		return m.help.view(m)
	}
	switch m.screen {
	case onWelcome:
		return m.welcome.view(m)
	case onForm:
		return m.form.view(m)
	case onStep:
		return m.step.view(m)
	case onHand:
		return m.hand.view(m)
	case onPlan:
		return m.plan.view(m)
	case onMap:
		return m.atlas.view(m)
	case onFinish:
		return m.finish.view(m)
	case onSecret:
		return m.secret.view(m)
	case onWords:
		return m.words.view(m)
	case onPhone:
		return m.phone.view(m)
	case onCrash:
		return m.crash.view(m)
	case onNotes:
		return m.trainer.view(m)
	case onPick:
		return m.picks.view(m)
	case onUndo:
		return m.undo.view(m)
	case onReport:
		return m.written.view(m)
	case onHandoff:
		return m.orders.view(m)
	case onScript:
		return m.script.view(m)
	case onImport:
		return m.imports.view(m)
	}
	return nil
}

// header names the program, the site, and how far it is.
func (m *model) header() string {
	left := " " + m.th.title.Render("Sensegate")
	if m.journey == nil {
		return spread(left, m.th.dim.Render(m.tx(m.cfg.Version))+" ", m.frame.w, m.gl.dots)
	}
	name := m.tx(m.snap.Site.Name)
	right := fmt.Sprintf("gates %d of %d ", m.snap.Open, len(m.snap.Steps))
	if m.journey.Simulated || m.snap.Site.Simulated {
		name = "practice lab " + m.sep() + " " + name
		right = m.th.banner.Render("SIMULATED") + "   " + right
	}
	return spread(left+"  "+name, right, m.frame.w, m.gl.dots)
}

func (m *model) sep() string { return m.tx("·") }

// rule is a line across, with something said in it.
func (m *model) rule(say string) string {
	if say == "" {
		return m.th.dim.Render(strings.Repeat(m.gl.rule, m.frame.w))
	}
	say = cut(say, m.frame.w-6, m.gl.dots)
	rest := m.frame.w - width(say) - 4
	return m.th.dim.Render(strings.Repeat(m.gl.rule, 2)) + " " + m.th.warn.Render(say) + " " +
		m.th.dim.Render(strings.Repeat(m.gl.rule, max(rest, 0)))
}

// notes are what every page has to say about this journey.
func (m *model) notes() string {
	if m.journey == nil {
		return ""
	}
	return m.tx(strings.Join(notesOf(*m.journey, m.snap), " · "))
}

// window shows what fits of a whole page, and says when there is more.
func (m *model) window(p *pane, lines []string) []string {
	rows := m.frame.rows
	if len(lines) <= rows {
		return m.padded(p.view(lines, rows))
	}
	out := m.padded(p.view(lines, rows-1))
	return append(out, m.more(*p, m.frame.w-1))
}

// padded indents a page and makes room around it.
func (m *model) padded(lines []string) []string {
	const in = "  "
	out := make([]string, len(lines))
	for i, l := range lines {
		if l != "" {
			out[i] = in + l
		}
	}
	return out
}

func (m *model) newPage(w int) *page { return &page{paper: m.paper, w: w} }
