package ui

import (
	"context"
	"fmt"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"sensegate/steps"
)

// welcomeScreen is the first page: what this is, and where to begin.
type welcomeScreen struct {
	pane    pane
	saved   []SavedSite
	ready   bool
	sel     int
	moved   bool
	problem string
}

// choice is one way to begin.
type choice struct {
	title, says string
	do          func() tea.Cmd
}

const (
	whatThisIs = "This wizard opens Qlik Sense on Windows to the outside: published through Microsoft Entra application proxy, with single sign-on by Kerberos."
	howItWorks = "It walks ten steps in their documented order. Each has a gate that opens when its checks have passed, and nothing is changed before you have seen and confirmed it."
)

// savedMsg is the list of earlier journeys.
type savedMsg struct {
	list []SavedSite
	err  error
}

func (m *model) openWelcome() tea.Cmd {
	m.welcome = welcomeScreen{}
	m.screen = onWelcome
	if m.cfg.Saved == nil {
		m.welcome.ready = true
		return nil
	}
	list := m.cfg.Saved
	return func() tea.Msg {
		saved, err := list()
		return savedMsg{list: saved, err: err}
	}
}

func (s *welcomeScreen) loaded(msg savedMsg) {
	s.ready, s.saved = true, msg.list
	if msg.err != nil {
		s.problem = "The saved sites could not be read: " + msg.err.Error()
	}
	if !s.moved {
		s.sel = 0
	}
}

// choices are the ways to begin; the first is the obvious one.
func (s *welcomeScreen) choices(m *model) []choice {
	var out []choice
	if m.cfg.direct() {
		return nil
	}
	if m.cfg.OpenSaved != nil {
		for _, v := range s.saved {
			name := v.Name
			out = append(out, choice{
				title: "Go on with " + savedTitle(v), says: stoodAt(v, m.cfg.Clock()),
				do: func() tea.Cmd {
					return m.open("opening "+name, func(ctx context.Context) (Journey, error) { return m.cfg.OpenSaved(ctx, name) })
				},
			})
		}
	}
	if m.cfg.Practice != nil {
		out = append(out, choice{
			title: "Practice lab", says: "every system simulated on this computer; nothing of yours is touched",
			do: func() tea.Cmd { return m.open("starting the practice lab", m.cfg.Practice) },
		})
	}
	if m.cfg.Create != nil {
		out = append(out, choice{
			title: "New site", says: "a real installation: yours, or a customer's", do: m.openNewSite,
		})
	}
	return out
}

func savedTitle(v SavedSite) string {
	if v.Title != "" {
		return v.Title
	}
	return v.Name
}

func stoodAt(v SavedSite, now time.Time) string {
	if v.Problem != "" {
		return v.Problem
	}
	s := "stood at the beginning"
	if v.Position != "" {
		s = "stood at " + v.Position
	}
	if !v.Updated.IsZero() {
		s += ", " + ago(now.Sub(v.Updated))
	}
	return s
}

// ago says how long something is past.
func ago(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "just now"
	case d < time.Hour:
		return fmt.Sprintf("%d min ago", int(d.Minutes()))
	case d < 24*time.Hour:
		return fmt.Sprintf("%d h ago", int(d.Hours()))
	}
	return count(int(d.Hours())/24, "day") + " ago"
}

func (s *welcomeScreen) acts(m *model) []act {
	k := m.keys
	list := s.choices(m)
	var out []act
	if s.ready && s.sel < len(list) {
		out = append(out, act{on: k.enter, says: "begin", do: plainly(func() tea.Cmd { return s.choose(m, s.sel) })})
	}
	if len(list) > 1 {
		out = append(out,
			act{on: k.up, says: "the choice above", quiet: true, do: plainly(func() tea.Cmd { s.pick(m, -1); return nil })},
			act{on: choosing(k), says: "choose", do: plainly(func() tea.Cmd { s.pick(m, 1); return nil })},
			act{on: k.digits, says: "choose", quiet: true, do: func(p tea.KeyPressMsg) tea.Cmd {
				return s.choose(m, number(p.Text)-1)
			}})
	}
	out = append(out, act{on: k.quit, says: "quit", do: plainly(m.quit)})
	return append(out, s.pane.acts(k)...)
}

// choosing is the down key, shown for the pair.
func choosing(k keyMap) key.Binding {
	down := k.down
	down.SetHelp("up/down", "")
	return down
}

func (s *welcomeScreen) pick(m *model, n int) {
	s.moved = true
	s.sel = max(0, min(s.sel+n, len(s.choices(m))-1))
	_, at := s.compose(m)
	from := at[s.sel][0]
	if s.sel == 0 {
		from = 0 // what this is comes into view with the first
	}
	s.pane.show(from, at[s.sel][1])
}

func (s *welcomeScreen) choose(m *model, i int) tea.Cmd {
	list := s.choices(m)
	if !s.ready || i < 0 || i >= len(list) {
		return nil
	}
	s.sel, s.problem = i, ""
	return list[i].do()
}

func (s *welcomeScreen) view(m *model) []string {
	lines, _ := s.compose(m)
	return m.window(&s.pane, lines)
}

func (s *welcomeScreen) compose(m *model) ([]string, [][2]int) {
	p := m.newPage(m.frame.full)
	p.para(0, m.th.text, whatThisIs)
	p.gap()
	if m.frame.rows >= 16 {
		p.para(0, m.th.text, howItWorks)
		p.gap()
	}
	var at [][2]int
	for i, c := range s.choices(m) {
		from := len(p.lines)
		lead, st := "  ", m.th.text
		if i == s.sel {
			lead, st = m.th.here.Render(m.gl.here)+" ", m.th.strong
		}
		p.hang(fmt.Sprintf("%s%d  ", lead, i+1), st, c.title)
		p.para(5, m.th.dim, c.says)
		at = append(at, [2]int{from, len(p.lines)})
	}
	p.gap()
	switch {
	case m.job != nil:
		p.para(0, m.th.strong, m.jobLine())
	case !s.ready:
		p.para(0, m.th.dim, "looking for saved sites")
	case s.problem != "":
		p.para(0, m.th.bad, s.problem)
	}
	return p.lines, at
}

// leaveJourney goes back to the welcome page; the journey is kept as it stands.
func (m *model) leaveJourney() tea.Cmd {
	if m.cfg.direct() || m.journey == nil {
		return nil
	}
	closing := m.journey.Close
	m.journey, m.snap = nil, steps.Snapshot{}
	reload := m.openWelcome()
	return tea.Sequence(func() tea.Msg {
		if closing != nil {
			if err := closing(); err != nil {
				return savedMsg{err: err}
			}
		}
		return nil
	}, reload)
}
