package pasted

import (
	"regexp"
	"slices"
	"strings"
)

// limit bounds what is read of a paste.
const limit = 1 << 20

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

// Holders reads the output of setspn -L, -Q or -X: each account with the names
// shown for it. In -X a name stands above the accounts that share it; in the
// others an account stands above its names.
func Holders(text string) []Holder {
	var out []Holder
	at := func(dn string) *Holder {
		i := slices.IndexFunc(out, func(h Holder) bool { return strings.EqualFold(h.DN, dn) })
		if i < 0 {
			out = append(out, Holder{DN: dn})
			i = len(out) - 1
		}
		return &out[i]
	}
	var account *Holder
	heading := ""
	for line := range strings.Lines(cut(text)) {
		line = strings.TrimRight(line, "\r\n")
		if strings.TrimSpace(line) == "" {
			account, heading = nil, ""
			continue
		}
		if dn := dnShape.FindString(line); dn != "" {
			account = at(dn)
			if heading != "" {
				account.add(heading)
			}
			continue
		}
		name := nameShape.FindString(line)
		switch {
		case name == "":
		case account != nil && heading == "" && indented(line):
			account.add(name)
		case !indented(line):
			// The name that the following accounts share.
			heading, account = name, nil
		}
	}
	return slices.DeleteFunc(out, func(h Holder) bool { return len(h.Names) == 0 })
}

func (h *Holder) add(name string) {
	if !slices.ContainsFunc(h.Names, func(s string) bool { return strings.EqualFold(s, name) }) {
		h.Names = append(h.Names, name)
	}
}

func indented(line string) bool { return strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t") }

// Owners are the accounts that the paste shows to hold a name.
func Owners(text, name string) []string {
	var out []string
	for _, h := range Holders(text) {
		if slices.ContainsFunc(h.Names, func(s string) bool { return strings.EqualFold(s, name) }) {
			out = append(out, h.DN)
		}
	}
	return out
}

// Verdict is what a paste says about one name.
type Verdict string

// The verdicts about a name.
const (
	Right     Verdict = "held by the right account"
	Elsewhere Verdict = "held by another account"
	Doubled   Verdict = "held by several accounts"
	Nobody    Verdict = "held by nobody that is shown"
	Unread    Verdict = "nothing that looks like setspn's output"
)

// JudgeName judges the output of setspn for a name and the distinguished name
// of the account that must hold it; without one, any single owner is right.
func JudgeName(text, name, dn string) (Verdict, []string) {
	owners := Owners(text, name)
	switch {
	case len(owners) > 1:
		return Doubled, owners
	case len(owners) == 1 && (dn == "" || strings.EqualFold(owners[0], dn)):
		return Right, owners
	case len(owners) == 1:
		return Elsewhere, owners
	case dnShape.MatchString(cut(text)), nameShape.MatchString(cut(text)), domainShape.MatchString(cut(text)):
		return Nobody, nil
	}
	return Unread, nil
}

// domainShape is the line that says which domain was searched.
var domainShape = regexp.MustCompile(`(?i)\bDC=[\pL\pN_-]+`)

func cut(text string) string {
	if len(text) > limit {
		text = text[:limit]
	}
	// A byte order mark, and the no-break spaces that consoles and mail put in.
	return strings.NewReplacer("\ufeff", "", "\u00a0", " ").Replace(text)
}
