package directory

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// skeleton is what a name looks like to the eye: two names with the same one
// cannot be told apart, though a directory may keep them both. Invisible
// characters vanish, accents are dropped, letters of other scripts become the
// Latin ones they resemble. A zero is no O: everybody expects those to differ.
func skeleton(name string) string {
	if plainASCII(name) {
		return strings.ToLower(name)
	}
	var b strings.Builder
	for _, r := range norm.NFKD.String(name) {
		if unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Cf, r) || unicode.IsControl(r) || unicode.IsSpace(r) {
			continue
		}
		b.WriteRune(unicode.ToLower(resembled(r)))
	}
	return b.String()
}

func plainASCII(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// resembled gives the Latin letter, or the plain mark, that r is mistaken for;
// r itself where it is mistaken for none. Capitals resemble others than small
// letters do: eta is an H and an n.
func resembled(r rune) rune {
	if r <= '~' {
		return r
	}
	const (
		from = "абсԁеɡһіјкӏмпорԛгѕтսνѵԝхуz" + "αβεηικορτυχγ" + "ıøłđħ" + "‐‑‒–—−∕⁄․" + "АВСЕНІЈКМОРЅТУХԜԚ" + "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ"
		to   = "abcdeghijklmnopqrstuvvwxyz" + "abenikoptuxy" + "ioldh" + "------//." + "ABCEHIJKMOPSTYXWQ" + "ABEZHIKMNOPTYX"
	)
	latin := []rune(to)
	at := 0
	for _, f := range from {
		if f == r {
			return latin[at]
		}
		at++
	}
	return r
}
