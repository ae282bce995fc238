package ui

import (
	"context"
	"fmt"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"charm.land/huh/v2"

	"sensegate/checks"
	"sensegate/internal/site"
	"sensegate/steps"
)

// formScreen asks the questions of a step, one page at a time. Going back works
// whatever is in the fields: what was typed is kept beside the form, and the
// form is made anew from it.
type formScreen struct {
	title string
	pages [][]steps.Question
	at    int
	base  site.Site
	draft map[string]*string
	form  *huh.Form
	// problem is why a page could not be saved.
	problem string
	// from is where an answer was found, by question.
	from map[string]Suggestion
	// tried are the questions that keys were given to: what is wrong with an
	// answer is not held against somebody who has not begun it.
	tried map[string]bool
	// inputs are the fields of the present page, by question; hunt is the search
	// for answers whose outcome is awaited.
	inputs map[string]*huh.Input
	hunt   int
	// create says that the answers make a new site.
	create bool
}

// openForm asks the present step's questions, from the first page that lacks
// an answer.
func (m *model) openForm() tea.Cmd {
	m.stopRun()
	here := m.snap.Here()
	m.form = newForm(here.Title, here.Ask, m.snap.Site, perPage(m.frame))
	for key, v := range m.drafts {
		if kept, asked := m.form.draft[key]; asked {
			*kept = v
		}
	}
	m.drafts = nil
	return tea.Batch(m.showForm(), m.discover())
}

// openNewSite asks for the name of a new site.
func (m *model) openNewSite() tea.Cmd {
	m.form = newForm("New site", []steps.Question{nameQuestion()}, site.Site{}, 1)
	m.form.create = true
	return m.showForm()
}

func (m *model) showForm() tea.Cmd {
	m.screen = onForm
	return m.form.build(m)
}

func newForm(title string, asks []steps.Question, s site.Site, most int) formScreen {
	f := formScreen{title: title, base: s, pages: paginate(asks, most), draft: map[string]*string{}, tried: map[string]bool{}}
	first := -1
	for i, page := range f.pages {
		for _, q := range page {
			v := q.Get(s)
			f.draft[q.Key] = &v
			if first < 0 && judge(q, v) != nil {
				first = i
			}
		}
	}
	f.at = max(first, 0)
	return f
}

// build makes the form of the present page from what was typed so far.
func (s *formScreen) build(m *model) tea.Cmd {
	if len(s.pages) == 0 {
		m.screen = onStep
		return nil
	}
	keys := huh.NewDefaultKeyMap()
	keys.Input.Next = key.NewBinding(key.WithKeys("enter", "tab", "down"))
	keys.Input.Prev = key.NewBinding(key.WithKeys("shift+tab", "up"))
	fields := make([]huh.Field, 0, len(s.pages[s.at]))
	s.inputs = map[string]*huh.Input{}
	for _, q := range s.pages[s.at] {
		label := q.Label
		if !q.Required {
			label += " (may stay empty)"
		}
		in := huh.NewInput().Key(q.Key).Title(m.tx(label)).Description(m.tx(q.Help)).Placeholder(s.standIn(m, q.Key)).
			Prompt("> ").Value(s.draft[q.Key]).Validate(func(v string) error { return judge(q, v) })
		s.inputs[q.Key] = in
		fields = append(fields, in)
	}
	s.form = huh.NewForm(huh.NewGroup(fields...)).WithTheme(m.formTheme()).WithKeyMap(keys).
		WithShowHelp(false).WithShowErrors(false).WithWidth(m.frame.full).WithHeight(s.height(m))
	return s.form.Init()
}

// height is what is left for the form beside its title and the two lines below.
func (s *formScreen) height(m *model) int { return max(m.frame.rows-5, 3) }

func (s *formScreen) update(m *model, msg tea.Msg) tea.Cmd {
	if s.form == nil || m.job != nil {
		return nil
	}
	if k, ok := msg.(tea.KeyPressMsg); ok {
		s.problem = ""
		if (k.String() == "shift+tab" || k.String() == "up") && s.focus() == 0 && s.at > 0 {
			return s.back(m)
		}
		if k.Text != "" || k.Code == tea.KeyEnter || k.Code == tea.KeyBackspace {
			s.tried[s.pages[s.at][s.focus()].Key] = true
		}
	}
	next, cmd := s.form.Update(msg)
	if f, ok := next.(*huh.Form); ok {
		s.form = f
	}
	if s.form.State == huh.StateCompleted {
		return s.save(m)
	}
	return cmd
}

// focus is the index of the field that is being typed in.
func (s *formScreen) focus() int {
	if s.form == nil {
		return 0
	}
	if f := s.form.GetFocusedField(); f != nil {
		for i, q := range s.pages[s.at] {
			if q.Key == f.GetKey() {
				return i
			}
		}
	}
	return 0
}

// save hands the page's answers on; one that changed nothing is not saved, so
// that no result becomes old for nothing.
func (s *formScreen) save(m *model) tea.Cmd {
	next, changed := s.base, false
	for _, q := range s.pages[s.at] {
		v := strings.TrimSpace(*s.draft[q.Key])
		if err := judge(q, v); err != nil {
			s.problem = q.Label + ": " + err.Error()
			return s.build(m)
		}
		if v != q.Get(next) {
			changed = true
			m.recall(q.Key, v)
			q.Set(&next, v)
		}
	}
	s.form = nil
	switch {
	case s.create:
		create := m.cfg.Create
		return m.open("making the site "+next.Name, func(ctx context.Context) (Journey, error) { return create(ctx, next) })
	case !changed:
		return s.forward(m)
	}
	s.base = next
	return m.answer(next)
}

// saved goes on after a page was saved, or stays and says why it was not.
func (s *formScreen) saved(m *model, err error) tea.Cmd {
	if err != nil {
		s.problem = "not saved: " + err.Error()
		s.base = m.snap.Site
		return s.build(m)
	}
	return s.forward(m)
}

func (s *formScreen) forward(m *model) tea.Cmd {
	if s.at+1 < len(s.pages) {
		s.at++
		return tea.Batch(s.build(m), m.discover())
	}
	m.screen = onStep
	return m.lookAround()
}

// back goes to the page before, and out of the form from the first.
func (s *formScreen) back(m *model) tea.Cmd {
	s.problem = ""
	if s.at > 0 {
		s.at--
		return s.build(m)
	}
	s.form = nil
	if s.create {
		m.screen = onWelcome
		return nil
	}
	m.screen = onStep
	return m.lookAround()
}

// leave goes back to the step at once, whatever is in the fields; what was typed
// and not saved is there again when the questions are asked again.
func (s *formScreen) leave(m *model) tea.Cmd {
	m.drafts = map[string]string{}
	for _, page := range s.pages {
		for _, q := range page {
			// What was found is found again, with where it was found.
			if v := *s.draft[q.Key]; v != q.Get(s.base) && v != s.from[q.Key].Value && !s.create {
				m.drafts[q.Key] = v
			}
		}
	}
	s.at = 0
	return s.back(m)
}

func (s *formScreen) acts(m *model) []act {
	esc := m.keys.back
	esc.SetKeys("esc")
	esc.SetHelp("esc", "")
	says := "next field"
	if s.form != nil && s.focus() == len(s.pages[s.at])-1 {
		says = "save and go on"
	}
	shown := func(k, says string) act {
		// The form itself takes these keys.
		return act{on: key.NewBinding(key.WithHelp(k, "")), says: says}
	}
	out := []act{shown("enter", says), shown("shift+tab", "field before")}
	if m.cfg.Suggest != nil && !s.create && s.form != nil {
		out = append(out, act{on: key.NewBinding(key.WithKeys("ctrl+l"), key.WithHelp("ctrl+l", "")), says: "look up", do: plainly(m.lookUp)})
	}
	return append(out, []act{
		{on: esc, says: "back", do: plainly(func() tea.Cmd { return s.leave(m) })},
		{on: key.NewBinding(key.WithKeys("ctrl+q"), key.WithHelp("ctrl+q", "")), says: "quit", do: plainly(m.quit)},
	}...)
}

// found keeps where an answer came from.
func (s *formScreen) found(question string, v Suggestion) {
	if s.from == nil {
		s.from = map[string]Suggestion{}
	}
	s.from[question] = v
}

func (s *formScreen) view(m *model) []string {
	p := m.newPage(m.frame.full)
	title := s.title
	if len(s.pages) > 1 {
		title += fmt.Sprintf(" (page %d of %d)", s.at+1, len(s.pages))
	}
	p.para(0, m.th.title, title)
	p.gap()
	rows := m.frame.rows
	if s.form != nil {
		p.lines = append(p.lines, strings.Split(s.form.View(), "\n")...)
	}
	tail := m.newPage(m.frame.full)
	s.verdict(m, tail)
	tail.row(m.th.dim.Render(m.tx(s.provenance(m))))
	if n := max(rows-len(tail.lines), 0); len(p.lines) > n {
		p.lines = p.lines[:n]
	}
	for len(p.lines) < rows-len(tail.lines) {
		p.lines = append(p.lines, "")
	}
	return m.padded(append(p.lines, tail.lines...))
}

// verdict says, while it is typed, whether an answer will do.
func (s *formScreen) verdict(m *model, p *page) {
	switch {
	case m.job != nil:
		p.row(m.th.strong.Render(m.jobLine()))
		return
	case s.problem != "":
		p.hang(m.mark(checks.Fail)+" ", m.th.text, s.problem)
		return
	case s.form == nil:
		return
	}
	q := s.pages[s.at][s.focus()]
	v := *s.draft[q.Key]
	if err := judge(q, v); err != nil {
		mark := checks.Fail
		if v == "" && !s.tried[q.Key] {
			mark = checks.Pending
		}
		p.hang(m.mark(mark)+" ", m.th.text, err.Error())
		return
	}
	if strings.TrimSpace(v) == "" {
		p.row(m.th.dim.Render("may stay empty"))
		return
	}
	p.row(m.mark(checks.Pass) + " looks right")
}

// provenance says where the answer comes from and where it goes.
func (s *formScreen) provenance(m *model) string {
	if s.create {
		return "Nothing is made before you press enter."
	}
	q := s.pages[s.at][min(s.focus(), len(s.pages[s.at])-1)]
	kept, now := q.Get(s.base), strings.TrimSpace(*s.draft[q.Key])
	from := "as saved"
	switch {
	case now == "" && kept == "" && s.from[q.Key].Value != "":
		from = "empty uses what was found: " + s.from[q.Key].From
	case now == "" && kept == "":
		from = "not answered yet"
	case now != kept && s.from[q.Key].Value == now:
		from = "found: " + s.from[q.Key].From
	case now != kept:
		from = "typed now, saved with this page"
	}
	if m.journey != nil && m.journey.Store != "" {
		return fmt.Sprintf("%s: %s · kept in %s", q.Key, from, m.journey.Store)
	}
	return fmt.Sprintf("%s: %s · kept nowhere", q.Key, from)
}
