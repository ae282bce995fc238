//go:build unix

package main

import (
	"bufio"
	"encoding/json"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The promise is 200 ms; a loaded machine gets a second.
const atOnce = time.Second

// TestInterruptedCheck stops a check that hangs on a system which answers
// nothing: it ends at once, and what it had found is written all the same.
func TestInterruptedCheck(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	startLab(t, "--dir", dir, "--finished")
	for _, tt := range []struct {
		name   string
		signal syscall.Signal
		file   bool // the report goes to a file
	}{
		{name: "interrupt", signal: syscall.SIGINT},
		{name: "terminate, into a file", signal: syscall.SIGTERM, file: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			address, connected := blackHole(t)
			file := filepath.Join(t.TempDir(), "site.yaml")
			divert(t, filepath.Join(dir, "site.yaml"), file, "qlik01.contoso.test:4242", address)
			report := filepath.Join(t.TempDir(), "report.json")
			args := []string{"check", "--site", file, "--format", "json"}
			if tt.file {
				args = append(args, "--output", report)
			}
			var out, wrong strings.Builder
			cmd := program(t, args...)
			cmd.Stdout, cmd.Stderr = &out, &wrong
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			<-connected // it hangs now
			interrupted(t, cmd, tt.signal, 130)
			if tt.file {
				raw, err := os.ReadFile(report)
				if err != nil {
					t.Fatal(err)
				}
				out.Write(raw)
			}
			halfReport(t, out.String())
			if said := wrong.String(); said != "sensegate: interrupted; the report holds what was found until then\n" {
				t.Errorf("standard error: %q", said)
			}
		})
	}
}

// halfReport is a report whose first check was answered and whose hanging one
// was not.
func halfReport(t *testing.T, raw string) {
	t.Helper()
	var r struct {
		Schema string
		Exit   int
		Steps  []struct {
			Gate   string
			Checks []struct{ ID, Status, Reason string }
		}
	}
	if err := json.Unmarshal([]byte(raw), &r); err != nil {
		t.Fatalf("%v in %q", err, raw)
	}
	if r.Schema != "sensegate/check/v1" || r.Exit != 130 || len(r.Steps) != 10 {
		t.Fatalf("schema %q, exit %d, %d steps", r.Schema, r.Exit, len(r.Steps))
	}
	seen := map[string]string{}
	for _, c := range r.Steps[0].Checks {
		seen[c.ID] = strings.TrimSpace(c.Status + " " + c.Reason)
	}
	if seen["site.facts"] != "pass" || seen["site.repository"] != "unknown cancelled" {
		t.Errorf("what was found until then: %v", seen)
	}
	if r.Steps[0].Gate != "closed" {
		t.Errorf("the gate of a half-checked step is %s", r.Steps[0].Gate)
	}
}

// TestInterruptedLab stops the practice lab: it goes in peace and takes the
// folder that it made with it.
func TestInterruptedLab(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		signal syscall.Signal
	}{
		{"interrupt", syscall.SIGINT},
		{"terminate", syscall.SIGTERM},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			cmd, temp := startLab(t)
			if len(entries(t, temp)) == 0 {
				t.Fatalf("no folder of the lab in %s", temp)
			}
			interrupted(t, cmd, tt.signal, 0)
			if left := entries(t, temp); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

// TestInterruptedLines stops the journey in lines while it waits for an answer.
func TestInterruptedLines(t *testing.T) {
	t.Parallel()
	cmd := program(t, "demo")
	if _, err := cmd.StdinPipe(); err != nil { // stays open, and silent
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	await(t, out, regexp.MustCompile(`Quit, or q`))
	interrupted(t, cmd, syscall.SIGINT, 130)
}

// interrupted sends the signal and waits for the end, with that code.
func interrupted(t *testing.T, cmd *exec.Cmd, signal syscall.Signal, code int) {
	t.Helper()
	begun := time.Now()
	if err := cmd.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
	err := cmd.Wait()
	took := time.Since(begun)
	t.Logf("ended after %s", took)
	if got := cmd.ProcessState.ExitCode(); got != code {
		t.Errorf("exit code %d (%v), want %d", got, err, code)
	}
	if took > atOnce {
		t.Errorf("it took %s to end", took)
	}
}

// startLab runs the lab until the test ends and returns when it is ready, with
// the folder that it makes its own in.
func startLab(t *testing.T, args ...string) (cmd *exec.Cmd, temp string) {
	t.Helper()
	cmd = program(t, append([]string{"lab"}, args...)...)
	temp = t.TempDir()
	cmd.Env = append(cmd.Env, "TMPDIR="+temp)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if cmd.ProcessState == nil {
			_ = cmd.Process.Kill()
			_ = cmd.Wait() // it was killed
		}
	})
	await(t, out, regexp.MustCompile(`^ready$`))
	return cmd, temp
}

// await reads lines until one matches.
func await(t *testing.T, out io.Reader, pattern *regexp.Regexp) {
	t.Helper()
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if pattern.MatchString(lines.Text()) {
			return
		}
	}
	t.Fatalf("the output ended without %q", pattern)
}

// blackHole takes connections and never answers; it tells of the first one.
func blackHole(t *testing.T) (address string, connected <-chan struct{}) {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	first, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		var open []net.Conn
		for {
			c, err := l.Accept()
			if err != nil {
				break
			}
			if open = append(open, c); len(open) == 1 {
				close(first)
			}
		}
		for _, c := range open {
			_ = c.Close() // nothing was ever written to it
		}
	}()
	t.Cleanup(func() {
		_ = l.Close() // wakes Accept up
		<-done
	})
	return l.Addr().String(), first
}

// divert copies a site file and pins one of its names to another address.
func divert(t *testing.T, from, to, name, address string) {
	t.Helper()
	raw, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	pin := regexp.MustCompile(`(- name: ` + regexp.QuoteMeta(name) + `\s+address: )\S+`)
	if !pin.Match(raw) {
		t.Fatalf("%s pins no %s", from, name)
	}
	if err := os.WriteFile(to, pin.ReplaceAll(raw, []byte("${1}"+address)), 0o600); err != nil {
		t.Fatal(err)
	}
}

func entries(t *testing.T, dir string) []os.DirEntry {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	return list
}
