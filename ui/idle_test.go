package ui

import (
	"testing"

	uv "github.com/charmbracelet/ultraviolet"
)

// TestAnIdleFrameChangesNoCell draws every page again with nothing done in
// between, and counts the cells that differ.
func TestAnIdleFrameChangesNoCell(t *testing.T) {
	for name, come := range pages() {
		bubble(t, name, func(t *testing.T) {
			w := newWorld().healthy()
			d := come(t, Config{Clock: w.clock}, w, 80, 24)
			cells := func() *uv.ScreenBuffer {
				d.m.dirty = true
				buf := uv.NewScreenBuffer(80, 24)
				uv.NewStyledString(d.m.View().Content).Draw(buf, buf.Bounds())
				return &buf
			}
			before, after, changed := cells(), cells(), 0
			for y := range 24 {
				for x := range 80 {
					a, b := before.CellAt(x, y), after.CellAt(x, y)
					if (a == nil) != (b == nil) || a != nil && !a.Equal(b) {
						changed++
					}
				}
			}
			if changed > 0 {
				t.Errorf("%d cells change while nothing happens", changed)
			}
		})
	}
}
