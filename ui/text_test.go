package ui

import (
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"
)

func TestClean(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"plain", `CONTOSO\qlik`, `CONTOSO\qlik`},
		{"letters of all kinds", "Zoë Müller 東京", "Zoë Müller 東京"},
		{"colours", "a\x1b[31mb\x1b[0mc", "abc"},
		{"a title", "a\x1b]0;owned\x07b", "ab"},
		{"lines", "a\r\nb\tc", "a  b c"},
		{"a bell", "a\x07b", "ab"},
		{"C1", "a\u009b31mb", "ab"},
		{"direction", "a\u202eb", "ab"},
		{"invisible", "a\u200bb\ufeff", "ab"},
		{"line separator", "a\u2028b", "a b"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Clean(tt.in); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestCleanIsSafeWhateverComes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")) + rapid.String().Draw(t, "text")
		out := Clean(in)
		for _, r := range out {
			if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
				t.Fatalf("%U in %q", r, out)
			}
		}
		if again := Clean(out); again != out {
			t.Fatalf("cleaning twice gives %q, once %q", again, out)
		}
		for _, b := range []byte(toASCII(out)) {
			if b < ' ' || b > '~' {
				t.Fatalf("%#x in ASCII", b)
			}
		}
	})
}

func TestToASCII(t *testing.T) {
	for in, want := range map[string]string{
		"Zoë Müller": "Zoe Muller", "a – b…": "a - b...", "√ ×": "ok x", "Straße": "Strasse", "東": "?",
	} {
		if got := toASCII(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestWrap(t *testing.T) {
	if got := wrap("\u0300 A", 2); len(got) != 1 || got[0] != "\u0300 A" {
		t.Errorf("a mark alone: %q", got)
	}
	rapid.Check(t, func(t *rapid.T) {
		in := Clean(rapid.String().Draw(t, "text"))
		w := rapid.IntRange(2, 60).Draw(t, "width")
		lines := wrap(in, w)
		if len(lines) == 0 {
			t.Fatal("not even one line")
		}
		for _, l := range lines {
			if n := width(l); n > w {
				t.Fatalf("%q is %d wide, not %d", l, n, w)
			}
		}
		squeeze := func(s string) string { return strings.Join(strings.Fields(s), "") }
		if got, want := squeeze(strings.Join(lines, " ")), squeeze(in); got != want {
			t.Fatalf("lost text: got %q, want %q", got, want)
		}
	})
}

func TestSpread(t *testing.T) {
	tests := []struct {
		name, left, right string
		w                 int
		want              string
	}{
		{"fits", "left", "right", 12, "left   right"},
		{"the left gives way", "a long left", "right", 12, "a lo.. right"},
		{"nothing but the right", "left", "right", 5, "right"},
		{"less than the right", "left", "right", 3, "r.."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := spread(tt.left, tt.right, tt.w, ".."); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
