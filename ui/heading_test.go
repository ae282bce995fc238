package ui

import (
	"strings"
	"testing"
)

// TestTheTitleStaysWhereTheFailureIsShown: at every size the page that scrolled
// to what failed by itself still says where one is.
func TestTheTitleStaysWhereTheFailureIsShown(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {60, 16}, {120, 40}} {
		bubble(t, "failed", func(t *testing.T) {
			d := started(t, newWorld().healthy(), size[0], size[1]).at("spn")
			d.shows("Service principal name", "× The name is held by", "expected")
			for range 6 {
				d.keys("pgdown").shows("Service principal name", "gate closed")
			}
			d.keys("home")
			if lines := strings.Split(d.screen(), "\n"); !strings.Contains(strings.Join(lines[2:7], " "), "Kerberos finds Qlik by a name") {
				t.Errorf("the top is not what the step is:\n%s", d.screen())
			}
		})
	}
}
