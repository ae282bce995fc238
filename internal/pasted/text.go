package pasted

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Text makes UTF-8 of what a console, a file or a mail gave: UTF-16 of either
// order, with a mark or without, and anything else with what is not UTF-8
// replaced. Names of accounts and services are ASCII in every code page that
// Windows uses, so nothing that is judged is lost.
func Text(raw string) string {
	if len(raw) > maxText {
		raw = raw[:maxText]
	}
	if little, ok := wide(raw); ok {
		units := make([]uint16, 0, len(raw)/2)
		for i := 0; i+1 < len(raw); i += 2 {
			lo, hi := raw[i], raw[i+1]
			if !little {
				lo, hi = hi, lo
			}
			units = append(units, uint16(lo)|uint16(hi)<<8)
		}
		raw = string(utf16.Decode(units))
	}
	if !utf8.ValidString(raw) {
		raw = readable(raw)
	}
	if strings.Contains(raw, "\x1b") {
		raw = escapes.ReplaceAllString(raw, "")
	}
	// Terminals paste the ends of lines as carriage returns.
	return strings.NewReplacer("\ufeff", "", "\r\n", "\n", "\r", "\n").Replace(raw)
}

// readable replaces what is not UTF-8: with a space where it is the one that
// French puts before a colon, in the code pages of windows and of consoles.
func readable(raw string) string {
	var b strings.Builder
	b.Grow(len(raw))
	for len(raw) > 0 {
		r, n := utf8.DecodeRuneInString(raw)
		switch {
		case r != utf8.RuneError || n > 1:
			b.WriteString(raw[:n])
		case raw[0] == 0xa0 || raw[0] == 0xff:
			b.WriteByte(' ')
		default:
			b.WriteByte('?')
		}
		raw = raw[n:]
	}
	return b.String()
}

// escapes are the colours and titles that a terminal or PowerShell 7 puts in.
var escapes = regexp.MustCompile(`\x1b(?:\[[0-9;:?<=>]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?)`)

// maxText bounds what is read of one paste.
const maxText = 16 << 20

// wide says whether the text is UTF-16, and in which order.
func wide(raw string) (little, ok bool) {
	switch {
	case strings.HasPrefix(raw, "\xff\xfe"):
		return true, true
	case strings.HasPrefix(raw, "\xfe\xff"):
		return false, true
	}
	even, odd := 0, 0
	head := raw[:min(len(raw), 400)]
	for i := range len(head) {
		if head[i] == 0 {
			if i%2 == 0 {
				even++
			} else {
				odd++
			}
		}
	}
	switch {
	case odd > len(head)/4:
		return true, true
	case even > len(head)/4:
		return false, true
	}
	return false, false
}

// Unwrapped joins what a console has broken where its window ended, when the
// longest lines are as long as such windows are wide. It guesses, so it is for
// what could not be read as it came.
func Unwrapped(raw string) (string, bool) {
	text := Text(raw)
	width := 0
	for line := range strings.Lines(text) {
		width = max(width, utf8.RuneCountInString(strings.TrimRight(line, "\n")))
	}
	if !slices.Contains([]int{80, 100, 120, 132, 160}, width) {
		return raw, false
	}
	var b strings.Builder
	joined := false
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		b.WriteString(line)
		if utf8.RuneCountInString(line) == width {
			joined = true
			continue
		}
		b.WriteByte('\n')
	}
	return b.String(), joined
}
