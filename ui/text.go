package ui

import (
	"strings"
	"unicode"

	"github.com/charmbracelet/x/ansi"
	"golang.org/x/text/unicode/norm"
)

// Clean makes text that came from elsewhere safe to draw: escape sequences,
// control characters and invisible direction marks are taken out, and every
// kind of white space becomes one blank.
func Clean(s string) string {
	if plain(s) {
		return s
	}
	s = ansi.Strip(sevenBit(strings.ToValidUTF8(s, "?")))
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), r == '\u2028', r == '\u2029':
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Co, r):
			return -1
		}
		return r
	}, s)
}

// sevenBit writes the control characters above ASCII, which some terminals
// obey too, as the escape sequences they stand for.
func sevenBit(s string) string {
	if !strings.ContainsFunc(s, isC1) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if isC1(r) {
			b.WriteByte('\x1b')
			r -= 0x40
		}
		b.WriteRune(r)
	}
	return b.String()
}

func isC1(r rune) bool { return r >= 0x80 && r <= 0x9f }

func plain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// spelled are the characters that have a known spelling in ASCII.
var spelled = strings.NewReplacer(
	"…", "...", "–", "-", "—", "-", "−", "-", "·", "-", "•", "*",
	"‘", "'", "’", "'", "“", `"`, "”", `"`, "«", `"`, "»", `"`,
	"→", "->", "←", "<-", "√", "ok", "×", "x", "‼", "!!", "ß", "ss", "€", "EUR",
	"æ", "ae", "ø", "o", "Ø", "O", "đ", "d", "ł", "l",
)

// toASCII writes text with ASCII letters only: marks are dropped from letters,
// known signs are spelled out, and what is left becomes a question mark.
func toASCII(s string) string {
	if plain(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r < 0x80:
			return r
		case unicode.Is(unicode.Mn, r):
			return -1
		}
		return '?'
	}, norm.NFD.String(spelled.Replace(s)))
}

// width is the number of columns that a text takes.
func width(s string) int {
	if plain(s) {
		return len(s)
	}
	return ansi.StringWidth(s)
}

// wrap breaks plain text into lines of at most w columns, at blanks where it
// can; a word that is longer than a line is cut.
func wrap(s string, w int) []string {
	w = max(w, 1)
	var out []string
	line, used := "", 0
	for word := range strings.FieldsSeq(s) {
		n := width(word)
		if line != "" && used+1+n <= w {
			line, used = line+" "+word, used+1+n
			continue
		}
		if line != "" { // its marks may take no column
			out = append(out, line)
		}
		for n > w {
			head := ansi.Truncate(word, w, "")
			if head == "" { // a character wider than the line
				return append(out, strings.Repeat("?", w))
			}
			out = append(out, head)
			word = word[len(head):]
			n = width(word)
		}
		line, used = word, n
	}
	if line != "" || len(out) == 0 {
		out = append(out, line)
	}
	return out
}

// cut shortens text to w columns and says so with the tail.
func cut(s string, w int, tail string) string {
	if w <= 0 {
		return ""
	}
	if width(s) <= w {
		return s
	}
	if width(tail) > w {
		tail = ""
	}
	return ansi.Truncate(s, w, tail)
}

// pad fills text with blanks up to w columns.
func pad(s string, w int) string {
	if n := w - width(s); n > 0 {
		return s + strings.Repeat(" ", n)
	}
	return s
}

// spread puts one text at the left edge and one at the right; the left one
// gives way.
func spread(left, right string, w int, tail string) string {
	if width(right) > w {
		right = cut(right, w, tail)
	}
	room := w - width(right)
	left = cut(left, max(room-1, 0), tail)
	return pad(left, room) + right
}
