package checks

import (
	"strings"
	"unicode"
)

// longest is how much of one foreign text is kept, in characters.
const longest = 2000

// Neutral makes foreign text harmless for a terminal, a report or a script:
// control characters, escape sequences and marks that turn the reading
// direction are replaced, and what is very long is cut.
func Neutral(text string) string {
	var b strings.Builder
	n := 0
	for _, r := range text {
		if n == longest {
			b.WriteString(" (cut)")
			break
		}
		n++
		switch {
		case r == '\n' || r == '\t' || r == '\r' || unicode.In(r, unicode.Zl, unicode.Zp):
			b.WriteByte(' ')
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar || unicode.Is(unicode.Co, r):
			b.WriteByte('?')
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// neutral does so for everything in a result that may come from a server.
func (r Result) neutral() Result {
	r.Expected, r.Seen = Neutral(r.Expected), Neutral(r.Seen)
	list := make([]Evidence, 0, len(r.Evidence))
	for _, e := range r.Evidence {
		list = append(list, Evidence{Name: Neutral(e.Name), Value: Neutral(e.Value)})
	}
	r.Evidence = list
	if len(r.Table.Rows) > 0 {
		r.Table = r.Table.neutral()
	}
	vars := make(map[string]string, len(r.vars))
	for k, v := range r.vars {
		vars[k] = Neutral(v)
	}
	r.vars = vars
	return r
}
