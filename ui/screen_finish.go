package ui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"sensegate/checks"
)

// finishScreen says that it is done, what was done, and how it is kept so.
type finishScreen struct{ pane pane }

func (m *model) openFinish() tea.Cmd {
	m.stopRun()
	m.finish = finishScreen{}
	m.screen = onFinish
	return nil
}

func (s *finishScreen) acts(m *model) []act {
	k := m.keys
	url := m.snap.Site.Publish.ExternalURL
	out := []act{{on: k.enter, says: "see the journey", do: plainly(m.openMap)}}
	if url != "" {
		out = append(out, act{on: k.copy, says: "copy the address", do: plainly(func() tea.Cmd { return m.copy(url) })})
	}
	if a, ok := m.phoneAct(); ok {
		out = append(out, a)
	}
	out = append(out,
		act{on: k.back, says: "back", do: plainly(func() tea.Cmd { m.screen = onStep; return nil })},
		act{on: k.quit, says: "quit", do: plainly(m.quit)},
		act{on: k.jump, says: "map", quiet: true, do: plainly(m.openMap)})
	out = append(out, m.recordActs(false)...)
	return append(out, s.pane.acts(k)...)
}

func (s *finishScreen) view(m *model) []string {
	p := m.newPage(m.frame.full)
	site := m.snap.Site
	p.hang(m.mark(checks.Pass)+" ", m.th.title, "Every gate is open: Qlik Sense can be opened from anywhere")
	p.gap()
	p.field(2, "address", m.th.strong, site.Publish.ExternalURL)
	p.field(2, "leads to", m.th.text, site.Publish.InternalURL)
	p.field(2, "tried as", m.th.text, site.TestUser.UPN)
	p.gap()
	for _, l := range keepingWords(*m.journey) {
		p.para(0, m.th.text, l)
	}
	p.gap()
	if len(m.snap.Changed) == 0 {
		p.para(0, m.th.text, "Nothing had to be changed in this session.")
	} else {
		p.para(0, m.th.text, "Changed by this wizard in this session:")
	}
	for _, a := range m.snap.Changed {
		status := checks.Pass
		if a.Err != nil {
			status = checks.Fail
		}
		p.hang("  "+m.mark(status)+" ", m.th.text, a.Change.Field+" of "+a.Change.Target)
		p.field(6, "now", m.th.text, strings.Join(a.Now, ", "))
		p.field(6, "undo", m.th.dim, a.Change.Undo)
	}
	return m.window(&s.pane, p.lines)
}

// keepingWords say where a journey is kept and how it stays proved.
func keepingWords(j Journey) []string {
	var out []string
	if j.Simulated {
		out = append(out, "All of this was SIMULATED: no real tenant, directory or Qlik site was touched.")
	}
	if j.Store != "" {
		out = append(out, "The facts and the record of every change are kept in "+j.Store+".")
	}
	if j.Resume != "" {
		out = append(out, "To look again, and to see whether it is still so: "+j.Resume)
	}
	return out
}
