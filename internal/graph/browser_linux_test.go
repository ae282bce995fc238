package graph_test

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"testing"

	"sensegate/internal/graph"
	"sensegate/internal/lab/contoso"
)

func TestSignInByBrowser(t *testing.T) {
	w := newWorld(t)
	w.site.Entra.SignIn = graph.ByBrowser
	l := fakeBrowser(t)
	announced := 0
	c := w.client(t, graph.SignInOptions{Prompt: func(_ context.Context, message, url, code string) error {
		announced++
		if message == "" || url != "" || code != "" {
			t.Errorf("prompt = %q, %q, %q", message, url, code)
		}
		return nil
	}})
	done := make(chan error, 1)
	go func() {
		who, err := c.SignedIn(t.Context())
		if err == nil && who.UPN != contoso.Admin().UPN {
			err = errors.New("signed in as " + who.UPN)
		}
		done <- err
	}()
	conn, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	page, err := io.ReadAll(conn)
	_ = conn.Close()
	if err != nil {
		t.Fatal(err)
	}
	w.fill(t, w.browse(t), string(page), nil)
	if err := <-done; err != nil {
		t.Error(err)
	}
	if announced != 1 {
		t.Errorf("announced %d times", announced)
	}
}

// fakeBrowser makes this very binary the system's browser.
func fakeBrowser(t *testing.T) net.Listener {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.Symlink(self, filepath.Join(dir, "xdg-open")); err != nil {
		t.Fatal(err)
	}
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	t.Setenv("PATH", dir)
	t.Setenv(mailbox, l.Addr().String())
	return l
}
