package pasted

import (
	"errors"
	"fmt"
	"strings"
)

// Ask is how the commands about the directory begin what they print: the
// question follows on the same line, so that a paste of another question shows.
const Ask = "SENSEGATE-ASK"

// Answer is what one command printed to one question.
type Answer struct {
	// Tool is the command's name without its ending, in lower case: setspn,
	// klist, get-adobject. Question is what it was asked, as the command says.
	Tool, Question string
	// Lines are what it printed: an indented one begins with a tab, an empty one
	// is kept.
	Lines []string
	paste int
	used  bool
}

// errNoAsk says what a paste of ours looks like.
var errNoAsk = errors.New("it does not hold the line that begins with " + Ask + ", which the command prints first: run the command as it is shown and copy all that it prints")

// Answers takes a paste apart: every question with what was printed to it. The
// command itself, prompts and whatever stands around them are dropped.
func Answers(text string) ([]Answer, error) {
	text = Text(text)
	if strings.TrimSpace(text) == "" {
		return nil, ErrEmpty
	}
	var out []Answer
	open := false
	for raw := range strings.Lines(text) {
		line := plain(raw)
		word := strings.TrimSpace(line)
		if question, ok := strings.CutPrefix(word, Ask+" "); ok {
			tool, question, _ := strings.Cut(strings.TrimSpace(question), " ")
			tool = strings.TrimSuffix(strings.ToLower(tool), ".exe")
			// Where a value needs quotes, cmd prints them along.
			out = append(out, Answer{Tool: tool, Question: strings.ReplaceAll(strings.TrimSpace(question), `"`, "")})
			open = true
			continue
		}
		switch {
		case word == End:
			open = false
		case open:
			a := &out[len(out)-1]
			a.Lines = append(a.Lines, line)
		}
	}
	switch {
	case len(out) == 0:
		return nil, errNoAsk
	case open:
		return nil, ErrCut
	}
	for _, a := range out {
		if err := a.failed(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// failed recognises that the command could not be run, by what PowerShell and
// cmd print in every language.
func (a Answer) failed() error {
	for _, line := range a.Lines {
		for _, mark := range []string{"FullyQualifiedErrorId", "CommandNotFoundException", "LDAP_INVALID_CREDENTIALS"} {
			if strings.Contains(line, mark) {
				return fmt.Errorf("%s did not run: %s", a.Tool, strings.TrimSpace(line))
			}
		}
	}
	if a.Tool == "setspn" && !a.contains("DC=") {
		said := "nothing"
		if line := a.first(); line != "" {
			said = line
		}
		return fmt.Errorf("setspn names the domain or forest that it searched, and this does not; it says: %s", said)
	}
	return nil
}

func (a Answer) contains(part string) bool {
	for _, line := range a.Lines {
		if strings.Contains(strings.ToUpper(line), part) {
			return true
		}
	}
	return false
}

// first is the first line that says anything.
func (a Answer) first() string {
	for _, line := range a.Lines {
		if line = strings.TrimSpace(line); line != "" {
			return line
		}
	}
	return ""
}

// about says of which question an answer is.
func (a Answer) about() string { return strings.TrimSpace(a.Tool + " " + a.Question) }

// plain keeps of a line what can be seen, and that it was indented, which tells
// accounts from names.
func plain(line string) string {
	line = strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\u00a0' || r == '\u3000':
			return ' '
		case r < ' ' || r == 0x7f || r == '\ufeff':
			return -1
		}
		return r
	}, line)
	trimmed := strings.TrimSpace(line)
	if trimmed != "" && line[0] == ' ' {
		return "\t" + trimmed
	}
	return trimmed
}
