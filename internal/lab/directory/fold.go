package directory

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// fold brings a text to the form the directory compares by: without case and
// accents, full and half width alike, hiragana as katakana. Look-alikes of other
// alphabets and invisible characters stay different, which is how two names that
// read the same can live side by side in a real forest.
func fold(s string) string {
	if ascii(s) {
		return strings.ToLower(s)
	}
	if !utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range norm.NFKD.String(s) {
		switch {
		case unicode.Is(unicode.Mn, r):
		case r >= 'ぁ' && r <= 'ゖ':
			b.WriteRune(r + 'ァ' - 'ぁ')
		default:
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
