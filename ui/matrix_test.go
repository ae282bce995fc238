package ui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sensegate/checks"
	"sensegate/steps"
)

// states are what a step's page can be in.
func states() []string { return []string{"pending", "running", "pass", "fail", "unknown", "stale"} }

// inState puts a real step into a state, with findings that the practice lab
// has made (see labFindings).
func (f findings) inState(t *testing.T, v steps.StepView, state string, at time.Time) steps.StepView {
	t.Helper()
	known := f["finished"]
	if state == "fail" {
		known = f[string(v.ID)]
	}
	v.Checks = append([]steps.CheckView(nil), v.Checks...)
	broken := false
	for i := range v.Checks {
		c := steps.CheckView{Check: v.Checks[i].Check}
		stored, ok := known[c.Check.ID]
		if !ok {
			t.Fatalf("the lab has never said anything about %s", c.Check.ID)
		}
		switch state {
		case "pending":
		case "running":
			c.Running = true
		case "stale":
			c.Result, c.Stale = stored.result(t, c.Check.ID, at.Add(-4*time.Hour)), true
		case "unknown":
			c.Result = stored.result(t, c.Check.ID, at)
			if c.Result.Status == checks.Skipped {
				break
			}
			if c.Result = checks.CouldNotTell(checks.Unreachable, stored.Expected, nobodyThere); broken {
				c.Result = checks.Result{Status: checks.Waiting, WaitsFor: []checks.ID{v.Checks[0].Check.ID}}
			}
			c.Result.ID, c.Result.At = c.Check.ID, at
			broken = true
		default:
			c.Result, c.Cause = stored.result(t, c.Check.ID, at), stored.cause()
		}
		v.Checks[i] = c
	}
	return v
}

// nobodyThere is what the lab's systems are found to be once it has ended.
const nobodyThere = "the connection was refused: asking dc1.contoso.test:88: dial tcp: connect: connection refused"

// dressed puts the step at a position into a state, with the gates that go with it.
func (f findings) dressed(t *testing.T, s steps.Snapshot, at int, state string, now time.Time) steps.Snapshot {
	t.Helper()
	s.Steps = append([]steps.StepView(nil), s.Steps...)
	s.Position, s.Reachable, s.Open, s.Finished = at, at, at, false
	for i, v := range s.Steps {
		switch {
		case i < at:
			v = f.inState(t, v, "pass", now)
			v.Gate = steps.Gate{State: steps.GateOpen}
		case i == at:
			v = f.inState(t, v, state, now)
			v.Gate = map[string]steps.Gate{
				"pass": {State: steps.GateOpen}, "stale": {Stale: true, Why: "proved before something changed: check again"},
			}[state]
			if v.Gate == (steps.Gate{}) {
				v.Gate.Why = "its checks are not proved"
			}
		default:
			v = f.inState(t, v, "pending", now)
			v.Gate = steps.Gate{Why: "opens after " + s.Steps[at].Title}
		}
		s.Steps[i] = v
	}
	s.MayNext = state == "pass"
	s.MayApply = s.Steps[at].Plan != nil
	return s
}

// words by which each state is told without a colour or a mark.
func tells(state string) string {
	return map[string]string{
		"running": "(running)", "pass": "gate open", "fail": "expected", "unknown": "unreachable)",
		"stale": "proved before something changed", "pending": "gate closed",
	}[state]
}

// TestAcceptance07 holds the screens of the ten steps in six states, four sizes
// and both character sets; a golden file has the ten of one kind. Steps, checks
// and causes are the product's own, the findings are the practice lab's.
func TestAcceptance07(t *testing.T) {
	f := labFindings(t)
	product := labSteps(t, f)
	w := newWorld().healthy()
	for _, state := range states() {
		for _, size := range [][2]int{{80, 24}, {120, 40}, {60, 16}, {200, 60}} {
			for _, ascii := range []bool{false, true} {
				kind := map[bool]string{true: "ascii", false: "unicode"}[ascii]
				name := fmt.Sprintf("matrix/%s-%dx%d-%s", state, size[0], size[1], kind)
				t.Run(name, func(t *testing.T) {
					j := w.journey(t, fakeSite())
					m := newModel(t.Context(), Config{Start: &j, Clock: w.clock, ASCII: ascii})
					m.resize(size[0], size[1])
					m.journey, m.screen = &j, onStep
					var all strings.Builder
					for at := range product.Steps {
						m.snap = f.dressed(t, product, at, state, w.clock())
						m.step = stepScreen{flipped: map[checks.ID]bool{}}
						m.live = nil
						if state == "running" {
							m.live = &liveRun{cancel: func() {}, began: w.clock()}
						}
						m.step.settled(m)
						m.dirty = true
						got := grid(m.View().Content, size[0], size[1])
						if !strings.Contains(strings.Join(strings.Fields(got), " "), tells(state)) {
							t.Errorf("%s: no word tells the state %s:\n%s", m.snap.Here().ID, state, got)
						}
						if ascii && !plain(strings.ReplaceAll(got, "\n", "")) {
							t.Errorf("not ASCII:\n%s", got)
						}
						// Empty rows below a page prove nothing.
						fmt.Fprintf(&all, "== %s ==\n%s", m.snap.Here().ID, strings.ReplaceAll(got, "\n\n\n\n\n", "\n"))
					}
					golden(t, name, all.String())
				})
			}
		}
	}
}
