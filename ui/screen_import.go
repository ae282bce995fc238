package ui

import (
	"context"
	"strings"

	tea "charm.land/bubbletea/v2"

	"sensegate/internal/site"
	"sensegate/steps"
)

// Taken is evidence that was brought here: what it proves, line by line, and
// the facts of the site with it. New says that the site did not have it yet.
type Taken struct {
	Says []string
	Site site.Site
	New  bool
}

// importScreen takes the path of a file that was collected on another host, and
// shows what is here of such files.
type importScreen struct {
	pane    pane
	here    []string
	typed   string
	path    string // the one that was looked at last
	problem string
	says    []string
}

// hereMsg is the evidence that the site has.
type hereMsg struct{ list []string }

// importedMsg is a file that was looked at and taken, or why not.
type importedMsg struct {
	token int
	path  string
	taken Taken
	err   error
}

// importAct offers to bring evidence in, from the page that tells how a step is
// done by hand.
func (m *model) importAct() (act, bool) {
	if m.journey == nil || m.journey.Import == nil {
		return act{}, false
	}
	return act{on: m.keys.file, says: "evidence", do: plainly(m.openImport)}, true
}

func (m *model) openImport() tea.Cmd {
	m.imports = importScreen{}
	m.screen = onImport
	return m.lookForEvidence()
}

func (m *model) lookForEvidence() tea.Cmd {
	look, s := m.journey.Evidence, m.snap.Site
	if look == nil {
		return nil
	}
	return func() tea.Msg { return hereMsg{look(s)} }
}

// bring verifies a file and gives the site's facts with it to the guide.
func (m *model) bring(path string) tea.Cmd {
	m.stopRun()
	take, g, s := m.journey.Import, m.journey.Guide, m.snap.Site
	return m.start(job{says: "looking at the evidence", holdsGuide: true}, func(ctx context.Context, token int) tea.Msg {
		taken, err := bring(ctx, take, g, s, path)
		return importedMsg{token: token, path: path, taken: taken, err: err}
	})
}

func bring(ctx context.Context, take func(context.Context, site.Site, string) (Taken, error), g *steps.Guide, s site.Site, path string) (Taken, error) {
	taken, err := take(ctx, s, path)
	if err == nil && taken.New {
		err = g.Answer(ctx, taken.Site)
	}
	return taken, err
}

func (m *model) imported(msg importedMsg) tea.Cmd {
	if !m.finishedJob(msg.token) {
		return nil
	}
	m.refresh()
	s := &m.imports
	s.path, s.problem, s.says = msg.path, "", nil
	if msg.err != nil {
		s.problem = msg.err.Error()
		return nil
	}
	s.typed, s.says = "", msg.taken.Says
	m.note = "added to " + m.snap.Site.Name
	if !msg.taken.New {
		m.note = "nothing new: it is there already"
	}
	return m.lookForEvidence()
}

func (s *importScreen) acts(m *model) []act {
	k := m.keys
	esc := k.back
	esc.SetKeys("esc")
	esc.SetHelp("esc", "")
	var out []act
	switch {
	case strings.TrimSpace(s.typed) != "":
		out = append(out, act{on: k.enter, says: "verify and add", do: plainly(func() tea.Cmd { return m.bring(s.typed) })})
	case len(s.says) > 0:
		out = append(out, act{on: k.enter, says: "check with it", do: plainly(func() tea.Cmd {
			m.screen = onStep
			return m.checkThrough()
		})})
	}
	out = append(out, act{on: esc, says: "back", do: plainly(func() tea.Cmd {
		m.screen = onHand
		return nil
	})})
	return append(out, s.pane.acts(k)...)
}

// checkThrough runs all checks up to this step's: with other facts, none of what
// was found before counts.
func (m *model) checkThrough() tea.Cmd {
	m.stopRun()
	run := m.journey.Guide.RecheckThrough(m.snap.Here().ID, 0)
	return m.launch(run.Number, false, run.Start)
}

func (s *importScreen) key(k tea.KeyPressMsg) {
	switch {
	case k.String() == "backspace" && s.typed != "":
		r := []rune(s.typed)
		s.typed = string(r[:len(r)-1])
	case k.String() == "ctrl+u":
		s.typed = ""
	case k.Text != "":
		s.insert(k.Text)
	}
}

// insert takes a path as it was typed, pasted or dropped on the terminal.
func (s *importScreen) insert(text string) {
	if text = strings.TrimRight(text, "\r\n"); len(s.typed)+len(text) <= longestPath && !strings.ContainsAny(text, "\r\n\x00") {
		s.typed += text
	}
}

// longestPath is that of Linux; Windows is content with less.
const longestPath = 4096

func (s *importScreen) view(m *model) []string {
	p := m.newPage(m.frame.full)
	p.para(0, m.th.title, "Evidence from other hosts")
	p.para(0, m.th.text, "What only another machine can tell is collected there: sensegate collect --output HOST.json. Give the path of that file here, or drop it on this window. It is verified first; what counts is copied beside the site.")
	p.gap()
	p.hang("file > ", m.th.strong, s.typed+"_")
	if s.problem != "" {
		p.gap()
		p.field(0, "refused", m.th.strong, s.problem)
	}
	for i, line := range s.says {
		if i == 0 {
			p.gap()
		}
		p.hang(indentOf(line), m.th.text, strings.TrimSpace(line))
	}
	p.gap()
	if len(s.here) == 0 {
		p.para(0, m.th.dim, "Nothing was brought here yet.")
	}
	for _, line := range s.here {
		p.field(0, "here", m.th.dim, line)
	}
	return m.window(&s.pane, p.lines)
}

// indentOf is the blanks that a line begins with.
func indentOf(line string) string { return line[:len(line)-len(strings.TrimLeft(line, " "))] }
