//go:build unix

package terminal

import (
	"strings"
	"testing"
)

// TestTwoApplicationsByKeys walks the practice lab of a release from before
// April 2018 with nothing but keys: it signs in on a second port, which is
// published as an application of its own.
func TestTwoApplicationsByKeys(t *testing.T) {
	s := open(t, 80, 24, nil, sensegate, "demo", "--variant", "old-release")
	second := false
	keys := s.walk(func(text string) { second = second || strings.Contains(text, "Qlik Sense sign-in") })
	t.Logf("%d keys from the start to all gates open", keys)
	if !second {
		t.Error("no page told of the second application")
	}
	s.press("q")
	if code := s.end(); code != 0 {
		t.Errorf("exit %d", code)
	}
}
