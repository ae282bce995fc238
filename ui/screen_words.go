package ui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"sensegate/internal/glossary"
	"sensegate/steps"
)

// wordsScreen explains the words of the page it was opened on, then all others.
type wordsScreen struct {
	pane pane
	from screen
	here []glossary.Term
	rest []glossary.Term
}

// openWords looks for the words of the present page.
func (m *model) openWords() tea.Cmd {
	m.words = wordsScreen{from: m.screen, here: glossary.Find(textOf(m.snap)...)}
	if m.screen == onPlan {
		m.words.here = glossary.Find(append(textOf(m.snap), planText(m.plan.plan)...)...)
	}
	known := map[string]bool{}
	for _, t := range m.words.here {
		known[t.Name] = true
	}
	for _, t := range glossary.All() {
		if !known[t.Name] {
			m.words.rest = append(m.words.rest, t)
		}
	}
	m.screen = onWords
	return nil
}

// textOf is everything that a step's page may say.
func textOf(s steps.Snapshot) []string {
	v := s.Here()
	out := []string{v.Title, v.What, v.Why}
	for _, c := range v.Checks {
		out = append(out, c.Check.Title, c.Check.Why, c.Cause.Because, c.Result.Expected, c.Result.Seen)
		for _, r := range c.Result.Remedies {
			out = append(out, r.Text)
		}
	}
	for _, in := range v.Instructions {
		out = append(out, in.Do)
	}
	for _, t := range talks(v.ID, s.Site) {
		out = append(out, t.from, t.says, t.to)
	}
	return out
}

func planText(p steps.Plan) []string {
	out := append([]string{p.Title}, p.Notes...)
	for _, c := range p.Changes {
		out = append(out, c.Field, c.Affects, c.Right)
	}
	return out
}

func (s *wordsScreen) acts(m *model) []act {
	closing := plainly(func() tea.Cmd { m.screen = s.from; return nil })
	back := m.keys.back
	back.SetKeys("b", "esc", "g", "enter")
	return append([]act{
		{on: back, says: "back to the page", do: closing},
		{on: m.keys.quit, says: "quit", do: plainly(m.quit)},
	}, s.pane.acts(m.keys)...)
}

func (s *wordsScreen) view(m *model) []string {
	p := m.newPage(m.frame.full)
	list := func(title string, terms []glossary.Term) {
		if len(terms) == 0 {
			return
		}
		p.para(0, m.th.title, title)
		p.gap()
		for _, t := range terms {
			name := t.Name
			if len(t.Also) > 0 {
				name += " (" + strings.Join(t.Also, ", ") + ")"
			}
			p.para(2, m.th.strong, name)
			p.para(4, m.th.text, t.Says)
		}
		p.gap()
	}
	list("Words on that page", s.here)
	list("All other words", s.rest)
	return m.window(&s.pane, p.lines)
}

// glossary says the words of the present step, in lines.
func (l *lines) glossary() {
	for _, t := range glossary.Find(textOf(l.snap)...) {
		l.say("%s: %s", t.Name, t.Says)
	}
}
