package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"sensegate/checks"
	"sensegate/internal/fact"
	"sensegate/internal/report"
	"sensegate/steps"
)

// undoOptions say what is taken back.
type undoOptions struct {
	from source
	list bool
	to   string
	step string
	yes  bool
}

func (p *program) undoCommand() *cobra.Command {
	var o undoOptions
	cmd := &cobra.Command{
		Use:   "undo",
		Short: "Take recorded changes back, newest first; with --yes, otherwise only shown",
		Long: `Takes back what ` + "`sensegate apply`" + ` and the wizard changed at a site, also in
earlier runs: newest first, each read back and recorded. Without --to or --step
everything is taken back. Nothing is changed without --yes.

Before a change is taken back its present value is read. When somebody else
changed it meanwhile it is left alone, and what is older waits (exit 3).
A broken off undo goes on where it stood when the command is given again.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return p.undo(cmd.Context(), o) },
	}
	sourceFlags(cmd, &o.from)
	f := cmd.Flags()
	f.BoolVar(&o.list, "list", false, "list the recorded changes, newest first, and do nothing")
	f.StringVar(&o.to, "to", "", "take back the newest changes down to this one: its `NUMBER` or id in --list, such as 3 or spn.add")
	f.StringVar(&o.step, "step", "", "take back the changes of this `STEP` and of all later steps, which rest on it")
	f.BoolVar(&o.yes, "yes", false, "take the changes back, without a question")
	return cmd
}

func (p *program) undo(ctx context.Context, o undoOptions) (err error) {
	if o.to != "" && o.step != "" {
		return usage("--to and --step exclude each other: --to names one change, --step a step with all later ones")
	}
	if o.list && o.yes {
		return usage("--list and --yes exclude each other: --list only shows what is on record")
	}
	at, err := p.open(ctx, o.from, true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, at.close()) }()
	all := made(at.journal)
	if o.list {
		p.listMade(all)
		return nil
	}
	chosen, err := chosenMade(all, o)
	if err != nil {
		return err
	}
	if at.site.Simulated {
		fmt.Fprintln(p.Out, "SIMULATED: these are changes to the practice lab")
	}
	if len(chosen) == 0 {
		fmt.Fprintln(p.Out, "nothing is left to take back")
		return nil
	}
	world, err := at.opener.open(ctx, at.site)
	if err != nil {
		return fmt.Errorf("opening the site: %w", err)
	}
	defer func() { err = errors.Join(err, world.Close()) }()
	plan, err := steps.UndoPlan(ctx, world, chosen)
	if err != nil {
		return couldNotTell(fmt.Errorf("making the plan: %w; nothing was changed", err))
	}
	printPlan(p.Out, plan, false)
	if !o.yes {
		fmt.Fprintln(p.Out, "nothing was changed; --yes takes these changes back")
		return nil
	}
	return p.takeBack(ctx, plan, at.journal, chosen)
}

// takeBack applies the plan and tells what is left of the chosen changes.
func (p *program) takeBack(ctx context.Context, plan steps.Plan, journal steps.Journal, chosen []steps.Made) error {
	_, err := plan.Apply(ctx, plan.Confirm(), journal, func(i int, a steps.Applied, done bool) {
		if done && a.Err == nil {
			fmt.Fprintf(p.Out, "undone  %d  %s of %s, read back: %s\n", i+1, a.Change.Field, a.Change.Target, listed(a.Now))
		}
	})
	left := slices.DeleteFunc(slices.Clone(chosen), func(m steps.Made) bool {
		return slices.ContainsFunc(made(journal), func(x steps.Made) bool { return x.Number == m.Number && !x.Undone.IsZero() })
	})
	switch {
	case errors.Is(err, steps.ErrElsewhere), errors.Is(err, steps.ErrByHand):
		return &exitError{code: exitFailed, err: fmt.Errorf("%w; %s left as it is", err, changes(len(left)))}
	case err != nil:
		return couldNotTell(fmt.Errorf("%w; %s left, the same command goes on", err, changes(len(left))))
	case len(left) > 0:
		fmt.Fprintf(p.Out, "%s left, to be taken back by hand:\n", changes(len(left)))
		for _, m := range left {
			fmt.Fprintf(p.Out, "  %d  %s of %s: %s\n", m.Number, m.Change.Field, m.Change.Target, m.Change.Undo)
		}
		return &exitError{code: exitFailed}
	}
	fmt.Fprintf(p.Out, "taken back: %s; `sensegate check` shows how the gates stand\n", changes(len(chosen)))
	return nil
}

// couldNotTell gives an unreachable system its own exit code.
func couldNotTell(err error) error {
	fe, ok := errors.AsType[*fact.Error](err)
	if !ok {
		return err
	}
	switch fe.Kind {
	case fact.Unreachable, fact.TimedOut, fact.Untrusted, fact.NotSignedIn, fact.NoRight:
		return &exitError{code: report.ExitCannotSay, err: err}
	case fact.Unclassified, fact.NotFound, fact.Conflict, fact.Refused, fact.Unsupported:
	}
	return err
}

// made are the changes that a journal knows, oldest first.
func made(j steps.Journal) []steps.Made {
	if p, ok := j.(steps.Past); ok {
		return p.Made()
	}
	return nil
}

// chosenMade are the changes to take back, newest first.
func chosenMade(all []steps.Made, o undoOptions) ([]steps.Made, error) {
	if o.step != "" {
		ids, err := chosenSteps([]string{o.step})
		if err != nil {
			return nil, err
		}
		return steps.From(all, ids[0]), nil
	}
	if o.to == "" {
		return steps.Standing(all), nil
	}
	number, err := strconv.Atoi(o.to)
	if err != nil {
		number = 0
		for _, m := range steps.Standing(all) {
			if m.Change.ID == o.to {
				number = m.Number // the oldest of that name: down to it
			}
		}
	}
	if list := steps.Until(all, number); len(list) > 0 {
		return list, nil
	}
	var known []string
	for _, m := range steps.Standing(all) {
		known = append(known, fmt.Sprintf("%d (%s)", m.Number, m.Change.ID))
	}
	if len(known) == 0 {
		return nil, usage("--to %q: nothing is left to take back", checks.Neutral(o.to))
	}
	return nil, usage("--to %q is no change that stands; there are %s", checks.Neutral(o.to), strings.Join(known, ", "))
}

// listMade shows the record, newest first.
func (p *program) listMade(all []steps.Made) {
	if len(all) == 0 {
		fmt.Fprintln(p.Out, "no change is on record")
		return
	}
	for _, m := range slices.Backward(all) {
		state := "stands"
		switch {
		case !m.Undone.IsZero():
			state = "taken back " + stamp(m.Undone)
		case m.Doubtful:
			state = "outcome not recorded"
		}
		fmt.Fprintf(p.Out, "%d  %s  %-18s %s\n", m.Number, stamp(m.At), m.Change.ID, state)
		planRow(p.Out, "what", m.Change.Field+" of "+m.Change.Target)
		planRow(p.Out, "before", m.Change.Before...)
		planRow(p.Out, "after", m.Change.After...)
		planRow(p.Out, "undo", m.Change.Undo)
	}
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04Z") }

// changes writes how many.
func changes(n int) string {
	if n == 1 {
		return "1 change"
	}
	return strconv.Itoa(n) + " changes"
}
