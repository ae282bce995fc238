package access

import (
	"context"
	"time"

	"sensegate/checks"
	"sensegate/internal/pasted"
)

// clocksProof is for where no domain controller can be asked from here: a machine
// of Qlik compares its clock with the domain's, and every output tells when it
// was printed.
func clocksProof() *checks.Proof {
	return &checks.Proof{
		Ask: func(env checks.Env) []checks.Asked {
			nodes := Nodes(env.Site)
			if len(nodes) == 0 {
				return nil
			}
			return []checks.Asked{{
				On: nodes[0], Who: checks.QlikAdmin, Shell: checks.Cmd,
				Command: checks.Command(checks.Cmd, checks.Questioned(checks.Cmd, "w32tm.exe /stripchart /computer:{domain} /samples:1 /dataonly", "")),
			}}
		},
		Judge: func(_ context.Context, env checks.Env, pastes []string) (checks.Result, error) {
			// A clock says how things are now: only the latest paste counts.
			runs, err := pasted.OfHosts(pastes[len(pastes)-1], Nodes(env.Site)...)
			if err != nil {
				return checks.Result{}, err
			}
			run := runs[len(runs)-1]
			ahead, line, err := pasted.Offset(run, env.Site.Directory.Domain)
			if err != nil {
				return checks.Result{}, err
			}
			return compared(env, run, ahead).With(checks.LineEvidence, line).PrintedOn(checks.NotAhead(env, run.At), run.Host), nil
		},
	}
}

// compared judges a clock that is ahead of the domain's by so much. How long ago
// the output was printed nobody knows, so this machine's clock is doubted only
// where the output is of a time that has not come.
func compared(env checks.Env, run pasted.Run, ahead time.Duration) checks.Result {
	const expected = "all within 5 minutes, better 1"
	here := env.Clock().Sub(run.At.Add(-ahead))
	seen := run.Host + " and the domain are " + ahead.Abs().Round(time.Second).String() + " apart"
	r := checks.Passed(expected, seen)
	switch {
	case ahead.Abs() > skewFail:
		r = checks.Failed("site.clock-skew", expected, seen).Var("who", run.Host)
	case here < -skewFail:
		r = checks.Failed("site.clock-here", expected, "this machine's clock is "+(-here).Round(time.Second).String()+" behind the domain's")
	case ahead.Abs() > skewWarn:
		r = checks.Warned("site.clock-skew", expected, seen).Var("who", run.Host)
	case here < -skewWarn:
		r = checks.Warned("site.clock-here", expected, "this machine's clock is "+(-here).Round(time.Second).String()+" behind the domain's")
	}
	return r.With(run.Host, ahead.Round(time.Millisecond).String()+" ahead of the domain, measured there").With("this machine", env.Clock().UTC().Format(time.RFC3339))
}
