//go:build unix

package terminal

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// TestAbuse presses wrong keys, drags the window and pastes far too much; the
// program stays, and leaves when asked to.
func TestAbuse(t *testing.T) {
	s := open(t, 80, 24, nil, sensegate, "demo")
	s.until("the first step", ready)
	rng := rand.New(rand.NewPCG(7, 7))
	keys := []string{"\x1b[A", "\x1b[B", "\x1b[C", "\x1b[5~", "\x1b[6~", "\x1b[H", "\t", " ", "y", "n", "f", "z", "w", "k", "j", "0", "9", "7", "\x1b", "?", "g", "m", "b", "i", "t", "\x7f", "\x01", "ä", "語", "\x1b[200~paste\x1b[201~"}
	for range 300 {
		s.press(keys[rng.IntN(len(keys))])
	}
	for range 40 {
		s.resize(40+rng.IntN(160), 8+rng.IntN(50))
	}
	s.resize(80, 24)
	s.press("\x1b[200~" + strings.Repeat("setspn.exe -U -S HTTP/x y\r\n", 10_000) + "\x1b[201~")
	// The emulator does not follow a window that is dragged; that the screen is
	// whole after each size is shown by the screens' own tests. Here it counts
	// that the program lives, listens and leaves.
	s.until("rest", func(string) bool { return true })
	s.press("\x03")
	if code := s.end(); code != 130 {
		t.Errorf("exit %d", code)
	}
	if strings.Contains(s.said(), "panic") || strings.Contains(s.said(), "It is our fault") {
		t.Errorf("it broke:\n%s", s.text())
	}
}
