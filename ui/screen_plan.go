package ui

import (
	"context"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"sensegate/steps"
)

// planScreen shows what would be changed, and changes it once confirmed.
type planScreen struct {
	pane  pane
	plan  steps.Plan
	ready bool
	// problem is why there is no plan, or why applying it stopped.
	problem string
	typed   string
	// state of each change: nil before it was begun.
	begun   []bool
	results []*steps.Applied
	// undo says that it takes changes back.
	undo bool
	// over says that applying has ended, badly.
	over bool

	// A plan that opens while keys are still coming swallows them until it has
	// been quiet for a moment: nobody confirms what they have not read.
	restless        bool
	opened, lastKey time.Time
	progress        <-chan progressMsg
}

const (
	quietFor  = 400 * time.Millisecond
	graceEnds = 1500 * time.Millisecond
)

// plannedMsg is a plan that was asked for.
type plannedMsg struct {
	token int
	plan  steps.Plan
	err   error
}

// progressMsg is one change begun or ended; the last one has over set.
type progressMsg struct {
	token   int
	at      int
	applied steps.Applied
	done    bool

	over bool
	all  []steps.Applied
	err  error
}

func (m *model) openPlan() tea.Cmd {
	m.stopRun()
	m.plan = planScreen{}
	m.screen = onPlan
	propose := m.journey.Guide.Planner()
	return m.start(job{says: "reading the present state", stoppable: true}, func(ctx context.Context, token int) tea.Msg {
		plan, err := propose(ctx)
		return plannedMsg{token: token, plan: plan, err: err}
	})
}

func (m *model) planned(msg plannedMsg) {
	if m.job == nil || m.job.token != msg.token {
		return
	}
	began := m.job.began
	m.finishedJob(msg.token)
	s := &m.plan
	s.ready, s.plan = true, msg.plan
	s.begun, s.results = make([]bool, len(msg.plan.Changes)), make([]*steps.Applied, len(msg.plan.Changes))
	if msg.err != nil {
		s.problem = msg.err.Error()
	}
	now := m.cfg.Clock()
	s.opened = now
	s.restless = !s.lastKey.IsZero() || now.Sub(began) > time.Second
	if len(s.plan.Changes) == 0 && !s.undo {
		m.step.emptyPlan = true
	}
}

// swallows says that a key was not meant for this page.
func (s *planScreen) swallows(now time.Time) bool {
	if !s.ready {
		s.lastKey = now
		return false
	}
	if !s.restless {
		return false
	}
	last := s.lastKey
	if s.opened.After(last) {
		last = s.opened
	}
	if now.Sub(last) >= quietFor || now.Sub(s.opened) >= graceEnds {
		s.restless = false
		return false
	}
	s.lastKey = now
	return true
}

// wantsName says that letters are the name to be typed.
func (s *planScreen) wantsName() bool {
	return s.ready && !s.over && s.problem == "" && s.plan.Confirm() != ""
}

func (s *planScreen) confirmed() bool {
	return strings.EqualFold(strings.TrimSpace(s.typed), s.plan.Confirm())
}

func (s *planScreen) typedKey(k tea.KeyPressMsg) {
	switch {
	case !s.wantsName():
	case k.String() == "backspace" && s.typed != "":
		r := []rune(s.typed)
		s.typed = string(r[:len(r)-1])
	case k.String() == "ctrl+u":
		s.typed = ""
	case k.Text != "":
		s.insert(k.Text)
	}
}

// longestName bounds what can be typed: account and host names are shorter.
const longestName = 256

func (s *planScreen) insert(text string) {
	if s.wantsName() && len(s.typed) < longestName {
		s.typed += strings.TrimLeft(Clean(text), " ")
	}
}

func (s *planScreen) acts(m *model) []act {
	k := m.keys
	back := k.back
	back.SetHelp("esc", "")
	if s.wantsName() {
		back.SetKeys("esc")
	}
	var out []act
	switch {
	case s.over || len(s.plan.Changes) == 0 || s.problem != "":
		out = append(out, act{on: k.enter, says: "back to the step", do: plainly(m.leavePlan)})
		if len(m.snap.Here().Instructions) > 0 {
			out = append(out, act{on: k.hand, says: "by hand", do: plainly(m.openHand)})
		}
	case s.confirmed():
		out = append(out, act{on: k.enter, says: "apply", do: plainly(m.apply)})
	}
	if s.commands() != "" {
		on := k.copy
		if s.wantsName() {
			on.SetKeys("ctrl+y")
			on.SetHelp("ctrl+y", "")
		}
		out = append(out, act{on: on, says: s.copySays(), do: plainly(func() tea.Cmd { return m.copy(s.commands()) })})
	}
	out = append(out, act{on: back, says: "back", do: plainly(m.leavePlan)})
	if !s.wantsName() {
		out = append(out, act{on: k.quit, says: "quit", do: plainly(m.quit)},
			act{on: k.words, says: "words", quiet: true, do: plainly(m.openWords)})
	}
	return append(out, s.pane.acts(k)...)
}

func (s *planScreen) copySays() string {
	if len(s.plan.Changes) == 1 {
		return "copy command"
	}
	return "copy commands"
}

// commands are all changes as commands, one a line.
func (s *planScreen) commands() string {
	var out []string
	for _, c := range s.plan.Changes {
		if c.Command != "" {
			out = append(out, c.Command)
		}
	}
	return strings.Join(out, "\n")
}

func (m *model) leavePlan() tea.Cmd {
	over := m.plan.over
	m.screen = onStep
	if m.plan.undo && !over {
		return m.openUndo()
	}
	if over {
		return m.check(!m.plan.undo)
	}
	return m.lookAround()
}

// apply makes the changes, outside the event loop; it is told of each.
func (m *model) apply() tea.Cmd {
	plan, typed, rec := m.plan.plan, m.plan.typed, m.journey.Guide.Recorder()
	progress := make(chan progressMsg, 2*len(plan.Changes)+1)
	m.plan.progress = progress
	run := m.start(job{says: "applying", holdsGuide: true, stoppable: true}, func(ctx context.Context, token int) tea.Msg {
		defer close(progress)
		all, err := plan.Apply(ctx, typed, rec, func(i int, a steps.Applied, done bool) {
			progress <- progressMsg{token: token, at: i, applied: a, done: done}
		})
		progress <- progressMsg{token: token, over: true, all: all, err: err}
		return nil
	})
	return tea.Batch(run, nextProgress(progress))
}

func nextProgress(ch <-chan progressMsg) tea.Cmd {
	return func() tea.Msg {
		msg, more := <-ch
		if !more {
			return nil
		}
		return msg
	}
}

func (m *model) progressed(msg progressMsg) tea.Cmd {
	if m.job == nil || m.job.token != msg.token {
		return nil
	}
	s := &m.plan
	if !msg.over {
		s.begun[msg.at] = true
		if msg.done {
			a := msg.applied
			s.results[msg.at] = &a
			s.pane.show(0, 1)
		}
		return nextProgress(s.progress)
	}
	began := m.job.began
	m.finishedJob(msg.token)
	if s.undo {
		m.tookBack(msg.all)
	} else {
		m.journey.Guide.Changed(s.plan.Step, msg.all)
		m.remember(s.plan.Step, msg.all)
	}
	m.refresh()
	m.step.done, m.step.picked = msg.all, false
	if msg.err != nil {
		s.over, s.problem = true, msg.err.Error()
		return m.rings(began)
	}
	m.screen = onStep
	m.step.pane.top()
	// What follows is one wait with the change: for the others to learn of it.
	check := m.check(!s.undo) // what was taken back will not come true by waiting
	m.live.began = began
	return check
}
