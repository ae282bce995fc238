package pasted

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// The lines that our commands print around what they find; Windows translates
// none of them.
const (
	// Head is how a command begins: the time and the machine follow.
	Head = "SENSEGATE-RUN"
	// Ask comes before each part of what it prints: the question follows on the
	// same line, so that a paste of another question shows.
	Ask = "SENSEGATE-ASK"
	// End is printed last, so that a paste that was cut off shows.
	End = "SENSEGATE-END"
)

// Run is what one of our commands printed on one machine, at one time.
type Run struct {
	Host string
	At   time.Time
	// Lines are all that it printed, without what surrounds them.
	Lines []string
	// Answers are those lines again, below the question that each answers.
	Answers []Answer
	// lead is how many lines stand before the first question.
	lead int
}

// Errors of a paste that is no such output.
var (
	ErrEmpty  = errors.New("it is empty")
	ErrCut    = errors.New("it is cut off: the line " + End + " at its end is missing; run the whole command and copy all that it prints")
	errNoHead = errors.New("it does not hold the line that begins with " + Head + ", which the command prints first: run the command as it is shown and copy all that it prints")
)

var headShape = regexp.MustCompile(`^` + Head + ` (\d\S+) +(\S+)$`)

// Runs takes a paste apart. The command itself, prompts and whatever stands
// around them are dropped, and so is what a mail or a chat puts before lines.
func Runs(text string) ([]Run, error) {
	text = Text(text)
	if strings.TrimSpace(text) == "" {
		return nil, ErrEmpty
	}
	var out []Run
	open, before := false, ""
	for raw := range strings.Lines(text) {
		line := plain(strings.TrimPrefix(raw, before))
		word := strings.TrimSpace(line)
		if at := strings.Index(word, Head+" "); at >= 0 && strings.Trim(word[:at], "> |\t") == "" {
			m := headShape.FindStringSubmatch(word[at:])
			if m == nil {
				continue // the command, not what it printed
			}
			if open {
				return nil, ErrCut
			}
			printed, err := time.Parse(time.RFC3339Nano, m[1])
			if err != nil {
				return nil, fmt.Errorf("the time in the line %q cannot be read: run the command as it is shown", word[at:])
			}
			out, open = append(out, Run{Host: m[2], At: printed.UTC()}), true
			before, _, _ = strings.Cut(raw, Head)
			continue
		}
		if !open {
			continue
		}
		r := &out[len(out)-1]
		if question, ok := strings.CutPrefix(word, Ask+" "); ok {
			if len(r.Answers) == 0 {
				r.lead = len(r.Lines)
			}
			r.Answers = append(r.Answers, answerTo(question, *r))
			continue
		}
		if word == End {
			open, before = false, ""
			continue
		}
		if word != "" {
			r.Lines = append(r.Lines, word)
		}
		if n := len(r.Answers); n > 0 {
			r.Answers[n-1].Lines = append(r.Answers[n-1].Lines, line)
		}
	}
	switch {
	case len(out) == 0:
		return nil, errNoHead
	case open:
		return nil, ErrCut
	}
	slices.SortStableFunc(out, func(a, b Run) int { return a.At.Compare(b.At) })
	return out, nil
}

// Printed is when the latest command of a paste was run; false where the paste
// does not tell.
func Printed(text string) (at time.Time, told bool) {
	for line := range strings.Lines(Text(text)) {
		_, after, ok := strings.Cut(plain(line), Head)
		if m := headShape.FindStringSubmatch(Head + after); ok && m != nil {
			if t, err := time.Parse(time.RFC3339Nano, m[1]); err == nil && t.After(at) {
				at, told = t.UTC(), true
			}
		}
	}
	return at, told
}

// OfHosts finds what a paste tells of each of the machines, which go by any of
// their names, in the order they are asked for: there may be several, and
// several commands of one. The error says that it is of none of them.
func OfHosts(text string, hosts ...string) ([]Run, error) {
	list, err := Runs(text)
	if err != nil {
		return nil, err
	}
	var out []Run
	for _, host := range hosts {
		var all Run
		for _, r := range list {
			if !sameMachine(r.Host, host) {
				continue
			}
			all.Host, all.At = host, r.At
			all.Lines, all.Answers = append(all.Lines, r.Lines...), append(all.Answers, r.Answers...)
		}
		if all.Host != "" {
			out = append(out, all)
		}
	}
	if len(out) == 0 {
		var seen []string
		for _, r := range list {
			if !slices.Contains(seen, r.Host) {
				seen = append(seen, r.Host)
			}
		}
		return nil, fmt.Errorf("it is of the machine %s, and asked was %s", strings.Join(seen, ", "), cmp.Or(strings.Join(hosts, " or "), "none"))
	}
	return out, nil
}

// failed is a failure that PowerShell printed, in whatever language.
func (r Run) failed() error {
	for _, l := range r.Lines {
		if strings.Contains(l, "FullyQualifiedErrorId") {
			return fmt.Errorf("the command did not run through on %s: %s", r.Host, l)
		}
	}
	return nil
}

func sameMachine(a, b string) bool {
	short, _, _ := strings.Cut(a, ".")
	other, _, _ := strings.Cut(b, ".")
	return strings.EqualFold(short, other)
}

// longLine is how much of one line is looked at; an event is one line.
const longLine = 32 << 10

// plain keeps of a line what can be seen, and that it was indented, which tells
// accounts from names.
func plain(line string) string {
	if len(line) > longLine {
		line = line[:longLine]
		for !utf8.ValidString(line) {
			line = line[:len(line)-1]
		}
	}
	line = strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\u00a0' || r == '\u202f' || r == '\u3000':
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
