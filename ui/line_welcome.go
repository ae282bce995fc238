package ui

import (
	"context"
	"errors"
	"fmt"

	"sensegate/internal/site"
	"sensegate/steps"
)

// welcome offers the ways to begin until one has led to a journey.
func (l *lines) welcome(ctx context.Context) (Journey, error) {
	l.say("%s", whatThisIs)
	l.say("%s", howItWorks)
	for {
		var j Journey
		took := false
		begin := func(says string, f func(context.Context) (Journey, error)) func(context.Context) error {
			return func(ctx context.Context) error {
				l.say("%s.", says)
				got, err := f(ctx)
				if ctx.Err() != nil {
					return fmt.Errorf("%s: %w", says, ctx.Err())
				}
				if took = err == nil; took {
					j = got
				} else {
					l.say("FAILED: %s: %s", says, err)
				}
				return nil
			}
		}
		if err := l.choose(ctx, "How do you want to begin?", false, l.beginnings(begin)); err != nil {
			return Journey{}, err
		}
		if took {
			return j, nil
		}
	}
}

// beginning makes what begins a journey from how it says so and what opens it.
type beginning func(says string, open func(context.Context) (Journey, error)) func(context.Context) error

func (l *lines) beginnings(begin beginning) []option {
	var list []option
	if l.cfg.Saved != nil && l.cfg.OpenSaved != nil {
		saved, err := l.cfg.Saved()
		if err != nil {
			l.say("The saved sites could not be read: %s", err)
		}
		for _, v := range saved {
			name := v.Name
			list = append(list, option{
				key: name, says: "Go on with " + savedTitle(v) + ", " + stoodAt(v, l.cfg.Clock()),
				do: begin("Opening "+name, func(ctx context.Context) (Journey, error) { return l.cfg.OpenSaved(ctx, name) }),
			})
		}
	}
	if l.cfg.Practice != nil {
		list = append(list, option{
			key: "lab", says: "Practice lab: every system simulated on this computer; nothing of yours is touched",
			do: begin("Starting the practice lab", l.cfg.Practice),
		})
	}
	if l.cfg.Create != nil {
		list = append(list, option{
			key: "new", says: "New site: a real installation",
			do: func(ctx context.Context) error {
				s := site.Site{}
				if err := l.question(ctx, nameQuestion(), &s); err != nil {
					return err
				}
				return begin("Making the site "+s.Name, func(ctx context.Context) (Journey, error) { return l.cfg.Create(ctx, s) })(ctx)
			},
		})
	}
	return append(list, option{key: "q", says: "Quit", do: func(context.Context) error { return errEnd }})
}

// form asks every question of the present step, and saves after each group.
func (l *lines) form(ctx context.Context) error {
	here := l.snap.Here()
	l.say("Questions of the step %s. An empty line keeps what is there; a minus sign empties it; < goes back.", here.Title)
	if l.journey.Store != "" {
		l.say("The answers are kept in %s.", l.journey.Store)
	}
	pages := paginate(here.Ask, len(here.Ask))
	for i := 0; i < len(pages); {
		next := l.snap.Site
		back, err := l.page(ctx, pages[i], &next)
		if err != nil {
			return err
		}
		if back {
			if i == 0 {
				return nil
			}
			i--
			continue
		}
		if same(pages[i], l.snap.Site, next) {
			i++
			continue
		}
		if err := l.journey.Guide.Answer(ctx, next); err != nil {
			l.say("NOT SAVED: %s", err)
			continue
		}
		l.refresh()
		l.say("Saved.")
		i++
	}
	return nil
}

func same(page []steps.Question, a, b site.Site) bool {
	for _, q := range page {
		if q.Get(a) != q.Get(b) {
			return false
		}
	}
	return true
}

// page asks the questions of one group; true means that the user wants back.
func (l *lines) page(ctx context.Context, list []steps.Question, s *site.Site) (bool, error) {
	for i := 0; i < len(list); {
		err := l.question(ctx, list[i], s)
		switch {
		case errors.Is(err, errBack) && i == 0:
			return true, nil
		case errors.Is(err, errBack):
			i--
		case err != nil:
			return false, err
		default:
			i++
		}
	}
	return false, nil
}

// errBack says that the question before is wanted again.
var errBack = errors.New("back to the question before")

// question asks until the answer will do.
func (l *lines) question(ctx context.Context, q steps.Question, s *site.Site) error {
	need := "may stay empty"
	if q.Required {
		need = "needed"
	}
	l.say("%s (%s, %s): %s", q.Label, q.Key, need, q.Help)
	if v := q.Get(*s); v != "" {
		l.say("  now: %s", v)
	}
	if l.mayFind() {
		l.say("  ? looks for answers in your systems.")
	}
	for {
		text, err := l.ask(ctx)
		if err != nil {
			return err
		}
		if text == "?" && l.mayFind() {
			if text, err = l.find(ctx, q, *s); err != nil {
				return err
			}
			if text == "" {
				continue
			}
		}
		switch text {
		case "<":
			return errBack
		case "":
			text = q.Get(*s)
		case "-":
			text = ""
		}
		if err := judge(q, text); err != nil {
			l.say("NOT ACCEPTED: %s", err)
			continue
		}
		q.Set(s, text)
		return nil
	}
}
