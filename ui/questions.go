package ui

import (
	"errors"
	"strings"

	"sensegate/internal/site"
	"sensegate/steps"
)

// nameQuestion asks what a new site is called.
func nameQuestion() steps.Question {
	return steps.Question{
		Key: "name", Label: "Name of the site", Required: true,
		Help:  "How you call this installation: letters, digits, dots and dashes, as in contoso or customer-x.",
		Get:   func(s site.Site) string { return s.Name },
		Set:   func(s *site.Site, v string) { s.Name = v },
		Check: site.CheckName,
	}
}

// perPage is how many questions fit on a page.
func perPage(f frame) int { return max((f.rows-5)/4, 1) }

// paginate keeps together what belongs together: the part of the key before
// the dot.
func paginate(asks []steps.Question, most int) [][]steps.Question {
	var out [][]steps.Question
	last := ""
	for _, q := range asks {
		part, _, _ := strings.Cut(q.Key, ".")
		if n := len(out); n > 0 && part == last && len(out[n-1]) < most {
			out[n-1] = append(out[n-1], q)
		} else {
			out = append(out, []steps.Question{q})
		}
		last = part
	}
	return out
}

// judge says what is wrong with an answer.
func judge(q steps.Question, v string) error {
	v = strings.TrimSpace(v)
	switch {
	case v == "" && q.Required:
		return errors.New("an answer is needed here")
	case v == "" || q.Check == nil:
		return nil
	}
	return q.Check(v)
}
