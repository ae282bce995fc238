package ui

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"sensegate/checks"
	"sensegate/steps"
)

// mapScreen is the whole journey on one page.
type mapScreen struct {
	pane pane
	sel  int
}

func (m *model) openMap() tea.Cmd {
	m.atlas = mapScreen{sel: m.snap.Position}
	m.screen = onMap
	return nil
}

func (s *mapScreen) acts(m *model) []act {
	k := m.keys
	var out []act
	if s.sel <= m.snap.Reachable {
		out = append(out, act{on: k.enter, says: "open", do: plainly(func() tea.Cmd { return m.jump(s.sel) })})
	}
	back := func() tea.Cmd { m.screen = onStep; return nil }
	out = append(out, act{on: k.digits, says: "go to", do: s.digit(m)})
	if m.live != nil {
		out = append(out, act{on: k.stop, says: "stop", do: plainly(m.halt)})
	} else {
		out = append(out, act{on: k.recheck, says: "check all", do: plainly(m.checkAll)})
	}
	if m.snap.Finished {
		out = append(out, act{on: k.plan, says: "the end", do: plainly(m.openFinish)})
	}
	out = append(out,
		act{on: k.back, says: "back", do: plainly(back)},
		act{on: k.quit, says: "quit", do: plainly(m.quit)})
	out = append(out, m.recordActs(false)...)
	out = append(out,
		act{on: k.up, says: "previous step", quiet: true, do: plainly(func() tea.Cmd { s.pick(m, -1); return nil })},
		act{on: k.down, says: "next step", quiet: true, do: plainly(func() tea.Cmd { s.pick(m, 1); return nil })})
	return append(out, s.pane.acts(k)...)
}

func (s *mapScreen) digit(m *model) func(tea.KeyPressMsg) tea.Cmd {
	return func(k tea.KeyPressMsg) tea.Cmd {
		return m.jump((number(k.Text) + 9) % 10)
	}
}

// jump goes to a step that may be reached, and says why not otherwise.
func (m *model) jump(i int) tea.Cmd {
	if i < 0 || i >= len(m.snap.Steps) {
		return nil
	}
	if i == m.snap.Position {
		m.screen = onStep
		return nil
	}
	m.stopRun()
	if err := m.journey.Guide.Goto(m.snap.Steps[i].ID); err != nil {
		m.note = err.Error()
		return nil
	}
	m.refresh()
	return m.enterStep()
}

func (s *mapScreen) pick(m *model, n int) {
	s.sel = max(0, min(s.sel+n, len(m.snap.Steps)-1))
	_, first := s.compose(m)
	if s.sel == 0 {
		s.pane.show(0, first+1)
		return
	}
	s.pane.show(first+s.sel, first+s.sel+1)
}

func (s *mapScreen) view(m *model) []string {
	lines, _ := s.compose(m)
	return m.window(&s.pane, lines)
}

// compose draws the picture and the list; it tells at which line the list begins.
func (s *mapScreen) compose(m *model) ([]string, int) {
	p := m.newPage(m.frame.full)
	p.para(0, m.th.title, "The journey")
	p.gap()
	if m.frame.h >= 20 {
		p.lines = append(p.lines, m.picture(p.w)...)
		p.gap()
	}
	first := len(p.lines)
	column := 0
	for _, v := range m.snap.Steps {
		column = max(column, width(m.tx(v.Title)))
	}
	column = min(column, p.w/2-6)
	for i, v := range m.snap.Steps {
		lead := " "
		if i == s.sel {
			lead = m.th.here.Render(m.gl.here)
		}
		title := pad(cut(m.tx(v.Title), column, m.gl.dots), column)
		if i == m.snap.Position {
			title = m.th.here.Render(title)
		}
		p.row(fmt.Sprintf("%s %s %2d %s  %s", lead, m.stateMark(i), i+1, title, m.tx(standing(m.snap, i))))
	}
	p.gap()
	p.para(0, m.th.text, nextWords(m.snap))
	p.para(0, m.th.dim, effortLeft(m.snap))
	return p.lines, first
}

// stateMark is the mark of a step whether or not one stands there.
func (m *model) stateMark(i int) string {
	if i != m.snap.Position || m.snap.Steps[i].Gate.State.Passes() {
		at := m.snap.Position
		m.snap.Position = -1
		mark := m.stepMark(i)
		m.snap.Position = at
		return mark
	}
	return m.th.here.Render(m.gl.here)
}

// youAreHere is for those who see no marks.
func youAreHere(s steps.Snapshot, i int) string {
	if i == s.Position {
		return "you are here, "
	}
	return ""
}

// standing says how a step stands, in a few words.
func standing(s steps.Snapshot, i int) string {
	v := s.Steps[i]
	running := 0
	for _, c := range v.Checks {
		if c.Running {
			running++
		}
	}
	switch {
	case running > 0:
		return "checking"
	case v.Gate.State == steps.GateSkipped:
		return "does not apply"
	case v.Gate.State.Passes() && v.Gate.Warnings > 0:
		return "passed " + lastSeen(v) + ", " + count(v.Gate.Warnings, "warning")
	case v.Gate.State.Passes():
		return "passed " + lastSeen(v)
	case v.Gate.Stale:
		return "passed " + lastSeen(v) + ", to be checked again"
	case i > s.Reachable && untouched(v):
		return "opens after " + s.Steps[i-1].Title
	case untouched(v):
		return "not checked yet"
	}
	return v.Gate.Why + who(", waits for: ", v)
}

// who says whom a step waits for: those who usually may mend what failed.
func who(lead string, v steps.StepView) string {
	var list []string
	for _, c := range v.Checks {
		if c.Result.Status != checks.Fail || c.Stale || len(c.Result.Remedies) == 0 {
			continue
		}
		if w := string(c.Result.Remedies[0].Who); w != "" && !slices.Contains(list, w) {
			list = append(list, w)
		}
	}
	if len(list) == 0 {
		return ""
	}
	return lead + strings.Join(list, " and ")
}

// minutes are about how long a step takes when nothing is in the way; most is
// reading, and waiting for systems to follow each other.
func minutes(id checks.StepID) int {
	switch id {
	case "connector":
		return 15
	case "site", "verify":
		return 5
	}
	return 3
}

// effortLeft says how much there is still to do, and who can do it.
func effortLeft(s steps.Snapshot) string {
	left, mine, time := 0, 0, 0
	for _, v := range s.Steps {
		if v.Gate.State.Passes() {
			continue
		}
		left++
		time += minutes(v.ID)
		if v.Plan != nil {
			mine++
		}
	}
	switch {
	case left == 0:
		return ""
	case mine == 0:
		return fmt.Sprintf("Left: %s, about %d min.", count(left, "step"), time)
	}
	return fmt.Sprintf("Left: %s, about %d min; the wizard can set up %d of them for you.", count(left, "step"), time, mine)
}

// untouched says that no check has come to an outcome of its own.
func untouched(v steps.StepView) bool {
	for _, c := range v.Checks {
		if c.Result.Status != checks.Pending && c.Result.Status != checks.Waiting {
			return false
		}
	}
	return true
}

func lastSeen(v steps.StepView) string {
	last := v.Checks[0].Result.At
	for _, c := range v.Checks {
		if c.Result.At.After(last) {
			last = c.Result.At
		}
	}
	return clockTime(last)
}

// nextWords say what would be next.
func nextWords(s steps.Snapshot) string {
	if s.Finished {
		return "Every gate is open."
	}
	v := s.Steps[s.Reachable]
	why := v.Gate.Why
	if untouched(v) {
		why = "it has not been checked yet"
	}
	return "Next: " + v.Title + ", " + why + who("; it waits for: ", v) + "."
}
