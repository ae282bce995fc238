package checks

import "strings"

// Repeated is the outcome of a check that was run again on what was pasted:
// lines are those that it rests on, missing the questions that no paste answers
// yet. What is missing proves nothing, against or for.
func (r Result) Repeated(lines, missing []string) Result {
	const shown = 6
	for _, l := range lines[:min(len(lines), shown)] {
		r = r.With(LineEvidence, l)
	}
	if r.Status == Unknown && len(missing) > 0 {
		r.Reason = NoEvidence
		r.Seen = "not pasted yet: " + strings.Join(missing, ", ")
	}
	return r
}
