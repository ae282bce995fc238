package ui

import (
	"context"
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"sensegate/checks"
	"sensegate/steps"
)

// undoScreen lists what was changed and stands, the newest first, and takes
// back as much of it as is chosen.
type undoScreen struct {
	pane pane
	list []steps.Made
	sel  int
	from screen
}

// recordActs are the keys for what is on record and what is written from it.
func (m *model) recordActs(quiet bool) []act {
	var out []act
	if m.journey == nil || m.job != nil {
		return nil
	}
	if len(steps.Standing(m.journey.Guide.Made())) > 0 {
		out = append(out, act{on: m.keys.undo, says: "take back", quiet: quiet, do: plainly(m.openUndo)})
	}
	if m.cfg.Report != nil {
		out = append(out, act{on: m.keys.report, says: "write report", quiet: quiet, do: plainly(m.writeReport)})
	}
	if m.cfg.Handoff != nil {
		out = append(out, act{on: m.keys.handoff, says: "hand over", quiet: quiet, do: plainly(m.openHandoff)})
	}
	return out
}

func (m *model) openUndo() tea.Cmd {
	from := m.screen
	if from == onPlan || from == onUndo {
		from = onStep
	}
	m.stopRun()
	m.undo = undoScreen{list: steps.Standing(m.journey.Guide.Made()), from: from}
	m.screen = onUndo
	if len(m.undo.list) == 0 {
		m.screen, m.note = from, "nothing is left to take back"
	}
	return nil
}

func (s *undoScreen) acts(m *model) []act {
	k := m.keys
	out := []act{
		{on: k.enter, says: "take back " + count(s.sel+1, "change"), do: plainly(func() tea.Cmd { return m.openUndoPlan(s.list[:s.sel+1]) })},
		{on: k.up, says: "fewer", do: plainly(func() tea.Cmd { s.pick(m, -1); return nil })},
		{on: k.down, says: "more", do: plainly(func() tea.Cmd { s.pick(m, 1); return nil })},
		{on: k.back, says: "back", do: plainly(func() tea.Cmd { m.screen = s.from; return nil })},
		{on: k.quit, says: "quit", do: plainly(m.quit)},
	}
	return append(out, s.pane.acts(k)...)
}

func (s *undoScreen) pick(m *model, n int) {
	s.sel = max(0, min(s.sel+n, len(s.list)-1))
	_, spans := s.compose(m)
	s.pane.show(spans[s.sel], spans[s.sel+1])
}

func (s *undoScreen) view(m *model) []string {
	lines, _ := s.compose(m)
	return m.window(&s.pane, lines)
}

// compose draws the list; it tells at which line each change begins.
func (s *undoScreen) compose(m *model) (lines []string, begins []int) {
	p := m.newPage(m.frame.full)
	p.para(0, m.th.title, "Take changes back")
	p.para(0, m.th.text, "The newest comes first, and what is newer goes with what is older. Nothing is changed yet: the next page shows the plan.")
	p.gap()
	for i, c := range s.list {
		begins = append(begins, len(p.lines))
		mark, style := m.gl.of(checks.Pending), m.th.dim
		if i <= s.sel {
			mark, style = m.gl.here, m.th.here
		}
		p.hang(style.Render(mark)+" ", style, fmt.Sprintf("%d %s of %s", c.Number, c.Change.Field, c.Change.Target))
		when := c.At.In(m.cfg.Clock().Location()).Format("2006-01-02 15:04")
		if c.Doubtful {
			when += ", outcome not recorded"
		}
		p.field(5, "made", m.th.dim, when)
		p.field(5, "back to", m.th.text, strings.Join(orNothing(c.Change.Before), ", "))
	}
	return p.lines, append(begins, len(p.lines))
}

func orNothing(v []string) []string {
	if len(v) == 0 {
		return []string{"(none)"}
	}
	return v
}

// openUndoPlan shows what taking changes back would change.
func (m *model) openUndoPlan(list []steps.Made) tea.Cmd {
	m.plan = planScreen{undo: true}
	m.screen = onPlan
	propose := m.journey.Guide.Undoer(slices.Clone(list))
	return m.start(job{says: "reading the present state", stoppable: true}, func(ctx context.Context, token int) tea.Msg {
		plan, err := propose(ctx)
		return plannedMsg{token: token, plan: plan, err: err}
	})
}

// tookBack tells the journey what was taken back; what a trainer could have
// reset is no longer there to be reset.
func (m *model) tookBack(all []steps.Applied) {
	m.journey.Guide.Undone(all)
	for _, a := range all {
		delete(m.applied, a.Change.Step)
	}
}

// numbered gives a change that is taken back its number in the record.
func (m *model) numbered(c steps.Change) steps.Change {
	for _, x := range steps.Standing(m.journey.Guide.Made()) {
		if x.Change.ID == c.ID && x.Change.Target == c.Target {
			c.Undoes = x.Number
			break
		}
	}
	return c
}

// didWord says what became of a change that was made.
func didWord(a steps.Applied) string {
	if a.Change.Undoes > 0 {
		return "taken back"
	}
	return "changed"
}
