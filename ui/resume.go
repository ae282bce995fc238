package ui

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"sensegate/checks"
	"sensegate/steps"
)

// landing is where a journey that is taken up again goes on: where it stood,
// or the first gate before it that is not proved any more.
func landing(s steps.Snapshot, stood checks.StepID) checks.StepID {
	for i, v := range s.Steps {
		if v.ID == stood || i == s.Reachable {
			return v.ID
		}
	}
	return s.Here().ID
}

// stoodBeyond says that a journey had left its first step.
func stoodBeyond(j Journey, s steps.Snapshot) bool {
	for i, v := range s.Steps {
		if v.ID == j.Stood {
			return i > 0
		}
	}
	return false
}

// resume proves again what was proved in an earlier session, then goes to where
// it stood.
func (m *model) resume() tea.Cmd {
	m.atlas = mapScreen{}
	m.screen = onMap
	cmd := m.checkAll()
	m.live.resuming = true
	m.note = "checking again what was proved earlier"
	return cmd
}

// land goes on where it stood, unless the user went elsewhere meanwhile.
func (m *model) land() tea.Cmd {
	if m.screen != onMap {
		return nil
	}
	m.note = ""
	if to := landing(m.snap, m.journey.Stood); to != m.snap.Here().ID {
		if err := m.journey.Guide.Goto(to); err != nil {
			m.note = err.Error()
		}
		m.refresh()
	}
	return m.enterStep()
}

// resume does the same in lines.
func (l *lines) resume(ctx context.Context) error {
	if !stoodBeyond(*l.journey, l.snap) {
		return nil
	}
	l.say("CHECKING AGAIN what was proved earlier.")
	if err := l.listen(ctx, l.journey.Guide.RecheckAll(0), false); err != nil {
		return err
	}
	if to := landing(l.snap, l.journey.Stood); to != l.snap.Here().ID {
		if err := l.journey.Guide.Goto(to); err != nil {
			l.say("NOT KEPT: %s", err)
		}
		l.refresh()
	}
	return nil
}
