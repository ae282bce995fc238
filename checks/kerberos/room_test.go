package kerberos_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"sensegate/checks"
	"sensegate/checks/checkstest"
	"sensegate/checks/kerberos"
	"sensegate/internal/fact"
	"sensegate/internal/site"
)

// lan is Qlik and the KDC as the verification user meets them; fails are errors
// by question.
type lan struct {
	kerberos.Qlik
	kerberos.Front
	kerberos.Tickets
	virtual []fact.VirtualProxy
	proxies []fact.ProxyService
	flows   map[string]fact.LoginFlow // by a part of the user agent or URL
	room    fact.HeaderRoom
	ticket  fact.Ticket
	session fact.WebSession
	opened  fact.OpenedTicket
	fails   map[string]error
}

func (l lan) VirtualProxies(context.Context) ([]fact.VirtualProxy, error) {
	return l.virtual, l.fails["virtual proxies"]
}

func (l lan) Proxies(context.Context) ([]fact.ProxyService, error) {
	return l.proxies, l.fails["proxies"]
}

func (l lan) LoginFlow(_ context.Context, url, agent string) (fact.LoginFlow, error) {
	for part, flow := range l.flows {
		if strings.Contains(url+" "+agent, part) {
			return flow, l.fails["flow at "+part]
		}
	}
	return fact.LoginFlow{Schemes: []string{"Negotiate", "NTLM"}}, l.fails["flow"]
}

func (l lan) HeaderRoom(context.Context, string, string, int) (fact.HeaderRoom, error) {
	return l.room, l.fails["headers"]
}

func (l lan) ServiceTicket(context.Context, string) (fact.Ticket, error) {
	return l.ticket, l.fails["ticket"]
}

func (l lan) OpenTicket(context.Context, string, string, string) (fact.OpenedTicket, error) {
	return l.opened, l.fails["opened"]
}

func (l lan) Negotiate(context.Context, string, string) (fact.WebSession, error) {
	return l.session, l.fails["session"]
}

func healthy() lan {
	return lan{
		virtual: []fact.VirtualProxy{{ID: "vp-1", DevicePattern: "Mozilla", Default: true, Description: "Central"}},
		proxies: []fact.ProxyService{
			{ID: "px-1", Host: "QLIK01", Kerberos: true, VirtualProxies: []string{"vp-1"}, MaxHeaderBytes: 16384},
			{ID: "px-2", Host: "QLIK02", Kerberos: true, VirtualProxies: []string{"vp-1"}},
		},
		flows: map[string]fact.LoginFlow{}, room: fact.HeaderRoom{Taken: true},
		ticket:  fact.Ticket{EType: 18, ETypeName: "aes256-cts-hmac-sha1-96", Until: checkstest.Now()},
		session: fact.WebSession{UserDirectory: "CONTOSO", UserID: "Alice", Mechanism: "spnego-kerberos", Mutual: true, Status: 200},
		opened:  fact.OpenedTicket{Ticket: fact.Ticket{ETypeName: "aes256-cts-hmac-sha1-96", KeyVersion: 3}, Opened: true, Fits: true, Client: "alice@CONTOSO.TEST", Newest: 3, Held: []string{"aes256-cts-hmac-sha1-96"}},
		fails:   map[string]error{},
	}
}

// withKeytab is the site where a keytab of the service account is at hand.
func withKeytab() site.Site {
	s := checkstest.Site()
	s.Kerberos.ServiceKeytab = "qlik.keytab"
	return s
}

func room(l lan) checkstest.Room {
	return checkstest.Room{Checks: kerberos.Checks(kerberos.Ports{Qlik: l, Front: l, Tickets: l}), Causes: kerberos.Causes()}
}

func refused(code string) error { return &fact.Error{Kind: fact.Refused, System: "KDC", Code: code} }

func TestRoom(t *testing.T) {
	const p, w, f, u = checks.Pass, checks.Warn, checks.Fail, checks.Unknown
	flow := func(part string, x fact.LoginFlow) func(*lan) { return func(l *lan) { l.flows[part] = x } }
	tests := []struct {
		name  string
		id    checks.ID
		alter func(*lan)
		want  checkstest.Want
	}{
		{"everybody", "kerberos.pattern", nil, checkstest.Want{Status: p, Seen: "Mozilla"}},
		{"the stock pattern", "kerberos.pattern", func(l *lan) { l.virtual[0].DevicePattern = "Windows" }, checkstest.Want{Status: f, Cause: "kerberos.pattern-narrow", Seen: "Safari on iOS"}},
		{"the stock pattern, and others there", "kerberos.pattern", func(l *lan) {
			l.virtual[0].DevicePattern, l.virtual[0].AllowList = "Windows", []string{"portal.contoso.test"}
		}, checkstest.Want{Status: f, Cause: "kerberos.pattern-shared", Seen: "Safari on iOS"}},
		{"another method", "kerberos.pattern", func(l *lan) { l.virtual[0].AuthenticationMethod = 3 }, checkstest.Want{Status: f, Cause: "kerberos.other-module", Seen: "SAML"}},
		{"a method that is not known", "kerberos.pattern", func(l *lan) { l.virtual[0].AuthenticationMethod = 99 }, checkstest.Want{Status: f, Cause: "kerberos.other-module", Seen: "99"}},
		{"no virtual proxy", "kerberos.pattern", func(l *lan) { l.virtual = nil }, checkstest.Want{Status: u, Reason: checks.Unexplained}},
		{"on everywhere", "kerberos.switch", nil, checkstest.Want{Status: p, Seen: "2 of 2"}},
		{"off at one", "kerberos.switch", func(l *lan) { l.proxies[1].Kerberos = false }, checkstest.Want{Status: f, Cause: "kerberos.switch-off", Seen: "QLIK02"}},
		{"off at one that does not serve it", "kerberos.switch", func(l *lan) { l.proxies[1].Kerberos, l.proxies[1].VirtualProxies = false, []string{"vp-9"} }, checkstest.Want{Status: p, Seen: "1 of 1"}},
		{"off where it cannot be told who serves", "kerberos.switch", func(l *lan) { l.virtual, l.proxies[1].Kerberos = nil, false }, checkstest.Want{Status: f, Cause: "kerberos.switch-off"}},
		{"no proxy", "kerberos.switch", func(l *lan) { l.proxies = nil }, checkstest.Want{Status: u, Reason: checks.Unexplained}},
		{"Negotiate", "kerberos.offered", nil, checkstest.Want{Status: p}},
		{"NTLM alone", "kerberos.offered", flow("sense.contoso.test", fact.LoginFlow{Schemes: []string{"NTLM"}}), checkstest.Want{Status: f, Cause: "kerberos.ntlm-only", Seen: "NTLM"}},
		{"nothing", "kerberos.offered", flow("sense.contoso.test", fact.LoginFlow{}), checkstest.Want{Status: f, Cause: "kerberos.ntlm-only", Seen: "nothing"}},
		{"a form for phones", "kerberos.offered", flow("iPhone", fact.LoginFlow{Forms: true}), checkstest.Want{Status: f, Cause: "kerberos.pattern-narrow", Seen: "Safari on iOS"}},
		{"another identity provider", "kerberos.offered", flow("sense.contoso.test", fact.LoginFlow{Foreign: true, Location: "https://idp/"}), checkstest.Want{Status: f, Cause: "kerberos.other-module", Seen: "https://idp/"}},
		{"a forgotten node", "kerberos.offered", flow("qlik02", fact.LoginFlow{Schemes: []string{"NTLM"}}), checkstest.Want{Status: f, Cause: "kerberos.ntlm-only"}},
		{"a node that cannot be asked", "kerberos.offered", func(l *lan) { l.flows["qlik02"], l.fails["flow at qlik02"] = fact.LoginFlow{}, errors.New("no route") }, checkstest.Want{Status: p}},
		{"headers fit", "kerberos.headers", nil, checkstest.Want{Status: p}},
		{"headers do not fit", "kerberos.headers", func(l *lan) { l.room = fact.HeaderRoom{Status: 400, Text: "too long"} }, checkstest.Want{Status: f, Cause: "kerberos.headers-too-long", Seen: "400: too long"}},
		{"a ticket", "kerberos.ticket", nil, checkstest.Want{Status: p, Seen: "aes256"}},
		{"a ticket with AES128", "kerberos.ticket", func(l *lan) { l.ticket.EType = 17 }, checkstest.Want{Status: p}},
		{"a ticket with RC4", "kerberos.ticket", func(l *lan) { l.ticket.EType, l.ticket.ETypeName = 23, "rc4-hmac" }, checkstest.Want{Status: w, Cause: "kerberos.weak-ticket", Seen: "rc4-hmac"}},
		{"no ticket", "kerberos.ticket", func(l *lan) { l.fails["ticket"] = refused("KDC_ERR_S_PRINCIPAL_UNKNOWN") }, checkstest.Want{Status: f, Cause: "kerberos.no-ticket", Seen: "KDC_ERR_S_PRINCIPAL_UNKNOWN"}},
		{"opened", "kerberos.opens", nil, checkstest.Want{Status: p, Seen: "alice@CONTOSO.TEST"}},
		{"an old keytab", "kerberos.opens", func(l *lan) { l.opened.Opened, l.opened.Fits, l.opened.Newest = false, false, 2 }, checkstest.Want{Status: f, Cause: "kerberos.keytab-stale", Seen: "ends at 2"}},
		{"a keytab of somebody else", "kerberos.opens", func(l *lan) { l.opened.Opened, l.opened.Held, l.opened.Newest = false, nil, 0 }, checkstest.Want{Status: f, Cause: "kerberos.keytab-stale", Seen: "no key of svc-qlik"}},
		{"a keytab without AES", "kerberos.opens", func(l *lan) { l.opened.Opened, l.opened.Held = false, []string{"rc4-hmac"} }, checkstest.Want{Status: f, Cause: "kerberos.keytab-stale", Seen: "holds rc4-hmac"}},
		{"another key", "kerberos.opens", func(l *lan) { l.opened.Opened = false }, checkstest.Want{Status: f, Cause: "kerberos.other-key"}},
		{"accepted", "kerberos.accepted", nil, checkstest.Want{Status: p, Seen: `CONTOSO\Alice`}},
		{"accepted without SPNEGO", "kerberos.accepted", func(l *lan) { l.session.Mechanism = "kerberos" }, checkstest.Want{Status: p}},
		{"refused", "kerberos.accepted", func(l *lan) { l.fails["session"] = refused("KRB_AP_ERR_MODIFIED") }, checkstest.Want{Status: f, Cause: "kerberos.refused", Seen: "KRB_AP_ERR_MODIFIED"}},
		{"no session", "kerberos.accepted", func(l *lan) { l.session.UserID, l.session.Status = "", 401 }, checkstest.Want{Status: f, Cause: "kerberos.refused", Seen: "401"}},
		{"NTLM", "kerberos.accepted", func(l *lan) { l.session.Mechanism = "ntlm" }, checkstest.Want{Status: f, Cause: "kerberos.ntlm-fallback"}},
		{"NTLM, and an error", "kerberos.accepted", func(l *lan) { l.session.Mechanism, l.fails["session"] = "ntlm", refused("401") }, checkstest.Want{Status: f, Cause: "kerberos.ntlm-fallback"}},
		{"a session without any proof", "kerberos.accepted", func(l *lan) { l.session.Mechanism = "none" }, checkstest.Want{Status: f, Cause: "kerberos.ntlm-fallback", Seen: "no ticket"}},
		{"somebody else", "kerberos.accepted", func(l *lan) { l.session.UserID = "bob" }, checkstest.Want{Status: f, Cause: "kerberos.other-user", Seen: "bob"}},
	}
	var causes []checks.CauseID
	for _, tt := range tests {
		causes = append(causes, tt.want.Cause)
		t.Run(string(tt.id)+"/"+tt.name, func(t *testing.T) {
			l := healthy()
			if tt.alter != nil {
				tt.alter(&l)
			}
			r := room(l)
			r.Hold(t, r.Ask(t, tt.id, withKeytab(), nil), tt.want)
		})
	}
	for _, change := range []string{"kerberos.pattern", "kerberos.switch"} {
		id, r, ok := kerberos.Refusal(change, &fact.Error{Kind: fact.Conflict, System: "Qlik", Code: "409"})
		if !ok || string(id) != change || r.Status != f || r.Seen == "" || r.Expected == "" {
			t.Errorf("overtaken at %s: %v %s %+v", change, ok, id, r)
		}
		causes = append(causes, r.Cause)
	}
	if id, _, ok := kerberos.Refusal("kerberos.switch", refused("403")); ok {
		t.Errorf("a refusal without a reason is explained by %s", id)
	}
	room(healthy()).Covered(t, append(causes, reset(t)))
}

// reset has the switch put off after the wizard set it, and gives the cause that
// is told; one that the wizard never set is told as before.
func reset(t *testing.T) checks.CauseID {
	t.Helper()
	l := healthy()
	l.proxies[1].Kerberos, l.proxies[1].ModifiedBy = false, `CONTOSO\carol`
	off := room(l).Ask(t, "kerberos.switch", checkstest.Site(), nil)
	if r := kerberos.Reset(off, map[string]time.Time{"QLIK01": checkstest.Now()}); r.Cause != "kerberos.switch-off" {
		t.Errorf("one that was never set: %s because of %s", r.Status, r.Cause)
	}
	r := kerberos.Reset(off, map[string]time.Time{"QLIK02": checkstest.Now()})
	if r.Status != checks.Fail || !strings.Contains(r.Seen, "QLIK02") || !strings.Contains(r.Seen, "off again") ||
		!slices.ContainsFunc(r.Evidence, func(e checks.Evidence) bool { return strings.HasPrefix(e.Value, `by CONTOSO\carol, `) }) {
		t.Errorf("off again: %+v", r)
	}
	return r.Cause
}

// TestNoKeytab says that the proof does not apply, and which fact would make it.
func TestNoKeytab(t *testing.T) {
	r := room(healthy())
	r.Hold(t, r.Ask(t, "kerberos.opens", checkstest.Site(), nil), checkstest.Want{Status: checks.Skipped, Seen: "kerberos.service_keytab"})
}

// TestSilence lets each question go unanswered in every way. What a KDC or Qlik
// refuses to a ticket is an answer.
func TestSilence(t *testing.T) {
	asked := map[checks.ID][]string{
		"kerberos.pattern": {"virtual proxies"}, "kerberos.switch": {"proxies", "virtual proxies"}, "kerberos.offered": {"flow"},
		"kerberos.headers": {"headers"}, "kerberos.ticket": {"ticket"}, "kerberos.opens": {"opened"}, "kerberos.accepted": {"session"},
	}
	answers := map[checks.ID][]string{"kerberos.ticket": {"refused", "not found"}, "kerberos.accepted": {"refused"}}
	for id, questions := range asked {
		for _, q := range questions {
			for _, silence := range checkstest.Silences() {
				if slices.Contains(answers[id], silence.Name) {
					continue
				}
				t.Run(string(id)+"/"+q+"/"+silence.Name, func(t *testing.T) {
					l := healthy()
					l.session = fact.WebSession{}
					l.fails[q] = silence.Err
					r := room(l)
					r.Hold(t, r.Ask(t, id, withKeytab(), nil), checkstest.Want{Status: checks.Unknown, Reason: silence.Reason})
				})
			}
		}
	}
}
