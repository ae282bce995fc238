package ui

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"

	tea "charm.land/bubbletea/v2"

	"sensegate/checks"
)

// crash is a fault of the program itself.
type crash struct {
	what, page, stack string
}

// crashedMsg is one that happened outside the event loop.
type crashedMsg struct{ crash crash }

// crashFileMsg says where it was written.
type crashFileMsg struct {
	path string
	err  error
}

// crashScreen says what broke, what is safe, and what to send.
type crashScreen struct {
	pane  pane
	crash crash
	path  string
	// problem is why nothing was written.
	problem string
}

// broke makes a crash of what recover returned.
func broke(what any, page string) crash {
	return crash{what: Clean(fmt.Sprint(what)), page: page, stack: string(debug.Stack())}
}

// crashed shows the page of a crash and writes its file. What was under way is
// given up: its results no longer count.
func (m *model) crashed(c crash) tea.Cmd {
	if m.live != nil {
		m.live.cancel()
		m.live = nil
	}
	if m.job != nil {
		m.job.cancel()
		m.job = nil
	}
	m.helping, m.dirty = false, true
	m.screen, m.crash = onCrash, crashScreen{crash: c}
	if m.cfg.CrashDir == "" {
		m.crash.problem = "no folder is known to write it to"
		return nil
	}
	dir, name, text := m.cfg.CrashDir, "crash-"+m.cfg.now().Format("20060102-150405")+".txt", crashText(c, m.cfg.Version)
	return func() tea.Msg {
		path, err := writeCrash(dir, name, text)
		return crashFileMsg{path: path, err: err}
	}
}

// crashText is what a crash file holds: nothing of the site, and no secret.
func crashText(c crash, version string) string {
	return fmt.Sprintf("Sensegate %s\n%s %s/%s\npage: %s\n\n%s\n\n%s", version, runtime.Version(), runtime.GOOS, runtime.GOARCH, c.page, kindOf(c.what), c.stack)
}

// kindOf keeps the words of a panic that come from the program; what is quoted
// in them may be the site's.
func kindOf(what string) string {
	var b strings.Builder
	for i, part := range strings.Split(what, `"`) {
		if i > 0 {
			b.WriteByte('"')
		}
		if i%2 == 1 {
			part = "(left out)"
		}
		b.WriteString(part)
	}
	return b.String()
}

func writeCrash(dir, name, text string) (string, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("making the folder for it: %w", err)
	}
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return "", fmt.Errorf("writing it: %w", err)
	}
	return path, nil
}

func (s *crashScreen) acts(m *model) []act {
	var out []act
	if m.journey != nil {
		out = append(out, act{on: m.keys.enter, says: "go on", do: plainly(func() tea.Cmd {
			m.journey.Guide.Abandon()
			m.refresh()
			return m.enterStep()
		})})
	}
	if s.path != "" {
		out = append(out, act{on: m.keys.copy, says: "copy the file's name", do: plainly(func() tea.Cmd { return m.copy(s.path) })})
	}
	out = append(out, act{on: m.keys.quit, says: "quit", do: plainly(m.quit)})
	return append(out, s.pane.acts(m.keys)...)
}

func (s *crashScreen) view(m *model) []string {
	p := m.newPage(m.frame.full)
	p.hang(m.mark(checks.Crashed)+" ", m.th.title, "Something in Sensegate itself broke. It is our fault, not yours.")
	p.gap()
	p.field(2, "what", m.th.text, s.crash.what)
	p.field(2, "page", m.th.text, s.crash.page)
	for i, l := range m.safe() {
		p.field(2, map[bool]string{true: "safe"}[i == 0], m.th.text, l)
	}
	switch {
	case s.path != "":
		p.field(2, "file", m.th.strong, s.path)
		p.field(2, "to send", m.th.text, "That file, with what you did last. It holds the version, the page and the place in the program; no names of your site and no passwords.")
	case s.problem != "":
		p.field(2, "file", m.th.text, "Not written: "+s.problem+".")
	default:
		p.field(2, "file", m.th.text, "being written")
	}
	p.gap()
	p.para(0, m.th.text, "Going on takes you back to the step; its checks run again.")
	return m.window(&s.pane, p.lines)
}

// safe says what a crash did not touch.
func (m *model) safe() []string {
	switch {
	case m.journey == nil:
		return []string{"nothing had been begun"}
	case m.journey.Store != "":
		return []string{"every answer and every change that was confirmed, in " + m.journey.Store, "go on later with: " + m.journey.Resume}
	}
	return []string{"nothing is kept of the practice lab; it starts afresh"}
}

// pageName is the name of the page that is shown.
func (m *model) pageName() string {
	names := map[screen]string{
		onWelcome: "welcome", onForm: "form", onStep: "step", onHand: "by hand", onPlan: "plan", onMap: "map",
		onFinish: "finish", onSecret: "password", onWords: "words", onPhone: "phone", onCrash: "crash", onNotes: "trainer's notes",
		onUndo: "take back", onReport: "report", onHandoff: "hand over", onScript: "script", onImport: "evidence",
		onPick: "answers found",
	}
	name := or(names[m.screen], "page")
	if at := m.snap.Position; at >= 0 && at < len(m.snap.Steps) {
		name += " of " + string(m.snap.Here().ID)
	}
	return name
}
