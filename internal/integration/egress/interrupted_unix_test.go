//go:build unix

package egress_test

import (
	"bytes"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// TestInterrupted presses Ctrl+C while the program waits for a clock that never
// answers: it ends at once with 130, and leaves an older file as it was.
func TestInterrupted(t *testing.T) {
	folder := t.TempDir()
	program := filepath.Join(t.TempDir(), "sensegate")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, "sensegate").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	clock, err := (&net.ListenConfig{}).ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = clock.Close() }() // nothing was sent
	file := filepath.Join(folder, "evidence.json")
	var said bytes.Buffer
	home := "SENSEGATE_HOME=" + t.TempDir()
	collecting := func(more ...string) *exec.Cmd {
		cmd := exec.CommandContext(t.Context(), program, append([]string{"collect", "--without", "egress", "--output", file}, more...)...)
		cmd.Env = append(os.Environ(), home)
		cmd.Stdout, cmd.Stderr = &said, &said
		return cmd
	}
	if err := collecting("--without", "clock").Run(); err != nil {
		t.Fatalf("%v\n%s", err, &said)
	}
	older, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	cmd := collecting("--controller", clock.LocalAddr().String())
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	// It asks for the time: from here on it waits.
	if err := clock.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, _, err := clock.ReadFrom(make([]byte, 64)); err != nil {
		t.Fatalf("it never asked: %v\n%s", err, &said)
	}
	pressed := time.Now()
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	err = <-ended
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 130 {
		t.Errorf("it ended with %v, want exit code 130\n%s", err, &said)
	}
	// The promise is 200 ms; a busy machine gets the rest.
	if took := time.Since(pressed); took > 2*time.Second {
		t.Errorf("it took %s to end", took)
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	if raw, err := os.ReadFile(file); err != nil || !bytes.Equal(raw, older) || len(entries) != 1 {
		t.Errorf("it left %q, %v, beside %v", raw, err, entries)
	}
}
