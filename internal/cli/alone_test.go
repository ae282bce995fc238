package cli_test

import (
	"io"
	"os"
	"strings"
	"testing"

	"sensegate/internal/cli"
)

// TestADoubleClickStaysOpen: in a console of its own the program waits for enter
// before it goes, unless it was told what to do.
func TestADoubleClickStaysOpen(t *testing.T) {
	tests := []struct {
		name  string
		args  []string
		alone bool
		waits bool
	}{
		{"a double click", nil, true, true},
		{"a command prompt", nil, false, false},
		{"a command in a window of its own", []string{"version"}, true, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in, keyboard := pipe(t)
			screen, out := pipe(t)
			said, ended := make(chan string, 1), make(chan int, 1)
			go func() {
				text, _ := io.ReadAll(screen)
				said <- string(text)
			}()
			go func() {
				ended <- cli.Main(t.Context(), cli.Process{
					Args: tt.args, In: in, Out: out, Err: out, Environ: []string{"SENSEGATE_HOME=" + t.TempDir()},
					Alone: func() bool { return tt.alone },
				})
				_ = out.Close()
			}()
			if tt.waits {
				if _, err := keyboard.WriteString("\n"); err != nil {
					t.Fatal(err)
				}
			}
			<-ended
			if text := <-said; strings.Contains(text, "Press enter to close this window.") != tt.waits {
				t.Errorf("it said\n%s", text)
			}
		})
	}
}

func pipe(t *testing.T) (r, w *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close(); _ = w.Close() })
	return r, w
}
