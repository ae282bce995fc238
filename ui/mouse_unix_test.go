//go:build unix

package ui

import (
	"regexp"
	"testing"
)

// mouseOn is every sequence by which a terminal is asked to report its mouse,
// after which selecting text needs a modifier.
var mouseOn = regexp.MustCompile(`\x1b\[\?(9|1000|1001|1002|1003|1005|1006|1015|1016)(;\d+)*h`)

// TestTheMouseIsLeftAlone: by default the terminal is never asked for its
// mouse, so that selecting text works; with --mouse it is, a click picks a
// check, a click on the rail goes to a step, and it is given back at the end.
func TestTheMouseIsLeftAlone(t *testing.T) {
	for _, mouse := range []bool{false, true} {
		w := newWorld().healthy()
		j := w.journey(t, fakeSite())
		s := inTerminal(t, Config{Start: &j, Clock: w.clock, Mouse: mouse}, 80, 24)
		s.shows("gate open").press("m").shows("The journey").press("b").shows("gate open")
		if mouse {
			// SGR reports: a press and a release in cell 30,15 (the second check),
			// then on the rail. Coordinates count from one.
			line := s.lineOf("All clocks agree")
			s.press(click(30, line)).shows("> √ All clocks")
			s.press(click(5, s.lineOf("Directory sync"))).shows("Directory synchronisation").press("m").shows("The journey")
			s.press(click(12, s.lineOf(" 1 Your site"))).shows("The facts of the site")
		}
		s.press("q")
		if err := s.end(); err != nil {
			t.Fatal(err)
		}
		if got := mouseOn.FindString(s.raw.String()); (got != "") != mouse {
			t.Errorf("mouse %v: %q was sent", mouse, got)
		}
		if mouse {
			s.shows("\x1b[?1002l") // given back
		}
	}
}
