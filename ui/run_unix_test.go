//go:build unix

package ui

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/hinshun/vt10x"
)

// session is the program in a terminal of its own.
type session struct {
	t      *testing.T
	keys   *os.File
	screen vt10x.Terminal
	raw    *slowWriter
	ended  chan error
}

// inTerminal runs the program in a pseudo terminal.
func inTerminal(t *testing.T, c Config, cols, rows int) *session {
	t.Helper()
	master, slave, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	if err := pty.Setsize(master, &pty.Winsize{Cols: uint16(cols), Rows: uint16(rows)}); err != nil {
		t.Fatal(err)
	}
	env := []string{"TERM=xterm-256color", "LANG=C.UTF-8"}
	c.Env = append(env, c.Env...)
	c.Terminal = Detect(slave, slave, c.Env)
	c.In, c.Out = slave, slave
	s := &session{t: t, keys: master, screen: vt10x.New(vt10x.WithSize(cols, rows)), raw: &slowWriter{}, ended: make(chan error, 1)}
	go func() {
		buf := make([]byte, 32*1024)
		for {
			n, err := master.Read(buf)
			if n > 0 {
				_, _ = s.screen.Write(buf[:n])
				_, _ = s.raw.Write(buf[:n])
			}
			if err != nil {
				return
			}
		}
	}()
	go func() { s.ended <- Run(t.Context(), c) }()
	t.Cleanup(func() {
		_ = slave.Close()
		_ = master.Close()
	})
	return s
}

// shows waits until the terminal shows something.
func (s *session) shows(part string) *session {
	s.t.Helper()
	return s.until(part, func() bool {
		return strings.Contains(s.screen.String(), part) || strings.Contains(s.raw.String(), part)
	})
}

// until waits for something that the terminal was sent.
func (s *session) until(what string, sent func() bool) *session {
	s.t.Helper()
	limit := time.Now().Add(10 * time.Second)
	poll := time.NewTicker(2 * time.Millisecond)
	defer poll.Stop()
	for !sent() {
		if time.Now().After(limit) {
			s.t.Fatalf("the terminal never showed %q:\n%s", what, s.screen.String())
		}
		<-poll.C
	}
	return s
}

// lineOf is the row, from one, that something stands in.
func (s *session) lineOf(part string) int {
	s.t.Helper()
	limit := time.Now().Add(10 * time.Second)
	poll := time.NewTicker(2 * time.Millisecond)
	defer poll.Stop()
	for time.Now().Before(limit) {
		for i, l := range strings.Split(s.screen.String(), "\n") {
			if strings.Contains(l, part) {
				return i + 1
			}
		}
		<-poll.C
	}
	s.t.Fatalf("%q is not on the screen:\n%s", part, s.screen.String())
	return 0
}

// click is what a terminal reports of a left click, press and release.
func click(x, y int) string { return fmt.Sprintf("\x1b[<0;%d;%dM\x1b[<0;%d;%dm", x, y, x, y) }

func (s *session) press(keys string) *session {
	s.t.Helper()
	if _, err := s.keys.WriteString(keys); err != nil {
		s.t.Fatal(err)
	}
	return s
}

func (s *session) end() error {
	s.t.Helper()
	select {
	case err := <-s.ended:
		return err
	case <-time.After(10 * time.Second):
		s.t.Fatal("it never ended")
		return nil
	}
}

func TestInARealTerminal(t *testing.T) {
	w := newWorld().healthy()
	j := w.journey(t, fakeSite())
	s := inTerminal(t, Config{Start: &j, Clock: w.clock}, 80, 24)
	s.shows("gate open").press("\r").shows("Directory synchronisation").press("?").shows("Keys that work").press("q")
	if err := s.end(); err != nil {
		t.Fatal(err)
	}
	s.shows("Go on with: sensegate demo")
	if !strings.Contains(s.raw.String(), "\x1b[?1049l") {
		t.Error("the alternate screen was not left")
	}
}

func TestCtrlCLeavesAtOnceWhileChecksHang(t *testing.T) {
	w := newWorld().healthy()
	w.slow = make(chan struct{})
	j := w.journey(t, fakeSite())
	hang := make(chan struct{})
	defer close(hang)
	j.Close = func() error { <-hang; return nil } // not even closing may hold it up
	s := inTerminal(t, Config{Start: &j, Clock: w.clock}, 80, 24)
	s.shows("running")
	began := time.Now()
	s.press("\x03")
	err := s.end()
	took := time.Since(began)
	if !errors.Is(err, ErrInterrupted) {
		t.Errorf("got %v", err)
	}
	// The promise is 200 ms; the race detector on a loaded machine gets more.
	if took > 600*time.Millisecond {
		t.Errorf("leaving took %v", took)
	}
	s.shows("Go on with: sensegate demo")
}

func TestNoColor(t *testing.T) {
	tests := []struct {
		name   string
		c      Config
		colour bool
	}{
		{"auto", Config{}, true},
		{"NO_COLOR with any value", Config{Env: []string{"NO_COLOR=please"}}, false},
		{"never", Config{Color: "never"}, false},
		{"always beats NO_COLOR", Config{Color: "always", Env: []string{"NO_COLOR=1"}}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld()
			j := w.journey(t, fakeSite())
			tt.c.Start, tt.c.Clock = &j, w.clock
			s := inTerminal(t, tt.c, 80, 24)
			s.shows("gate closed").press("q")
			if err := s.end(); err != nil {
				t.Fatal(err)
			}
			coloured := false
			for _, sgr := range []string{"\x1b[31", "\x1b[36", "\x1b[1;31", "\x1b[1;36", "\x1b[90", "\x1b[38;"} {
				coloured = coloured || strings.Contains(s.raw.String(), sgr)
			}
			if coloured != tt.colour {
				t.Errorf("coloured: %v", coloured)
			}
		})
	}
}

func TestATerminalThatAsksForLines(t *testing.T) {
	w := newWorld().healthy()
	j := w.journey(t, fakeSite())
	s := inTerminal(t, Config{Start: &j, Clock: w.clock, Env: []string{"ACCESSIBLE=1"}}, 80, 24)
	s.shows("GATE OPEN").press("q\r")
	if err := s.end(); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(s.raw.String(), "\x1b") {
		t.Error("an escape sequence was written")
	}
}

func TestAPasswordIsTypedUnseenInLines(t *testing.T) {
	w := newWorld().healthy()
	w.desk = NewDesk(nil)
	j := w.journey(t, fakeSite())
	s := inTerminal(t, Config{Start: &j, Clock: w.clock, Accessible: true, Desk: w.desk}, 80, 24)
	s.shows("Type the password of").press("p\n").shows("written nowhere").press("correct horse\n").shows("GATE OPEN").press("q\n")
	if err := s.end(); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(s.raw.String(), "horse") {
		t.Error("the password was echoed")
	}
}
