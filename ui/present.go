package ui

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"sensegate/checks"
	"sensegate/steps"
)

// Present is what a trainer has at hand in front of people: it belongs to the
// practice lab, and breaks nothing real.
type Present struct {
	// Faults are what can be broken, in the order of the steps.
	Faults []Fault
	// Break breaks it in the running lab, and Mend takes that back.
	Break func(ctx context.Context, id string) error
	Mend  func(ctx context.Context, id string) error
}

// Fault is one way to break the practice lab, with what a trainer says to it.
type Fault struct {
	ID, Title string
	Step      checks.StepID
	Note      string
}

// presentActs are the trainer's keys on a step.
func (m *model) presentActs() []act {
	if m.cfg.Present == nil {
		return nil
	}
	k := m.keys
	out := []act{{on: k.notes, says: "trainer's notes", quiet: true, do: plainly(m.openNotes)}}
	if m.live != nil {
		return out
	}
	if f, ok := m.nextFault(); ok {
		out = append(out, act{on: k.fault, says: "next fault: " + f.ID, quiet: true, do: plainly(func() tea.Cmd { return m.breakIt(f) })})
	}
	if f, ok := m.lastBroken(); ok {
		out = append(out, act{on: k.mend, says: "take back: " + f.ID, quiet: true, do: plainly(func() tea.Cmd { return m.mendIt(f) })})
	}
	if len(m.revertible()) > 0 {
		out = append(out, act{on: k.reset, says: "take back what was changed in this step", quiet: true, do: plainly(m.resetStep)})
	}
	return append(out, act{on: k.spotlight, says: "try to switch single sign-on on now", quiet: true, do: plainly(m.openSpotlight)})
}

// nextFault is the next fault of the present step that was not played yet.
func (m *model) nextFault() (Fault, bool) {
	for _, f := range m.cfg.Present.Faults {
		if f.Step == m.snap.Here().ID && !m.played[f.ID] {
			return f, true
		}
	}
	return Fault{}, false
}

// brokenMsg says that a fault was set.
type brokenMsg struct {
	token int
	fault Fault
	err   error
}

func (m *model) breakIt(f Fault) tea.Cmd {
	do := m.cfg.Present.Break
	return m.start(job{says: "breaking something"}, func(ctx context.Context, token int) tea.Msg {
		return brokenMsg{token: token, fault: f, err: do(ctx, f.ID)}
	})
}

func (m *model) broken(msg brokenMsg) tea.Cmd {
	if !m.finishedJob(msg.token) {
		return nil
	}
	if msg.err != nil {
		m.note = msg.err.Error()
		return nil
	}
	if m.played == nil {
		m.played = map[string]bool{}
	}
	m.played[msg.fault.ID] = true
	m.broke = append(m.broke, msg.fault)
	// What is wrong is for the checks to say; the audience guesses meanwhile.
	m.note = "something was broken: fault " + strconv.Itoa(len(m.played)) + " of this show"
	return m.checkAgain()
}

// lastBroken is the fault that was played last and not taken back.
func (m *model) lastBroken() (Fault, bool) {
	if len(m.broke) == 0 || m.cfg.Present.Mend == nil {
		return Fault{}, false
	}
	return m.broke[len(m.broke)-1], true
}

// mendedMsg says that a fault was taken back.
type mendedMsg struct {
	token int
	fault Fault
	err   error
}

func (m *model) mendIt(f Fault) tea.Cmd {
	do := m.cfg.Present.Mend
	return m.start(job{says: "taking the fault back"}, func(ctx context.Context, token int) tea.Msg {
		return mendedMsg{token: token, fault: f, err: do(ctx, f.ID)}
	})
}

func (m *model) mended(msg mendedMsg) tea.Cmd {
	if !m.finishedJob(msg.token) {
		return nil
	}
	if msg.err != nil {
		m.note = msg.err.Error()
		return nil
	}
	gone := func(f Fault) bool { return f.ID == msg.fault.ID }
	m.broke = slices.DeleteFunc(m.broke, gone)
	m.journey.Faults = slices.DeleteFunc(slices.Clone(m.journey.Faults), gone)
	m.note = "taken back: " + msg.fault.ID
	return m.checkAgain()
}

// faultNotes are what every page shows of faults that were set from the start.
func faultNotes(list []Fault) []string {
	var out []string
	for _, f := range list {
		out = append(out, "fault set: "+f.ID+" ("+strings.TrimSuffix(f.Title, ".")+")")
	}
	return out
}

// brokenNow says whether a fault that was played is still there.
func (m *model) brokenNow(id string) bool {
	return slices.ContainsFunc(m.broke, func(f Fault) bool { return f.ID == id })
}

// revertible are the changes of this step that can be taken back, newest first.
func (m *model) revertible() []steps.Change {
	var out []steps.Change
	list := m.applied[m.snap.Here().ID]
	for _, l := range slices.Backward(list) {
		if l.Err == nil && l.Change.Revert != nil {
			out = append(out, l.Change)
		}
	}
	return out
}

// remember keeps what a plan did, for taking it back.
func (m *model) remember(step checks.StepID, all []steps.Applied) {
	if m.applied == nil {
		m.applied = map[checks.StepID][]steps.Applied{}
	}
	m.applied[step] = append(m.applied[step], all...)
}

// revertedMsg says that changes were taken back.
type revertedMsg struct {
	token int
	step  checks.StepID
	all   []steps.Applied
	err   error
}

func (m *model) resetStep() tea.Cmd {
	list, step, rec := m.revertible(), m.snap.Here().ID, m.journey.Guide.Recorder()
	return m.start(job{says: "taking back what was changed", holdsGuide: true}, func(ctx context.Context, token int) tea.Msg {
		msg := revertedMsg{token: token, step: step}
		for _, c := range list {
			c.Before, c.After = c.After, c.Before
			c = m.numbered(c)
			a := steps.Applied{Change: c}
			if msg.err = rec.Intend(step, c); msg.err != nil {
				return msg
			}
			if a.Err = c.Revert(ctx); a.Err == nil && c.Read != nil {
				a.Now, a.Err = c.Read(ctx)
			}
			msg.all = append(msg.all, a)
			if err := rec.Outcome(step, a); err != nil && a.Err == nil {
				a.Err = err
			}
			if a.Err != nil {
				msg.err = fmt.Errorf("taking back %s of %s: %w", c.Field, c.Target, a.Err)
				return msg
			}
		}
		return msg
	})
}

func (m *model) reverted(msg revertedMsg) tea.Cmd {
	if !m.finishedJob(msg.token) {
		return nil
	}
	m.journey.Guide.Changed(msg.step, msg.all)
	delete(m.applied, msg.step)
	m.refresh()
	m.note = "taken back: " + count(len(msg.all), "change")
	if msg.err != nil {
		m.note = msg.err.Error()
	}
	return m.checkAgain()
}

// notesScreen is what a trainer says to the present page.
type notesScreen struct {
	pane pane
	// spotlight shows the rule of the gates instead: what was tried, and the
	// refusal.
	spotlight string
}

func (m *model) openNotes() tea.Cmd {
	m.trainer = notesScreen{}
	m.screen = onNotes
	return nil
}

// openSpotlight tries to go to the switch of single sign-on from here.
func (m *model) openSpotlight() tea.Cmd {
	m.trainer = notesScreen{spotlight: "The gate let through: everything before it is proved."}
	for i, v := range m.snap.Steps {
		if v.ID == "sso" && i > m.snap.Reachable {
			closed := m.snap.Steps[m.snap.Reachable]
			m.trainer.spotlight = "Refused: " + closed.Title + " has to be passed first (" + closed.Gate.Why + ")."
		}
	}
	m.screen = onNotes
	return nil
}

func (s *notesScreen) acts(m *model) []act {
	closing := plainly(func() tea.Cmd { m.screen = onStep; return nil })
	back := m.keys.back
	back.SetKeys("b", "esc", "n", "w", "enter")
	return append([]act{
		{on: back, says: "back to the page", do: closing},
		{on: m.keys.quit, says: "quit", do: plainly(m.quit)},
	}, s.pane.acts(m.keys)...)
}

func (s *notesScreen) view(m *model) []string {
	p := m.newPage(m.frame.full)
	here := m.snap.Here()
	if s.spotlight != "" {
		p.para(0, m.th.title, "Switch single sign-on on, now?")
		p.gap()
		p.para(2, m.th.strong, s.spotlight)
		p.gap()
		p.para(2, m.th.text, "This is the rule of the procedure: Kerberos is proved on the LAN before delegation is touched, and delegation before single sign-on is switched on. Thrown too early the switch shows users an error page, and nobody can tell which of the three is missing.")
		p.gap()
		for i, v := range m.snap.Steps {
			p.hang("  "+m.stateMark(i)+" ", m.th.text, v.Title+": "+standing(m.snap, i))
		}
		return m.window(&s.pane, p.lines)
	}
	p.para(0, m.th.title, "Trainer's notes: "+here.Title)
	p.gap()
	p.field(2, "say", m.th.text, here.What)
	p.field(2, "why", m.th.text, here.Why)
	p.field(2, "rests on", m.th.text, strings.TrimSpace(here.Seed+" ("+here.SeedFrom+")"))
	p.gap()
	for _, f := range m.cfg.Present.Faults {
		if f.Step != here.ID {
			continue
		}
		st, lead := m.th.text, m.gl.pending
		switch {
		case m.brokenNow(f.ID):
			st, lead = m.th.strong, m.mark(checks.Fail)
		case m.played[f.ID]:
			lead = m.mark(checks.Pass)
		}
		p.hang("  "+lead+" ", st, f.ID+": "+f.Title)
		p.field(4, "in life", m.th.text, f.Note)
	}
	p.gap()
	p.para(2, m.th.dim, "f plays the next fault of this step, F takes the last one back, z takes back what the wizard changed in it, w shows what the gate says to single sign-on switched on too early.")
	return m.window(&s.pane, p.lines)
}
