//go:build unix

package ui

import (
	"strings"
	"testing"
	"time"
)

// TestALongWaitEndsWithANotice looks at what the terminal is sent: the title
// and the progress while it waits, then the bell, and the notice where the
// terminal is known to show one.
func TestALongWaitEndsWithANotice(t *testing.T) {
	const bell, notice = "\a", "\x1b]9;Sensegate: gate open, Your site\x1b\\"
	tests := []struct {
		name         string
		env          []string
		silent       bool
		bell, notice bool
	}{
		{"xterm", nil, false, true, false},
		{"kitty", []string{"KITTY_WINDOW_ID=1"}, false, true, true},
		{"kitty in tmux", []string{"KITTY_WINDOW_ID=1", "TMUX=/tmp/tmux-0/default,1,0"}, false, true, false},
		{"silent", []string{"KITTY_WINDOW_ID=1"}, true, false, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld().healthy()
			w.slow = make(chan struct{})
			j := w.journey(t, fakeSite())
			s := inTerminal(t, Config{Start: &j, Clock: w.clock, Silent: tt.silent, Env: tt.env}, 80, 24)
			s.shows("running").shows("\x1b]2;Sensegate - contoso - checking").shows("\x1b]9;4;1;")
			w.forward(longWait + time.Second)
			close(w.slow)
			s.shows("gate open").shows("\x1b]9;4;0")
			// What is expected is waited for: the page may stand before it.
			if tt.bell {
				// Titles and the like end with the same character.
				s.until("the bell", func() bool { return strings.Contains(withoutOSC(s.raw.String()), bell) })
			}
			if tt.notice {
				s.shows(notice)
			}
			s.press("q")
			if err := s.end(); err != nil {
				t.Fatal(err)
			}
			said := s.raw.String()
			if got := strings.Contains(said, notice); got != tt.notice {
				t.Errorf("notice: %v", got)
			}
			if got := strings.Contains(withoutOSC(said), bell); got != tt.bell {
				t.Errorf("bell: %v", got)
			}
		})
	}
}

// withoutOSC takes out the sequences that may end with a bell of their own.
func withoutOSC(s string) string {
	var b strings.Builder
	for {
		at := strings.Index(s, "\x1b]")
		if at < 0 {
			return b.String() + s
		}
		b.WriteString(s[:at])
		rest := s[at:]
		end := strings.IndexAny(rest[2:], "\a\x1b")
		if end < 0 {
			return b.String()
		}
		s = strings.TrimPrefix(rest[2+end+1:], "\\")
	}
}

// TestADumbTerminalIsSentNothing: there lines are written, and nothing else.
func TestADumbTerminalIsSentNothing(t *testing.T) {
	w := newWorld().healthy()
	w.slow = make(chan struct{})
	j := w.journey(t, fakeSite())
	s := inTerminal(t, Config{Start: &j, Clock: w.clock, Env: []string{"TERM=dumb", "KITTY_WINDOW_ID=1"}}, 80, 24)
	s.shows("CHECKING")
	w.forward(time.Minute)
	close(w.slow)
	s.shows("GATE OPEN").press("q\r")
	if err := s.end(); err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(s.raw.String(), "\x1b\a") {
		t.Errorf("a control sequence was sent:\n%q", s.raw.String())
	}
}
