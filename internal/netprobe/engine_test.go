package netprobe_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/gorilla/websocket"

	"sensegate/internal/fact"
	"sensegate/internal/netprobe"
)

const (
	authInfo  = `{"jsonrpc":"2.0","method":"OnAuthenticationInformation","params":{"userId":"ann","userDirectory":"CONTOSO","mustAuthenticate":false}}`
	mustAuth  = `{"jsonrpc":"2.0","method":"OnAuthenticationInformation","params":{"loginUri":"x","mustAuthenticate":true}}`
	connected = `{"jsonrpc":"2.0","method":"OnConnected","params":{"qSessionState":"SESSION_CREATED"}}`
	version   = "12.2759.8"
)

// engine is a small QIX server: greeting says what it pushes at once, lazy
// what it pushes before the first answer.
type engine struct {
	greeting, lazy []string
	calls          int // answers before it hangs up; never when zero
	mute           bool
}

func (e engine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	up := websocket.Upgrader{CheckOrigin: func(r *http.Request) bool { return r.Header.Get("Origin") == "https://out.example.test" }}
	conn, err := up.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer func() { _ = conn.Close() }()
	push := func(frames []string) {
		for _, f := range frames {
			_ = conn.WriteMessage(websocket.TextMessage, []byte(f))
		}
	}
	push(e.greeting)
	for n := 1; ; n++ {
		var req struct {
			ID     int    `json:"id"`
			Method string `json:"method"`
		}
		_, raw, err := conn.ReadMessage()
		if err != nil || json.Unmarshal(raw, &req) != nil {
			return
		}
		push(e.lazy)
		result := map[string]any{"EngineVersion": map[string]any{"qVersion": map[string]string{"qComponentVersion": version}}, "GetAuthenticatedUser": map[string]string{"qReturn": "UserDirectory=CONTOSO; UserId=ann"}}
		if !e.mute {
			_ = conn.WriteJSON(map[string]any{"jsonrpc": "2.0", "id": req.ID, "result": result[req.Method]})
		}
		if n == e.calls {
			_ = conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(1001, "cut\x1b[2J"), time.Now().Add(time.Second))
			return
		}
	}
}

func TestEngineOpen(t *testing.T) {
	t.Parallel()
	ok := fact.SocketProbe{
		Origin: "https://out.example.test", Status: 101, Upgraded: true,
		Session: "SESSION_CREATED", EngineVersion: version, User: `CONTOSO\ann`, CSRF: true,
	}
	with := func(change func(*fact.SocketProbe)) fact.SocketProbe {
		p := ok
		change(&p)
		return p
	}
	tests := []struct {
		name   string
		engine http.Handler
		origin string
		idle   time.Duration
		want   fact.SocketProbe
	}{
		{name: "greeted at once", engine: engine{greeting: []string{authInfo, connected}}, want: ok},
		{name: "greeted in the other order", engine: engine{greeting: []string{connected, authInfo}}, want: ok},
		{name: "greeted after our first word", engine: engine{lazy: []string{authInfo, connected}}, want: ok},
		{name: "no greeting at all", engine: engine{}, want: with(func(p *fact.SocketProbe) { p.Session = "" })},
		{name: "unknown pushes are passed over", engine: engine{greeting: []string{`{"method":"OnNewThing","params":{}}`, `nonsense`, authInfo, connected}}, want: ok},
		{
			name: "not signed in", engine: engine{greeting: []string{mustAuth}},
			want: with(func(p *fact.SocketProbe) {
				p.Session, p.EngineVersion, p.User, p.MustAuthenticate = "", "", "", true
			}),
		},
		{
			name: "not signed in, told late", engine: engine{lazy: []string{mustAuth}, mute: true},
			want: with(func(p *fact.SocketProbe) {
				p.Session, p.EngineVersion, p.User, p.MustAuthenticate = "", "", "", true
			}),
		},
		{
			name:   "no licence",
			engine: engine{greeting: []string{authInfo, `{"method":"OnLicenseAccessDenied","params":{"message":"no"}}`}},
			want: with(func(p *fact.SocketProbe) {
				p.Session, p.EngineVersion, p.User, p.Topic = "", "", "", "OnLicenseAccessDenied"
			}),
		},
		{
			name:   "bad session state",
			engine: engine{greeting: []string{`{"method":"OnConnected","params":{"qSessionState":"SESSION_ERROR_LIMIT_EXCEEDED"}}`}},
			want: with(func(p *fact.SocketProbe) {
				p.Session, p.EngineVersion, p.User = "SESSION_ERROR_LIMIT_EXCEEDED", "", ""
			}),
		},
		{
			name: "closed on us", engine: engine{greeting: []string{connected}, calls: 1},
			want: with(func(p *fact.SocketProbe) {
				p.User, p.Body = "", "closed with code 1001: cut"
			}),
		},
		{
			name: "silence survived", engine: engine{greeting: []string{connected}}, idle: 20 * time.Millisecond,
			want: with(func(p *fact.SocketProbe) { p.IdleSurvived = true }),
		},
		{
			name: "cut during the silence", engine: engine{greeting: []string{connected}, calls: 2}, idle: time.Minute,
			want: with(func(p *fact.SocketProbe) { p.Body = "closed with code 1001: cut" }),
		},
		{
			name: "origin refused", engine: engine{}, origin: "https://evil.example.test",
			want: fact.SocketProbe{Origin: "https://evil.example.test", Status: 403, CSRF: true, OwnOrigin: 403, Body: "Forbidden"},
		},
		{
			name: "upgrade stripped", engine: redirect("https://sense.example.test/hub/?qlikTicket=abc"),
			want: fact.SocketProbe{Origin: "https://out.example.test", Status: 302, CSRF: true, Body: "redirects to https://sense.example.test/hub/?qlikTicket=…"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			mux := http.NewServeMux()
			mux.HandleFunc("/x/qps/csrftoken", func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Qlik-Csrf-Token", "t1")
				w.WriteHeader(http.StatusNoContent)
			})
			mux.HandleFunc("/x/app/engineData/", func(w http.ResponseWriter, r *http.Request) {
				if got := r.URL.Query().Get("qlik-csrf-token"); got != "t1" {
					t.Errorf("token in the query = %q", got)
				}
				if c, err := r.Cookie("X-Qlik-Session"); err != nil || c.Value != "s1" {
					t.Errorf("session cookie = %v, %v", c, err)
				}
				tt.engine.ServeHTTP(w, r)
			})
			jar, err := cookiejar.New(nil)
			if err != nil {
				t.Fatal(err)
			}
			u, err := url.Parse(frontURL)
			if err != nil {
				t.Fatal(err)
			}
			jar.SetCookies(u, []*http.Cookie{{Name: "X-Qlik-Session", Value: "s1"}})
			if tt.origin == "" {
				tt.origin = "https://out.example.test"
			}
			got, err := netprobe.NewEngine(serve(t, frontName, mux)).Open(t.Context(), netprobe.OpenOptions{
				URL: frontURL + "hub/", Prefix: "x", Origin: tt.origin, Jar: jar, Idle: tt.idle,
			})
			if err != nil {
				t.Fatal(err)
			}
			if !strings.HasPrefix(got.URL, "wss://sense.example.test/x/app/engineData/identity/") || strings.Contains(got.URL, "t1") {
				t.Errorf("URL = %q", got.URL)
			}
			if tt.idle > 0 && got.Idle == 0 {
				t.Error("the silence was not timed")
			}
			if diff := cmp.Diff(tt.want, got, cmpopts.IgnoreFields(fact.SocketProbe{}, "URL", "RoundTrip", "Idle", "Page", "Handshake")); diff != "" {
				t.Errorf("Open() mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

func TestEngineOpenCancelled(t *testing.T) {
	mux := http.NewServeMux()
	mux.Handle("/app/", engine{mute: true, greeting: []string{connected}})
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	probe, err := netprobe.NewEngine(serve(t, frontName, mux)).Open(ctx, netprobe.OpenOptions{URL: frontURL, Origin: "https://out.example.test"})
	if kindOf(err) != fact.TimedOut {
		t.Errorf("Open() error = %v, want a timeout", err)
	}
	if !probe.Upgraded || probe.CSRF {
		t.Errorf("Open() = %+v, want what was learnt before", probe)
	}
}

func TestOriginProbe(t *testing.T) {
	mux := http.NewServeMux()
	mux.Handle("/app/", engine{})
	front := netprobe.NewFront(serve(t, frontName, mux))
	for origin, want := range map[string]int{"https://out.example.test": 101, "https://evil.example.test": 403} {
		got, err := front.Origin(t.Context(), frontURL, "", origin)
		if err != nil || got.Status != want || got.Upgraded != (want == 101) {
			t.Errorf("Origin(%s) = %+v, %v, want status %d", origin, got, err, want)
		}
	}
}
