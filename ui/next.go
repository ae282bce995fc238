package ui

import (
	"sensegate/checks"
	"sensegate/steps"
)

// next is the one obvious thing to do at a step.
type next int

const (
	toCheck next = iota
	toAnswer
	toPlan
	toGo
	toFinish
)

// obvious tells what that is. emptyPlan says that the plan was seen and had
// nothing to change as things stand.
func obvious(s steps.Snapshot, emptyPlan bool) next {
	switch {
	case s.MayNext && s.Position == len(s.Steps)-1:
		return toFinish
	case s.MayNext:
		return toGo
	case len(unanswered(s)) > 0:
		return toAnswer
	case s.MayApply && !emptyPlan && anyFailed(s.Here()):
		return toPlan
	}
	return toCheck
}

// unanswered are the questions of the present step that have to be answered.
func unanswered(s steps.Snapshot) []steps.Question {
	var out []steps.Question
	for _, q := range s.Here().Ask {
		if q.Required && q.Get(s.Site) == "" {
			out = append(out, q)
		}
	}
	return out
}

// wantsCheck says that results are missing or no longer believed.
func wantsCheck(v steps.StepView) bool {
	for _, c := range v.Checks {
		if c.Stale || c.Result.Status == checks.Pending || c.Result.Status == checks.Waiting {
			return true
		}
	}
	return false
}

// holds says that this finding holds the gate closed by itself.
func holds(c steps.CheckView) bool {
	if c.Result.Opens() {
		return false
	}
	switch c.Result.Status {
	case checks.Fail, checks.Unknown, checks.Crashed:
		return true
	case checks.Pending, checks.Waiting, checks.Pass, checks.Warn, checks.Skipped:
	}
	return false
}

func anyFailed(v steps.StepView) bool {
	for _, c := range v.Checks {
		if c.Result.Status == checks.Fail && !c.Result.Opens() {
			return true
		}
	}
	return false
}
