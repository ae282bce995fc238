package graph_test

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sensegate/internal/fact"
	"sensegate/internal/graph"
	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/entra"
	"sensegate/internal/netprobe"
	"sensegate/internal/site"
)

func TestSignInRefusals(t *testing.T) {
	tests := []struct {
		name   string
		change func(*world)
		prompt graph.Prompt
		kind   fact.ErrorKind
		code   string
	}{
		{
			name: "account disabled", prompt: ignore, kind: fact.NotSignedIn, code: "AADSTS50057",
			change: func(w *world) {
				w.tenant.Update(func(s *entra.State) { s.SignInFailures[contoso.Admin().UPN] = 50057 })
			},
		},
		{
			name: "blocked by conditional access", prompt: ignore, kind: fact.NotSignedIn, code: "AADSTS53003",
			change: func(w *world) {
				w.tenant.Update(func(s *entra.State) { s.SignInFailures[contoso.Admin().UPN] = 53003 })
			},
		},
		{
			name: "no such tenant", prompt: ignore, kind: fact.NotSignedIn, code: "AADSTS90002",
			change: func(w *world) { w.site.Entra.Tenant = "11111111-2222-4333-8444-555555555555" },
		},
		{
			name: "no such client", prompt: ignore, kind: fact.NotSignedIn, code: "AADSTS700016",
			change: func(w *world) { w.site.Entra.ClientID = "11111111-2222-4333-8444-555555555555" },
		},
		{name: "nobody to ask", kind: fact.NotSignedIn, code: "interaction_required", change: func(*world) {}},
		{
			name: "nobody listens", prompt: ignore, kind: fact.Unreachable,
			change: func(w *world) { w.site.Pins[0].Address = "127.0.0.1:1" },
		},
		{
			name: "not trusted", prompt: ignore, kind: fact.Untrusted,
			change: func(w *world) { w.site.Trust.CA = nil },
		},
		{
			name: "the person could not be told", kind: -1,
			prompt: func(context.Context, string, string, string) error { return errors.New("the terminal is gone") },
			change: func(*world) {},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			tt.change(w)
			_, err := w.client(t, graph.SignInOptions{Prompt: tt.prompt}).Organization(t.Context())
			var e *fact.Error
			if !errors.As(err, &e) {
				t.Fatalf("Organization() error = %v, want a fact.Error", err)
			}
			if tt.kind >= 0 && (e.Kind != tt.kind || e.Code != tt.code) {
				t.Errorf("Organization() error = %v (kind %d, code %q), want kind %d, code %q", err, e.Kind, e.Code, tt.kind, tt.code)
			}
			if strings.Contains(e.Text, "Trace ID") || strings.Contains(e.Text, "\n") {
				t.Errorf("text = %q", e.Text)
			}
		})
	}
}

// The person takes longer than the callers: they stop waiting, the sign-in
// goes on, and the next question finds the token without a second prompt.
func TestSignInOutlivesItsCallers(t *testing.T) {
	w := newWorld(t)
	w.tenant.Update(func(s *entra.State) { s.DeviceCodesWait = true })
	var prompts atomic.Int32
	prompted := make(chan [2]string, 1)
	c := w.client(t, graph.SignInOptions{Prompt: func(_ context.Context, _, url, code string) error {
		prompts.Add(1)
		prompted <- [2]string{url, code}
		return nil
	}})
	ctx, cancel := context.WithCancel(t.Context())
	var callers sync.WaitGroup
	for range 3 {
		callers.Go(func() {
			if _, err := c.Organization(ctx); !errors.Is(err, context.Canceled) {
				t.Errorf("Organization() error = %v, want cancelled", err)
			}
		})
	}
	var shown [2]string
	select {
	case shown = <-prompted:
	case <-t.Context().Done():
		t.Fatal("nobody was asked")
	}
	cancel()
	callers.Wait()
	w.enterCode(t, shown[0], shown[1])
	if _, err := c.Organization(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := prompts.Load(); n != 1 {
		t.Errorf("asked %d times", n)
	}
}

func TestSignInAbandoned(t *testing.T) {
	w := newWorld(t)
	w.tenant.Update(func(s *entra.State) { s.DeviceCodesWait = true })
	c := w.client(t, graph.SignInOptions{Prompt: ignore})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := c.SignIn(ctx); kindOf(err) != fact.TimedOut {
		t.Errorf("SignIn() error = %v, want a timeout", err)
	}
	c.Close()
	if err := c.SignIn(t.Context()); !errors.Is(err, context.Canceled) {
		t.Errorf("SignIn() after Close: %v", err)
	}
}

// mailbox names the variable with the address to which a started browser hands
// the page it was to open.
const mailbox = "GRAPH_TEST_BROWSER"

// actAsBrowser makes the test binary a browser when it is started as xdg-open.
func actAsBrowser() bool {
	if filepath.Base(os.Args[0]) != "xdg-open" || len(os.Args) < 2 {
		return false
	}
	conn, err := new(net.Dialer).DialContext(context.Background(), "tcp", os.Getenv(mailbox))
	if err != nil {
		os.Exit(1)
	}
	_, err = io.WriteString(conn, os.Args[len(os.Args)-1])
	_ = conn.Close()
	return err == nil
}

func TestNewClientRefusesAnUnknownWay(t *testing.T) {
	s := site.Site{Entra: site.Entra{Tenant: contoso.TenantID, SignIn: "carrier-pigeon"}}
	d, err := netprobe.New(s)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := graph.NewClient(s, d, graph.SignInOptions{}); err == nil || !strings.Contains(err.Error(), "carrier-pigeon") {
		t.Errorf("NewClient() error = %v", err)
	}
}
