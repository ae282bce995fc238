package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"sensegate/checks"
	"sensegate/internal/report"
	"sensegate/steps"
)

type checkOptions struct {
	from   source
	steps  []string
	format string
	output string
	wait   time.Duration
	strict bool
	report reportWish
}

func sourceFlags(cmd *cobra.Command, s *source) {
	f := cmd.Flags()
	f.StringVar(&s.file, "site", "", "`FILE` with the facts of the site")
	f.BoolVar(&s.demo, "demo", false, "use the practice lab; nothing real is touched")
	faultFlags(cmd, s)
}

func faultFlags(cmd *cobra.Command, s *source) {
	f := cmd.Flags()
	f.BoolVar(&s.finished, "finished", false, "start the practice lab set up and healthy")
	faults, variants := faultNames(&s.faults), variantNames(&s.variants)
	f.Var(variants, "variant", "give the practice lab another healthy form (`VARIANT`), again for more; see sensegate faults")
	f.Var(faults, "fault", "break the practice lab in this named way (`FAULT`), again for more; see sensegate faults")
	for flag, n := range map[string]*names{"fault": faults, "variant": variants} {
		// The flag was declared a line ago; there is nothing that could fail.
		_ = cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(n.known, cobra.ShellCompDirectiveNoFileComp))
	}
}

func (p *program) checkCommand() *cobra.Command {
	var o checkOptions
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Check every gate, read only, without a question",
		Args:  noArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return p.check(cmd.Context(), o) },
	}
	sourceFlags(cmd, &o.from)
	f := cmd.Flags()
	f.StringArrayVar(&o.steps, "step", nil, "report this `STEP` only, again for more")
	f.StringVar(&o.format, "format", "text", "`FORMAT` of the report: "+strings.Join(report.Formats(), ", "))
	f.StringVar(&o.output, "output", "", "write the report to this `FILE`")
	f.DurationVar(&o.wait, "wait", 0, "wait this long for what takes a while to become true, such as 2m")
	f.BoolVar(&o.strict, "strict", false, "exit 4 when there are warnings")
	reportFlags(f, &o.report)
	return cmd
}

func (p *program) check(ctx context.Context, o checkOptions) (err error) {
	if !slices.Contains(report.Formats(), o.format) {
		return usage("--format %q is not one of %s", o.format, strings.Join(report.Formats(), ", "))
	}
	only, err := chosenSteps(o.steps)
	if err != nil {
		return err
	}
	if err := o.from.check(); err != nil {
		return err
	}
	out, err := p.output(o.output)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.close()) }()
	rep, err := p.reportTo(o.report)
	if err != nil {
		return err
	}
	defer rep.finish(ctx, &err)
	at, err := p.open(ctx, o.from, false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, at.close()) }()
	rep.of(at)
	g, err := p.guide(ctx, at.site, at.opener, at.journal)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, g.Close()) }()

	// Also when something breaks: how far it came then is what is reported.
	defer func() { rep.saw(g.Snapshot()) }()
	started := p.Clock()
	rep.about(only, o.strict)
	// The report is written on every way out: what was found until then counts.
	run := g.RecheckAll(o.wait)
	if len(only) > 0 {
		run = g.RecheckThrough(last(only), o.wait)
	}
	walked := walk(ctx, g, run)
	causes, err := steps.Causes()
	if err != nil {
		return fmt.Errorf("reading the catalogue of causes: %w", err)
	}
	r := report.New(g.Snapshot(), report.Options{Started: started, Ended: p.Clock(), Only: only, Strict: o.strict, Causes: causes})
	if ctx.Err() != nil {
		r.Exit = exitInterrupted
		fmt.Fprintln(p.Err, "sensegate: interrupted; the report holds what was found until then")
	}
	if err := errors.Join(walked, out.write(r, o.format)); err != nil {
		return err
	}
	return ended(r)
}

// last is the step of the list that comes last in the documented order.
func last(only []checks.StepID) checks.StepID {
	var out checks.StepID
	for _, s := range steps.Order(steps.Ports{}) {
		if slices.Contains(only, s.ID) {
			out = s.ID
		}
	}
	return out
}

// chosenSteps reads --step.
func chosenSteps(names []string) ([]checks.StepID, error) {
	order := steps.Order(steps.Ports{})
	var out []checks.StepID
	for _, n := range names {
		s, ok := steps.FindStep(order, n)
		if !ok {
			return nil, usage("--step %q is not a step; the steps are %s", n, stepNames(order))
		}
		out = append(out, s.ID)
	}
	return out, nil
}

func stepNames(order []steps.Step) string {
	names := make([]string, 0, len(order))
	for _, s := range order {
		names = append(names, string(s.ID))
	}
	return strings.Join(names, ", ")
}
