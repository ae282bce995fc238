package allowlist_test

import (
	"context"
	"errors"
	"testing"

	"sensegate/checks"
	"sensegate/checks/allowlist"
	"sensegate/checks/checkstest"
	"sensegate/internal/fact"
)

// proxy is Qlik's proxy as the checks meet it; fails are errors by question.
type proxy struct {
	allowlist.Qlik
	allowlist.Front
	allowlist.Door
	virtual []fact.VirtualProxy
	nodes   []fact.ProxyService
	target  fact.TargetVerdict
	known   bool
	outside fact.SocketProbe // asked in the name of the external host
	inside  fact.SocketProbe // asked in the name of Qlik's own
	fails   map[string]error
}

func (p proxy) VirtualProxies(context.Context) ([]fact.VirtualProxy, error) {
	return p.virtual, p.fails["virtual proxies"]
}

func (p proxy) Proxies(context.Context) ([]fact.ProxyService, error) {
	return p.nodes, p.fails["proxies"]
}

func (p proxy) Target(context.Context, string, string, string) (fact.TargetVerdict, error) {
	return p.target, p.fails["target"]
}

func (p proxy) HostKnown(context.Context, string, string, string) (bool, error) {
	return p.known, p.fails["host"]
}

func (p proxy) answer(how, origin string) (fact.SocketProbe, error) {
	if origin == "https://sense.contoso.test" {
		return p.inside, p.fails[how+" inside"]
	}
	return p.outside, p.fails[how]
}

func (p proxy) Origin(_ context.Context, _, _, origin string) (fact.SocketProbe, error) {
	return p.answer("anonymous", origin)
}

func (p proxy) OriginSignedIn(_ context.Context, _, _, origin string) (fact.SocketProbe, error) {
	return p.answer("signed in", origin)
}

const host = "sense-contoso.msappproxy.net"

func healthy() proxy {
	return proxy{
		virtual: []fact.VirtualProxy{
			{ID: "vp-0", Prefix: "other", Description: "Other"},
			{ID: "vp-1", Description: "Central", AllowList: []string{"old.contoso.test", host}},
		},
		target: fact.TargetVerdict{LoginURI: "https://sense.contoso.test/internal_windows_authentication/"}, known: true,
		outside: fact.SocketProbe{Upgraded: true, Status: 101}, inside: fact.SocketProbe{Upgraded: true, Status: 101},
		fails: map[string]error{},
	}
}

// nodes are proxies that serve the published virtual proxy.
func nodes(hosts ...string) []fact.ProxyService {
	var out []fact.ProxyService
	for _, h := range hosts {
		out = append(out, fact.ProxyService{Host: h, VirtualProxies: []string{"vp-1"}})
	}
	return out
}

func room(p proxy) checkstest.Room {
	return checkstest.Room{Checks: allowlist.Checks(allowlist.Ports{Qlik: p, Front: p, Door: p}), Causes: allowlist.Causes()}
}

func TestRoom(t *testing.T) {
	const p, f, u = checks.Pass, checks.Fail, checks.Unknown
	list := func(entries ...string) func(*proxy) { return func(x *proxy) { x.virtual[1].AllowList = entries } }
	sockets := func(outside, inside int) func(*proxy) {
		return func(x *proxy) {
			x.outside, x.inside = fact.SocketProbe{Status: outside, CSRF: true}, fact.SocketProbe{Status: inside, CSRF: true}
		}
	}
	malformed := func(seen string) checkstest.Want {
		return checkstest.Want{Status: f, Cause: "allowlist.malformed", Seen: seen}
	}
	missing := checkstest.Want{Status: f, Cause: "allowlist.missing"}
	tests := []struct {
		name  string
		id    checks.ID
		alter func(*proxy)
		want  checkstest.Want
	}{
		{"listed", "allowlist.entry", nil, checkstest.Want{Status: p, Seen: host}},
		{"listed in other letters", "allowlist.entry", list("Sense-Contoso.MSAPPPROXY.net"), checkstest.Want{Status: p}},
		{"listed beside its URL", "allowlist.entry", list("https://"+host+"/", host), checkstest.Want{Status: p}},
		{"covered by its domain", "allowlist.entry", list("msappproxy.net"), checkstest.Want{Status: p, Seen: "covered by msappproxy.net"}},
		{"empty", "allowlist.entry", list(), missing},
		{"others", "allowlist.entry", list("old.contoso.test"), missing},
		{"a URL of another host that ends alike", "allowlist.entry", list("https://my" + host + "/"), missing},
		{"a pattern for others", "allowlist.entry", list("*.fabrikam.com"), missing},
		{"an empty entry", "allowlist.entry", list(""), missing},
		{"a URL", "allowlist.entry", list("https://" + host + "/"), malformed("https://")},
		{"with a slash", "allowlist.entry", list(host + "/"), malformed("/")},
		{"with a port", "allowlist.entry", list(host + ":443"), checkstest.Want{Status: p, Seen: "listed with a port, as " + host + ":443"}},
		{"with a port that counts", "allowlist.http", list(host + ":443"), checkstest.Want{Status: p}},
		{"with a port that does not count", "allowlist.http", func(x *proxy) { list(host + ":443")(x); x.target.LoginURI = "" }, malformed(":443")},
		{"with a blank", "allowlist.entry", list(" " + host), malformed(host)},
		{"a pattern", "allowlist.entry", list("*.msappproxy.net"), malformed("*.msappproxy.net")},
		{"two in one", "allowlist.entry", list("old.contoso.test, " + host), malformed("old.contoso.test, " + host)},
		{"the machine's own name", "allowlist.entry", func(x *proxy) { list()(x); x.nodes = nodes(host) }, checkstest.Want{Status: p, Seen: "the proxy's own machine"}},
		{"a machine of a longer name", "allowlist.entry", func(x *proxy) { list()(x); x.nodes = nodes(host + ".contoso.test") }, missing},
		{"the name of one machine of two", "allowlist.entry", func(x *proxy) { list()(x); x.nodes = nodes(host, "qlik02.contoso.test") }, missing},
		{"the name of a machine that serves another", "allowlist.entry", func(x *proxy) { list()(x); x.nodes = nodes(host); x.nodes[0].VirtualProxies = []string{"vp-0"} }, missing},
		{"machines that are not told", "allowlist.entry", func(x *proxy) { list()(x); x.fails["proxies"] = errors.New("no") }, missing},
		{"at another virtual proxy", "allowlist.entry", func(x *proxy) { x.virtual[1].AllowList, x.virtual[0].AllowList = nil, []string{host} }, checkstest.Want{Status: f, Cause: "allowlist.other-proxy", Seen: "Other"}},
		{"no virtual proxy", "allowlist.entry", func(x *proxy) { x.virtual = x.virtual[:1] }, checkstest.Want{Status: f, Cause: "allowlist.no-proxy", Seen: `prefix ""`}},
		{"the running proxy knows it", "allowlist.http", nil, checkstest.Want{Status: p}},
		{"the running proxy does not", "allowlist.http", func(x *proxy) { x.target.LoginURI = "" }, checkstest.Want{Status: f, Cause: "allowlist.not-effective"}},
		{"what it answers by that name is beside the point", "allowlist.http", func(x *proxy) { x.fails["host"] = errors.New("no") }, checkstest.Want{Status: p}},
		{"others sign users in", "allowlist.http", func(x *proxy) { x.virtual[1].AuthenticationMethod = 3 }, checkstest.Want{Status: checks.Skipped}},
		{"let in", "allowlist.websocket", nil, checkstest.Want{Status: p, Seen: "let in"}},
		{"refused, and not from inside", "allowlist.websocket", sockets(403, 101), checkstest.Want{Status: f, Cause: "allowlist.origin-refused", Seen: "403"}},
		{"refused, and inside it is the engine", "allowlist.websocket", sockets(403, 500), checkstest.Want{Status: f, Cause: "allowlist.origin-refused"}},
		{"refused from everywhere, with a token", "allowlist.websocket", sockets(403, 403), checkstest.Want{Status: f, Cause: "allowlist.token-refused"}},
		{"refused from everywhere, without a token", "allowlist.websocket", func(x *proxy) { x.outside.Upgraded, x.outside.Status, x.inside.Status = false, 403, 403 }, checkstest.Want{Status: u, Reason: checks.Unsupported, Seen: "403"}},
		{"a firewall's page from everywhere", "allowlist.websocket", func(x *proxy) { sockets(403, 403)(x); x.outside.Body = "Blocked by the web filter" }, checkstest.Want{Status: f, Cause: "allowlist.blocked"}},
		{"no engine, from everywhere", "allowlist.websocket", sockets(500, 500), checkstest.Want{Status: p, Seen: "500"}},
		{"a page from outside alone", "allowlist.websocket", sockets(200, 101), checkstest.Want{Status: u, Reason: checks.Unsupported, Seen: "200"}},
		{"without a session, let in", "allowlist.websocket", func(x *proxy) { x.fails["signed in"] = errors.New("closed") }, checkstest.Want{Status: p}},
		{"without a session, refused from everywhere", "allowlist.websocket", func(x *proxy) { sockets(403, 403)(x); x.fails["signed in"] = errors.New("closed") }, checkstest.Want{Status: u, Reason: checks.Unsupported}},
	}
	var causes []checks.CauseID
	for _, tt := range tests {
		causes = append(causes, tt.want.Cause)
		t.Run(string(tt.id)+"/"+tt.name, func(t *testing.T) {
			x := healthy()
			if tt.alter != nil {
				tt.alter(&x)
			}
			facts := map[string]any{}
			if len(x.virtual) > 1 {
				facts[allowlist.FactVirtualProxy] = x.virtual[1]
			}
			r := room(x)
			r.Hold(t, r.Ask(t, tt.id, checkstest.Site(), facts), tt.want)
		})
	}
	id, r, ok := allowlist.Refusal(&fact.Error{Kind: fact.Conflict, System: "Qlik", Code: "409"})
	if !ok || id != "allowlist.entry" || r.Status != checks.Fail || r.Seen == "" || r.Expected == "" {
		t.Errorf("overtaken: %v %s %+v", ok, id, r)
	}
	if id, _, ok := allowlist.Refusal(&fact.Error{Kind: fact.NoRight, System: "Qlik", Code: "403"}); ok {
		t.Errorf("a refused right is explained by %s", id)
	}
	room(healthy()).Covered(t, append(causes, r.Cause))
}

// TestSilence lets each question go unanswered in every way.
func TestSilence(t *testing.T) {
	asked := map[checks.ID][]string{
		"allowlist.entry": {"virtual proxies"}, "allowlist.http": {"target"}, "allowlist.websocket": {"anonymous", "signed in inside", "anonymous inside"},
	}
	for id, questions := range asked {
		for _, q := range questions {
			for _, silence := range checkstest.Silences() {
				t.Run(string(id)+"/"+q+"/"+silence.Name, func(t *testing.T) {
					x := healthy()
					x.outside = fact.SocketProbe{Status: 403}
					if q != "signed in inside" {
						x.fails["signed in"] = errors.New("closed")
					}
					x.fails[q] = silence.Err
					r := room(x)
					r.Hold(t, r.Ask(t, id, checkstest.Site(), nil), checkstest.Want{Status: checks.Unknown, Reason: silence.Reason, Seen: silence.Err.Error()})
				})
			}
		}
	}
}
