package integration_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// sensegate is the program under test; TestMain sets it before any test runs.
var sensegate string

func TestMain(m *testing.M) { os.Exit(withProgram(m)) }

func withProgram(m *testing.M) int {
	if sensegate = os.Getenv("SENSEGATE_BINARY"); sensegate != "" {
		return m.Run()
	}
	dir, err := os.MkdirTemp("", "sensegate-integration-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }()
	sensegate = filepath.Join(dir, "sensegate")
	if runtime.GOOS == "windows" {
		sensegate += ".exe"
	}
	build := exec.CommandContext(context.Background(), "go", "build", "-o", sensegate, "sensegate")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "building the program: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// lab is a practice lab that runs in a process of its own.
type lab struct {
	dir   string
	ports map[string]string // of ports.env
}

// startLab runs `sensegate lab` until the test ends.
func startLab(t *testing.T, args ...string) *lab {
	t.Helper()
	l := &lab{dir: t.TempDir()}
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), sensegate, append([]string{"lab", "--dir", l.dir}, args...)...)
	cmd.Env = environment(t)
	said := &transcript{}
	cmd.Stderr = said
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ready, ended := make(chan struct{}), make(chan error, 1)
	go func() {
		said.follow(out, ready)
		ended <- cmd.Wait()
	}()
	t.Cleanup(func() { stop(t, cmd.Process, ended, said) })
	select {
	case <-ready:
	case err := <-ended:
		ended <- err
		t.Fatalf("the lab ended before it was ready: %v\n%s", err, said)
	case <-time.After(30 * time.Second):
		t.Fatalf("the lab is not ready after 30 s\n%s", said)
	}
	l.ports = readPorts(t, l.path("ports.env"))
	return l
}

// stop interrupts a lab as Ctrl+C would, and expects it to leave in peace.
func stop(t *testing.T, p *os.Process, ended <-chan error, said *transcript) {
	t.Helper()
	if runtime.GOOS == "windows" {
		_ = p.Kill() // there is no interrupt to send
		t.Logf("killed: %v", <-ended)
		return
	}
	if err := p.Signal(os.Interrupt); err != nil && !errors.Is(err, os.ErrProcessDone) {
		t.Errorf("interrupting the lab: %v", err)
	}
	select {
	case err := <-ended:
		var exit *exec.ExitError
		if err != nil && (!errors.As(err, &exit) || exit.ExitCode() != 130) {
			t.Errorf("the lab ended with %v\n%s", err, said)
		}
	case <-time.After(10 * time.Second):
		_ = p.Kill()
		t.Errorf("the lab still runs 10 s after an interrupt\n%s", said)
	}
}

func (l *lab) path(parts ...string) string {
	return filepath.Join(append([]string{l.dir}, parts...)...)
}

// at is where one of the lab's servers listens.
func (l *lab) at(t *testing.T, server string) string {
	t.Helper()
	a := l.ports["LAB_"+strings.ToUpper(strings.ReplaceAll(server, "-", "_"))]
	if a == "" {
		t.Fatalf("ports.env does not name the server %q", server)
	}
	return a
}

func (l *lab) port(t *testing.T, server string) string {
	t.Helper()
	a := l.at(t, server)
	return a[strings.LastIndexByte(a, ':')+1:]
}

func readPorts(t *testing.T, file string) map[string]string {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for line := range strings.Lines(string(raw)) {
		if k, v, ok := strings.Cut(strings.TrimSpace(line), "="); ok {
			out[k] = v
		}
	}
	return out
}

// transcript is what a process said, kept for when something goes wrong.
type transcript struct {
	mu   sync.Mutex
	text strings.Builder
}

func (s *transcript) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *transcript) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// follow reads until the process closes its output, and tells when it was ready.
func (s *transcript) follow(r io.Reader, ready chan<- struct{}) {
	lines := bufio.NewScanner(r)
	for told := false; lines.Scan(); {
		_, _ = fmt.Fprintln(s, lines.Text())
		if !told && saysReady(lines.Text()) {
			close(ready)
			told = true
		}
	}
}

// saysReady looks for the word ready, wherever on the line it stands.
func saysReady(line string) bool {
	for word := range strings.FieldsFuncSeq(strings.ToLower(line), func(r rune) bool { return r < 'a' || r > 'z' }) {
		if word == "ready" {
			return true
		}
	}
	return false
}
