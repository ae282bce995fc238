package ui

import (
	"charm.land/lipgloss/v2"

	"sensegate/checks"
)

// theme is what the parts of a screen look like: sixteen colours, so that the
// user's own terminal theme applies, and never a meaning by colour alone.
type theme struct {
	text, strong, dim, title, good, bad, warn, here, banner, key lipgloss.Style
}

func newTheme() theme {
	plain := lipgloss.NewStyle()
	return theme{
		text:   plain,
		strong: plain.Bold(true),
		dim:    plain.Foreground(lipgloss.Color("8")),
		title:  plain.Bold(true).Foreground(lipgloss.Color("6")),
		good:   plain.Foreground(lipgloss.Color("2")),
		bad:    plain.Bold(true).Foreground(lipgloss.Color("1")),
		warn:   plain.Foreground(lipgloss.Color("3")),
		here:   plain.Bold(true),
		banner: plain.Bold(true).Foreground(lipgloss.Color("3")),
		key:    plain.Bold(true).Foreground(lipgloss.Color("6")),
	}
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
