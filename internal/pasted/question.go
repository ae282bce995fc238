package pasted

import (
	"strings"
)

// switches are those that setspn was asked with, in lower case.
func switches(a Answer) map[string]bool {
	out := map[string]bool{}
	for word := range strings.FieldsSeq(a.Question) {
		if len(word) == 2 && (word[0] == '-' || word[0] == '/') {
			out[strings.ToLower(word[1:])] = true
		}
	}
	return out
}

// covers says whether an answer is to a search of the forest that would have
// shown the name.
func covers(a Answer, spn string) bool {
	o := switches(a)
	if a.Tool != "setspn" || !o["q"] || !o["f"] {
		return false
	}
	words := strings.Fields(a.Question)
	return matches(strings.ToLower(words[len(words)-1]), strings.ToLower(spn))
}

// lists says whether an answer to -L shows that its account holds the name; one
// that does not says nothing about others.
func lists(a Answer, spn string) bool {
	if a.Tool != "setspn" || !switches(a)["l"] {
		return false
	}
	held := listed(a.Lines)
	return len(held) == 1 && held[0].holds(spn)
}

// matches compares with a pattern in which * stands for anything, in time that
// grows with both lengths and no more.
func matches(pattern, name string) bool {
	p, n, star, retry := 0, 0, -1, 0
	for n < len(name) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, retry = p, n
			p++
		case p < len(pattern) && pattern[p] == name[n]:
			p++
			n++
		case star >= 0:
			retry++
			p, n = star+1, retry
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}
