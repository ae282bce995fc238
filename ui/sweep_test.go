package ui

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"sensegate/internal/site"
)

// TestTheScriptsPageFitsEverySize goes over the sizes with a text that is longer
// and wider than any window.
func TestTheScriptsPageFitsEverySize(t *testing.T) {
	bubble(t, "script", func(t *testing.T) {
		w := newWorld().healthy()
		d := started(t, w, 80, 24)
		d.m.cfg.Script = func(site.Site) string {
			return strings.Repeat("Get-ItemProperty 'HKLM:\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Internet Settings\\WinHttp' # and so on\r\n", 300)
		}
		d.run(d.m.openScript())
		d.settle()
		d.shows("Get-ItemProperty")
		for width := 1; width <= 210; width += 11 {
			for height := 1; height <= 64; height += 5 {
				d.m.resize(width, height)
				d.m.dirty = true
				lines := strings.Split(d.m.View().Content, "\n")
				if len(lines) > height {
					t.Fatalf("%dx%d: %d lines", width, height, len(lines))
				}
				for _, l := range lines {
					if n := ansi.StringWidth(l); n > width {
						t.Fatalf("%dx%d: a line of %d: %q", width, height, n, ansi.Strip(l))
					}
				}
			}
		}
	})
}
