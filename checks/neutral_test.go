package checks_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"sensegate/checks"
)

// most is how long a neutral text can be: what is kept, and the mark.
const most = 2000 + len(" (cut)")

func TestNeutral(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"plain", "Qlik Sense Enterprise", "Qlik Sense Enterprise"},
		{"empty", "", ""},
		{"other scripts", "Zürich 東京 Ω", "Zürich 東京 Ω"},
		{"lines and tabs", "one\r\ntwo\tthree", "one  two three"},
		{"colour", "\x1b[31mred\x1b[0m", "?[31mred?[0m"},
		{"title of the window", "\x1b]0;owned\x07", "?]0;owned?"},
		{"C1 sequence", "\u009b31m", "?31m"},
		{"null and delete", "a\x00b\x7fc", "a?b?c"},
		{"right to left", "abc\u202egnp.exe", "abc?gnp.exe"},
		{"isolates", "\u2066a\u2069", "?a?"},
		{"nothing to see", "a\u200bb\ufeffc\u00add", "a?b?c?d"},
		{"tags", "a\U000e0041b", "a?b"},
		{"private use", "a\ue000b", "a?b"},
		{"separators of lines and paragraphs", "a\u2028b\u2029c", "a b c"},
		{"broken UTF-8", "a\xffb\xc3", "a?b?"},
		{"just short enough", strings.Repeat("ä", 2000), strings.Repeat("ä", 2000)},
		{"too long", strings.Repeat("ä", 2001), strings.Repeat("ä", 2000) + " (cut)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := checks.Neutral(tt.in); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func FuzzNeutral(f *testing.F) {
	for _, s := range []string{"", "plain", "\x1b[2J", "a\u202eb", "\x00\x9b\u2028\U000e0001", "\xff\xfe", strings.Repeat("x", 3000), "é\u0301"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		got := checks.Neutral(in)
		if !utf8.ValidString(got) || utf8.RuneCountInString(got) > most {
			t.Fatalf("%d characters, valid %v", utf8.RuneCountInString(got), utf8.ValidString(got))
		}
		for _, r := range got {
			if unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs, unicode.Zl, unicode.Zp, unicode.Bidi_Control) {
				t.Fatalf("%q became %q, with %U in it", in, got, r)
			}
		}
		if utf8.RuneCountInString(got) <= 2000 && checks.Neutral(got) != got {
			t.Errorf("neutral text is changed again: %q, %q", got, checks.Neutral(got))
		}
	})
}
