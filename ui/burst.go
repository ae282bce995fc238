package ui

import (
	"strings"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"

	"sensegate/checks"
)

// Consoles without bracketed paste, as those of Windows Server 2016 to 2022,
// and a paste that contains the mark of its own end, bring text as keys. Nobody
// types that fast: it must not be taken for commands.
const (
	// keyHeld is how long a key waits whether more follow it: what a terminal
	// brings in one piece is there at once, and whoever types must not notice.
	// pasteEnds is how long nothing has to come for a paste to be over.
	keyHeld   = 800 * time.Microsecond
	pasteEnds = 300 * time.Millisecond
	// pasteFrom is from how many keys on it was no person: as many may come at
	// once over a slow line.
	pasteFrom = 16
)

// heldKey is a key that was held back, and was typed after all.
type heldKey tea.KeyPressMsg

// wholePaste is a paste with what came right after it.
type wholePaste tea.PasteMsg

// burst stands at the door of the program. It is called by one goroutine, and
// by its own timer.
type burst struct {
	send func(tea.Msg)

	mu     sync.Mutex
	keys   []tea.KeyPressMsg // the first of them
	text   strings.Builder
	marked bool // it began as a paste
	timer  *time.Timer
}

// filter lets everything pass but keys on pages where they are commands: those
// wait a moment.
func (b *burst) filter(now tea.Model, msg tea.Msg) tea.Msg {
	switch k := msg.(type) {
	case heldKey:
		return tea.KeyPressMsg(k)
	case tea.KeyPressMsg:
		if m, ok := now.(*model); ok && b.hold(k, m.typing() && !m.helping, m.keys) {
			return nil
		}
	case tea.PasteMsg:
		if m, ok := now.(*model); ok && m.screen == onStep {
			b.begin(k.Content)
			return nil
		}
	case wholePaste:
		return tea.PasteMsg(k)
	}
	return msg
}

// begin holds a paste back: keys follow at once where it contains the mark of
// its own end.
func (b *burst) begin(text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.marked = true
	b.text.WriteString(text)
	b.wait(keyHeld)
}

func (b *burst) wait(d time.Duration) {
	if b.timer == nil {
		b.timer = time.AfterFunc(d, b.release)
		return
	}
	b.timer.Reset(d)
}

// hold keeps a key back; false lets it pass.
func (b *burst) hold(k tea.KeyPressMsg, typing bool, keys keyMap) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	text := k.Text
	switch {
	case k.Mod&(tea.ModCtrl|tea.ModAlt) != 0:
		text = ""
	case k.Code == tea.KeyEnter:
		text = "\n"
	case k.Code == tea.KeyTab:
		text = "\t"
	}
	switch n := len(b.keys); {
	case k.String() == keys.interrupt.Keys()[0]:
		b.drop()
		return false
	case b.marked:
	case n == 0 && (typing || text == ""):
		return false
	case n < pasteFrom:
		b.keys = append(b.keys, k)
	}
	if b.text.Len() <= checks.MaxPaste { // beyond it is refused as too large
		b.text.WriteString(text)
	}
	if b.marked || len(b.keys) >= pasteFrom {
		b.wait(pasteEnds)
	} else {
		b.wait(keyHeld)
	}
	return true
}

// drop forgets what was held.
func (b *burst) drop() {
	if b.timer != nil {
		b.timer.Stop()
	}
	b.keys, b.marked = nil, false
	b.text.Reset()
}

// release hands on what was held: as keys, or as the paste that it was.
func (b *burst) release() {
	b.mu.Lock()
	keys, text, paste := b.keys, b.text.String(), b.marked || len(b.keys) >= pasteFrom
	b.drop()
	b.mu.Unlock()
	if paste {
		b.send(wholePaste{Content: text})
		return
	}
	for _, k := range keys {
		b.send(heldKey(k))
	}
}
