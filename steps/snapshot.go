package steps

import (
	"time"

	"sensegate/checks"
	"sensegate/internal/site"
)

// Snapshot is everything a screen, a line of text or a report needs to know
// about a journey at one moment. It is never changed after it was made.
type Snapshot struct {
	Site     site.Site
	Steps    []StepView
	Position int
	// Reachable is the furthest step one may go to.
	Reachable int
	// Open counts the gates that let pass.
	Open    int
	Running bool
	// Finished says that every gate is open.
	Finished bool
	// MayNext and MayApply say what may be pressed now; the words say why not.
	MayNext, MayApply       bool
	WhyNotNext, WhyNotApply string
	// Changed is what plans changed in this session, oldest first.
	Changed []Applied
}

// StepView is one step as it stands.
type StepView struct {
	Step
	Gate   Gate
	Checks []CheckView
	// Instructions are Manual with the site's names filled in.
	Instructions []Instruction
}

// CheckView is one check as it stands.
type CheckView struct {
	Check  checks.Check
	Result checks.Result
	// Cause explains a result that warned or failed.
	Cause checks.Cause
	// Stale says that something it rests on changed since.
	Stale bool
	// Running and Retry say what is going on now.
	Running  bool
	Retrying bool
	Next     time.Time
	Deadline time.Time
	Because  string
	// SoFar is the answer that a retrying check does not yet accept.
	SoFar checks.Result
}

// Here is the step one stands at.
func (s Snapshot) Here() StepView { return s.Steps[s.Position] }

// Snapshot tells how the journey stands.
func (g *Guide) Snapshot() Snapshot {
	gates := g.judge()
	out := Snapshot{
		Site: g.site, Position: g.pos, Running: g.running, Reachable: g.reachable(),
		Steps: make([]StepView, 0, len(g.order)), Finished: true,
		Changed: append([]Applied(nil), g.changed...),
	}
	for i, s := range g.order {
		v := StepView{Step: s, Gate: gates[i]}
		if gates[i].State.Passes() {
			out.Open++
		} else {
			out.Finished = false
		}
		for _, c := range s.Checks {
			v.Checks = append(v.Checks, g.viewOf(c))
		}
		for _, m := range s.Manual {
			v.Instructions = append(v.Instructions, m.Filled(g.site))
		}
		out.Steps = append(out.Steps, v)
	}
	here := gates[g.pos]
	out.MayNext = here.State.Passes()
	out.WhyNotNext = here.Why
	if err := g.MayApply(g.order[g.pos].ID); err != nil {
		out.WhyNotApply = err.Error()
	} else {
		out.MayApply = true
	}
	return out
}

func (g *Guide) viewOf(c checks.Check) CheckView {
	v := CheckView{Check: c, Result: g.results[c.ID], Stale: g.stale[c.ID]}
	v.Cause = g.opts.Causes[v.Result.Cause]
	if e, ok := g.live[c.ID]; ok {
		v.Running = true
		if e.Kind == checks.Retrying {
			v.Retrying, v.Next, v.Deadline, v.Because = true, e.Next, e.Deadline, e.Because
			v.SoFar = e.Result
		}
	}
	return v
}
