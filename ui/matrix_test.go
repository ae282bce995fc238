package ui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sensegate/checks"
	"sensegate/steps"
)

// states are what a step's page can be in, and how its checks come to it.
func states() map[string]func(v *steps.StepView, at time.Time) {
	each := func(f func(c *steps.CheckView, at time.Time)) func(*steps.StepView, time.Time) {
		return func(v *steps.StepView, at time.Time) {
			for i := range v.Checks {
				v.Checks[i] = steps.CheckView{Check: v.Checks[i].Check}
				f(&v.Checks[i], at)
			}
		}
	}
	result := func(c *steps.CheckView, r checks.Result, at time.Time) {
		r.ID, r.At, r.Took = c.Check.ID, at, 40*time.Millisecond
		c.Result = r
	}
	missing := checks.Cause{ID: "step.missing", Title: "not registered", Because: "it was never registered; browsers then fall back to NTLM, which the proxy cannot pass on"}
	return map[string]func(*steps.StepView, time.Time){
		"pending": each(func(*steps.CheckView, time.Time) {}),
		"running": each(func(c *steps.CheckView, _ time.Time) { c.Running = true }),
		"pass": each(func(c *steps.CheckView, at time.Time) {
			result(c, checks.Passed("it is so", "it is so").Compare(checks.Table{Columns: []string{"name", "needed by", "held by"}}.Row(checks.Pass, "HTTP/sense.contoso.test", `CONTOSO\qlik`, `CONTOSO\qlik`)), at)
		}),
		"fail": each(func(c *steps.CheckView, at time.Time) {
			r := checks.Failed("step.missing", "the account holds HTTP/sense.contoso.test", "no account in the forest holds it").
				Compare(checks.Table{Columns: []string{"name", "needed by", "held by"}}.Row(checks.Fail, "HTTP/sense.contoso.test", `CONTOSO\qlik`, "nobody"))
			r.Remedies = []checks.Remedy{{Who: checks.ADAdmin, Text: "Register the name.", Command: `setspn.exe -U -S HTTP/sense.contoso.test CONTOSO\qlik`, Shell: checks.Cmd}}
			c.Cause = missing
			result(c, r, at)
		}),
		"unknown": each(func(c *steps.CheckView, at time.Time) {
			result(c, checks.CouldNotTell(checks.NoRight, "the account holds the name", "the directory lets this account not read it"), at)
		}),
		"stale": each(func(c *steps.CheckView, at time.Time) {
			result(c, checks.Passed("it is so", "it is so"), at.Add(-4*time.Hour))
			c.Stale = true
		}),
	}
}

// dressed puts a step into a state, with the gate that goes with it.
func dressed(s steps.Snapshot, at int, state string, now time.Time) steps.Snapshot {
	s.Steps = append([]steps.StepView(nil), s.Steps...)
	s.Position, s.Reachable, s.Open, s.Finished = at, at, at, false
	passed := states()["pass"]
	for i := range s.Steps {
		v := s.Steps[i]
		v.Checks = append([]steps.CheckView(nil), v.Checks...)
		v.Gate = steps.Gate{Why: "opens after " + s.Steps[at].Title}
		switch {
		case i < at:
			passed(&v, now)
			v.Gate = steps.Gate{State: steps.GateOpen}
		case i == at:
			states()[state](&v, now)
			v.Gate = map[string]steps.Gate{
				"pass": {State: steps.GateOpen}, "stale": {Stale: true, Why: "proved before something changed: check again"},
			}[state]
			if v.Gate == (steps.Gate{}) {
				v.Gate.Why = "its checks are not proved"
			}
		default:
			states()["pending"](&v, now)
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
		"running": "(running)", "pass": "gate open", "fail": "expected", "unknown": "could not tell",
		"stale": "proved before something changed", "pending": "gate closed",
	}[state]
}

// TestAcceptance07 holds the screens of ten steps in six states, four sizes and
// both character sets; a golden file has the ten of one kind.
func TestAcceptance07(t *testing.T) {
	w := newWorld().healthy()
	for state := range states() {
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
					for at := range j.Guide.Snapshot().Steps {
						m.snap = dressed(j.Guide.Snapshot(), at, state, w.clock())
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
