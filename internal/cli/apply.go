package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"sensegate/checks"
	"sensegate/internal/report"
	"sensegate/steps"
)

func (p *program) applyCommand() *cobra.Command {
	var from source
	var yes bool
	cmd := &cobra.Command{
		Use:   "apply STEP",
		Short: "Show the plan of a step; with --yes make its changes and read them back",
		Long: `Shows what the wizard would change for a step: before and after, who notices,
the same as a command, and how to take it back. Nothing is changed without
--yes, and never while an earlier gate is closed (exit 3).`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage("apply takes one step: %s", stepNames(steps.Order(steps.Ports{})))
			}
			return nil
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return strings.Split(stepNames(steps.Order(steps.Ports{})), ", "), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error { return p.apply(cmd.Context(), from, args[0], yes) },
	}
	sourceFlags(cmd, &from)
	cmd.Flags().BoolVar(&yes, "yes", false, "make the changes, without a question")
	return cmd
}

func (p *program) apply(ctx context.Context, from source, name string, yes bool) (err error) {
	ids, err := chosenSteps([]string{name})
	if err != nil {
		return usage("%q is not a step; the steps are %s", name, stepNames(steps.Order(steps.Ports{})))
	}
	step := ids[0]
	at, err := p.open(ctx, from, true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, at.close()) }()
	g, err := p.guide(ctx, at.site, at.opener, at.journal)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, g.Close()) }()

	if err := walk(ctx, g, g.RecheckAll(0)); err != nil {
		return err
	}
	if err := g.MayApply(step); errors.Is(err, steps.ErrClosed) {
		return fmt.Errorf("%w; nothing was changed", err)
	} else if err != nil && hasPlan(g, step) {
		return usage("%w", err)
	}
	if err := g.Goto(step); err != nil {
		return fmt.Errorf("going to the step: %w", err)
	}
	if !hasPlan(g, step) {
		fmt.Fprintf(p.Out, "%s is done by hand: the wizard changes nothing here, it only checks\n", g.Snapshot().Here().Title)
		return p.outcome(ctx, g, false)
	}
	plan, err := g.Planner()(ctx)
	if err != nil {
		return fmt.Errorf("making the plan: %w", err)
	}
	printPlan(p.Out, plan, at.site.Simulated)
	if len(plan.Changes) == 0 {
		return p.outcome(ctx, g, false)
	}
	if !yes {
		fmt.Fprintln(p.Out, "nothing was changed; --yes makes these changes")
		return nil
	}
	applied, err := plan.Apply(ctx, plan.Confirm(), g.Recorder(), func(i int, a steps.Applied, done bool) {
		if done && a.Err == nil {
			fmt.Fprintf(p.Out, "done  %d  %s, read back: %s\n", i+1, a.Change.Field, listed(a.Now))
		}
	})
	g.Changed(step, applied)
	if err != nil {
		return p.stopped(err)
	}
	return p.outcome(ctx, g, true)
}

// stopped tells what a refused change means, where that is known: the check
// that it puts in question, the cause, and what to do.
func (p *program) stopped(err error) error {
	err = fmt.Errorf("applying the plan: %w", err)
	refused, ok := errors.AsType[*steps.RefusedError](err)
	if !ok {
		return err
	}
	f, code := refused.Finding, exitFailed
	if f.Status == checks.Unknown {
		code = report.ExitCannotSay
	}
	fmt.Fprintf(p.Out, "stopped  %s  %s\n", f.ID, f.Cause)
	planRow(p.Out, "what", refused.Title)
	planRow(p.Out, "because", refused.Because)
	planRow(p.Out, "seen", f.Seen)
	for _, e := range f.Evidence {
		planRow(p.Out, e.Name, e.Value)
	}
	for _, m := range f.Remedies {
		planRow(p.Out, "to do", string(m.Who)+": "+m.Text)
		if m.Command != "" {
			planRow(p.Out, "", m.Command)
		}
	}
	return &exitError{code: code}
}

// hasPlan says whether the wizard can change anything in a step.
func hasPlan(g *steps.Guide, id checks.StepID) bool {
	for _, v := range g.Snapshot().Steps {
		if v.ID == id {
			return v.Plan != nil
		}
	}
	return false
}

// outcome checks the step again and tells how its gate stands.
func (p *program) outcome(ctx context.Context, g *steps.Guide, patient bool) error {
	if err := walk(ctx, g, g.Recheck(patient)); err != nil {
		return err
	}
	here := g.Snapshot().Here()
	if here.Gate.State.Passes() {
		fmt.Fprintf(p.Out, "gate open: %s\n", here.Title)
		return nil
	}
	fmt.Fprintf(p.Out, "gate closed: %s: %s\n", here.Title, here.Gate.Why)
	for _, c := range here.Checks {
		if !c.Result.Opens() {
			fmt.Fprintf(p.Out, "  %s  %s: %s\n", c.Check.ID, c.Check.Title, c.Result.Seen)
		}
	}
	return &exitError{code: exitFailed}
}

func printPlan(w io.Writer, plan steps.Plan, simulated bool) {
	if simulated {
		fmt.Fprintln(w, "SIMULATED: these are changes to the practice lab")
	}
	fmt.Fprintf(w, "Plan for %s\n", plan.Title)
	if len(plan.Changes) == 0 {
		fmt.Fprintln(w, "  nothing to change: everything is as it should be")
		return
	}
	for i, c := range plan.Changes {
		fmt.Fprintf(w, "%d  %s\n", i+1, c.Target)
		planRow(w, "field", c.Field)
		planRow(w, "before", c.Before...)
		planRow(w, "after", c.After...)
		planRow(w, "same as", c.Command)
		for _, e := range c.Also {
			planRow(w, "as "+e.As, e.Lines...)
		}
		planRow(w, "affects", c.Affects)
		planRow(w, "needs", c.Right)
		planRow(w, "undo", c.Undo)
	}
	for _, n := range plan.Notes {
		fmt.Fprintln(w, n)
	}
}

// planRow writes a label and its values, one to a line.
func planRow(w io.Writer, label string, values ...string) {
	if len(values) == 0 {
		values = []string{"(none)"}
	}
	for _, v := range values {
		fmt.Fprintf(w, "     %-8s %s\n", label, v)
		label = ""
	}
}

func listed(v []string) string {
	if len(v) == 0 {
		return "(none)"
	}
	return strings.Join(v, ", ")
}
