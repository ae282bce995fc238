package ui

import (
	"context"
	"reflect"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"
)

// driver plays the terminal: it sends keys and runs the commands that come
// back, until nothing is left to do but wait.
type driver struct {
	t     testing.TB
	m     *model
	inbox chan tea.Msg
	open  int // commands that have not answered
	quit  bool
	// standing is how many commands wait for ever: the one at the desk.
	standing int
	copy     []string
}

func drive(tb testing.TB, c Config, w, h int) *driver {
	tb.Helper()
	ctx, cancel := context.WithCancel(tb.Context())
	tb.Cleanup(cancel)
	if c.Clock == nil {
		c.Clock = time.Now
	}
	d := &driver{t: tb, m: newModel(ctx, c), inbox: make(chan tea.Msg, 256)}
	d.m.clip = func(s string) error { d.copy = append(d.copy, s); return nil }
	d.m.wake = func() tea.Cmd { return nil } // tests say themselves when a second has passed
	d.send(tea.WindowSizeMsg{Width: w, Height: h})
	d.run(d.m.Init())
	if c.Desk != nil {
		d.take(<-d.inbox) // the batch that begins to attend the desk
		d.standing = 1
	}
	d.settle()
	return d
}

func (d *driver) send(msg tea.Msg) {
	_, cmd := d.m.Update(msg)
	d.run(cmd)
}

// run starts a command the way the program does.
func (d *driver) run(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	d.open++
	go func() { d.inbox <- cmd() }()
}

func (d *driver) take(msg tea.Msg) {
	d.open--
	switch msg := msg.(type) {
	case nil:
	case tea.BatchMsg:
		for _, c := range msg {
			d.run(c)
		}
	case tea.QuitMsg:
		d.quit = true
	default:
		if list, ok := sequence(msg); ok {
			for _, c := range list {
				if c != nil {
					d.open++
					d.take(c())
				}
			}
			return
		}
		d.send(msg)
	}
}

// sequence recognises the message of tea.Sequence, which has no exported name.
func sequence(msg tea.Msg) ([]tea.Cmd, bool) {
	v := reflect.ValueOf(msg)
	if v.Kind() != reflect.Slice || v.Type().Elem() != reflect.TypeFor[tea.Cmd]() {
		return nil, false
	}
	out := make([]tea.Cmd, 0, v.Len())
	for i := range v.Len() {
		if c, ok := reflect.TypeAssert[tea.Cmd](v.Index(i)); ok {
			out = append(out, c)
		}
	}
	return out, true
}

// settle runs until every command has answered.
func (d *driver) settle() {
	d.t.Helper()
	limit := time.After(10 * time.Second)
	for {
		if d.open <= d.standing && d.m.live == nil && d.m.job == nil {
			return
		}
		select {
		case msg := <-d.inbox:
			d.take(msg)
		case <-limit:
			d.t.Fatalf("the screen never came to rest:\n%s", d.screen())
		}
	}
}

// until takes messages until the screen shows something.
func (d *driver) until(part string) *driver {
	d.t.Helper()
	limit := time.After(10 * time.Second)
	for !strings.Contains(d.screen(), part) {
		select {
		case msg := <-d.inbox:
			d.take(msg)
		case <-limit:
			d.t.Fatalf("the screen never showed %q:\n%s", part, d.screen())
		}
	}
	return d
}

// keys presses keys by name, each after the screen came to rest.
func (d *driver) keys(names ...string) *driver {
	d.t.Helper()
	for _, n := range names {
		d.send(press(n))
		d.settle()
	}
	return d
}

func press(name string) tea.KeyPressMsg {
	switch name {
	case "enter":
		return tea.KeyPressMsg{Code: tea.KeyEnter}
	case "esc":
		return tea.KeyPressMsg{Code: tea.KeyEscape}
	case "up":
		return tea.KeyPressMsg{Code: tea.KeyUp}
	case "down":
		return tea.KeyPressMsg{Code: tea.KeyDown}
	case "tab":
		return tea.KeyPressMsg{Code: tea.KeyTab}
	case "shift+tab":
		return tea.KeyPressMsg{Code: tea.KeyTab, Mod: tea.ModShift}
	case "space":
		return tea.KeyPressMsg{Code: tea.KeySpace, Text: " "}
	case "backspace":
		return tea.KeyPressMsg{Code: tea.KeyBackspace}
	case "pgdown":
		return tea.KeyPressMsg{Code: tea.KeyPgDown}
	case "pgup":
		return tea.KeyPressMsg{Code: tea.KeyPgUp}
	case "home":
		return tea.KeyPressMsg{Code: tea.KeyHome}
	case "end":
		return tea.KeyPressMsg{Code: tea.KeyEnd}
	case "f1":
		return tea.KeyPressMsg{Code: tea.KeyF1}
	}
	if rest, ok := strings.CutPrefix(name, "ctrl+"); ok {
		return tea.KeyPressMsg{Code: []rune(rest)[0], Mod: tea.ModCtrl}
	}
	return tea.KeyPressMsg{Code: []rune(name)[0], Text: name}
}

func (d *driver) write(text string) *driver {
	d.t.Helper()
	for _, r := range text {
		d.keys(string(r))
	}
	return d
}

// screen is what stands in the cells of the terminal.
func (d *driver) screen() string {
	f := d.m.frame
	return grid(d.m.View().Content, f.w, f.h)
}

func grid(content string, w, h int) string {
	buf := uv.NewScreenBuffer(w, h)
	uv.NewStyledString(content).Draw(buf, buf.Bounds())
	var b strings.Builder
	for y := range h {
		var line strings.Builder
		for x := range w {
			if c := buf.CellAt(x, y); c != nil && c.Content != "" {
				line.WriteString(c.Content)
			} else if c == nil {
				line.WriteByte(' ')
			}
		}
		b.WriteString(strings.TrimRight(line.String(), " "))
		b.WriteByte('\n')
	}
	return b.String()
}

func (d *driver) shows(parts ...string) *driver {
	d.t.Helper()
	s := d.screen()
	for _, p := range parts {
		if !strings.Contains(s, p) {
			d.t.Fatalf("the screen does not show %q:\n%s", p, s)
		}
	}
	return d
}
