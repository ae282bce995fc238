//go:build unix

package terminal

import (
	"fmt"
	"regexp"
	"sort"
	"strings"
	"testing"
)

// sequences are the escape sequences in what a program wrote, each without its
// numbers: "CSI m", "CSI ?h 1049", "OSC 2".
var sequence = regexp.MustCompile(`\x1b\[([?<>=]?)([0-9;:]*)([ -/]*)([@-~])|\x1b\]([0-9]*)[^\x07\x1b]*(?:\x07|\x1b\\)|\x1b([()#%][0-9A-Za-z]|[^\[\]()#%])`)

func sequences(text string) map[string]int {
	out := map[string]int{}
	for _, m := range sequence.FindAllStringSubmatch(text, -1) {
		switch {
		case m[4] != "" && m[1] == "?" && (m[4] == "h" || m[4] == "l"):
			for mode := range strings.SplitSeq(m[2], ";") {
				out["CSI ?"+mode+m[4]]++
			}
		case m[4] != "":
			out["CSI "+m[1]+m[3]+m[4]]++
		case m[6] != "":
			out["ESC "+m[6]]++
		default:
			out["OSC "+m[5]]++
		}
	}
	return out
}

// understood is what the console of Windows Server 2016 does with a sequence,
// after Microsoft's page on console virtual terminal sequences.
func understood() map[string]bool {
	list := []string{
		"CSI A", "CSI B", "CSI C", "CSI D", "CSI E", "CSI F", "CSI G", "CSI H", "CSI d", "CSI f", // the cursor
		"CSI J", "CSI K", "CSI X", "CSI P", "CSI @", "CSI L", "CSI M", // erasing, inserting, deleting
		"CSI S", "CSI T", "CSI r", "CSI m", // scrolling, its margins, looks
		"CSI I", "CSI Z", "CSI g", "ESC H", // tabs
		"CSI ?25h", "CSI ?25l", "CSI ?12h", "CSI ?12l", "CSI ?1049h", "CSI ?1049l", "CSI ?1h", "CSI ?1l",
		"CSI  q",         // the cursor's shape
		"CSI c", "CSI n", // what are you, where is the cursor
		"ESC 7", "ESC 8", "ESC M", "ESC =", "ESC >", "ESC (B", "ESC (0", "ESC D", "ESC E",
		"OSC 0", "OSC 2", "OSC 4", // title, palette
	}
	out := map[string]bool{}
	for _, s := range list {
		out[s] = true
	}
	return out
}

// dropped are sequences that it takes in whole and does nothing about: what they
// ask for is a comfort elsewhere, and no page depends on an answer.
func dropped() map[string]string {
	return map[string]string{
		"CSI ?2004h": "pastes are marked", "CSI ?2004l": "pastes are marked",
		"CSI ?2026h": "frames are drawn at once", "CSI ?2026l": "frames are drawn at once", "CSI ?2027h": "the width of what is composed", "CSI ?2027l": "the width of what is composed",
		"CSI ?W":  "tabs at every eighth column, where they are anyway",
		"CSI ?$p": "is a mode known", "CSI >q": "the terminal's name", "CSI >u": "keys in more detail", "CSI <u": "keys in more detail", "CSI =u": "keys in more detail", "CSI ?u": "keys in more detail",
		"CSI >m": "keys in more detail", "CSI >4m": "keys in more detail", "CSI ?m": "keys in more detail",
		"OSC 9": "progress", "OSC 11": "the colour of the ground", "OSC 111": "the colour of the ground", "OSC 110": "the colour of text", "OSC 12": "the colour of the cursor", "OSC 112": "the colour of the cursor",
		"OSC 52": "the clipboard, which is also filled through Windows", "OSC 8": "links",
	}
}

// TestTheConsoleOfServer2016 goes through the pages as a console without TERM
// would have it, and looks at each escape sequence: one that the oldest Windows
// that is supported does not understand must be one that it drops.
func TestTheConsoleOfServer2016(t *testing.T) {
	s := open(t, 80, 25, []string{"TERM="}, sensegate, "demo", "--color", "always")
	s.until("the first step", ready)
	for _, k := range []struct{ key, shows string }{
		{"m", "The journey"},
		{"\x1b[B", "The journey"},
		{"b", "gate"},
		{"g", "Words on that page"},
		{"\x1b[6~", "All other words"},
		{"b", "gate"},
		{"i", "by hand"},
		{"c", "by hand"},
		{"b", "gate"},
		{"?", "Keys that work"},
		{"t", "Keys that work"},
		{"\x1b", "gate"},
		{"e", "page 1 of"},
		{"\x1b", "gate"},
		{"r", "gate"},
	} {
		s.press(k.key)
		s.shows(k.shows)
	}
	s.until("rest", idle)
	s.press("q")
	s.end()
	knows, drops := understood(), dropped()
	var odd []string
	seen := sequences(s.said())
	for seq, n := range seen {
		if _, dropped := drops[seq]; !knows[seq] && !dropped {
			odd = append(odd, fmt.Sprintf("%s (%d times)", seq, n))
		}
	}
	sort.Strings(odd)
	if len(odd) > 0 {
		t.Errorf("the console does not know: %s", strings.Join(odd, ", "))
	}
	if seen["CSI m"] == 0 || seen["CSI H"] == 0 || seen["CSI ?1049h"] != 1 || seen["CSI ?1049l"] != 1 {
		t.Errorf("no screen was drawn, or not left: %v", seen)
	}
}

// TestTerminals opens the wizard as it is reached from elsewhere: over SSH, in
// multiplexers, on the console. Each shows the page, answers keys and is left
// as it was found.
func TestTerminals(t *testing.T) {
	for _, term := range []string{"xterm", "xterm-256color", "screen", "screen-256color", "tmux-256color", "linux", "vt100", "vt220", "rxvt-unicode-256color"} {
		t.Run(term, func(t *testing.T) {
			s := open(t, 80, 24, []string{"TERM=" + term, "SSH_TTY=/dev/pts/1", "SSH_CONNECTION=192.0.2.1 50000 192.0.2.2 22"}, sensegate, "demo")
			text := s.until("the first step", ready)
			if !strings.Contains(text, "Your site") || !strings.Contains(text, "SIMULATED") {
				t.Errorf("the page is not whole:\n%s", text)
			}
			s.press("m")
			s.shows("The journey")
			s.press("\x1b")
			s.shows("gate open")
			s.press("q")
			if code := s.end(); code != 0 {
				t.Errorf("exit %d", code)
			}
			if said := s.said(); !strings.Contains(said, "\x1b[?1049l") || !strings.Contains(said, "\x1b[?25h") {
				t.Error("the screen or the cursor was not given back")
			}
		})
	}
	t.Run("dumb", func(t *testing.T) {
		s := open(t, 80, 24, []string{"TERM=dumb"}, sensegate, "demo")
		s.until("the first step", func(text string) bool { return strings.Contains(text, "What now?") })
		s.press("q\r")
		if code := s.end(); code != 0 {
			t.Errorf("exit %d", code)
		}
		if strings.Contains(s.said(), "\x1b") {
			t.Errorf("a control sequence was sent:\n%q", s.said())
		}
	})
}
