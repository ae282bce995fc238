package ui

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
)

// TestTextThatComesAsKeys plays consoles without bracketed paste: text comes as
// keys, at once, and none of them is a command. What a person types is.
func TestTextThatComesAsKeys(t *testing.T) {
	bubble(t, "text as keys", func(t *testing.T) {
		d := started(t, newWorld().healthy(), 80, 24)
		var got []tea.Msg
		b := &burst{}
		through := func(msg tea.Msg) {
			if msg = b.filter(d.m, msg); msg != nil {
				got = append(got, msg)
			}
		}
		b.send = through
		typed := func(text string) {
			for _, r := range text {
				k := tea.KeyPressMsg{Code: r, Text: string(r)}
				if r == '\n' {
					k = tea.KeyPressMsg{Code: tea.KeyEnter}
				}
				through(k)
			}
		}
		later := func() {
			<-time.After(2 * pasteEnds) // of the bubble's time
			synctest.Wait()
		}
		pasted := func(want string) {
			t.Helper()
			later()
			if len(got) != 1 {
				t.Fatalf("%d messages: %v", len(got), got)
			}
			if p, ok := got[0].(tea.PasteMsg); !ok || p.Content != want {
				t.Errorf("got %#v", got[0])
			}
			got = nil
		}
		text := strings.Repeat("quit\nq\nr\np\n", 2000)
		typed(text)
		pasted(text)
		through(tea.PasteMsg{Content: "one"})
		pasted("one")
		// The mark of the end was in the paste: the rest comes as keys.
		through(tea.PasteMsg{Content: "SENSEGATE-RUN\n"})
		typed("q\nq")
		pasted("SENSEGATE-RUN\nq\nq")
		// A few at once are a slow line's.
		typed("rb\nq")
		later()
		if len(got) != 4 {
			t.Fatalf("%v", got)
		}
		for i, want := range []string{"r", "b", "enter", "q"} {
			if k, ok := got[i].(tea.KeyPressMsg); !ok || k.String() != want {
				t.Errorf("got %v, want %s", got[i], want)
			}
		}
		got = nil
		// Ctrl+C waits for nothing, and ends what is under way.
		typed(text[:100])
		through(tea.KeyPressMsg{Code: 'c', Mod: tea.ModCtrl})
		if len(got) != 1 || got[0].(tea.KeyPressMsg).String() != "ctrl+c" {
			t.Errorf("got %v", got)
		}
		later()
		if len(got) != 1 {
			t.Errorf("got %v", got)
		}
	})
}
