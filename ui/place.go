package ui

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"sensegate/checks"
	"sensegate/steps"
)

// placeAct goes on to the next place in which the fixes of a finding can be done:
// by clicking, in PowerShell, at a command prompt. The choice holds for all pages.
func (s *stepScreen) placeAct(m *model, c steps.CheckView) (act, bool) {
	if c.Stale || c.Running {
		return act{}, false
	}
	list := checks.Places(c.Result.Remedies)
	if len(list) < 2 {
		return act{}, false
	}
	to := list[(slices.Index(list, m.placeOf(c))+1)%len(list)]
	return act{on: m.keys.place, says: howTo(to), do: plainly(func() tea.Cmd {
		m.place = to
		m.note = "fixes are shown " + howTo(to) + ", where there is a choice"
		s.pane.show(s.span(m, s.sel))
		return nil
	})}, true
}

// placeOf is where the fixes of a finding are shown to be done now.
func (m *model) placeOf(c steps.CheckView) checks.Shell {
	list := checks.Places(c.Result.Remedies)
	if slices.Contains(list, m.place) || len(list) == 0 {
		return m.place
	}
	return list[0]
}

// howTo says it the way the key bar does.
func howTo(s checks.Shell) string {
	switch s {
	case checks.PowerShell:
		return "in PowerShell"
	case checks.Cmd:
		return "as a command"
	case checks.Portal:
		return "by clicking"
	case checks.QMC:
		return "in the QMC"
	case checks.Bash:
		return "in a shell"
	case checks.NoShell:
	}
	return "in words"
}
