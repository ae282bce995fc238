package appproxy_test

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"sensegate/internal/lab/appproxy"
	"sensegate/internal/lab/contoso"
)

// echo upgrades, tries to set a cookie, and sends back what it hears.
func echo(t *testing.T, seen chan<- http.Header) http.HandlerFunc {
	up := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	return func(w http.ResponseWriter, r *http.Request) {
		if !websocket.IsWebSocketUpgrade(r) {
			w.WriteHeader(http.StatusOK)
			return
		}
		seen <- r.Header.Clone()
		conn, err := up.Upgrade(w, r, http.Header{"Set-Cookie": {"late=1"}})
		if err != nil {
			t.Errorf("upgrading: %v", err)
			return
		}
		defer func() { _ = conn.Close() }()
		for {
			kind, msg, err := conn.ReadMessage()
			if err != nil {
				return
			}
			if err := conn.WriteMessage(kind, msg); err != nil {
				return
			}
		}
	}
}

func (f *fixture) dial(c *http.Client, header http.Header) (*websocket.Conn, *http.Response, error) {
	d := websocket.Dialer{
		Jar: c.Jar, HandshakeTimeout: 5 * time.Second,
		TLSClientConfig: &tls.Config{RootCAs: f.ca.Pool(), MinVersion: tls.VersionTLS12},
		NetDialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, f.proxy.Addr())
		},
	}
	return d.DialContext(f.t.Context(), "wss://"+contoso.ExternalHost+"/app/engineData", header)
}

func TestSocketWithSession(t *testing.T) {
	seen := make(chan http.Header, 1)
	f := start(t, echo(t, seen))
	conn, res, err := f.dial(f.signIn(), http.Header{"Origin": {base}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if len(res.Header.Values("Set-Cookie")) != 0 {
		t.Error("a cookie on the upgrade's answer got through")
	}
	h := <-seen
	if h.Get("Authorization") != "" || h.Get("Cookie") != "" || h.Get("Origin") != base {
		t.Errorf("the application saw %v", h)
	}
	if err := conn.WriteMessage(websocket.TextMessage, []byte("EngineVersion")); err != nil {
		t.Fatal(err)
	}
	if _, msg, err := conn.ReadMessage(); err != nil || string(msg) != "EngineVersion" {
		t.Errorf("heard %q %v", msg, err)
	}
	if f.tickets.count() != 0 {
		t.Error("the upgrade carried a ticket")
	}
}

func TestSocketWithToken(t *testing.T) {
	seen := make(chan http.Header, 1)
	f := start(t, echo(t, seen))
	conn, _, err := f.dial(f.client(), http.Header{"Authorization": {"Bearer alice"}})
	if err != nil {
		t.Fatal(err)
	}
	_ = conn.Close()
	if h := <-seen; h.Get("Authorization") != "" {
		t.Error("the token went on to the application")
	}
}

func TestSocketWithoutSession(t *testing.T) {
	f := start(t, echo(t, make(chan http.Header, 1)))
	_, res, err := f.dial(f.client(), nil)
	if err == nil || res == nil || res.StatusCode != http.StatusFound {
		t.Fatalf("got %v %v", res, err)
	}
}

func TestStrippedUpgrade(t *testing.T) {
	f := start(t, echo(t, make(chan http.Header, 1)))
	f.proxy.Update(func(s *appproxy.State) { s.StripUpgrade = true })
	_, res, err := f.dial(f.signIn(), nil)
	if err == nil || res == nil || res.StatusCode != http.StatusOK {
		t.Fatalf("got %v %v", res, err)
	}
}

func TestIdleCut(t *testing.T) {
	f := start(t, echo(t, make(chan http.Header, 1)))
	f.proxy.Update(func(s *appproxy.State) { s.IdleCut = 50 * time.Millisecond })
	conn, _, err := f.dial(f.signIn(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	if _, _, err := conn.ReadMessage(); !websocket.IsCloseError(err, websocket.CloseAbnormalClosure) {
		t.Errorf("the socket ended with %v", err)
	}
}

func TestCloseEndsSockets(t *testing.T) {
	f := start(t, echo(t, make(chan http.Header, 1)))
	conn, _, err := f.dial(f.signIn(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if err := f.proxy.Close(); err != nil {
		t.Fatal(err)
	}
	_ = conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	if _, _, err := conn.ReadMessage(); err == nil {
		t.Error("the socket survived the server")
	}
}
