package ui

import (
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

// keyMap is every key of the wizard. What each does, and whether it works now,
// is said by the screen in its acts.
type keyMap struct {
	enter, recheck, plan, hand, edit, fold, copy key.Binding
	up, down, pageUp, pageDown, home, end        key.Binding
	back, stop, jump, help, quit, interrupt      key.Binding
	notes, fault, mend, reset, spotlight         key.Binding
	undo, report, handoff                        key.Binding
	digits, secret, words, phone, look, place    key.Binding
	script, file                                 key.Binding
}

func newKeyMap() keyMap {
	bind := func(shown string, keys ...string) key.Binding {
		return key.NewBinding(key.WithKeys(keys...), key.WithHelp(shown, ""))
	}
	return keyMap{
		enter: bind("enter", "enter"), recheck: bind("r", "r"), plan: bind("a", "a"),
		hand: bind("i", "i"), edit: bind("e", "e"), fold: bind("space", "space"), copy: bind("c", "c"),
		up: bind("up", "up", "k"), down: bind("down", "down", "j"),
		pageUp: bind("pgup", "pgup"), pageDown: bind("pgdn", "pgdown"),
		home: bind("home", "home"), end: bind("end", "end"),
		back: bind("b", "b", "esc"), stop: bind("x", "x"), jump: bind("m", "m"),
		notes: bind("n", "n"), fault: bind("f", "f"), mend: bind("F", "F"), reset: bind("z", "z"), spotlight: bind("w", "w"),
		undo: bind("U", "U"), report: bind("R", "R"), handoff: bind("H", "H"),
		words: bind("g", "g"), phone: bind("u", "u"), look: bind("t", "t"), place: bind("v", "v"),
		script: bind("s", "s"), file: bind("f", "f"), secret: bind("p", "p"), help: bind("?", "?", "f1"), quit: bind("q", "q"), interrupt: bind("ctrl+c", "ctrl+c"),
		digits: bind("1-9", "1", "2", "3", "4", "5", "6", "7", "8", "9", "0"),
	}
}

// act is a key that works now, what it does in a word or two, and the doing.
type act struct {
	on   key.Binding
	says string
	// quiet keeps it out of the last line; help shows it all the same.
	quiet bool
	do    func(k tea.KeyPressMsg) tea.Cmd
}

// plainly is for acts that do not care which of their keys was pressed.
func plainly(f func() tea.Cmd) func(tea.KeyPressMsg) tea.Cmd {
	return func(tea.KeyPressMsg) tea.Cmd { return f() }
}

// keyBar writes the keys that work into w columns. Help is always at the right
// edge; what does not fit is left to it.
func (p paper) keyBar(acts []act, w int) string {
	type item struct{ key, says string }
	var items []item
	tail := ""
	for _, a := range acts {
		switch k := a.on.Help().Key; {
		case a.quiet:
		case k == "?":
			tail = p.th.key.Render(k) + " " + a.says
		default:
			items = append(items, item{k, a.says})
		}
	}
	room := w - 2 - width(tail) - 2
	for _, gap := range []string{"   ", "  "} {
		var b strings.Builder
		used, fits := 0, true
		for i, it := range items {
			n := len(it.key) + 1 + width(it.says)
			if i > 0 {
				n += len(gap)
			}
			if used+n > room {
				fits = false
				break
			}
			if i > 0 {
				b.WriteString(gap)
			}
			b.WriteString(p.th.key.Render(it.key) + " " + it.says)
			used += n
		}
		if fits || gap == "  " {
			return " " + pad(b.String(), w-2-width(tail)) + tail
		}
	}
	return ""
}
