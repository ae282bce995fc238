package netprobe_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sensegate/internal/fact"
	"sensegate/internal/netprobe"
	"sensegate/internal/site"
)

func TestClassifyRealFailures(t *testing.T) {
	closed, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := closed.Addr().String()
	_ = closed.Close()
	plain, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = plain.Close() })
	go func() {
		for {
			conn, err := plain.Accept()
			if err != nil {
				return
			}
			_, _ = conn.Write([]byte("SSH-2.0-hello\r\n"))
			_ = conn.Close()
		}
	}()
	served := serve(t, "other.example.test", http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	pinned := func(to string) *netprobe.Dialer {
		d, err := netprobe.New(site.Site{Pins: []site.Pin{{Name: frontName + ":443", Address: to}}})
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	tests := []struct {
		name   string
		dialer *netprobe.Dialer
		within time.Duration
		kind   fact.ErrorKind
		text   string
	}{
		{name: "nobody listens", dialer: pinned(nobody), kind: fact.Unreachable, text: "refused"},
		{name: "no TLS", dialer: pinned(plain.Addr().String()), kind: fact.Unreachable, text: "does not speak TLS"},
		{name: "a name that is none", dialer: pinned("nobody.invalid:443"), kind: fact.Unreachable},
		{name: "another name's certificate", dialer: served, kind: fact.Untrusted, text: "another name"},
		{name: "unknown authority", dialer: pinned(servedAddress(t)), kind: fact.Untrusted, text: "not trusted"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := netprobe.NewFront(tt.dialer).Date(t.Context(), frontURL)
			var e *fact.Error
			if !errors.As(err, &e) || e.Kind != tt.kind || !strings.Contains(e.Text, tt.text) || e.System != "Qlik proxy" {
				t.Errorf("Date() error = %v (%+v), want kind %d", err, e, tt.kind)
			}
		})
	}
}

// servedAddress is a server whose authority nobody trusts.
func servedAddress(t *testing.T) string {
	t.Helper()
	d := serve(t, frontName, http.NotFoundHandler())
	conn, err := d.DialContext(t.Context(), "tcp", frontName+":443")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	return conn.RemoteAddr().String()
}

func TestClassifyContexts(t *testing.T) {
	slow := serve(t, frontName, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		<-r.Context().Done()
		panic(http.ErrAbortHandler) // no answer at all, not even a late one
	}))
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := netprobe.NewFront(slow).Date(ctx, frontURL); kindOf(err) != fact.TimedOut || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("with a deadline: %v", err)
	}
	ctx, cancel = context.WithCancel(t.Context())
	cancel()
	if _, err := netprobe.NewFront(slow).Date(ctx, frontURL); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	own := &fact.Error{Kind: fact.Conflict}
	if err := netprobe.Classify("x", "y", own); !errors.Is(err, own) {
		t.Errorf("Classify() wraps what is classified: %v", err)
	}
	if err := netprobe.Classify("x", "y", nil); err != nil {
		t.Errorf("Classify(nil) = %v", err)
	}
}

func TestNewNamesABadAuthority(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, []byte("no PEM"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{file, file + ".none"} {
		if _, err := netprobe.New(site.Site{Trust: site.Trust{CA: []string{path}}}); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("New() error = %v, want %s in it", err, path)
		}
	}
}

func TestAnswersAreCapped(t *testing.T) {
	d := serve(t, frontName, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		chunk := make([]byte, 64<<10)
		for range 40 {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	}))
	page, err := netprobe.Get(t.Context(), d.HTTPClient(netprobe.ClientOptions{}), frontURL, nil)
	if err != nil || len(page.Body) != netprobe.MaxBody {
		t.Errorf("Get() = %d bytes, %v", len(page.Body), err)
	}
}
