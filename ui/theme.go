package ui

import (
	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"sensegate/checks"
)

// theme is what the parts of a screen look like: sixteen colours, so that the
// user's own terminal theme applies, and never a meaning by colour alone.
type theme struct {
	text, strong, dim, title, good, bad, warn, here, banner, key lipgloss.Style
}

// Themes are the names of the looks, the usual one first.
func Themes() []string { return []string{"calm", "warm", "contrast"} }

// newTheme is a look on a dark or a light terminal.
func newTheme(name string, dark bool) theme {
	plain := lipgloss.NewStyle()
	colour := func(onDark, onLight string) lipgloss.Style {
		if dark {
			return plain.Foreground(lipgloss.Color(onDark))
		}
		return plain.Foreground(lipgloss.Color(onLight))
	}
	th := theme{
		text: plain, strong: plain.Bold(true), here: plain.Bold(true),
		// Not bright black: some palettes make that the background.
		dim: plain.Faint(true),
		// Not the sixteen's green where it is light: too pale for many palettes.
		good: colour("2", "28"), bad: colour("9", "1").Bold(true), warn: colour("3", "5"), banner: colour("3", "5").Bold(true),
		title: colour("6", "4").Bold(true), key: colour("6", "4").Bold(true),
	}
	switch name {
	case "warm":
		th.title, th.key = colour("3", "1").Bold(true), colour("3", "1").Bold(true)
		th.warn, th.banner = colour("13", "5"), colour("13", "5").Bold(true)
	case "contrast":
		th.dim = plain
		th.good, th.bad = colour("10", "0").Bold(true), colour("11", "0").Bold(true).Reverse(true)
		th.warn, th.banner = colour("11", "0").Bold(true), colour("15", "0").Bold(true).Reverse(true)
		th.title, th.key = colour("15", "0").Bold(true), colour("15", "0").Bold(true).Reverse(true)
		th.here = plain.Bold(true).Reverse(true)
	}
	return th
}

// of is the style of an outcome's mark.
func (t theme) of(s checks.Status) lipgloss.Style {
	switch s {
	case checks.Pass:
		return t.good
	case checks.Fail, checks.Crashed:
		return t.bad
	case checks.Warn, checks.Unknown:
		return t.warn
	case checks.Pending, checks.Waiting, checks.Skipped:
	}
	return t.text
}

// dress puts a look on, and on what was made with the one before.
func (m *model) dress(name string, dark bool) tea.Cmd {
	m.look, m.dark = name, dark
	m.th = newTheme(name, dark)
	if m.screen == onForm && m.form.form != nil {
		return m.form.build(m)
	}
	return nil
}

// nextLook goes on to the next theme.
func (m *model) nextLook() tea.Cmd {
	all := Themes()
	at := 0
	for i, n := range all {
		if n == m.look {
			at = i
		}
	}
	to := all[(at+1)%len(all)]
	m.note = "theme: " + to + " (--theme " + to + ")"
	return m.dress(to, m.dark)
}
