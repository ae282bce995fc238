package pasted

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// End is what a command prints last, so that a paste that was cut off shows.
const End = "SENSEGATE-END"

// Frame is the output of one of our commands: it names its machine first and
// says at the end that it is whole.
type Frame struct {
	Host  string
	Lines []string
}

// Errors of a paste that is no such output.
var (
	ErrEmpty = errors.New("it is empty")
	ErrCut   = errors.New("it is cut off: the line " + End + " at its end is missing; run the whole command and copy all that it prints")
)

// Framed cuts a paste into lines and finds whose it is. The command itself may
// have been copied along, and prompts; colours and frames of a terminal are
// dropped. host is who has to answer, by any of its names.
func Framed(text, host string) (Frame, error) {
	if strings.TrimSpace(text) == "" {
		return Frame{}, ErrEmpty
	}
	var f Frame
	ended := false
	short, _, _ := strings.Cut(host, ".")
	seen := ""
	for raw := range strings.SplitSeq(Text(text), "\n") {
		line := tidy(raw)
		if line == "" {
			continue
		}
		if line == End {
			ended = true
			break
		}
		f.Lines = append(f.Lines, line)
		if f.Host == "" && (strings.EqualFold(line, short) || strings.EqualFold(line, host)) {
			f.Host = line
		}
		if seen == "" && machineName(line) {
			seen = line
		}
	}
	switch {
	case f.Host == "" && seen != "":
		return Frame{}, fmt.Errorf("it is of the machine %s, and %s was asked", seen, host)
	case f.Host == "":
		return Frame{}, fmt.Errorf("it does not say which machine it is of: the command begins with hostname, and %s was expected", short)
	case !ended:
		return Frame{}, ErrCut
	}
	return f, nil
}

// longLine is how much of one line is looked at; an event is one line.
const longLine = 32 << 10

func tidy(line string) string {
	if len(line) > longLine {
		line = line[:longLine]
		for !utf8.ValidString(line) {
			line = line[:len(line)-1]
		}
	}
	line = strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\u00a0':
			return ' '
		case r < ' ' || r == 0x7f || r == '\ufeff':
			return -1
		}
		return r
	}, line)
	return strings.TrimSpace(line)
}

// machineName recognises a line that hostname would print.
func machineName(line string) bool {
	if len(line) > 63 || strings.Contains(line, "SENSEGATE") {
		return false
	}
	for _, r := range line {
		if r != '-' && r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') {
			return false
		}
	}
	return line != ""
}
