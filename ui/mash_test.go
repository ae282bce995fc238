package ui

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"pgregory.net/rapid"

	"sensegate/internal/site"
)

// TestMashingKeys presses anything anywhere, in windows of any size, while the
// installation changes and refuses, and asks for two things: the screen holds,
// and no gate is passed whose checks have not.
func TestMashingKeys(t *testing.T) {
	names := []string{
		"enter", "enter", "enter", "esc", "up", "down", "tab", "shift+tab", "space", "backspace", "pgup", "pgdown", "home", "end", "f1",
		"r", "a", "i", "e", "c", "b", "m", "x", "?", "k", "j", "l", "v", "g", "t", "u", "n", "f", "F", "z", "w", "s", "p", "ctrl+l", "1", "2", "3", "4", "9", "0", "ctrl+u", "ctrl+y",
	}
	rapid.Check(t, func(rt *rapid.T) {
		healthy := rapid.Bool().Draw(rt, "healthy")
		offered := rapid.Bool().Draw(rt, "offered")
		keys := rapid.SliceOfN(rapid.SampledFrom(names), 1, 60).Draw(rt, "keys")
		sizes := rapid.SliceOfN(rapid.IntRange(0, 130), 2, 8).Draw(rt, "sizes")
		settle := rapid.SliceOfN(rapid.Bool(), 1, 7).Draw(rt, "settle")
		synctest.Test(t, func(t *testing.T) {
			t.Cleanup(func() { <-time.After(time.Hour) })
			w := newWorld()
			if healthy {
				w.healthy()
			}
			c := Config{Clock: w.clock}
			if offered {
				c = offering(t, c, w)
			} else {
				j := w.journey(t, fakeSite())
				c.Start = &j
				c.Present = &Present{
					Faults: []Fault{{ID: "spn-missing", Step: "spn"}, {ID: "clock-skew", Step: "site"}},
					Break:  func(context.Context, string) error { return nil },
					Mend:   func(context.Context, string) error { return nil },
				}
				c.Suggest = func(context.Context, site.Site, string) ([]Suggestion, error) {
					return []Suggestion{{"one.example", "DNS"}}, nil
				}
			}
			d := drive(t, c, 80, 24)
			for i, k := range keys {
				d.send(press(k))
				if settle[i%len(settle)] {
					d.settle()
				}
				if i%9 == 8 {
					n := sizes[i%len(sizes)]
					d.send(tea.WindowSizeMsg{Width: n, Height: n / 3})
				}
				if i%13 == 12 {
					w.forward(2 * time.Second)
					d.send(tickMsg{})
				}
				d.m.dirty = true
				_ = d.m.View()
				if d.m.journey == nil {
					continue
				}
				for n := range d.m.snap.Position {
					for _, ch := range d.m.snap.Steps[n].Checks {
						if !w.is(ch.Check.ID) {
							t.Fatalf("step %d was passed though %s is not so", n, ch.Check.ID)
						}
					}
				}
			}
			d.settle()
			d.send(tea.WindowSizeMsg{Width: 80, Height: 24})
			d.send(press("ctrl+c"))
			d.settle()
			if !d.quit {
				t.Fatalf("ctrl+c does not leave:\n%s", d.screen())
			}
		})
	})
}
