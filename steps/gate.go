package steps

import (
	"fmt"

	"sensegate/checks"
)

// GateState is whether one may go past a step.
type GateState int

// The states of a gate. Only GateOpen and GateSkipped let pass.
const (
	GateClosed GateState = iota
	GateOpen
	GateSkipped // every check found that it does not apply
)

var gateWords = [...]string{"closed", "open", "skipped"}

// String is the word used in the JSON.
func (g GateState) String() string { return gateWords[g] }

// Passes says that one may go on.
func (g GateState) Passes() bool { return g != GateClosed }

// Gate is the verdict over a step, with the reason in one sentence.
type Gate struct {
	State GateState
	// Why says what holds it closed; empty when open.
	Why string
	// Stale says that it was open before something upstream changed.
	Stale bool
	// Warnings counts checks that warned.
	Warnings int
}

// Judge computes every gate from the results alone: a gate opens when every
// check of its step passed, warned or does not apply, none of those results is
// stale, and every earlier gate is open.
func Judge(order []Step, results map[checks.ID]checks.Result, stale map[checks.ID]bool) []Gate {
	gates := make([]Gate, len(order))
	before := ""
	for i, s := range order {
		gates[i] = judgeStep(s, results, stale)
		if before != "" && gates[i].State.Passes() {
			gates[i].State = GateClosed
			gates[i].Why = "opens after " + before
		}
		if before == "" && !gates[i].State.Passes() {
			before = s.Title
		}
	}
	return gates
}

func judgeStep(s Step, results map[checks.ID]checks.Result, stale map[checks.ID]bool) Gate {
	var g Gate
	unproven, skipped, old := 0, 0, 0
	for _, c := range s.Checks {
		r := results[c.ID]
		switch {
		case !r.Opens():
			unproven++
		case stale[c.ID]:
			old++
		case r.Status == checks.Skipped:
			skipped++
		case r.Status == checks.Warn, r.Pardoned():
			g.Warnings++
		}
	}
	switch {
	case len(s.Checks) == 0:
		g.Why = "nothing proves this step"
	case unproven == 1:
		g.Why = fmt.Sprintf("1 of %d checks is not proved", len(s.Checks))
	case unproven > 1:
		g.Why = fmt.Sprintf("%d of %d checks are not proved", unproven, len(s.Checks))
	case old > 0:
		g.Stale = true
		g.Why = "proved before something changed: check again"
	case skipped == len(s.Checks):
		g.State = GateSkipped
	default:
		g.State = GateOpen
	}
	return g
}
