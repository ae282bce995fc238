package ui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"sensegate/steps"
)

// secretScreen takes a password. It is shown as dots, kept in memory, and
// written nowhere.
type secretScreen struct {
	name  string
	typed string
}

// deskMsg says that something new lies on the desk.
type deskMsg struct{}

// attend waits until something new lies on the desk.
func (m *model) attend() tea.Cmd {
	d := m.cfg.Desk
	if d == nil {
		return nil
	}
	done := m.ctx.Done()
	return func() tea.Msg {
		select {
		case <-d.rang:
			return deskMsg{}
		case <-done:
			return nil
		}
	}
}

// copyCode puts a device code that was just told into the clipboard, once.
func (m *model) copyCode() tea.Cmd {
	n, _, _ := m.cfg.Desk.news()
	if n.code == "" || n.code == m.coded {
		return nil
	}
	m.coded = n.code
	return m.copy(n.code)
}

// openSecret asks for the first password that is missing, or again for one
// that was typed.
func (m *model) openSecret() tea.Cmd {
	_, names, _ := m.cfg.Desk.news()
	if len(names) == 0 {
		return nil
	}
	m.stopRun()
	m.secret = secretScreen{name: names[0]}
	m.screen = onSecret
	return nil
}

// ownerOf says whose password a name stands for.
func ownerOf(s steps.Snapshot, name string) string {
	switch name {
	case "directory":
		return or(s.Site.Directory.User, "the account") + ", who reads the directory"
	case "kerberos":
		return or(s.Site.KerberosUser(), "the account") + ", who signs in for the verification"
	}
	return name
}

func (s *secretScreen) acts(m *model) []act {
	k := m.keys
	esc := k.back
	esc.SetKeys("esc")
	esc.SetHelp("esc", "")
	var out []act
	if s.typed != "" {
		out = append(out, act{on: k.enter, says: "use it and check again", do: plainly(func() tea.Cmd {
			m.cfg.Desk.give(s.name, s.typed)
			m.secret = secretScreen{}
			m.screen = onStep
			return m.checkAgain()
		})})
	}
	return append(out, act{on: esc, says: "back", do: plainly(func() tea.Cmd {
		m.secret = secretScreen{}
		m.screen = onStep
		return nil
	})})
}

func (s *secretScreen) key(k tea.KeyPressMsg) {
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

// insert takes text as it is, but for the end of a line that was pasted along.
func (s *secretScreen) insert(text string) {
	if text = strings.TrimRight(text, "\r\n"); len(s.typed)+len(text) <= 4*longestName {
		s.typed += text
	}
}

func (s *secretScreen) view(m *model) []string {
	p := m.newPage(m.frame.full)
	p.para(0, m.th.title, "Password of "+ownerOf(m.snap, s.name))
	p.gap()
	p.para(0, m.th.text, "It is used to sign in, kept in memory until you leave, and written nowhere.")
	p.gap()
	// One sign for each character, but no more than tells that keys arrive.
	p.row("> " + strings.Repeat("*", min(len([]rune(s.typed)), 32)) + "_")
	return m.padded(p.lines)
}

// signIn says where to sign in, above everything else on the page.
func (m *model) signIn(p *page) {
	n, _, _ := m.cfg.Desk.news()
	if n.text == "" && n.url == "" {
		return
	}
	p.hang(m.th.banner.Render(m.gl.here)+" ", m.th.strong, n.text)
	p.field(2, "open", m.th.text, n.url)
	p.field(2, "enter", m.th.strong, n.code)
	p.gap()
}
