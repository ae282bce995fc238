package ui

import (
	"context"
	"errors"
	"strings"

	"sensegate/checks"
	"sensegate/steps"
)

// errWelcome says that the user went back from the first step.
var errWelcome = errors.New("back to the beginning")

// walk leads one journey from step to step.
func (l *lines) walk(ctx context.Context, j Journey) error {
	l.journey = &j
	l.refresh()
	name := l.snap.Site.Name
	if j.Simulated || l.snap.Site.Simulated {
		name = "practice lab, " + name + ". SIMULATED: no real system is touched"
	}
	l.say("Site: %s.", name)
	for _, n := range notesOf(j, l.snap) {
		l.say("Note: %s.", n)
	}
	if err := l.resume(ctx); err != nil {
		return err
	}
	for {
		if err := l.enter(ctx); err != nil {
			return err
		}
		at := l.snap.Position
		for at == l.snap.Position {
			if err := l.choose(ctx, l.gate()+" What now?", false, l.options()); err != nil {
				return err
			}
			l.refresh()
		}
	}
}

// enter says what the present step is, asks what has to be asked and checks
// what has to be checked.
func (l *lines) enter(ctx context.Context) error {
	here := l.snap.Here()
	l.emptyPlan = false
	l.say("STEP %d of %d: %s.", l.snap.Position+1, len(l.snap.Steps), here.Title)
	l.say("%s", here.What)
	l.say("%s", here.Why)
	if len(unanswered(l.snap)) > 0 {
		if err := l.form(ctx); err != nil {
			return err
		}
	}
	if wantsCheck(l.snap.Here()) {
		return l.check(ctx, false)
	}
	for _, c := range l.snap.Here().Checks {
		l.finding(c, false)
	}
	return nil
}

// gate says whether one may go on.
func (l *lines) gate() string {
	g := l.snap.Here().Gate
	switch {
	case g.State == steps.GateSkipped:
		return "GATE OPEN: this step does not apply here."
	case g.State.Passes() && g.Warnings > 0:
		return "GATE OPEN, with " + count(g.Warnings, "warning") + "."
	case g.State.Passes():
		return "GATE OPEN."
	}
	return "GATE CLOSED: " + g.Why + "."
}

// options are what can be done at the present step, the obvious one first.
func (l *lines) options() []option {
	first := obvious(l.snap, l.emptyPlan)
	var list []option
	put := func(is bool, o option) {
		if is {
			list = append([]option{o}, list...)
		} else {
			list = append(list, o)
		}
	}
	here := l.snap.Here()
	put(first == toCheck, option{"r", "Check again", func(ctx context.Context) error {
		l.emptyPlan = false
		return l.check(ctx, false)
	}})
	if o, ok := l.secretOption(); ok {
		_, _, missing := l.cfg.Desk.news()
		put(missing && first == toCheck, o)
	}
	if l.snap.MayApply {
		put(first == toPlan, option{"a", "See what the wizard would change", l.plan})
	}
	if o, ok := l.pasteOption(); ok {
		put(false, o)
	}
	if len(here.Instructions) > 0 {
		put(false, option{"i", "How to do it by hand", func(context.Context) error { l.byHand(); return nil }})
	}
	if o, ok := l.importOption(); ok {
		put(false, o)
	}
	put(false, option{"d", "The checks with all their evidence", func(context.Context) error { l.details(); return nil }})
	if len(here.Ask) > 0 {
		put(first == toAnswer, option{"e", "Change the answers", func(ctx context.Context) error {
			if err := l.form(ctx); err != nil {
				return err
			}
			return l.checkIfWanted(ctx)
		}})
	}
	if l.snap.Position > 0 || !l.cfg.direct() {
		put(false, option{"b", "Back", l.back})
	}
	put(false, option{"g", "What the words mean", func(context.Context) error { l.glossary(); return nil }})
	put(false, option{"k", "Look up a word, a code or a cause", l.lookUp})
	if l.onThePhone() {
		put(false, option{"u", "The address as a code for a phone", func(context.Context) error { l.phone(); return nil }})
	}
	put(false, option{"m", "The map of all steps", l.atlas})
	for _, o := range l.recordOptions() {
		put(false, o)
	}
	switch first {
	case toGo:
		put(true, option{"n", "Go on to " + l.snap.Steps[l.snap.Position+1].Title, l.forward})
	case toFinish:
		put(true, option{"n", "Finish", func(context.Context) error { l.finish(); return errEnd }})
	case toCheck, toAnswer, toPlan:
	}
	put(false, option{"q", "Quit", func(context.Context) error { return errEnd }})
	return list
}

func (l *lines) checkIfWanted(ctx context.Context) error {
	l.refresh()
	if !wantsCheck(l.snap.Here()) {
		return nil
	}
	return l.check(ctx, false)
}

func (l *lines) forward(context.Context) error {
	if err := l.journey.Guide.Next(); err != nil {
		l.say("%s.", err)
	}
	return nil
}

func (l *lines) back(context.Context) error {
	moved, err := l.journey.Guide.Back()
	if err != nil {
		l.say("NOT KEPT: %s", err)
	}
	if !moved {
		return errWelcome
	}
	return nil
}

// atlas lists all steps and goes to one that may be reached.
func (l *lines) atlas(ctx context.Context) error {
	for i, v := range l.snap.Steps {
		l.say("  %d. %s: %s%s", i+1, v.Title, youAreHere(l.snap, i), standing(l.snap, i))
	}
	l.say("%s", nextWords(l.snap))
	if s := effortLeft(l.snap); s != "" {
		l.say("%s", s)
	}
	l.say("Give the number of a step to go there, or an empty line to stay.")
	text, err := l.ask(ctx)
	if err != nil || text == "" {
		return err
	}
	if n := number(text); n < 1 || n > len(l.snap.Steps) {
		l.say("Not understood: %q.", text)
	} else if err := l.journey.Guide.Goto(l.snap.Steps[n-1].ID); err != nil {
		l.say("NOT POSSIBLE: %s.", err)
	}
	return nil
}

func (l *lines) byHand() {
	here := l.snap.Here()
	for i, in := range here.Instructions {
		l.say("%d. %s", i+1, in.Do)
		l.part("who", strings.TrimSuffix(string(in.Who)+", "+place(in.Where, in.Command), ", "))
		l.part("command", in.Command)
	}
	l.say("This rests on: %s (%s)", here.Seed, here.SeedFrom)
}

func (l *lines) details() {
	for _, c := range l.snap.Here().Checks {
		l.finding(c, true)
	}
}

func (l *lines) finish() {
	s := l.snap.Site
	l.say("DONE: every gate is open. Qlik Sense can be opened from anywhere.")
	l.part("address", s.Publish.ExternalURL)
	l.part("leads to", s.Publish.InternalURL)
	l.part("tried as", s.TestUser.UPN)
	for _, a := range l.snap.Changed {
		l.applied(a)
	}
	for _, t := range keepingWords(*l.journey) {
		l.say("%s", t)
	}
}

// finding writes one check; all adds what is otherwise left out.
func (l *lines) finding(c steps.CheckView, all bool) {
	r := c.Result
	label := strings.ToUpper(word(r.Status))
	if c.Stale && r.Status != checks.Pending {
		label = "EARLIER, TO BE CHECKED AGAIN, " + label
	}
	l.say("%s: %s", label, c.Check.Title)
	switch {
	case r.Status == checks.Waiting:
		l.part("waits for", strings.Join(titlesOf(l.snap, r.WaitsFor), "; "))
	case r.Status == checks.Skipped:
		l.part("because", r.Seen)
	case holds(c) || r.Status == checks.Warn:
		if r.Reason != "" {
			l.part("reason", string(r.Reason))
		}
		l.part("expected", r.Expected)
		l.part("seen", r.Seen)
		l.part("because", likely(c, l.snap.Site))
		l.part("ignored", r.Ignored)
		for _, rem := range r.Remedies {
			l.part("fix", remedyText(rem))
			l.part("command", rem.Command)
		}
		l.part("read on", readOn(l.snap, c))
	case all:
		l.part("expected", r.Expected)
		l.part("seen", r.Seen)
	}
	if !c.Stale && (all || holds(c)) {
		for _, row := range rows(r.Table) {
			l.part("compared", row)
		}
	}
	if !all {
		return
	}
	for _, e := range r.Evidence {
		l.part(e.Name, e.Value)
	}
	if !r.At.IsZero() {
		l.part("when", proof(r)+r.At.Format("2006-01-02 15:04:05"))
	}
	l.part("check", string(c.Check.ID))
	l.part("cause", string(r.Cause))
}
