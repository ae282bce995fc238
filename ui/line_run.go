package ui

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"sensegate/checks"
	"sensegate/steps"
)

// check runs the present step's checks and says each outcome as it comes.
func (l *lines) check(ctx context.Context, patient bool) error {
	run := l.journey.Guide.Recheck(patient)
	l.say("CHECKING %s.", l.snap.Here().Title)
	return l.listen(ctx, run, true)
}

// listen takes the events of a run; without each, only the heartbeat is said.
func (l *lines) listen(ctx context.Context, run steps.Run, each bool) error {
	o := l.orderly(each)
	l.told = map[checks.ID]bool{}
	began, finished := l.cfg.Clock(), 0
	beat := time.NewTicker(l.beat)
	defer beat.Stop()
	events := run.Start(ctx)
	for {
		select {
		case e, more := <-events:
			if !more {
				l.journey.Guide.End(run.Number)
				l.refresh()
				if ctx.Err() != nil {
					return fmt.Errorf("checking: %w", ctx.Err())
				}
				return nil
			}
			if err := l.journey.Guide.Observe(run.Number, e); err != nil {
				l.say("NOT KEPT: %s", err)
			}
			l.refresh()
			switch {
			case e.Kind == checks.Finished:
				finished++
				o.finished(e)
			case e.Kind == checks.Retrying && !l.told[e.ID]:
				l.told[e.ID] = true
				l.waiting(e)
			}
		case <-l.rang():
			l.tell()
		case <-beat.C:
			l.say("STILL CHECKING: %s done after %s.%s", count(finished, "check"), span(l.cfg.Clock().Sub(began)), l.running())
		}
	}
}

// orderly says the findings of a step in the order of its checks, however they
// come in, and those of other steps only where they explain something.
type orderly struct {
	*lines
	silent bool
	rest   []checks.ID // those of the step that were not said yet
	done   map[checks.ID]bool
}

func (l *lines) orderly(each bool) *orderly {
	o := &orderly{lines: l, silent: !each, done: map[checks.ID]bool{}}
	for _, c := range l.snap.Here().Checks {
		o.rest = append(o.rest, c.Check.ID)
	}
	return o
}

func (o *orderly) finished(e checks.Event) {
	if o.silent {
		return
	}
	if !slices.Contains(o.rest, e.ID) {
		if !e.Result.Status.Opens() {
			o.findingOf(e.ID)
		}
		return
	}
	o.done[e.ID] = true
	for len(o.rest) > 0 && o.done[o.rest[0]] {
		o.findingOf(o.rest[0])
		o.rest = o.rest[1:]
	}
}

// findingOf writes the finding of one check, wherever it stands.
func (l *lines) findingOf(id checks.ID) {
	for _, v := range l.snap.Steps {
		for _, c := range v.Checks {
			if c.Check.ID == id {
				l.finding(c, false)
				return
			}
		}
	}
}

func (l *lines) waiting(e checks.Event) {
	l.say("NOT YET: %s", titlesOf(l.snap, []checks.ID{e.ID})[0])
	l.part("so far", e.Result.Seen)
	l.part("because", e.Because)
	l.part("asked again", "until "+e.Deadline.Format("15:04:05"))
}

// running names what is under way.
func (l *lines) running() string {
	var names []string
	for _, v := range l.snap.Steps {
		for _, c := range v.Checks {
			if c.Running {
				names = append(names, c.Check.Title)
			}
		}
	}
	if len(names) == 0 {
		return ""
	}
	return " Under way: " + strings.Join(names, "; ") + "."
}

// plan shows what would be changed, and changes it when confirmed.
func (l *lines) plan(ctx context.Context) error {
	plan, err := l.journey.Guide.Planner()(ctx)
	if ctx.Err() != nil {
		return fmt.Errorf("reading the present state: %w", ctx.Err())
	}
	switch {
	case err != nil:
		l.say("FAILED: %s", err)
	case len(plan.Changes) == 0:
		l.emptyPlan = true
		l.say("NOTHING TO CHANGE: everything that the wizard could do here is already so.")
	default:
		return l.propose(ctx, plan)
	}
	return nil
}

// propose shows a plan and asks whether it is wanted.
func (l *lines) propose(ctx context.Context, plan steps.Plan) error {
	title := l.snap.Here().Title
	if plan.Step == "" {
		title = "taking changes back"
	}
	l.say("PLAN for %s. Nothing is done yet.", title)
	for i, c := range plan.Changes {
		l.say("%d. %s", i+1, c.Target)
		l.part("setting", c.Field)
		l.part("before", values(c.Before))
		l.part("after", values(c.After))
		l.part("same as", c.Command)
		for _, e := range c.Also {
			for _, line := range e.Lines {
				l.part("or in "+e.As, line)
			}
		}
		l.part("affects", c.Affects)
		l.part("needs", c.Right)
		l.part("undo", c.Undo)
	}
	for _, n := range plan.Notes {
		l.say("%s", n)
	}
	return l.confirm(ctx, plan)
}

func values(v []string) string {
	if len(v) == 0 {
		return "(none)"
	}
	return strings.Join(v, ", ")
}

func (l *lines) confirm(ctx context.Context, plan steps.Plan) error {
	apply := func(typed string) func(context.Context) error {
		return func(ctx context.Context) error { return l.apply(ctx, plan, typed) }
	}
	nothing := func(context.Context) error { l.say("Nothing was changed."); return nil }
	if plan.Confirm() == "" {
		return l.choose(ctx, "Apply this plan?", true, []option{
			{"yes", "Apply it", apply("")}, {"no", "Go back", nothing},
		})
	}
	l.say("To go on, type the name %s. An empty line goes back.", plan.Confirm())
	for {
		text, err := l.ask(ctx)
		if err != nil {
			return err
		}
		switch {
		case text == "":
			return nothing(ctx)
		case strings.EqualFold(text, plan.Confirm()):
			return apply(text)(ctx)
		}
		l.say("NOT ACCEPTED: %q is not %s.", text, plan.Confirm())
	}
}

func (l *lines) apply(ctx context.Context, plan steps.Plan, typed string) error {
	g := l.journey.Guide
	all, err := plan.Apply(ctx, typed, g.Recorder(), func(i int, a steps.Applied, done bool) {
		if done {
			l.applied(a)
			return
		}
		l.say("CHANGING %d of %d: %s of %s.", i+1, len(plan.Changes), a.Change.Field, a.Change.Target)
	})
	if plan.Step == "" {
		g.Undone(all)
	} else {
		g.Changed(plan.Step, all)
	}
	l.refresh()
	if ctx.Err() != nil {
		return fmt.Errorf("applying: %w", ctx.Err())
	}
	if err != nil {
		l.say("STOPPED: %s. Nothing further was changed.", err)
	}
	// What was taken back will not come true by waiting.
	return l.check(ctx, plan.Step != "")
}

func (l *lines) applied(a steps.Applied) {
	if a.Err != nil {
		l.say("FAILED: %s of %s: %s", a.Change.Field, a.Change.Target, a.Err)
		return
	}
	l.say("%s: %s of %s.", strings.ToUpper(didWord(a)), a.Change.Field, a.Change.Target)
	l.part("now", values(a.Now))
}
