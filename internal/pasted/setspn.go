package pasted

import (
	"regexp"
	"slices"
	"strings"
)

// Holder is an account with the names that the paste shows for it.
type Holder struct {
	DN    string
	Names []string
}

// setspn prints distinguished names and service principal names untranslated,
// whatever stands around them.
var (
	dnShape   = regexp.MustCompile(`(?i)\b(?:CN|OU)=[^\t\r\n]*?,DC=[\pL\pN_-]+(?:,DC=[\pL\pN_-]+)*`)
	nameShape = regexp.MustCompile(`[\pL\pN_-]+/[\pL\pN._*-]+(?::[\pL\pN_-]+)?(?:/[\pL\pN._-]+)?`)
)

func (h *Holder) add(name string) {
	if !slices.ContainsFunc(h.Names, func(s string) bool { return strings.EqualFold(s, name) }) {
		h.Names = append(h.Names, name)
	}
}

func indented(line string) bool { return strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t") }
