package integration_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"sensegate/internal/foreign"
)

// The most that the wizard may hold in memory on a practice lab.
const memoryLimitKB = 60 * 1024

// terminal is a tmux of its own with one window, as a person would have it.
type terminal struct {
	t      *testing.T
	socket string
}

// openTerminal runs a command in a terminal of that size until the test ends.
func openTerminal(t *testing.T, columns, rows int, command ...string) *terminal {
	t.Helper()
	foreign.Need(t, "the package tmux", "tmux")
	w := &terminal{t: t, socket: filepath.Join(t.TempDir(), "tmux")}
	args := []string{"-S", w.socket, "-f", os.DevNull, "new-session", "-d", "-x", strconv.Itoa(columns), "-y", strconv.Itoa(rows)}
	must(t, environment(t, "TERM=xterm-256color"), "", "tmux", append(args, command...)...)
	t.Cleanup(func() {
		// Nothing is left to end when the program has been quit.
		_ = exec.CommandContext(context.WithoutCancel(t.Context()), "tmux", "-S", w.socket, "kill-server").Run()
	})
	return w
}

func (w *terminal) tmux(args ...string) (out string, code int) {
	w.t.Helper()
	return run(w.t, environment(w.t), "", "tmux", append([]string{"-S", w.socket}, args...)...)
}

func (w *terminal) keys(keys ...string) {
	w.t.Helper()
	if out, code := w.tmux(append([]string{"send-keys"}, keys...)...); code != 0 {
		w.t.Fatalf("pressing %v: %s", keys, out)
	}
}

// settled waits for a screen that holds still and is not at work.
func (w *terminal) settled(what string, is func(screen string) bool) string {
	w.t.Helper()
	last, since := "", time.Now()
	deadline := time.NewTimer(30 * time.Second)
	defer deadline.Stop()
	look := time.NewTicker(50 * time.Millisecond)
	defer look.Stop()
	for {
		select {
		case <-deadline.C:
			w.t.Fatalf("waited in vain for %s; the screen is\n%s", what, last)
		case <-look.C:
		}
		screen, _ := w.tmux("capture-pane", "-p")
		if screen != last {
			last, since = screen, time.Now()
		}
		if time.Since(since) > 150*time.Millisecond && is(screen) {
			return screen
		}
	}
}

var (
	nameToType = regexp.MustCompile(`To go on, type the name (\S+)`)
	keyBar     = regexp.MustCompile(`(?m)^ enter `)
)

// waiting says that the wizard is ready for a key that goes on.
func waiting(screen string) bool {
	return keyBar.MatchString(screen) || nameToType.MatchString(screen)
}

// TestTerminal walks the practice lab in a terminal of 80 columns, reading
// nothing but the screen: enter goes on, and a name is typed where it says so.
func TestTerminal(t *testing.T) {
	w := openTerminal(t, 80, 24, sensegate, "demo")
	const done = "gates 10 of 10"
	screen := w.settled("the first page", waiting)
	if !strings.Contains(screen, "SIMULATED") {
		t.Errorf("the first page does not say SIMULATED:\n%s", screen)
	}
	for presses := 0; !strings.Contains(screen, done); presses++ {
		if presses == 40 {
			t.Fatalf("not done after %d keys:\n%s", presses, screen)
		}
		for i, line := range strings.Split(screen, "\n") {
			if n := len([]rune(line)); n > 80 || i > 24 {
				t.Fatalf("%d columns in line %d:\n%s", n, i, screen)
			}
		}
		before := screen
		if m := nameToType.FindStringSubmatch(screen); m != nil {
			w.keys("-l", m[1])
		}
		w.keys("Enter")
		screen = w.settled("the page after "+fmt.Sprintf("%d keys", presses), func(s string) bool {
			return s != before && (waiting(s) || strings.Contains(s, done))
		})
	}
	w.memory()
	// Quitting says how to go on; then the terminal is the shell's again.
	w.keys("q")
	w.gone()
}

// memory reads the most that the program ever held, where the system tells.
func (w *terminal) memory() {
	w.t.Helper()
	pid, _ := w.tmux("list-panes", "-F", "#{pane_pid}")
	status, err := os.ReadFile(filepath.Join("/proc", strings.TrimSpace(pid), "status"))
	if err != nil {
		w.t.Logf("the memory is not told here: %v", err)
		return
	}
	m := regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindSubmatch(status)
	if m == nil {
		w.t.Log("the memory is not told here")
		return
	}
	if kb, err := strconv.Atoi(string(m[1])); err != nil || kb > memoryLimitKB {
		w.t.Errorf("the wizard held %s kB, more than %d", m[1], memoryLimitKB)
	}
}

// gone waits until the program has ended, and its terminal with it.
func (w *terminal) gone() {
	w.t.Helper()
	deadline := time.NewTimer(10 * time.Second)
	defer deadline.Stop()
	look := time.NewTicker(50 * time.Millisecond)
	defer look.Stop()
	for {
		select {
		case <-deadline.C:
			screen, _ := w.tmux("capture-pane", "-p")
			w.t.Fatalf("still running:\n%s", screen)
		case <-look.C:
		}
		if _, code := w.tmux("has-session"); code != 0 {
			return
		}
	}
}
