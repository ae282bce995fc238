//go:build unix

package terminal

import (
	"strings"
	"testing"
)

// TestTheNetworkIsLost takes every system away in the middle of the way: no page
// hangs, nothing is called wrong that could only not be asked, and no gate opens.
func TestTheNetworkIsLost(t *testing.T) {
	site, stop := startedLab(t)
	s := open(t, 100, 40, []string{"SENSEGATE_HOME=" + t.TempDir()}, sensegate, "--site", site)
	s.until("the first step", ready)
	for _, title := range []string{"> Directory sync", "> Connector", "> Application"} {
		s.press("\r")
		s.until(title, func(text string) bool { return strings.Contains(text, title) && idle(text) })
	}
	stop()
	rests := func(what string, is func(string) bool) string {
		t.Helper()
		return s.until(what, func(text string) bool { return idle(text) && is(text) })
	}
	s.press("r")
	text := rests("the step, checked again", func(text string) bool { return strings.Contains(text, "unreachable") })
	if strings.Contains(text, "× ") || !strings.Contains(text, "gate closed") {
		t.Errorf("what cannot be asked is called wrong, or the gate is open:\n%s", text)
	}
	// A change cannot be planned; it says so, and the way back works.
	if strings.Contains(text, "apply for me") {
		s.press("a")
		text = rests("the plan", func(text string) bool {
			return strings.Contains(text, "Plan for") && !strings.Contains(text, "reading the present state")
		})
		if strings.Contains(text, "enter apply") {
			t.Errorf("a plan is offered that rests on nothing:\n%s", text)
		}
		s.press("\x1b")
		rests("the step", func(text string) bool { return strings.Contains(text, "gate closed") })
	}
	s.press("m")
	s.shows("The journey")
	s.press("r")
	text = rests("all checks", func(text string) bool {
		return strings.Contains(text, "The journey") && strings.Contains(text, "gates 0 of 10")
	})
	if strings.Contains(text, "×") || strings.Contains(text, "waits for: ") {
		t.Errorf("somebody is said to be waited for:\n%s", text)
	}
	// Every step that can be reached says the same; looking for answers, too.
	for _, step := range []string{"1", "m"} {
		s.press(step)
		rests("a page", func(text string) bool { return strings.Contains(text, "Your site") })
	}
	s.press("1")
	text = rests("the first step", func(text string) bool {
		return strings.Contains(text, "> Your site") && strings.Contains(text, "unreachable")
	})
	if strings.Contains(text, "× ") {
		t.Errorf("what cannot be asked is called wrong:\n%s", text)
	}
	s.press("e")
	s.shows("page 1 of")
	s.press("\x0c")
	rests("nothing found", func(text string) bool { return strings.Contains(text, "what was found") && strings.Contains(text, "?") })
	s.press("b")
	s.shows("page 1 of")
	s.press("\x1b")
	rests("the first step", func(text string) bool { return strings.Contains(text, "> Your site") })
	s.press("q")
	if code := s.end(); code != 0 {
		t.Errorf("exit %d", code)
	}
}
