package pasted

import (
	"errors"
	"fmt"
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

// restShape is what follows where the name of an account was broken.
var restShape = regexp.MustCompile(`(?i)^[^=]*[^=\s:],DC=`)

var setspnFailure = regexp.MustCompile(`\b0x[0-9a-fA-F]{1,8}\b`)

// wholeSetspn refuses an answer that setspn did not give, or gave in part.
func (a Answer) wholeSetspn() error {
	text, broken := 0, ""
	for _, line := range a.Lines {
		dn := dnShape.FindString(line)
		upper := strings.ToUpper(line)
		switch {
		case strings.TrimSpace(line) == "":
			continue
		case dn == "" && setspnFailure.MatchString(line):
			return fmt.Errorf("setspn failed on %s: %s", a.Host, strings.TrimSpace(line))
		case dn == "" && (strings.Contains(upper, "CN=") || strings.Contains(upper, "OU=") || restShape.MatchString(line)):
			broken = strings.TrimSpace(line)
		}
		text++
	}
	asked := switches(a)
	held := listed(a.Lines)
	_, wanted, _ := strings.Cut(strings.ToLower(a.Question), "-q ")
	switch {
	case a.naming() == "":
		said := "nothing"
		if line := a.first(); line != "" {
			said = line
		}
		return fmt.Errorf("setspn names the domain or forest that it searched, and this does not; it says: %s", said)
	case broken != "":
		return fmt.Errorf("a line is broken in two, as in a narrow window: %s", broken)
	case asked["q"] && text < 2:
		return errors.New("part of it is missing: setspn says at its end whether it found the name, and nothing follows the line " + a.naming())
	case asked["q"] && (dnShape.MatchString(last(a.Lines)) || nameShape.FindString(last(a.Lines)) == last(a.Lines)):
		return errors.New("part of it is missing: setspn says at its end whether it found the name, and the last line is " + last(a.Lines))
	}
	for _, h := range held {
		switch {
		case len(h.Names) == 0 && asked["q"]:
			return fmt.Errorf("part of it is missing: it shows no name of %s", h.DN)
		case asked["q"] && !strings.Contains(wanted, "*") && !h.holds(wanted):
			return fmt.Errorf("part of it is missing or was changed: %s is not among the names of %s", wanted, h.DN)
		}
	}
	return nil
}
