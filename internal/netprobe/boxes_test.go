package netprobe_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"sensegate/checks"
	"sensegate/internal/fact"
	"sensegate/internal/netprobe"
	"sensegate/internal/site"
)

// plainDialer trusts nothing special and pins nothing.
func plainDialer(t *testing.T, s site.Site) *netprobe.Dialer {
	t.Helper()
	d, err := netprobe.New(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestHeldBack meets a box that lets the upgrade through and nothing after it.
func TestHeldBack(t *testing.T) {
	up := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !websocket.IsWebSocketUpgrade(r) {
			http.NotFound(w, r)
			return
		}
		c, err := up.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer func() { _ = c.Close() }()
		for {
			if _, _, err := c.ReadMessage(); err != nil {
				return
			}
		}
	}))
	t.Cleanup(srv.Close)
	got, err := netprobe.NewEngine(plainDialer(t, site.Site{})).Open(t.Context(), netprobe.OpenOptions{URL: srv.URL, Budget: 100 * time.Millisecond})
	if err != nil || !got.Upgraded || !got.Silent {
		t.Errorf("got %+v, %v", got, err)
	}
}

// TestUnanswered meets a box that answers pages and keeps the answer to the
// upgrade, as one does that waits for the end of every answer.
func TestUnanswered(t *testing.T) {
	over := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !websocket.IsWebSocketUpgrade(r) {
			http.NotFound(w, r)
			return
		}
		select {
		case <-over:
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(func() { close(over); srv.Close() })
	e := netprobe.NewEngine(plainDialer(t, site.Site{}))
	o := netprobe.OpenOptions{URL: srv.URL, Upgrade: 100 * time.Millisecond}
	got, err := e.Open(t.Context(), o)
	if err != nil || !got.Unanswered || got.Upgraded || got.Status != 0 || got.Handshake < o.Upgrade {
		t.Errorf("Open() = %+v, %v", got, err)
	}
	chain, err := e.Chain(t.Context(), o, 0)
	if err != nil || len(chain.Stages) == 0 {
		t.Fatalf("Chain() = %+v, %v", chain, err)
	}
	// The hub is not there either, so the chain ends before the upgrade.
	if last := chain.Stages[len(chain.Stages)-1]; last.OK || last.Name != "page" {
		t.Errorf("Chain() ends with %+v", last)
	}
	if tries := e.Origins(t.Context(), o, []string{"https://a.test"}); len(tries) != 1 || tries[0].Err != "no answer" {
		t.Errorf("Origins() = %+v", tries)
	}
	study, err := e.Study(t.Context(), netprobe.StudyOptions{OpenOptions: o, Active: 1, Hold: time.Millisecond})
	if err != nil || len(study.Refused) != 1 || study.Refused[0] != "no answer to the upgrade" {
		t.Errorf("Study() = %+v, %v", study, err)
	}
}

// TestHeaderRoom meets servers that read short headers only.
func TestHeaderRoom(t *testing.T) {
	const limit = 8000
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		size := 0
		for name, values := range r.Header {
			size += len(name) + len(strings.Join(values, ""))
		}
		if size > limit {
			w.WriteHeader(http.StatusRequestHeaderFieldsTooLarge)
		}
	}))
	t.Cleanup(srv.Close)
	f := netprobe.NewFront(plainDialer(t, site.Site{}))
	for size, want := range map[int]bool{4000: true, 12000: false} {
		got, err := f.HeaderRoom(t.Context(), srv.URL, "", size)
		if err != nil || got.Taken != want {
			t.Errorf("%d bytes: %+v, %v", size, got, err)
		}
	}
}

// TestHTTP2Only meets a server that answers every request in frames.
func TestHTTP2Only(t *testing.T) {
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = c.Read(make([]byte, 1)) // it answers
			_, _ = c.Write([]byte("\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x64"))
			_ = c.Close()
		}
	}()
	t.Cleanup(func() { _ = l.Close(); <-ended })
	_, err = netprobe.NewFront(plainDialer(t, site.Site{})).LoginFlow(t.Context(), "http://"+l.Addr().String(), "")
	if checks.KindOf(err) != fact.Unsupported || !strings.Contains(err.Error(), netprobe.HTTP2Only) {
		t.Errorf("got %v", err)
	}
}

// TestStudyReadsAges holds sockets on servers that end them in different ways.
func TestStudyReadsAges(t *testing.T) {
	const age = time.Second
	greeting := `{"jsonrpc":"2.0","method":"OnConnected","params":{"qSessionState":"SESSION_CREATED"}}`
	answer := func(c *websocket.Conn) bool {
		var q struct{ ID int }
		if c.ReadJSON(&q) != nil {
			return false
		}
		return c.WriteJSON(map[string]any{"jsonrpc": "2.0", "id": q.ID, "result": map[string]any{"qVersion": map[string]any{"qComponentVersion": "12.1"}}}) == nil
	}
	tests := []struct {
		name  string
		idle  time.Duration // ends a socket that was silent so long
		after time.Duration // ends every socket at that age
		want  string
	}{
		{name: "stable", want: "all 4 held"},
		{name: "idle limit", idle: age, want: "silent sockets are cut after"},
		{name: "restart", after: age, want: "all ended together"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			up := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if !websocket.IsWebSocketUpgrade(r) {
					http.NotFound(w, r)
					return
				}
				c, err := up.Upgrade(w, r, nil)
				if err != nil {
					return
				}
				defer func() { _ = c.Close() }()
				if c.WriteMessage(websocket.TextMessage, []byte(greeting)) != nil {
					return
				}
				if tt.after > 0 {
					defer time.AfterFunc(tt.after, func() { _ = c.NetConn().Close() }).Stop()
				}
				for {
					if tt.idle > 0 {
						_ = c.SetReadDeadline(time.Now().Add(tt.idle))
					}
					if !answer(c) {
						return
					}
				}
			}))
			t.Cleanup(srv.Close)
			got, err := netprobe.NewEngine(plainDialer(t, site.Site{})).Study(t.Context(), netprobe.StudyOptions{
				OpenOptions: netprobe.OpenOptions{URL: srv.URL}, Active: 1, Silent: 3, Hold: 3 * age, Every: age / 20,
			})
			if err != nil || !strings.Contains(got.Reading, tt.want) || len(got.Lives) != 4 {
				t.Errorf("got %+v, %v", got, err)
			}
			if tt.idle > 0 && (got.CutAfter < age/2 || got.CutAfter > 3*age) {
				t.Errorf("cut after %s, want about %s", got.CutAfter, age)
			}
		})
	}
}
