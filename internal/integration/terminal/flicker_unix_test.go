//go:build unix

package terminal

import (
	"regexp"
	"testing"
	"time"
)

// clears is what makes a whole screen empty before it is drawn again: seen as a
// flash.
var clears = regexp.MustCompile(`\x1b\[[23]J|\x1bc|\x1b\[H\x1b\[0?J`)

// TestNothingFlickers watches what is written for each key: never a screen that
// is cleared first, nothing but the cells that changed, and nothing at all
// while nobody does anything.
func TestNothingFlickers(t *testing.T) {
	s := open(t, 80, 24, nil, sensegate, "demo", "--finished")
	s.until("the first step", func(text string) bool { return ready(text) && idle(text) })
	tests := []struct {
		name, key string
		most      int // bytes
	}{
		{"the check below", "\x1b[B", 700},
		{"the check above", "\x1b[A", 700},
		{"the map", "m", 6000},
		{"a step below", "\x1b[B", 400},
		{"back", "b", 6000},
		{"the words", "g", 6000},
		{"a line further", "\x1b[B", 4000},
		{"back from them", "b", 6000},
		{"help", "?", 6000},
		{"back from help", "\x1b", 6000},
		{"a key that means nothing", "Y", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			from := len(s.said())
			s.press(tt.key)
			if tt.most == 0 {
				<-time.After(200 * time.Millisecond)
			} else {
				s.until("an answer", func(string) bool { return len(s.said()) > from })
			}
			wrote := s.said()[from:]
			t.Logf("%d bytes", len(wrote))
			if len(wrote) > tt.most {
				t.Errorf("%d bytes for one key, more than %d", len(wrote), tt.most)
			}
			if c := clears.FindString(wrote); c != "" {
				t.Errorf("the screen was cleared: %q", c)
			}
		})
	}
}
