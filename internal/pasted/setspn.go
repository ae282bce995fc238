package pasted

import (
	"errors"
	"fmt"
	"regexp"
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

// accountIn is the distinguished name of an account in a line; empty where there
// is none. Most lines are told by one character.
func accountIn(line string) string {
	if !strings.Contains(line, "=") {
		return ""
	}
	return dnShape.FindString(line)
}

// nameIn is the service principal name in a line.
func nameIn(line string) string {
	if !strings.Contains(line, "/") {
		return ""
	}
	return nameShape.FindString(line)
}

func indented(line string) bool { return strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t") }

// partShape and restShape are parts of an account's name that was broken in two.
var (
	partShape = regexp.MustCompile(`(?i)(?:CN|OU)=`)
	restShape = regexp.MustCompile(`(?i)^[^=]*[^=\s:],DC=`)
)

var setspnFailure = regexp.MustCompile(`\b0x[0-9a-fA-F]{1,8}\b`)

// wholeSetspn refuses an answer that setspn did not give, or gave in part.
func (a Answer) wholeSetspn() error {
	text, broken := 0, ""
	for _, line := range a.Lines {
		dn := accountIn(line)
		switch {
		case strings.TrimSpace(line) == "":
			continue
		case dn == "" && strings.Contains(line, "0x") && setspnFailure.MatchString(line):
			return fmt.Errorf("setspn failed on %s: %s", a.Host, strings.TrimSpace(line))
		case dn == "" && strings.Contains(line, "=") && (partShape.MatchString(line) || restShape.MatchString(line)):
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
	case asked["q"] && (accountIn(last(a.Lines)) != "" || nameIn(last(a.Lines)) == last(a.Lines)):
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
