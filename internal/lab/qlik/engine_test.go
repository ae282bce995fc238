package qlik_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"

	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/qlik"
)

const (
	engineURL = "wss://" + contoso.QlikHost + "/app/engineData"
	outside   = "https://" + external
)

// TestUpgrade is the table of §2.8.
func TestUpgrade(t *testing.T) {
	tests := []struct {
		name    string
		origin  string
		url     string // engineURL when empty
		headers []string
		change  func(*qlik.State)
		token   string // "" the right one, "none", or a wrong one
		guest   bool   // without a session
		status  int    // 101 when accepted
		text    string
	}{
		{name: "from outside, listed", origin: outside, status: 101},
		{name: "from inside", origin: inside, status: 101},
		{name: "from the machine", origin: "https://" + contoso.QlikNode, status: 101},
		{name: "no origin", status: 101},
		{name: "no origin where one is required", change: func(st *qlik.State) { st.Rules.RequireOrigin = true }, status: 403},
		{name: "not listed", origin: outside, change: func(st *qlik.State) { st.SetAllowList("") }, status: 403},
		{name: "listed with scheme", origin: outside, change: func(st *qlik.State) { st.SetAllowList("", outside) }, status: 403},
		{name: "not listed, seen from the machine", origin: "https://" + contoso.QlikNode, change: func(st *qlik.State) { st.SetAllowList("") }, status: 101},
		{name: "origin null", origin: "null", status: 403},
		{name: "token missing", origin: outside, token: "none", status: 403},
		{name: "token wrong", origin: outside, token: "7", status: 403},
		{name: "token missing from the same host", origin: inside, token: "none", status: 403},
		{name: "token in a header only", origin: outside, token: "none", headers: []string{"qlik-csrf-token", "x"}, status: 403},
		{name: "token missing, old release", origin: outside, token: "none", change: func(st *qlik.State) { st.Release, _ = qlik.ReleaseByLabel("May 2024 Patch 8") }, status: 101},
		{name: "token missing, policy never", origin: outside, token: "none", change: func(st *qlik.State) { st.Rules.CSRF = qlik.CSRFNever }, status: 101},
		{name: "token missing, policy cross-site, same host", origin: inside, token: "none", change: func(st *qlik.State) { st.Rules.CSRF = qlik.CSRFCrossSite }, status: 101},
		{name: "token missing, policy cross-site, outside", origin: outside, token: "none", change: func(st *qlik.State) { st.Rules.CSRF = qlik.CSRFCrossSite }, status: 403},
		{name: "token missing, policy always, old release", origin: outside, token: "none", change: func(st *qlik.State) {
			st.Release, _ = qlik.ReleaseByLabel("February 2024")
			st.Rules.CSRF = qlik.CSRFAlways
		}, status: 403},
		{name: "host not known", origin: outside, change: func(st *qlik.State) { st.Aliases = nil }, status: 400, text: "<title>Qlik Sense</title>"},
		{name: "prefix not known", origin: outside, url: "wss://" + contoso.QlikHost + "/sales/app/engineData", status: 400, text: "<title>Qlik Sense</title>"},
		{name: "no engine nodes", origin: outside, change: func(st *qlik.State) { st.SetEngineNodes("") }, status: 500, text: "Unable to route the WebSockets request"},
		{name: "engine down", origin: outside, change: func(st *qlik.State) { st.Faults.EngineDown = true }, status: 500, text: "Unable to route"},
		{name: "not an app path", origin: outside, url: "wss://" + contoso.QlikHost + "/hub/engineData", status: 500, text: "Unable to route"},
		{name: "redirecting without session", origin: outside, guest: true, token: "none", change: func(st *qlik.State) {
			st.Rules.RedirectUpgrade = true
			st.Rules.CSRF = qlik.CSRFNever
		}, status: 302},
		{name: "upgrade stripped", origin: outside, change: func(st *qlik.State) { st.Faults.StripUpgrade = true }, status: 404},
		{name: "upgrade stripped, no session", origin: outside, guest: true, change: func(st *qlik.State) { st.Faults.StripUpgrade = true }, status: 302},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l := start(t, healthy)
			c := l.visitor()
			if !tt.guest {
				l.signIn(c)
			}
			address := tt.url
			if address == "" {
				address = engineURL
			}
			switch tt.token {
			case "":
				address += "?qlik-csrf-token=" + url.QueryEscape(l.token(c))
			case "none":
			default:
				address += "?qlik-csrf-token=" + tt.token
			}
			if tt.change != nil {
				l.site.Update(tt.change)
			}
			conn, resp, err := l.socket(c, address, tt.origin, tt.headers...)
			if resp == nil || resp.StatusCode != tt.status {
				t.Fatalf("%v %v, want %d", resp, err, tt.status)
			}
			body := make([]byte, 4096)
			n, _ := resp.Body.Read(body)
			if tt.text != "" && !strings.Contains(string(body[:n]), tt.text) {
				t.Errorf("answered %q", body[:n])
			}
			if tt.status == http.StatusSwitchingProtocols {
				if first := l.frame(conn); first["method"] != "OnAuthenticationInformation" {
					t.Errorf("first frame %v", first)
				}
			}
		})
	}
}

func open(t *testing.T, l *lab, c *http.Client, path string) *websocket.Conn {
	t.Helper()
	conn, resp, err := l.socket(c, "wss://"+contoso.QlikHost+path+"?qlik-csrf-token="+l.token(c), inside)
	if err != nil {
		t.Fatalf("opening %s: %v %v", path, err, resp)
	}
	return conn
}

func params(f map[string]any) map[string]any {
	p, _ := f["params"].(map[string]any)
	return p
}

func TestGreeting(t *testing.T) {
	l := start(t, healthy)
	c := l.visitor()
	l.signIn(c)
	conn := open(t, l, c, "/app/engineData")
	want := []map[string]any{
		{"jsonrpc": "2.0", "method": "OnAuthenticationInformation", "params": map[string]any{
			"userId": "alice", "userDirectory": "CONTOSO", "logoutUri": inside + "/qps/user", "mustAuthenticate": false,
		}},
		{"jsonrpc": "2.0", "method": "OnConnected", "params": map[string]any{"qSessionState": "SESSION_CREATED"}},
	}
	for _, w := range want {
		if diff := cmp.Diff(w, l.frame(conn)); diff != "" {
			t.Error(diff)
		}
	}
}

func TestLazyGreeting(t *testing.T) {
	l := start(t, func(st *qlik.State) {
		healthy(st)
		st.Rules.LazyGreeting = true
	})
	c := l.visitor()
	l.signIn(c)
	conn := open(t, l, c, "/app/engineData")
	if err := conn.WriteMessage(websocket.TextMessage, []byte(`{"jsonrpc":"2.0","id":1,"handle":-1,"method":"EngineVersion","params":[]}`)); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"OnAuthenticationInformation", "OnConnected"} {
		if f := l.frame(conn); f["method"] != want {
			t.Fatalf("%v, want %s", f, want)
		}
	}
	if f := l.frame(conn); f["id"] != 1.0 {
		t.Errorf("%v", f)
	}
}

func TestWithoutSession(t *testing.T) {
	l := start(t, func(st *qlik.State) {
		healthy(st)
		st.Rules.CSRF = qlik.CSRFNever
	})
	conn, _, err := l.socket(nil, engineURL, outside)
	if err != nil {
		t.Fatal(err)
	}
	f := l.frame(conn)
	login, _ := params(f)["loginUri"].(string)
	if params(f)["mustAuthenticate"] != true || !strings.HasPrefix(login, inside+"/internal_windows_authentication/?targetUri=") {
		t.Errorf("%v", f)
	}
}

// TestTokenOnUpgrade is the connector that opens a WebSocket with a ticket.
func TestTokenOnUpgrade(t *testing.T) {
	l := start(t, func(st *qlik.State) {
		healthy(st)
		st.Rules.CSRF = qlik.CSRFNever
	})
	conn, resp, err := l.socket(nil, engineURL, outside, "Authorization", negotiate("alice"))
	if err != nil {
		t.Fatal(err)
	}
	if ck := resp.Cookies(); len(ck) != 1 || ck[0].Name != "X-Qlik-Session" {
		t.Errorf("cookies %v", ck)
	}
	if f := l.frame(conn); params(f)["userId"] != "alice" {
		t.Errorf("%v", f)
	}
}

func TestCalls(t *testing.T) {
	const sales = "a1f0c7e4-2d93-4f6b-8b1c-70d9e5f3c218"
	l := start(t, healthy)
	c := l.visitor()
	l.signIn(c)
	conn := open(t, l, c, "/app/engineData")
	l.frame(conn)
	l.frame(conn)
	fail := func(code float64, parameter, message string) map[string]any {
		return map[string]any{"code": code, "parameter": parameter, "message": message}
	}
	doc := map[string]any{"qReturn": map[string]any{"qType": "Doc", "qHandle": 1.0, "qGenericId": sales}}
	tests := []struct {
		name, send    string
		result, error any
	}{
		{name: "version", send: `{"id":1,"handle":-1,"method":"EngineVersion","params":[]}`, result: map[string]any{"qVersion": map[string]any{"qComponentVersion": "12.2759.8"}}},
		{name: "product version", send: `{"id":1,"handle":-1,"method":"ProductVersion","params":[]}`, result: map[string]any{"qReturn": "4.0.X"}},
		{name: "desktop", send: `{"id":1,"handle":-1,"method":"IsDesktopMode","params":[0]}`, result: map[string]any{"qReturn": false}},
		{name: "user", send: `{"id":1,"handle":-1,"method":"GetAuthenticatedUser","params":[]}`, result: map[string]any{"qReturn": "UserDirectory=CONTOSO; UserId=alice"}},
		{name: "delta", send: `{"id":1,"handle":-1,"method":"ProductVersion","params":[],"delta":true}`, result: map[string]any{"qReturn": []any{map[string]any{"op": "add", "path": "/", "value": "4.0.X"}}}},
		{name: "nothing open", send: `{"id":1,"handle":-1,"method":"GetActiveDoc","params":[]}`, error: fail(1007, "No active document", "App invalid")},
		{name: "app not found", send: `{"id":1,"handle":-1,"method":"OpenDoc","params":["nope"]}`, error: fail(1003, "nope", "App not found")},
		{name: "no name", send: `{"id":1,"handle":-1,"method":"OpenDoc","params":[]}`, error: fail(-32602, "qDocName", "Invalid params")},
		{name: "handle before it is open", send: `{"id":1,"handle":1,"method":"GetAppLayout","params":[]}`, error: fail(-32602, "handle", "Invalid params")},
		{name: "open", send: `{"id":1,"handle":-1,"method":"OpenDoc","params":{"qDocName":"` + sales + `"}}`, result: doc},
		{name: "open twice", send: `{"id":1,"handle":-1,"method":"OpenDoc","params":["` + sales + `"]}`, error: fail(1002, sales, "App already open")},
		{name: "active", send: `{"id":1,"handle":-1,"method":"GetActiveDoc","params":[]}`, result: doc},
		{name: "unknown method", send: `{"id":1,"handle":-1,"method":"Fly","params":[]}`, error: fail(-32601, "", "Method not found")},
		{name: "unknown method of the app", send: `{"id":1,"handle":1,"method":"Fly","params":[]}`, error: fail(-32601, "", "Method not found")},
		{name: "no method", send: `{"id":1}`, error: fail(-32600, "", "Invalid request")},
		{name: "no JSON", send: `{`, error: fail(-32700, "", "Parse error")},
		{name: "no object", send: `[1]`, error: fail(-32600, "", "Invalid request")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if err := conn.WriteMessage(websocket.TextMessage, []byte(tt.send)); err != nil {
				t.Fatal(err)
			}
			f := l.frame(conn)
			if diff := cmp.Diff(tt.result, f["result"]); diff != "" {
				t.Errorf("result: %s", diff)
			}
			if diff := cmp.Diff(tt.error, f["error"]); diff != "" {
				t.Errorf("error: %s", diff)
			}
		})
	}
	if err := conn.WriteMessage(websocket.TextMessage, []byte(`{"id":7,"handle":-1,"method":"GetDocList","params":[]}`)); err != nil {
		t.Fatal(err)
	}
	result, _ := l.frame(conn)["result"].(map[string]any)
	if docs, _ := result["qDocList"].([]any); len(docs) != 2 {
		t.Errorf("documents: %v", result)
	}
}

// TestAttach is what suspending and resuming a client rests on.
func TestAttach(t *testing.T) {
	l := start(t, healthy)
	c := l.visitor()
	l.signIn(c)
	var states []string
	for _, path := range []string{"/app/engineData/identity/a/ttl/60", "/app/engineData/identity/a/ttl/60", "/app/engineData/identity/b", "/app/engineData", "/app/engineData"} {
		conn := open(t, l, c, path)
		l.frame(conn)
		state, _ := params(l.frame(conn))["qSessionState"].(string)
		states = append(states, state)
	}
	want := []string{"SESSION_CREATED", "SESSION_ATTACHED", "SESSION_CREATED", "SESSION_CREATED", "SESSION_CREATED"}
	if diff := cmp.Diff(want, states); diff != "" {
		t.Error(diff)
	}
}

// closing reads until the socket ends and says how.
func closing(l *lab, conn *websocket.Conn) (topic string, code int) {
	for {
		var f map[string]any
		err := conn.ReadJSON(&f)
		if err == nil {
			topic, _ = f["method"].(string)
			continue
		}
		if e, ok := err.(*websocket.CloseError); ok { //nolint:errorlint // gorilla does not wrap it
			return topic, e.Code
		}
		l.t.Fatalf("after %s: %v", topic, err)
	}
}

func TestSocketEnds(t *testing.T) {
	tests := []struct {
		name   string
		path   string
		before func(*qlik.State)
		during func(l *lab, c *http.Client, conn *websocket.Conn)
		topic  string
		code   int
	}{
		{name: "no licence", before: func(st *qlik.State) { st.Faults.NoLicence = true }, topic: "OnLicenseAccessDenied", code: 1000},
		{name: "too many sessions", before: func(st *qlik.State) { st.SessionLimit = 0 }, topic: "OnMaxParallelSessionsExceeded", code: 1000},
		{name: "unknown app", path: "/app/00000000-1111-2222-3333-444444444444", topic: "OnNoEngineAvailable", code: 1000},
		{name: "logged out", during: func(l *lab, c *http.Client, _ *websocket.Conn) {
			if _, err := l.do(c, http.MethodDelete, inside+"/qps/user", ""); err != nil {
				l.t.Error(err)
			}
		}, topic: "OnSessionLoggedOut", code: 1000},
		{name: "proxy reloads", during: func(l *lab, _ *http.Client, _ *websocket.Conn) {
			admin := l.administrator()
			vp := list(l.t, l.qrs(admin, "GET", "virtualproxyconfig/full", nil))[0]
			l.qrs(admin, "PUT", "virtualproxyconfig/"+vp["id"].(string), vp)
		}, topic: "OnSessionClosed", code: 1000},
		{name: "idle cut", before: func(st *qlik.State) { st.Faults.IdleCut = 30 * time.Millisecond }, topic: "OnConnected", code: 1006},
		{name: "idle cut in spite of pings", before: func(st *qlik.State) { st.Faults.IdleCut = 60 * time.Millisecond }, during: func(l *lab, _ *http.Client, conn *websocket.Conn) {
			for range 3 {
				if err := conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(time.Second)); err != nil {
					l.t.Error(err)
				}
			}
		}, topic: "OnConnected", code: 1006},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l := start(t, healthy)
			c := l.visitor()
			l.signIn(c)
			if tt.before != nil {
				l.site.Update(tt.before)
			}
			path := tt.path
			if path == "" {
				path = "/app/engineData"
			}
			conn := open(t, l, c, path)
			if tt.during != nil {
				l.frame(conn)
				l.frame(conn)
				tt.during(l, c, conn)
				if tt.code == 1006 {
					tt.topic = ""
				}
			}
			if topic, code := closing(l, conn); topic != tt.topic || code != tt.code {
				t.Errorf("%s, %d", topic, code)
			}
		})
	}
}

// TestIdleCutSparesTheBusy is the other half of the idle cut. A machine that
// stood still for as long as the limit proves nothing: it is tried again with a
// longer one.
func TestIdleCutSparesTheBusy(t *testing.T) {
	for idle := 300 * time.Millisecond; ; idle *= 4 {
		paused, err := busy(t, idle)
		if err == nil {
			return
		}
		if paused < idle/2 || idle > 10*time.Second {
			t.Fatalf("a socket that was never silent for more than %s was cut after %s of silence: %v", paused, idle, err)
		}
	}
}

// busy keeps a socket in use for twice the idle limit, and says how long the
// longest pause was, and how it ended early.
func busy(t *testing.T, idle time.Duration) (paused time.Duration, err error) {
	t.Helper()
	l := start(t, func(st *qlik.State) {
		healthy(st)
		st.Faults.IdleCut = idle
	})
	c := l.visitor()
	l.signIn(c)
	conn := open(t, l, c, "/app/engineData")
	tick := time.NewTicker(idle / 6)
	defer tick.Stop()
	last := time.Now()
	for begin := last; last.Sub(begin) < 2*idle; <-tick.C {
		if err := conn.WriteMessage(websocket.TextMessage, []byte(`{"id":1,"handle":-1,"method":"EngineVersion","params":[]}`)); err != nil {
			return max(paused, time.Since(last)), err
		}
		if _, _, err := conn.ReadMessage(); err != nil {
			return max(paused, time.Since(last)), err
		}
		now := time.Now()
		paused, last = max(paused, now.Sub(last)), now
	}
	return paused, nil
}
