package cli_test

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"sensegate/internal/cli"
	"sensegate/internal/winhost"
)

// quick leaves out what would ask the network.
func quick(args ...string) []string {
	return append([]string{"collect", "--without", "egress", "--without", "proxy", "--without", "clock"}, args...)
}

// TestCollectWrites gathers on this machine, twice into the same file, and reads
// it back; it says what it took and where to go with it.
func TestCollectWrites(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "my evidence.json")
	want := []string{"services   ", "events     ", `write "redacted"`, `sensegate import "my evidence.json" `}
	if runtime.GOOS != "windows" {
		want = append(want, "This is not a Windows machine", "sections could not be read, and prove nothing")
	}
	for range 2 {
		code, said := run(t, quick("--output", path, "--for", "contoso")...)
		if code != 0 {
			t.Fatalf("exit %d\n%s", code, said)
		}
		for _, w := range want {
			if !strings.Contains(said, w) {
				t.Errorf("it does not say %q:\n%s", w, said)
			}
		}
	}
	e, origin, err := winhost.Read(path)
	if err != nil || e.Host == "" || origin.Site != "contoso" || origin.Simulated || e.Tool == "" {
		t.Errorf("%+v %+v %v", e, origin, err)
	}
	if left, err := filepath.Glob(filepath.Join(filepath.Dir(path), ".*")); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

// TestCollectReplacesNothingElse refuses, before anything is gathered, to write
// where something other than evidence is.
func TestCollectReplacesNothingElse(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	yaml := filepath.Join(dir, "site.yaml")
	if err := os.WriteFile(yaml, []byte("name: contoso\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	empty := filepath.Join(dir, "empty.json")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, path, want string }{
		{"another file", yaml, "is no evidence: give another name"},
		{"a folder", dir, "is a folder: name a file in it"},
		{"a device", os.DevNull, "is no regular file"},
		{"no folder", filepath.Join(dir, "no", "e.json"), "cannot be written: no such file"},
		{"an empty file", empty, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if runtime.GOOS == "windows" && (tt.path == os.DevNull || strings.Contains(tt.want, "no such")) {
				t.Skip("Windows says it in other words")
			}
			out, wrong, code := runApart(t, quick("--output", tt.path)...)
			switch {
			case tt.want == "" && code != 0:
				t.Errorf("exit %d: %s", code, wrong)
			case tt.want != "" && (code != 2 || out != "" || !strings.Contains(wrong, tt.want)):
				t.Errorf("exit %d, want %q: %q %q", code, tt.want, out, wrong)
			}
		})
	}
	if raw, err := os.ReadFile(yaml); err != nil || string(raw) != "name: contoso\n" {
		t.Errorf("%q %v", raw, err)
	}
}

// TestCollectInterrupted leaves no file, not even half of one.
func TestCollectInterrupted(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	stop()
	dir := t.TempDir()
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := null.Close(); err != nil {
			t.Error(err)
		}
	})
	code := cli.Main(ctx, cli.Process{Args: quick("--output", filepath.Join(dir, "e.json")), In: null, Out: null, Err: null})
	if left, err := os.ReadDir(dir); code != 130 || err != nil || len(left) != 0 {
		t.Errorf("exit %d, left %v %v", code, left, err)
	}
}
