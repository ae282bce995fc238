package report_test

import (
	"fmt"
	"time"

	"sensegate/checks"
	"sensegate/internal/site"
	"sensegate/steps"
)

// hostile is text as a server might send it, or a site file might hold it.
const hostile = "\x1b[31mred\x07 \u202egnp.\"exe\\ <b>&amp;\u2028 ]]> end"

func begun() time.Time { return time.Date(2026, 11, 21, 14, 2, 0, 0, time.UTC) }

// journey is a snapshot of steps whose checks were found as given; the gates
// are judged as the program judges them.
func journey(found ...[]checks.Status) steps.Snapshot {
	s := steps.Snapshot{Site: site.Site{Name: "contoso"}}
	order := make([]steps.Step, 0, len(found))
	results := map[checks.ID]checks.Result{}
	for i, list := range found {
		step := steps.Step{ID: checks.StepID(fmt.Sprintf("step%d", i)), Title: fmt.Sprintf("Step %d", i)}
		for j, status := range list {
			c := checks.Check{ID: checks.ID(fmt.Sprintf("%s.%d", step.ID, j)), Step: step.ID, Title: "it is so"}
			step.Checks = append(step.Checks, c)
			results[c.ID] = checks.Result{ID: c.ID, Status: status, Seen: "seen", Source: checks.Live, At: begun()}
		}
		order = append(order, step)
	}
	for i, g := range steps.Judge(order, results, nil) {
		v := steps.StepView{Step: order[i], Gate: g}
		for _, c := range order[i].Checks {
			v.Checks = append(v.Checks, steps.CheckView{Check: c, Result: results[c.ID]})
		}
		s.Steps = append(s.Steps, v)
	}
	return s
}

// full is a snapshot in which every field of a report has something to say.
func full() (steps.Snapshot, checks.Catalogue) {
	causes := checks.Catalogue{"step0.bad": {
		ID: "step0.bad", Title: "t", Because: "Nobody set {thing}.",
		Fixes: []checks.Fix{{Who: checks.ADAdmin, Text: "Set {thing}.", Command: "set {thing}", Shell: checks.PowerShell}},
	}}
	s := journey([]checks.Status{checks.Fail, checks.Warn, checks.Unknown, checks.Skipped, checks.Crashed, checks.Pass}, []checks.Status{checks.Waiting, checks.Pending})
	s.Site.Simulated = true
	s.Site.Pins = []site.Pin{{Name: "qlik:443", Address: "127.0.0.1:8443"}}
	for i := range s.Steps[0].Checks {
		v := &s.Steps[0].Checks[i]
		v.Check.Needs, v.Check.Docs = []checks.ID{"step9.9"}, "RFC 4120"
		v.Result = v.Result.With("name", "value").Var("thing", "the thing")
		v.Result.Expected, v.Result.Took = "so", 1500*time.Millisecond
		switch v.Result.Status {
		case checks.Fail, checks.Warn:
			v.Result.Cause = "step0.bad"
			v.Result.Remedies = causes["step0.bad"].Remedies(v.Result.Vars())
		case checks.Unknown:
			v.Result.Reason = checks.TimedOut
		case checks.Pending, checks.Waiting, checks.Pass, checks.Skipped, checks.Crashed:
		}
	}
	return s, causes
}
