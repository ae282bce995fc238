package ui

import (
	"fmt"

	tea "charm.land/bubbletea/v2"

	"sensegate/checks"
	"sensegate/steps"
)

// stepScreen is one step: what it is, what was found, what to do next.
type stepScreen struct {
	pane pane
	sel  int
	// picked says that the user chose the check; nothing moves by itself then.
	picked bool
	// flipped are the checks whose evidence was folded or unfolded by hand.
	flipped map[checks.ID]bool
	// done is what a plan has just changed here.
	done []steps.Applied
	// emptyPlan says that the plan had nothing to change as things stand.
	emptyPlan bool
}

// enterStep shows the present step and starts its checks when their results
// are missing or old. Questions that have no answer come first.
func (m *model) enterStep() tea.Cmd {
	m.screen, m.step = onStep, stepScreen{flipped: map[checks.ID]bool{}}
	if len(unanswered(m.snap)) > 0 {
		return m.openForm()
	}
	return m.lookAround()
}

// lookAround checks the present step if it has to be.
func (m *model) lookAround() tea.Cmd {
	if m.live == nil && wantsCheck(m.snap.Here()) {
		return m.check(false)
	}
	m.step.settled(m)
	return nil
}

// followFailure points at the first finding that holds the gate or is waited
// for, until the user points elsewhere.
func (s *stepScreen) followFailure(m *model) {
	if s.picked {
		return
	}
	for i, c := range m.snap.Here().Checks {
		if c.Retrying || holds(c) && !c.Running {
			if c.Retrying && s.sel != i {
				s.pane.show(s.span(m, i))
			}
			s.sel = i
			return
		}
	}
}

// settled looks at what a run that has ended found. After a change was taken back
// what fails is no news: the page stays where it says what was done.
func (s *stepScreen) settled(m *model) {
	s.followFailure(m)
	if s.onlyTookBack() {
		return
	}
	if !s.picked && s.sel < len(m.snap.Here().Checks) && holds(m.snap.Here().Checks[s.sel]) {
		s.pane.show(s.span(m, s.sel))
	}
}

func (s *stepScreen) onlyTookBack() bool {
	for _, a := range s.done {
		if a.Err != nil || a.Change.Undoes == 0 {
			return false
		}
	}
	return len(s.done) > 0
}

func (s *stepScreen) acts(m *model) []act {
	k := m.keys
	here := m.snap.Here()
	var out []act
	add := func(a act) { out = append(out, a) }
	obvious, ok := s.obvious(m)
	if ok {
		add(obvious)
	}
	if m.live != nil {
		add(act{on: k.stop, says: "stop", do: plainly(m.halt)})
	} else {
		add(act{on: k.recheck, says: "check again", quiet: obvious.says == "check again", do: plainly(m.checkAgain)})
	}
	if m.snap.MayApply && m.live == nil {
		add(act{on: k.plan, says: "apply for me", quiet: obvious.says == "see the plan" || m.snap.MayNext, do: plainly(m.openPlan)})
	}
	if _, names, _ := m.cfg.Desk.news(); len(names) > 0 {
		add(act{on: k.secret, says: "password", quiet: obvious.says == "password", do: plainly(m.openSecret)})
	}
	if a, ok := m.phoneAct(); ok {
		add(a)
	}
	if len(here.Instructions) > 0 {
		add(act{on: k.hand, says: "by hand", do: plainly(m.openHand)})
	}
	if c, ok := s.selected(m); ok {
		if list := s.commands(m, c); len(list) > 0 {
			add(act{on: k.copy, says: "copy", do: plainly(func() tea.Cmd { return m.copyNext(c.Check.ID, list) })})
		}
		if a, ok := s.placeAct(m, c); ok {
			add(a)
		}
		add(act{on: k.fold, says: "evidence", quiet: true, do: plainly(func() tea.Cmd { s.flip(m, c.Check.ID); return nil })})
	}
	if m.snap.Position > 0 || !m.cfg.direct() {
		add(act{on: k.back, says: "back", do: plainly(m.backStep)})
	}
	add(act{on: k.quit, says: "quit", do: plainly(m.quit)})
	add(act{on: k.words, says: "words", do: plainly(m.openWords)})
	add(act{on: k.jump, says: "map", do: plainly(m.openMap)})
	if len(here.Ask) > 0 {
		add(act{on: k.edit, says: "answers", do: plainly(m.openForm)})
	}
	out = append(out, m.recordActs(true)...)
	out = append(out, m.presentActs()...)
	if len(here.Checks) > 1 {
		add(act{on: k.up, says: "previous check", quiet: true, do: plainly(func() tea.Cmd { s.pick(m, -1); return nil })})
		add(act{on: k.down, says: "next check", quiet: true, do: plainly(func() tea.Cmd { s.pick(m, 1); return nil })})
	}
	return append(out, s.pane.acts(k)...)
}

// obvious is the one thing that enter does now.
func (s *stepScreen) obvious(m *model) (act, bool) {
	enter := func(says string, f func() tea.Cmd) (act, bool) {
		return act{on: m.keys.enter, says: says, do: plainly(f)}, true
	}
	what := obvious(m.snap, s.emptyPlan)
	if _, _, missing := m.cfg.Desk.news(); missing && what == toCheck && m.live == nil {
		return enter("password", m.openSecret)
	}
	if m.live != nil && what != toGo && what != toFinish {
		return act{}, false
	}
	switch what {
	case toFinish:
		return enter("finish", m.openFinish)
	case toGo:
		return enter("next: "+m.tx(m.snap.Steps[m.snap.Position+1].Short), m.nextStep)
	case toAnswer:
		return enter("answer", m.openForm)
	case toPlan:
		return enter("see the plan", m.openPlan)
	case toCheck:
	}
	return enter("check again", m.checkAgain)
}

func (m *model) checkAgain() tea.Cmd {
	m.step.emptyPlan, m.step.done, m.step.picked = false, nil, false
	return m.check(false)
}

func (m *model) nextStep() tea.Cmd {
	m.stopRun()
	if err := m.journey.Guide.Next(); err != nil {
		m.note = err.Error()
	}
	m.refresh()
	return m.enterStep()
}

func (m *model) backStep() tea.Cmd {
	m.stopRun()
	if m.snap.Position == 0 {
		return m.leaveJourney()
	}
	if _, err := m.journey.Guide.Back(); err != nil {
		m.note = err.Error()
	}
	m.refresh()
	return m.enterStep()
}

func (s *stepScreen) selected(m *model) (steps.CheckView, bool) {
	list := m.snap.Here().Checks
	if s.sel < 0 || s.sel >= len(list) {
		return steps.CheckView{}, false
	}
	return list[s.sel], true
}

// commands are what there is to copy: the code to sign in with before what mends
// the selected finding and what is asked for to prove it.
func (s *stepScreen) commands(m *model, c steps.CheckView) []string {
	if n, _, _ := m.cfg.Desk.news(); n.code != "" {
		return []string{n.code}
	}
	if c.Stale || c.Running {
		return nil
	}
	var out []string
	for _, r := range checks.InPlace(c.Result.Remedies, m.place) {
		if r.Command != "" {
			out = append(out, r.Command)
		}
	}
	return append(out, m.commandsToPaste(c)...)
}

func (s *stepScreen) pick(m *model, n int) {
	s.picked = true
	s.sel = max(0, min(s.sel+n, len(m.snap.Here().Checks)-1))
	s.pane.show(s.span(m, s.sel))
}

func (s *stepScreen) flip(m *model, id checks.ID) {
	s.picked = true
	s.flipped[id] = !s.flipped[id]
	s.pane.show(s.span(m, s.sel))
}

// span is where the lines of a check are; with the first one the text above it
// comes into view too.
func (s *stepScreen) span(m *model, i int) (int, int) {
	_, at := s.compose(m, m.frame.body)
	if i < 0 || i >= len(at) {
		return 0, 1
	}
	if i == 0 && at[0][1] <= s.window(m) {
		return 0, at[0][1]
	}
	return at[i][0], at[i][1]
}

// gateLine says whether one may go on, and why not.
func (m *model) gateLine() string {
	gate := m.snap.Here().Gate
	switch {
	case m.live != nil:
		return m.runLine()
	case gate.State == steps.GateSkipped:
		return m.th.good.Render("gate open") + ": this step does not apply here"
	case gate.State.Passes() && gate.Warnings > 0:
		return m.th.warn.Render("gate open") + ", with " + count(gate.Warnings, "warning")
	case gate.State.Passes():
		return m.th.good.Render("gate open")
	}
	return m.th.strong.Render("gate closed") + ": " + m.tx(gate.Why)
}

func (m *model) runLine() string {
	r := m.live
	s := "checking"
	if r.patient {
		s = "checking until it is true everywhere"
	}
	if r.finished > 0 {
		s += ", " + count(r.finished, "check") + " done"
	}
	if d := m.now.Sub(r.began); d.Seconds() >= 1 {
		s += ", " + span(d)
	}
	return m.th.strong.Render(s)
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
