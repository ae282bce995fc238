package steps

import (
	"context"
	"fmt"
	"strings"

	"sensegate/checks"
	"sensegate/checks/allowlist"
	"sensegate/checks/application"
	"sensegate/checks/kerberos"
)

// RefusedError is a change that a system refused, with what that means for the
// installation: the check that it puts in question, and the cause.
type RefusedError struct {
	Finding checks.Result
	// Title and Because are the cause in words.
	Title, Because string
	Err            error
}

// Error tells the refusal, what it means and the first thing to do.
func (e *RefusedError) Error() string {
	said := fmt.Sprintf("%s. %s: %s", strings.TrimRight(e.Err.Error(), "."), e.Title, e.Because)
	if len(e.Finding.Remedies) > 0 {
		m := e.Finding.Remedies[0]
		said += fmt.Sprintf(" What to do (%s): %s", m.Who, m.Text)
	}
	return said
}

// Unwrap returns the refusal in the system's own words.
func (e *RefusedError) Unwrap() error { return e.Err }

// explainer returns the function that makes a plan's changes explain their
// refusals, to be called outside the caller's event loop.
func (g *Guide) explainer() func(Plan) Plan {
	site, causes, clock := g.site, g.opts.Causes, g.opts.Clock
	explain := func(ctx context.Context, step checks.StepID, change string, err error) error {
		if err == nil || ctx.Err() != nil {
			return err
		}
		id, r, ok := refusal(step, change, err)
		if !ok {
			return err
		}
		r = r.Stamped(id, causes, site, clock())
		why := causes[r.Cause]
		return &RefusedError{Finding: r, Title: why.Title, Because: checks.Fill(why.Because, r.Vars(), checks.NoShell), Err: err}
	}
	return func(plan Plan) Plan {
		for i := range plan.Changes {
			do, id := plan.Changes[i].Do, plan.Changes[i].ID
			plan.Changes[i].Do = func(ctx context.Context) error { return explain(ctx, plan.Step, id, do(ctx)) }
		}
		return plan
	}
}

// refusal asks the room whose plan it is what a refused change means.
func refusal(step checks.StepID, change string, err error) (checks.ID, checks.Result, bool) {
	switch step {
	case allowlist.Step:
		return allowlist.Refusal(err)
	case kerberos.Step:
		return kerberos.Refusal(change, err)
	}
	return application.Refusal(err)
}
