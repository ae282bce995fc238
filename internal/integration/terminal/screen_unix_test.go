//go:build unix

package terminal

import (
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/hinshun/vt10x"
)

// screen is a terminal with the program in it. What comes out and what is
// pressed is kept with its time.
type screen struct {
	t     *testing.T
	cmd   *exec.Cmd
	pty   *os.File
	began time.Time
	ended chan error

	mu     sync.Mutex
	cells  vt10x.Terminal
	cols   int
	rows   int
	last   time.Time // when something came out
	events []event
}

// event is one line of a cast.
type event struct {
	at   float64
	kind string // o for output, i for input
	data string
}

// open runs a program in a terminal of that size.
func open(t *testing.T, cols, rows int, env []string, program string, args ...string) *screen {
	t.Helper()
	s := &screen{t: t, cells: vt10x.New(vt10x.WithSize(cols, rows)), cols: cols, rows: rows, began: time.Now(), ended: make(chan error, 1)}
	s.cmd = exec.Command(program, args...)
	s.cmd.Env = environment(t, env...)
	var err error
	if s.pty, err = pty.StartWithSize(s.cmd, &pty.Winsize{Cols: uint16(cols), Rows: uint16(rows)}); err != nil {
		t.Fatal(err)
	}
	go s.listen()
	t.Cleanup(func() {
		_ = s.cmd.Process.Kill()
		_ = s.pty.Close()
	})
	return s
}

// environment is the caller's without what would change what is shown.
func environment(t *testing.T, set ...string) []string {
	t.Helper()
	env := slices.DeleteFunc(os.Environ(), func(kv string) bool {
		name, _, _ := strings.Cut(kv, "=")
		name = strings.ToUpper(name)
		return strings.HasPrefix(name, "SENSEGATE_") || strings.HasPrefix(name, "LC_") || slices.Contains(
			[]string{"CI", "ACCESSIBLE", "NO_COLOR", "TERM", "LANG", "COLORTERM", "TMUX", "TERM_PROGRAM"}, name)
	})
	return append(append(env, "SENSEGATE_HOME="+t.TempDir(), "TERM=xterm-256color", "LANG=C.UTF-8"), set...)
}

func (s *screen) listen() {
	buf := make([]byte, 64*1024)
	for {
		n, err := s.pty.Read(buf)
		if n > 0 {
			s.mu.Lock()
			s.events = append(s.events, event{time.Since(s.began).Seconds(), "o", string(buf[:n])})
			s.last = time.Now()
			_, _ = s.cells.Write([]byte(faint(string(buf[:n]))))
			s.mu.Unlock()
		}
		if err != nil {
			s.ended <- s.cmd.Wait()
			return
		}
	}
}

var sgr = regexp.MustCompile(`\x1b\[([0-9;]*)m`)

// faint makes what is faint italic, for an emulator that knows only the latter;
// the program uses no italics.
func faint(text string) string {
	return sgr.ReplaceAllStringFunc(text, func(seq string) string {
		parts := strings.Split(seq[2:len(seq)-1], ";")
		for i, p := range parts {
			switch {
			case p == "2" && (i == 0 || parts[i-1] != "38" && parts[i-1] != "48"):
				parts[i] = "3"
			case p == "22":
				parts[i] = "22;23"
			}
		}
		return "\x1b[" + strings.Join(parts, ";") + "m"
	})
}

// text is what stands on the screen.
func (s *screen) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return words(s.cells, s.cols, s.rows)
}

func words(cells vt10x.Terminal, cols, rows int) string {
	var b strings.Builder
	for y := range rows {
		var line strings.Builder
		for x := range cols {
			c := cells.Cell(x, y).Char
			if c == 0 {
				c = ' '
			}
			line.WriteRune(c)
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return b.String()
}

// said is everything that came out so far.
func (s *screen) said() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var b strings.Builder
	for _, e := range s.events {
		if e.kind == "o" {
			b.WriteString(e.data)
		}
	}
	return b.String()
}

// press sends keys.
func (s *screen) press(keys string) {
	s.t.Helper()
	s.mu.Lock()
	s.events = append(s.events, event{time.Since(s.began).Seconds(), "i", keys})
	s.last = time.Now() // what comes next has not come yet
	s.mu.Unlock()
	if _, err := s.pty.WriteString(keys); err != nil {
		s.t.Fatal(err)
	}
}

const patience = 30 * time.Second

// until waits for a screen that holds still and is what is waited for.
func (s *screen) until(what string, is func(string) bool) string {
	s.t.Helper()
	limit := time.Now().Add(patience)
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for {
		text := s.text()
		s.mu.Lock()
		quiet := time.Since(s.last)
		s.mu.Unlock()
		if quiet > 80*time.Millisecond && is(text) {
			return text
		}
		if time.Now().After(limit) {
			s.t.Fatalf("waited in vain for %s; the screen is\n%s", what, text)
		}
		<-look.C
	}
}

func (s *screen) shows(part string) string {
	s.t.Helper()
	return s.until(part, func(text string) bool { return strings.Contains(text, part) })
}

// end waits for the program to end and gives its exit code.
func (s *screen) end() int {
	s.t.Helper()
	select {
	case <-s.ended: //nolint:errcheck // the exit code tells
		return s.cmd.ProcessState.ExitCode()
	case <-time.After(patience):
		s.t.Fatalf("it never ended; the screen is\n%s", s.text())
		return -1
	}
}

// resize makes the window another size.
func (s *screen) resize(cols, rows int) {
	s.t.Helper()
	s.mu.Lock()
	s.cells.Resize(cols, rows)
	s.cols, s.rows = cols, rows
	s.mu.Unlock()
	if err := pty.Setsize(s.pty, &pty.Winsize{Cols: uint16(cols), Rows: uint16(rows)}); err != nil {
		s.t.Fatal(err)
	}
}

var (
	nameToType = regexp.MustCompile(`To go on, type the name (\S+)`)
	goesOn     = regexp.MustCompile(`(?m)^ enter `)
)

// ready says that the wizard waits for a key that goes on.
func ready(text string) bool { return goesOn.MatchString(text) || nameToType.MatchString(text) }

// idle says that nothing is under way: there is nothing to stop.
func idle(text string) bool {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	bar := lines[len(lines)-1]
	return strings.HasSuffix(bar, "help") && !strings.Contains(bar, " stop ")
}

const done = "gates 10 of 10"

// walk goes the golden path by reading the screen; it counts the keys.
func (s *screen) walk(seen func(text string)) int {
	s.t.Helper()
	keys := 0
	text := s.until("the first page", ready)
	for !strings.Contains(text, done) {
		if keys > 200 {
			s.t.Fatalf("not done after %d keys:\n%s", keys, text)
		}
		seen(text)
		if m := nameToType.FindStringSubmatch(text); m != nil && !goesOn.MatchString(text) {
			for _, r := range m[1] {
				s.press(string(r))
				keys++
			}
			text = s.until("the name", goesOn.MatchString)
		}
		before := text
		s.press("\r")
		keys++
		text = s.until("the next page", func(t string) bool {
			return t != before && (ready(t) || strings.Contains(t, done))
		})
	}
	seen(text)
	return keys
}
