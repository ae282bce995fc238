package ui

import (
	"os"
	"runtime"
	"strings"

	"golang.org/x/term"
)

// Terminal is everything that is known about where the program shows itself.
type Terminal struct {
	// In and Out say that input and output are a terminal.
	In, Out       bool
	Width, Height int
	// Dumb is a terminal that cannot move its cursor.
	Dumb bool
	// NoColor is the user's wish for no colour, NO_COLOR with any value.
	NoColor bool
	// Accessible is the user's wish for lines instead of screens.
	Accessible bool
	// CI says that nobody is watching.
	CI bool
	// ASCII says that the character set has nothing else.
	ASCII bool
	// Notifies says that it is known to show what is sent to it as OSC 9.
	Notifies bool
	// WindowsBuild is the build of Windows, zero elsewhere.
	WindowsBuild int
}

// firstVTBuild is the first Windows build whose console understands escapes.
const firstVTBuild = 10586

// Detect looks at the streams and the environment.
func Detect(in, out *os.File, env []string) Terminal {
	vars := map[string]string{}
	for _, e := range env {
		if k, v, ok := strings.Cut(e, "="); ok {
			vars[k] = v
		}
	}
	t := Terminal{
		In:           in != nil && term.IsTerminal(int(in.Fd())),
		Out:          out != nil && term.IsTerminal(int(out.Fd())),
		Dumb:         vars["TERM"] == "dumb",
		NoColor:      vars["NO_COLOR"] != "",
		Accessible:   wished(vars["ACCESSIBLE"]),
		CI:           wished(vars["CI"]),
		ASCII:        asciiLocale(vars),
		Notifies:     notifies(vars),
		WindowsBuild: windowsBuild(),
	}
	if t.WindowsBuild > 0 && t.WindowsBuild < firstVTBuild {
		t.Dumb = true
	}
	if t.Out {
		if w, h, err := term.GetSize(int(out.Fd())); err == nil {
			t.Width, t.Height = w, h
		}
	}
	return t
}

// notifies tells the terminals that turn OSC 9 into a notification. Others may
// print it, and a multiplexer keeps it to itself.
func notifies(vars map[string]string) bool {
	term := vars["TERM"]
	if vars["TMUX"] != "" || term == "dumb" || term == "linux" || strings.HasPrefix(term, "screen") || strings.HasPrefix(term, "tmux") {
		return false
	}
	switch vars["TERM_PROGRAM"] {
	case "iTerm.app", "WezTerm", "ghostty":
		return true
	}
	return vars["KITTY_WINDOW_ID"] != "" || vars["WT_SESSION"] != "" || vars["ConEmuPID"] != ""
}

// Wizard tells whether full screens can be shown, and why not.
func (t Terminal) Wizard() (bool, string) {
	switch {
	case t.Accessible:
		return false, "ACCESSIBLE is set"
	case !t.In:
		return false, "the input is not a terminal"
	case !t.Out:
		return false, "the output is not a terminal"
	case t.Dumb:
		return false, "this terminal cannot redraw"
	case t.CI:
		return false, "CI is set"
	}
	return true, ""
}

func wished(v string) bool {
	switch strings.ToLower(v) {
	case "", "0", "false", "no":
		return false
	}
	return true
}

// asciiLocale tells that the user named a character set other than UTF-8. An
// environment that names none says nothing: most terminals are UTF-8.
func asciiLocale(vars map[string]string) bool {
	if runtime.GOOS == "windows" {
		return false
	}
	for _, k := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := strings.ToLower(vars[k]); v != "" {
			return !strings.Contains(v, "utf-8") && !strings.Contains(v, "utf8")
		}
	}
	return false
}
