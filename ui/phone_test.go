package ui

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"rsc.io/qr"
)

// TestTheCodeIsWhatTheLibraryMade reads the code back out of the cells of the
// screen, in every way of drawing it.
func TestTheCodeIsWhatTheLibraryMade(t *testing.T) {
	code, err := qr.Encode("https://sense-contoso.msappproxy.net/", qr.L)
	if err != nil {
		t.Fatal(err)
	}
	halves := map[rune][2]bool{' ': {}, '█': {true, true}, '▀': {true, false}, '▄': {false, true}}
	for _, ascii := range []bool{false, true} {
		for _, plainText := range []bool{false, true} {
			m := newModel(t.Context(), Config{ASCII: ascii, Clock: newWorld().clock})
			m.plain = plainText
			n := code.Size + 2*quiet
			read := make([][]bool, n+1)
			for i := range read {
				read[i] = make([]bool, n)
			}
			for row, line := range m.drawCode(code) {
				line = ansi.Strip(line)
				if ascii {
					for x := range n {
						read[row][x] = strings.HasPrefix(line[2*x:], "##")
					}
					continue
				}
				for x, r := range []rune(line) {
					read[2*row][x], read[2*row+1][x] = halves[r][0], halves[r][1]
				}
			}
			for y := range n {
				for x := range n {
					drawn := read[y][x]
					if !ascii || !plainText {
						drawn = drawn != plainText
					}
					if ascii && plainText {
						drawn = !drawn
					}
					if drawn != code.Black(x-quiet, y-quiet) {
						t.Fatalf("ASCII %v, no colours %v: module %d,%d is wrong", ascii, plainText, x, y)
					}
				}
			}
		}
	}
}

func TestThePhoneIsOfferedWhereItHelps(t *testing.T) {
	bubble(t, "phone", func(t *testing.T) {
		d := started(t, newWorld().healthy(), 80, 24)
		d.keys("u").shows("Your site")
		d.at("verify").shows("u on the phone").keys("u").shows("Leave the office", "no phone can open it").keys("c").shows("copied: https://sense-contoso")
		d.keys("b").shows("Test from inside").keys("enter", "u").shows("Leave the office").keys("esc").shows("Every gate is open")
	})
}

func TestThemes(t *testing.T) {
	bubble(t, "themes", func(t *testing.T) {
		d := started(t, newWorld().healthy(), 80, 24)
		seen := map[string]bool{}
		for range Themes() {
			for _, dark := range []bool{true, false} {
				d.m.dress(d.m.look, dark)
				d.m.dirty = true
				seen[d.m.View().Content] = true
			}
			before := d.screen()
			d.keys("?", "t", "esc")
			d.m.note, d.m.dirty = "", true
			if after := d.screen(); after != before {
				t.Fatalf("a theme changed more than the look:\n%s", after)
			}
		}
		if len(seen) != 2*len(Themes()) {
			t.Errorf("%d looks, not %d", len(seen), 2*len(Themes()))
		}
	})
}
