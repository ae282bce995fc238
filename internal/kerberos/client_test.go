package kerberos_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sensegate/internal/fact"
	"sensegate/internal/kerberos"
	"sensegate/internal/lab/kdc"
	"sensegate/internal/site"
)

func TestServiceTicket(t *testing.T) {
	l := startLab(t)
	ctx := t.Context()
	check := func(t *testing.T) {
		t.Helper()
		got, err := l.client(t).ServiceTicket(ctx, webSPN)
		if err != nil {
			t.Fatal(err)
		}
		if got.Client != "alice@LAB.TEST" || got.Server != webSPN || got.EType != 18 || got.KeyVersion != 3 || !slices.Contains(got.Flags, "forwardable") || got.Until.Before(time.Now()) {
			t.Errorf("got %+v", got)
		}
	}
	t.Run("password", check)
	t.Run("with the domain's name", func(t *testing.T) { l.site.Kerberos.User = `LAB\alice`; check(t) })
	t.Run("UPN", func(t *testing.T) { l.site.Kerberos.User = "alice@lab.test"; check(t) })
	l.site.Kerberos.User = "alice"
	l.site.Kerberos.Keytab = l.keytab(t, "alice")
	t.Run("keytab", check)
	t.Run("keytab in another case", func(t *testing.T) {
		l.site.Kerberos.User = "ALICE"
		if _, err := l.client(t).ServiceTicket(ctx, webSPN); err != nil {
			t.Error(err)
		}
	})
	t.Run("keytab for a UPN", func(t *testing.T) { l.site.Kerberos.User = "alice@lab.test"; check(t) })
	l.site.Kerberos.User = "alice"
	l.accounts.change("alice", func(a *kdc.Account) { a.ETypes = []int32{kdc.AES128} })
	l.site.Kerberos.Keytab = l.keytab(t, "alice")
	l.accounts.change("alice", func(a *kdc.Account) { a.ETypes = nil })
	t.Run("keytab without the strongest key", check)
	l.site.Kerberos.Keytab = ""
	l.accounts.change("alice", func(a *kdc.Account) { a.ETypes = []int32{kdc.AES128}; a.Salt = "OLDNAMEalice" })
	t.Run("AES128 and another salt", check)
}

func TestServiceTicketRefusals(t *testing.T) {
	tests := []struct {
		name  string
		setup func(*testing.T, *lab)
		spn   string
		kind  fact.ErrorKind
		code  string
	}{
		{"wrong password", func(_ *testing.T, l *lab) { l.secrets["kerberos"] = "nonsense" }, webSPN, fact.NotSignedIn, "KDC_ERR_PREAUTH_FAILED"},
		{"no secret", func(_ *testing.T, l *lab) { delete(l.secrets, "kerberos") }, webSPN, fact.NotSignedIn, "no-secret"},
		{"no such user", func(_ *testing.T, l *lab) { l.site.Kerberos.User = "nobody" }, webSPN, fact.NotSignedIn, "KDC_ERR_C_PRINCIPAL_UNKNOWN"},
		{"disabled", func(_ *testing.T, l *lab) { l.accounts.change("alice", func(a *kdc.Account) { a.Disabled = true }) }, webSPN, fact.NotSignedIn, "KDC_ERR_CLIENT_REVOKED"},
		{"must change the password", func(_ *testing.T, l *lab) {
			l.accounts.change("alice", func(a *kdc.Account) { a.MustChangePassword = true })
		}, webSPN, fact.NotSignedIn, "KDC_ERR_KEY_EXPIRED"},
		{"unknown service", func(*testing.T, *lab) {}, "HTTP/nobody.lab.test", fact.NotFound, "KDC_ERR_S_PRINCIPAL_UNKNOWN"},
		{"two owners", func(_ *testing.T, l *lab) { l.accounts.own(webSPN, "qlik", "QLIK01$") }, webSPN, fact.NotFound, "KDC_ERR_S_PRINCIPAL_UNKNOWN"},
		{"service without AES", func(_ *testing.T, l *lab) {
			l.accounts.change("qlik", func(a *kdc.Account) { a.ETypes = []int32{kdc.RC4} })
		}, webSPN, fact.Refused, "KDC_ERR_ETYPE_NOSUPP"},
		{"wrong clock", func(_ *testing.T, l *lab) { l.kdc.Update(func(s *kdc.State) { s.ClockOffset = time.Hour }) }, webSPN, fact.Refused, "KRB_AP_ERR_SKEW"},
		{"KDC without its database", func(_ *testing.T, l *lab) { l.kdc.Update(func(s *kdc.State) { s.Unavailable = true }) }, webSPN, fact.Unreachable, "KDC_ERR_SVC_UNAVAILABLE"},
		{"no KDC there", func(_ *testing.T, l *lab) { _ = l.kdc.Close() }, webSPN, fact.Unreachable, ""},
		{"no name", func(*testing.T, *lab) {}, "", fact.Unsupported, ""},
		{"keytab missing", func(_ *testing.T, l *lab) { l.site.Kerberos.Keytab = "/nowhere/at.all" }, webSPN, fact.NotSignedIn, "keytab"},
		{"keytab of another account", func(t *testing.T, l *lab) { l.site.Kerberos.Keytab = l.keytab(t, "qlik") }, webSPN, fact.NotSignedIn, "no-key"},
		{"stale keytab", func(t *testing.T, l *lab) {
			l.site.Kerberos.Keytab = l.keytab(t, "alice")
			l.accounts.change("alice", func(a *kdc.Account) { a.Password = "Alice-2"; a.KVNO = 2 })
		}, webSPN, fact.NotSignedIn, "KDC_ERR_PREAUTH_FAILED"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l := startLab(t)
			tt.setup(t, l)
			_, err := l.client(t).ServiceTicket(t.Context(), tt.spn)
			var f *fact.Error
			if !errors.As(err, &f) || f.Kind != tt.kind || f.Code != tt.code {
				t.Fatalf("got %#v (%v), want kind %d code %q", f, err, tt.kind, tt.code)
			}
			if strings.Contains(err.Error(), "nonsense") {
				t.Error("the password is in the error")
			}
		})
	}
}

func TestProbeAccount(t *testing.T) {
	l := startLab(t)
	l.accounts.set(kdc.Account{SAM: "old", Password: "x", ETypes: []int32{kdc.RC4}})
	l.accounts.set(kdc.Account{SAM: "gone", Password: "x", Disabled: true})
	tests := []struct {
		name string
		code int
		want string
		aes  bool
	}{
		{"alice", 25, "KDC_ERR_PREAUTH_REQUIRED", true},
		{"qlik", 25, "KDC_ERR_PREAUTH_REQUIRED", true},
		{"nobody", 6, "KDC_ERR_C_PRINCIPAL_UNKNOWN", false},
		{"old", 14, "KDC_ERR_ETYPE_NOSUPP", false},
		{"gone", 18, "KDC_ERR_CLIENT_REVOKED", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := l.client(t).ProbeAccount(t.Context(), tt.name)
			if err != nil {
				t.Fatal(err)
			}
			if d := time.Since(got.Time); d < -time.Second || d > 5*time.Second {
				t.Errorf("clock is off by %v", d)
			}
			if got.Code != tt.code || got.Name != tt.want || got.AES != tt.aes || got.Round <= 0 {
				t.Errorf("got %+v", got)
			}
		})
	}
	l.kdc.Update(func(s *kdc.State) { s.ClockOffset = -2 * time.Hour })
	got, err := l.client(t).ProbeAccount(t.Context(), "alice")
	if d := time.Since(got.Time); err != nil || d < time.Hour {
		t.Errorf("a wrong clock was not seen: %v, %v", d, err)
	}
}

func TestNegotiate(t *testing.T) {
	l := startLab(t)
	got, err := l.client(t).Negotiate(t.Context(), l.site.Publish.InternalURL, webSPN)
	if err != nil {
		t.Fatal(err)
	}
	want := fact.WebSession{
		UserDirectory: "LAB", UserID: "alice", Final: "https://sense.lab.test/hub/?qlikTicket=…", Status: 200,
		Hops:    []string{"302 https://sense.lab.test/internal_windows_authentication/?targetId=1", "302 https://sense.lab.test/hub/?qlikTicket=…"},
		Cookies: []string{"X-Qlik-Session"}, Mechanism: "spnego-kerberos", Mutual: true, Schemes: []string{"NTLM", "Negotiate"},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	l.front.mu.Lock()
	defer l.front.mu.Unlock()
	for agent := range l.front.agents {
		if !strings.Contains(agent, "Windows") {
			t.Errorf("asked as %q", agent)
		}
	}
}

func TestNegotiateVariants(t *testing.T) {
	tests := []struct {
		name      string
		setup     func(*lab)
		mechanism string
		user      string
		final     string
		mutual    bool
		code      string
	}{
		// Trap 20: gokrb5's client answers only when the first header is exactly
		// Negotiate.
		{"one header for both", func(l *lab) { l.front.schemes = []string{"Negotiate, NTLM"} }, "spnego-kerberos", "alice", "", true, ""},
		{"only NTLM", func(l *lab) { l.front.schemes = []string{"NTLM"} }, "ntlm", "", "", false, ""},
		{"only a form's scheme", func(l *lab) { l.front.schemes = []string{"Basic realm=\"x\""} }, "none", "", "", false, ""},
		{"sent to the form", func(l *lab) { l.front.login = "/internal_forms_authentication/?targetId=1" }, "none", "", "internal_forms", false, ""},
		{"sent elsewhere", func(l *lab) { l.front.login = "https://idp.example.test/saml" }, "none", "", "idp.example.test", false, ""},
		{"sent down to http", func(l *lab) { l.front.login = "http://sense.lab.test/internal_windows_authentication/" }, "none", "", "http://", false, ""},
		{"no proof", func(l *lab) { l.front.silent = true }, "spnego-kerberos", "alice", "", false, ""},
		{"a forged proof", func(l *lab) { l.front.forged = true }, "spnego-kerberos", "", "", false, "KRB_AP_ERR_MUT_FAIL"},
		{"another account's key", func(l *lab) { l.accounts.own(webSPN, "QLIK01$") }, "none", "", "", false, "KRB_AP_ERR_MODIFIED"},
		{"in a circle", func(l *lab) { l.front.login = "/hub/" }, "none", "", "", false, "redirects"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l := startLab(t)
			tt.setup(l)
			got, err := l.client(t).Negotiate(t.Context(), l.site.Publish.InternalURL, webSPN)
			code := ""
			var f *fact.Error
			if errors.As(err, &f) {
				code = f.Code
			}
			if code != tt.code || (err != nil) != (tt.code != "") {
				t.Fatalf("got %v, want code %q", err, tt.code)
			}
			if err != nil && (f.Kind != fact.Refused || f.System != "Qlik proxy") {
				t.Errorf("got %+v", f)
			}
			if got.Mechanism != tt.mechanism || got.UserID != tt.user || got.Mutual != tt.mutual || !strings.Contains(got.Final, tt.final) {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestRehearse(t *testing.T) {
	const (
		noMatch, notSupported, restriction = 0xC0000272, 0xC00000BB, 0xC000006E
	)
	tests := []struct {
		name   string
		setup  func(*lab)
		stage  string
		code   string
		status uint32
		rbcd   bool
		mech   string
	}{
		{"as it should be", func(*lab) {}, "done", "", 0, false, "kerberos"},
		{"front wants SPNEGO", func(l *lab) { l.front.spnego = true }, "done", "", 0, false, "spnego-kerberos"},
		{"front asks first", func(l *lab) { l.front.unasked = false }, "done", "", 0, false, "kerberos"},
		{"resource-based", func(l *lab) {
			l.accounts.change("CONN01$", func(a *kdc.Account) { a.DelegateTo, a.TrustedToAuth = nil, false })
			l.accounts.change("qlik", func(a *kdc.Account) { a.ActOnBehalf = []string{"CONN01$"} })
		}, "done", "", 0, true, "kerberos"},
		{"no delegation", func(l *lab) {
			l.accounts.change("CONN01$", func(a *kdc.Account) { a.DelegateTo = nil })
		}, "s4u2proxy", "KDC_ERR_BADOPTION", notSupported, false, ""},
		{"another name in the list", func(l *lab) {
			l.accounts.change("CONN01$", func(a *kdc.Account) { a.DelegateTo = []string{"HTTP/other"} })
		}, "s4u2proxy", "KDC_ERR_BADOPTION", noMatch, false, ""},
		{"sensitive user", func(l *lab) {
			l.accounts.change("alice", func(a *kdc.Account) { a.Sensitive = true })
		}, "s4u2proxy", "KDC_ERR_BADOPTION", restriction, false, ""},
		{"unknown user", func(l *lab) {
			l.accounts.change("alice", func(a *kdc.Account) { a.UPN, a.SAM = "someone@lab.test", "someone" })
		}, "s4u2self", "KDC_ERR_C_PRINCIPAL_UNKNOWN", 0, false, ""},
		{"groups unreadable", func(l *lab) {
			l.accounts.change("alice", func(a *kdc.Account) { a.TokenGroupsUnreadable = true })
		}, "s4u2self", "KDC_ERR_C_PRINCIPAL_UNKNOWN", 0, false, ""},
		{"in a silo", func(l *lab) {
			l.accounts.change("CONN01$", func(a *kdc.Account) { a.Confined = true })
		}, "sign-in", "KDC_ERR_POLICY", 0, false, ""},
		{"no AES at the connector", func(l *lab) {
			l.accounts.change("CONN01$", func(a *kdc.Account) { a.ETypes = []int32{kdc.RC4} })
		}, "sign-in", "KDC_ERR_ETYPE_NOSUPP", 0, false, ""},
		{"a disabled connector", func(l *lab) {
			l.accounts.change("CONN01$", func(a *kdc.Account) { a.Disabled = true })
		}, "sign-in", "KDC_ERR_CLIENT_REVOKED", 0xC0000072, false, ""},
		{"no such connector", func(l *lab) {
			l.accounts.change("CONN01$", func(a *kdc.Account) { a.SAM = "GONE$" })
		}, "sign-in", "KDC_ERR_C_PRINCIPAL_UNKNOWN", 0, false, ""},
		{"no name of its own", func(l *lab) {
			l.accounts.change("CONN01$", func(a *kdc.Account) { a.HasSPN = false })
		}, "s4u2self", "KDC_ERR_S_PRINCIPAL_UNKNOWN", 0, false, ""},
		{"a disabled user", func(l *lab) {
			l.accounts.change("alice", func(a *kdc.Account) { a.Disabled = true })
		}, "s4u2self", "KDC_ERR_CLIENT_REVOKED", 0xC0000072, false, ""},
		{"no AES at the service", func(l *lab) {
			l.accounts.change("qlik", func(a *kdc.Account) { a.ETypes = []int32{kdc.RC4} })
		}, "s4u2proxy", "KDC_ERR_ETYPE_NOSUPP", 0, false, ""},
		{"a disabled service", func(l *lab) {
			l.accounts.change("qlik", func(a *kdc.Account) { a.Disabled = true })
		}, "s4u2proxy", "KDC_ERR_SERVICE_REVOKED", 0, false, ""},
		{"a wrong clock", func(l *lab) { l.kdc.Update(func(s *kdc.State) { s.ClockOffset = time.Hour }) }, "sign-in", "KRB_AP_ERR_SKEW", 0, false, ""},
		{"wrong computer password", func(l *lab) { l.secrets["connector:CONN01$"] = "x" }, "sign-in", "KDC_ERR_PREAUTH_FAILED", 0, false, ""},
		{"nobody owns the name", func(l *lab) { l.accounts.own(webSPN) }, "s4u2proxy", "KDC_ERR_S_PRINCIPAL_UNKNOWN", 0, false, ""},
		{"wrong owner", func(l *lab) { l.accounts.own(webSPN, "QLIK01$") }, "qlik", "KRB_AP_ERR_MODIFIED", 0, false, "none"},
		{"Kerberos off", func(l *lab) { l.front.unasked, l.front.schemes = false, []string{"NTLM"} }, "qlik", "", 0, false, "ntlm"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l := startLab(t)
			tt.setup(l)
			got, err := l.client(t).Rehearse(t.Context(), "CONN01$", "alice@lab.test", webSPN, l.site.Publish.InternalURL)
			if err != nil {
				t.Fatal(err)
			}
			mech := ""
			if got.Session != nil {
				mech = got.Session.Mechanism
			}
			if got.Stage != tt.stage || got.CodeName != tt.code || got.NTStatus != tt.status || got.ResourceBased != tt.rbcd || mech != tt.mech {
				t.Fatalf("got %+v, session %+v", got, got.Session)
			}
			forms := map[string]string{"as it should be": "kerberos spnego-kerberos", "front wants SPNEGO": "spnego-kerberos"}[tt.name]
			if forms != "" && strings.Join(got.Accepted, " ") != forms {
				t.Errorf("taken: %q, refused: %q", got.Accepted, got.Refused)
			}
			if tt.rbcd && (got.Classic != "KDC_ERR_BADOPTION, STATUS_NOT_SUPPORTED" || got.Resource != "granted") {
				t.Errorf("classic first, then with the option: %q, %q", got.Classic, got.Resource)
			}
			if tt.code == "KDC_ERR_BADOPTION" && (!strings.HasPrefix(got.Classic, "KDC_ERR_BADOPTION, STATUS_") || !strings.HasPrefix(got.Resource, "KDC_ERR_BADOPTION, STATUS_")) {
				t.Errorf("refused both ways: %q, %q", got.Classic, got.Resource)
			}
			if tt.stage == "done" && (got.Self == nil || got.Proxy == nil || got.Proxy.Server != webSPN || got.Session.UserID == "") {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestRehearseWithKeytab(t *testing.T) {
	l := startLab(t)
	l.secrets = nil
	l.site.Connector.Hosts[0].Keytab = l.keytab(t, "CONN01$")
	got, err := l.client(t).Rehearse(t.Context(), "conn01$", "alice@lab.test", webSPN, l.site.Publish.InternalURL)
	if err != nil || got.Stage != kerberos.StageDone {
		t.Fatalf("got %+v, %v", got, err)
	}
}

func TestRehearseWithoutSecret(t *testing.T) {
	l := startLab(t)
	l.secrets, l.site.Connector = nil, site.Connector{}
	_, err := l.client(t).Rehearse(t.Context(), "CONN01$", "alice@lab.test", webSPN, l.site.Publish.InternalURL)
	var f *fact.Error
	if !errors.As(err, &f) || f.Kind != fact.Unsupported || f.Code != "no-secret" {
		t.Errorf("got %v", err)
	}
}
