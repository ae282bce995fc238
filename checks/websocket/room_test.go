package websocket_test

import (
	"context"
	"testing"
	"time"

	"sensegate/checks"
	"sensegate/checks/allowlist"
	"sensegate/checks/application"
	"sensegate/checks/checkstest"
	"sensegate/checks/websocket"
	"sensegate/internal/fact"
)

// ways are the two ways to Qlik; fails are errors by question.
type ways struct {
	websocket.Tickets
	websocket.Outside
	inside     fact.WebSession
	insideWeb  fact.SocketProbe
	stranger   fact.WebSession
	outside    fact.WebSession
	outsideWeb fact.SocketProbe
	fails      map[string]error
}

func (w ways) NegotiatedSocket(context.Context, string, string, string, string) (fact.WebSession, fact.SocketProbe, error) {
	return w.inside, w.insideWeb, w.fails["inside"]
}

func (w ways) Anonymous(context.Context, string) (fact.WebSession, error) {
	return w.stranger, w.fails["stranger"]
}

func (w ways) SignIn(context.Context, string) (fact.WebSession, error) {
	return w.outside, w.fails["outside"]
}

func (w ways) Socket(context.Context, string, string) (fact.SocketProbe, error) {
	return w.outsideWeb, w.fails["socket"]
}

func healthy() ways {
	session := fact.WebSession{UserDirectory: "CONTOSO", UserID: "alice", Status: 200, Final: "https://sense.contoso.test/hub/"}
	socket := fact.SocketProbe{Upgraded: true, Status: 101, Session: "SESSION_CREATED", EngineVersion: "12.1", Idle: time.Minute, IdleSurvived: true}
	return ways{
		inside: session, insideWeb: socket, outside: session, outsideWeb: socket,
		stranger: fact.WebSession{Status: 302, Final: "https://login.microsoftonline.com/contoso/oauth2/authorize?redirect_uri=https%3A%2F%2Fsense-contoso.msappproxy.net%2F"}, fails: map[string]error{},
	}
}

func room(w ways) checkstest.Room {
	return checkstest.Room{Checks: websocket.Checks(websocket.Ports{Tickets: w, Outside: w}), Causes: websocket.Causes()}
}

func refusedSignIn(code string) func(*ways) {
	return func(w *ways) {
		w.fails["outside"] = &fact.Error{Kind: fact.NotSignedIn, System: "Entra", Op: "signing in", Code: code}
	}
}

// facts are what the checks before provide.
func facts(w ways) map[string]any {
	return map[string]any{
		application.FactApp: fact.PublishedApp{RedirectURIs: []string{"https://sense-contoso.msappproxy.net/"}},
		"inside.session":    w.inside, "inside.socket": w.insideWeb, "outside.session": w.outside, "outside.socket": w.outsideWeb,
		allowlist.FactVirtualProxy: fact.VirtualProxy{EngineNodes: 1},
	}
}

func TestRoom(t *testing.T) {
	const p, f, u = checks.Pass, checks.Fail, checks.Unknown
	bad := func(cause checks.CauseID, seen string) checkstest.Want {
		return checkstest.Want{Status: f, Cause: cause, Seen: seen}
	}
	tests := []struct {
		name  string
		id    checks.ID
		alter func(*ways)
		want  checkstest.Want
	}{
		{"the hub", "verify.inside", nil, checkstest.Want{Status: p, Seen: `CONTOSO\alice`}},
		{"an error page", "verify.inside", func(w *ways) { w.inside.Status = 500 }, bad("verify.no-page", "500")},
		{"no session", "verify.inside", func(w *ways) { w.inside.UserID = "" }, bad("verify.no-session", "")},
		{"the engine", "verify.websocket-inside", nil, checkstest.Want{Status: p, Seen: "engine 12.1"}},
		{"slow answers", "verify.websocket-inside", func(w *ways) { w.insideWeb.RoundTrip = 3 * time.Second }, checkstest.Want{Status: checks.Warn, Cause: "verify.late", Seen: "each answer takes 3s"}},
		{"a slow upgrade", "verify.websocket-inside", func(w *ways) { w.insideWeb.Page, w.insideWeb.Handshake = 20*time.Millisecond, 4*time.Second }, checkstest.Want{Status: checks.Warn, Cause: "verify.late", Seen: "after 4s, a page after 20ms"}},
		{"a slow front", "verify.websocket-inside", func(w *ways) { w.insideWeb.Page, w.insideWeb.Handshake = 16*time.Second, 17*time.Second }, checkstest.Want{Status: p, Seen: "engine 12.1"}},
		{"a licence", "verify.licence", nil, checkstest.Want{Status: p}},
		{"no licence", "verify.licence", func(w *ways) { w.insideWeb.Topic = "OnLicenseAccessDenied" }, bad("verify.no-licence", "OnLicenseAccessDenied")},
		{"no licence is judged by itself", "verify.websocket-inside", func(w *ways) { w.insideWeb.Topic, w.insideWeb.EngineVersion = "OnLicenseAccessDenied", "" }, checkstest.Want{Status: p}},
		{"to Entra", "verify.preauthentication", nil, checkstest.Want{Status: p, Seen: "login.microsoftonline.com"}},
		{"nobody asks", "verify.preauthentication", func(w *ways) { w.stranger.Status = 200 }, bad("verify.open-door", "200")},
		{"an error page for strangers", "verify.preauthentication", func(w *ways) { w.stranger.Status = 502 }, bad("verify.gateway-error", "502")},
		{"elsewhere", "verify.preauthentication", func(w *ways) { w.stranger.Final = "https://portal.fabrikam.com/login" }, bad("verify.other-login", "portal.fabrikam.com")},
		{"a host that only begins like Entra's", "verify.preauthentication", func(w *ways) { w.stranger.Final = "https://login.microsoftonline.com.evil.test/" }, bad("verify.other-login", "evil.test")},
		{"back to somewhere else", "verify.preauthentication", func(w *ways) {
			w.stranger.Final = "https://login.microsoftonline.com/contoso/oauth2/authorize?redirect_uri=https%3A%2F%2Fold.contoso.test%2F"
		}, bad("verify.redirect-unregistered", "https://old.contoso.test/")},
		{"an error page with a transaction", "verify.preauthentication", func(w *ways) {
			w.fails["stranger"] = &fact.Error{Kind: fact.Refused, System: "application proxy", Code: "GatewayTimeout", RequestID: "t-1"}
		}, bad("verify.gateway-error", "GatewayTimeout")},
		{"no consent", "verify.outside", refusedSignIn("AADSTS65001"), checkstest.Want{Status: u, Reason: checks.NoRight, Cause: "verify.no-consent", Seen: "65001"}},
		{"a second factor", "verify.outside", refusedSignIn("AADSTS50076"), checkstest.Want{Status: u, Reason: checks.NoRight, Cause: "verify.sign-in-conditions", Seen: "50076"}},
		{"not assigned after all", "verify.outside", refusedSignIn("AADSTS50105"), bad("verify.sign-in-refused", "50105")},
		{"signed in once", "verify.outside", nil, checkstest.Want{Status: p, Seen: `CONTOSO\alice`}},
		{"a gateway error", "verify.outside", func(w *ways) { w.outside.Status = 504 }, bad("verify.gateway-error", "504")},
		{"an error page with a code", "verify.outside", func(w *ways) {
			w.fails["outside"] = &fact.Error{Kind: fact.Refused, System: "application proxy", Code: "502"}
		}, bad("verify.gateway-error", "502")},
		{"a page, no session", "verify.outside", func(w *ways) { w.outside.UserID = "" }, bad("verify.no-session", "")},
		{"somebody else", "verify.outside", func(w *ways) { w.outside.UserID = "bob" }, bad("verify.other-user", "bob")},
		{"the engine outside", "verify.websocket-outside", nil, checkstest.Want{Status: p, Seen: "engine 12.1"}},
		{"it survived", "verify.idle", nil, checkstest.Want{Status: p}},
		{"it was cut", "verify.idle", func(w *ways) { w.outsideWeb.IdleSurvived = false }, bad("verify.idle-cut", "cut")},
		{"nobody watched", "verify.idle", func(w *ways) { w.outsideWeb.Idle = 0 }, checkstest.Want{Status: u, Reason: checks.Unexplained}},
		{"the same", "verify.same", nil, checkstest.Want{Status: p}},
		{"the same in other letters", "verify.same", func(w *ways) { w.outside.UserID = "ALICE" }, checkstest.Want{Status: p}},
		{"two people", "verify.same", func(w *ways) { w.outside.UserID = "bob" }, bad("verify.users-differ", "bob")},
		{"two domains", "verify.same", func(w *ways) { w.outside.UserDirectory = "FABRIKAM" }, bad("verify.users-differ", "")},
	}
	var causes []checks.CauseID
	for _, tt := range tests {
		causes = append(causes, tt.want.Cause)
		t.Run(string(tt.id)+"/"+tt.name, func(t *testing.T) {
			w := healthy()
			if tt.alter != nil {
				tt.alter(&w)
			}
			r := room(w)
			r.Hold(t, r.Ask(t, tt.id, checkstest.Site(), facts(w)), tt.want)
		})
	}
	for _, tt := range ends() {
		causes = append(causes, tt.inside, tt.outside)
	}
	room(healthy()).Covered(t, append(causes, "verify.no-engine-nodes", "verify.turned-away", "verify.logs-unreadable"))
}

// end is one way in which a socket leads nowhere, and what it is called inside
// and outside.
type end struct {
	name            string
	probe           fact.SocketProbe
	inside, outside checks.CauseID
}

func ends() []end {
	both := func(name string, probe fact.SocketProbe, cause checks.CauseID) end {
		return end{name, probe, cause, cause}
	}
	refused := func(status, own int, body string, csrf bool) fact.SocketProbe {
		return fact.SocketProbe{Status: status, OwnOrigin: own, Body: body, CSRF: csrf}
	}
	up := func(x fact.SocketProbe) fact.SocketProbe {
		x.Upgraded, x.Status = true, 101
		return x
	}
	return []end{
		both("refused by origin", refused(403, 101, "Forbidden", true), "verify.origin-refused"),
		both("refused, nothing to compare with", refused(403, 0, "", false), "verify.origin-refused"),
		both("the token is lost", refused(403, 403, "Forbidden", true), "verify.token-refused"),
		both("a firewall's page", refused(403, 403, "Blocked by the web filter", false), "verify.wrong-server"),
		both("a host that Qlik does not know", refused(400, 0, "The http request header is incorrect.", false), "verify.host-refused"),
		both("a box that wants no upgrade", refused(400, 0, "", false), "verify.upgrade-stripped"),
		both("no answer at all", fact.SocketProbe{Unanswered: true, Handshake: 15 * time.Second}, "verify.held-back"),
		both("a page", refused(200, 0, "<html>", false), "verify.upgrade-stripped"),
		both("an upgrade is required", refused(426, 0, "", false), "verify.upgrade-stripped"),
		both("a sign-in page", refused(302, 0, "", false), "verify.must-authenticate"),
		both("unauthorized", refused(401, 0, "", false), "verify.must-authenticate"),
		both("no engine to route to", refused(500, 0, "Unable to route the WebSockets request", false), "verify.no-engine"),
		{"a gateway", refused(502, 0, "", false), "verify.no-way-to-qlik", "verify.gateway-error"},
		{"nobody home", refused(503, 0, "", false), "verify.no-way-to-qlik", "verify.gateway-error"},
		{"too slow", refused(504, 0, "", false), "verify.no-way-to-qlik", "verify.gateway-error"},
		both("asked to sign in", up(fact.SocketProbe{MustAuthenticate: true}), "verify.must-authenticate"),
		both("too many sessions", up(fact.SocketProbe{Topic: "OnMaxParallelSessionsExceeded"}), "verify.session-limit"),
		both("too many sessions, by another word", up(fact.SocketProbe{Session: "SESSION_ERROR_LIMIT_EXCEEDED"}), "verify.session-limit"),
		both("the session timed out", up(fact.SocketProbe{Topic: "OnSessionTimedOut"}), "verify.session-ended"),
		both("silence", up(fact.SocketProbe{Silent: true}), "verify.held-back"),
		both("cut at once", up(fact.SocketProbe{Body: "closed with 1006"}), "verify.cut-at-once"),
		both("no version", up(fact.SocketProbe{Session: "SESSION_CREATED"}), "verify.no-engine"),
	}
}

func TestEnds(t *testing.T) {
	for _, tt := range ends() {
		t.Run(tt.name, func(t *testing.T) {
			w := healthy()
			w.insideWeb, w.outsideWeb = tt.probe, tt.probe
			r := room(w)
			r.Hold(t, r.Ask(t, "verify.websocket-inside", checkstest.Site(), facts(w)), checkstest.Want{Status: checks.Fail, Cause: tt.inside})
			r.Hold(t, r.Ask(t, "verify.websocket-outside", checkstest.Site(), facts(w)), checkstest.Want{Status: checks.Fail, Cause: tt.outside})
		})
	}
	t.Run("a virtual proxy without engines", func(t *testing.T) {
		w := healthy()
		w.insideWeb = fact.SocketProbe{Status: 500, Body: "Unable to route the WebSockets request"}
		known := facts(w)
		known[allowlist.FactVirtualProxy] = fact.VirtualProxy{}
		r := room(w)
		r.Hold(t, r.Ask(t, "verify.websocket-inside", checkstest.Site(), known), checkstest.Want{Status: checks.Fail, Cause: "verify.no-engine-nodes"})
	})
}

// TestAuthority is a tenant of another cloud.
func TestAuthority(t *testing.T) {
	w, s := healthy(), checkstest.Site()
	s.Entra.Authority = "https://login.microsoftonline.us/"
	r := room(w)
	r.Hold(t, r.Ask(t, "verify.preauthentication", s, nil), checkstest.Want{Status: checks.Fail, Cause: "verify.other-login"})
	w.stranger.Final = "https://LOGIN.microsoftonline.us/x"
	r = room(w)
	r.Hold(t, r.Ask(t, "verify.preauthentication", s, nil), checkstest.Want{Status: checks.Pass})
}

// TestSilence lets each question go unanswered in every way.
func TestSilence(t *testing.T) {
	for id, q := range map[checks.ID]string{
		"verify.inside": "inside", "verify.preauthentication": "stranger", "verify.outside": "outside", "verify.websocket-outside": "socket",
	} {
		for _, silence := range checkstest.Silences() {
			if id == "verify.outside" && silence.Name == "refused" {
				continue // an answer: application proxy's error page
			}
			t.Run(string(id)+"/"+silence.Name, func(t *testing.T) {
				w := healthy()
				w.fails[q] = silence.Err
				r := room(w)
				r.Hold(t, r.Ask(t, id, checkstest.Site(), nil), checkstest.Want{Status: checks.Unknown, Reason: silence.Reason, Seen: silence.Err.Error()})
			})
		}
	}
}
