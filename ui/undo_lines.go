package ui

import (
	"context"
	"fmt"

	"sensegate/steps"
)

// undoChoose asks down to which change is taken back, the newest first.
func (l *lines) undoChoose(ctx context.Context) error {
	list := steps.Standing(l.journey.Guide.Made())
	var options []option
	for i, c := range list {
		options = append(options, option{fmt.Sprint("change", c.Number), fmt.Sprintf("%s of %s, and %s", c.Change.Field, c.Change.Target, newer(i)), func(ctx context.Context) error {
			return l.undoPlan(ctx, list[:i+1])
		}})
	}
	options = append(options, option{"back", "Back", func(context.Context) error { return nil }})
	return l.choose(ctx, "Take back down to which change? The newest comes first.", true, options)
}

func newer(n int) string {
	if n == 0 {
		return "nothing else"
	}
	return "the " + count(n, "newer change")
}

func (l *lines) undoPlan(ctx context.Context, list []steps.Made) error {
	plan, err := l.journey.Guide.Undoer(list)(ctx)
	if err != nil {
		l.say("There is no plan: %s", err)
		return nil
	}
	if len(plan.Changes) == 0 {
		l.say("NOTHING TO CHANGE: there is nothing here that the wizard could take back.")
		for _, n := range plan.Notes {
			l.say("%s", n)
		}
		return nil
	}
	return l.propose(ctx, plan)
}
