package allowlist

import (
	"sensegate/checks"
	"sensegate/internal/fact"
)

// Refusal says what a refused change of the allow list means: the assertion
// that it puts in question, and why. ok is false for what only its own words
// explain.
func Refusal(err error) (id checks.ID, r checks.Result, ok bool) {
	if checks.KindOf(err) != fact.Conflict {
		return "", checks.Result{}, false
	}
	return "allowlist.entry", checks.Failed("allowlist.edited-meanwhile", "nobody else saves the virtual proxy between the reading and the writing", err.Error()), true
}
