package qlik_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/qlik"
)

func release(t *testing.T, label string) qlik.Release {
	t.Helper()
	r, ok := qlik.ReleaseByLabel(label)
	if !ok {
		t.Fatalf("no release %s", label)
	}
	return r
}

func TestLoginRedirect(t *testing.T) {
	tests := []struct {
		name, address, agent string
		change               func(*qlik.State)
		want                 string // regular expression
		status               int
	}{
		{name: "stock pattern, Windows", address: inside + "/hub/", agent: browser, status: 302, want: `^https://sense\.contoso\.test/internal_windows_authentication/\?targetId=[0-9a-f-]{36}$`},
		{name: "stock pattern, phone", address: inside + "/hub/", agent: phone, status: 302, want: `^https://sense\.contoso\.test/internal_forms_authentication/\?targetId=`},
		{name: "pattern Mozilla, phone", address: inside + "/hub/", agent: phone, status: 302, want: `/internal_windows_authentication/`, change: func(st *qlik.State) { st.SetPattern("", "Mozilla") }},
		{name: "pattern matches nothing", address: inside + "/hub/", agent: browser, status: 302, want: `/internal_forms_authentication/`, change: func(st *qlik.State) { st.SetPattern("", "Form") }},
		{name: "client of no browser", address: inside + "/hub/", agent: "Go-http-client/1.1", status: 302, want: `/internal_forms_authentication/`},
		{name: "by the machine's name", address: "https://" + contoso.QlikNode + "/hub/", agent: browser, status: 302, want: `^https://qlik01\.contoso\.test/internal_windows`},
		{name: "by its short name", address: "https://qlik01/hub/", agent: browser, status: 302, want: `^https://qlik01/internal_windows`},
		{name: "root", address: inside + "/", agent: browser, status: 301, want: `^https://sense\.contoso\.test/hub/$`},
		{name: "hub without slash", address: inside + "/hub", agent: browser, status: 301, want: `^https://sense\.contoso\.test/hub/$`},
		{name: "prefix", address: inside + "/sales/hub/", agent: browser, status: 302, want: `^https://sense\.contoso\.test/sales/internal_windows_authentication/`, change: func(st *qlik.State) {
			st.AddVirtualProxy("sales", "Sales")
			st.Link("sales", contoso.QlikNode)
		}},
		{name: "before April 2018", address: inside + "/hub/", agent: browser, status: 302, want: `^https://sense\.contoso\.test:4244/windows_authentication/\?targetId=[0-9a-f-]{36}$`, change: func(st *qlik.State) { st.Release = release(t, "November 2017") }},
		{name: "February 2018 with a form", address: inside + "/hub/", agent: phone, status: 302, want: `:4244/form/\?targetId=`, change: func(st *qlik.State) { st.Release = release(t, "February 2018") }},
		{name: "before April 2018, plain", address: "http://" + contoso.QlikHost + "/hub/", agent: browser, status: 302, want: `^http://sense\.contoso\.test:4248/windows_authentication/`, change: func(st *qlik.State) {
			st.Release = release(t, "November 2017")
			st.SetProxy("", "allowHttp", true)
		}},
		{name: "April 2018", address: inside + "/hub/", agent: browser, status: 302, want: `^https://sense\.contoso\.test/internal_windows`, change: func(st *qlik.State) { st.Release = release(t, "April 2018") }},
		{name: "SAML", address: inside + "/hub/", agent: browser, status: 302, want: `^https://idp\.contoso\.test/`, change: func(st *qlik.State) { st.VirtualProxy("").Set("authenticationMethod", 3) }},
		{name: "module of its own", address: inside + "/hub/", agent: browser, status: 302, want: `^https://login\.contoso\.test/in\?proxyRestUri=https%3A%2F%2Fqlik01\.contoso\.test%3A4243%2Fqps%2F&targetId=`, change: func(st *qlik.State) {
			st.VirtualProxy("").Set("authenticationModuleRedirectUri", "https://login.contoso.test/in")
		}},
		{name: "JWT", address: inside + "/hub/", agent: browser, status: 401, change: func(st *qlik.State) { st.VirtualProxy("").Set("authenticationMethod", 4) }},
		{name: "repository through the proxy", address: inside + "/qrs/about", agent: browser, status: 302, want: `/internal_windows_authentication/`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l := start(t, tt.change)
			r := l.get(l.visitor(), tt.address, "User-Agent", tt.agent)
			if r.StatusCode != tt.status || !regexp.MustCompile(tt.want).MatchString(r.Header.Get("Location")) {
				t.Errorf("%s to %q", r.Status, r.Header.Get("Location"))
			}
			if r.Header.Get("Server") != "Microsoft-HTTPAPI/2.0" {
				t.Errorf("Server: %q", r.Header.Get("Server"))
			}
		})
	}
}

// TestSignIn follows the whole chain of redirects, as a browser does.
func TestSignIn(t *testing.T) {
	tests := []struct {
		name, label, host string
	}{
		{name: "one port", label: "November 2025", host: contoso.QlikHost},
		{name: "two ports", label: "November 2017", host: contoso.QlikHost + ":4244"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l := start(t, func(st *qlik.State) {
				healthy(st)
				st.Release = release(t, tt.label)
			})
			c := l.visitor()
			r := l.get(c, inside+"/hub/?lang=en")
			login := r.Header.Get("Location")
			if u, err := url.Parse(login); err != nil || u.Host != tt.host {
				t.Fatalf("redirected to %q", login)
			}
			r = l.get(c, login)
			if r.StatusCode != 401 || strings.Join(r.Header.Values("WWW-Authenticate"), ", ") != "Negotiate, NTLM" {
				t.Fatalf("%s %q", r.Status, r.Header.Values("WWW-Authenticate"))
			}
			r = l.get(c, login, "Authorization", negotiate("alice"))
			back := r.Header.Get("Location")
			if r.StatusCode != 302 || !regexp.MustCompile(`^https://sense\.contoso\.test/hub/\?lang=en&qlikTicket=[A-Za-z0-9._-]{16}$`).MatchString(back) {
				t.Fatalf("%s to %q", r.Status, back)
			}
			if got := r.Header.Get("WWW-Authenticate"); got != "Negotiate cmVwbHkgdG9rZW4=" {
				t.Errorf("the server did not prove itself: %q", got)
			}
			r = l.get(c, back)
			cookie := r.Cookies()
			if r.StatusCode != 302 || r.Header.Get("Location") != inside+"/hub/?lang=en" || len(cookie) != 1 {
				t.Fatalf("%s to %q with %v", r.Status, r.Header.Get("Location"), cookie)
			}
			if ck := cookie[0]; ck.Name != "X-Qlik-Session" || !ck.HttpOnly || ck.Path != "/" || ck.Secure != (tt.label == "November 2025") {
				t.Errorf("cookie %v", ck)
			}
			if r = l.get(c, inside+"/hub/"); r.StatusCode != 200 || !strings.Contains(r.text, `CONTOSO\alice`) {
				t.Errorf("%s %s", r.Status, r.text)
			}
			// A ticket works once.
			if r = l.get(l.visitor(), back); r.StatusCode != 302 || !strings.Contains(r.Header.Get("Location"), "windows_authentication") {
				t.Errorf("the ticket worked twice: %s %s", r.Status, r.Header.Get("Location"))
			}
		})
	}
}

func TestSchemes(t *testing.T) {
	const ntlm1 = "TlRMTVNTUAABAAAAB4IIogAAAAAAAAAAAAAAAAAAAAAKAGNFAAAADw=="
	const ntlm3 = "TlRMTVNTUAADAAAAAAAAAFgAAAAAAAAAWAAAAA=="
	const spnego = "Negotiate YIIBb25vdCByZWFsbHkgYSB0b2tlbg=="
	tests := []struct {
		name, authorization string
		kerberos, only      bool
		status              int
		want                []string // beginnings of WWW-Authenticate
	}{
		{name: "off", status: 401, want: []string{"NTLM"}},
		{name: "on", kerberos: true, status: 401, want: []string{"Negotiate", "NTLM"}},
		{name: "on, alone", kerberos: true, only: true, status: 401, want: []string{"Negotiate"}},
		{name: "off with a good token", authorization: negotiate("alice"), status: 401, want: []string{"NTLM"}},
		{name: "refused token", authorization: spnego, kerberos: true, status: 401, want: []string{"Negotiate ZXJyb3Ig", "NTLM"}},
		{name: "not base64", authorization: "Negotiate ***", kerberos: true, status: 401, want: []string{"Negotiate", "NTLM"}},
		{name: "NTLM first", authorization: "NTLM " + ntlm1, status: 401, want: []string{"NTLM TlRMTVNTUAACAAAA"}},
		{name: "NTLM last", authorization: "NTLM " + ntlm3, status: 401, want: []string{"NTLM"}},
		{name: "NTLM inside Negotiate", authorization: "Negotiate " + ntlm1, kerberos: true, status: 401, want: []string{"Negotiate TlRMTVNTUAACAAAA"}},
		{name: "NTLM inside Negotiate, last", authorization: "Negotiate " + ntlm3, kerberos: true, status: 401, want: []string{"Negotiate", "NTLM"}},
		{name: "NTLM where only Negotiate is", authorization: "NTLM " + ntlm1, kerberos: true, only: true, status: 401, want: []string{"Negotiate"}},
		{name: "Basic", authorization: "Basic YTpi", kerberos: true, status: 401, want: []string{"Negotiate", "NTLM"}},
		{name: "good", authorization: negotiate("alice"), kerberos: true, status: 302, want: []string{"Negotiate cmVwbHkgdG9rZW4="}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l := start(t, func(st *qlik.State) {
				st.SetKerberos("", tt.kerberos)
				st.Rules.NegotiateOnly = tt.only
			})
			r := l.get(l.visitor(), inside+"/internal_windows_authentication/", "Authorization", tt.authorization)
			got := r.Header.Values("WWW-Authenticate")
			if r.StatusCode != tt.status || len(got) != len(tt.want) {
				t.Fatalf("%s %q", r.Status, got)
			}
			for i := range got {
				if !strings.HasPrefix(got[i], tt.want[i]) {
					t.Errorf("%q, want %q", got, tt.want)
				}
			}
		})
	}
}

func TestTokenUnasked(t *testing.T) {
	tests := []struct {
		name, path, authorization string
		change                    func(*qlik.State)
		status                    int
		session                   bool
	}{
		{name: "hub", path: "/hub/", status: 200, session: true},
		{name: "personal API", path: "/qps/user", status: 200, session: true},
		{name: "system information", path: "/api/about/v1/systeminfo", status: 200, session: true},
		{name: "refused token", path: "/hub/", authorization: "Negotiate YIIBb25vdCByZWFsbHk=", status: 401},
		{name: "Kerberos off", path: "/hub/", change: func(st *qlik.State) { st.SetKerberos("", false) }, status: 302},
		{name: "browser that signs in by form", path: "/hub/", change: func(st *qlik.State) { st.SetPattern("", "Form") }, status: 302},
		{name: "SAML", path: "/hub/", change: func(st *qlik.State) { st.VirtualProxy("").Set("authenticationMethod", 3) }, status: 302},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l := start(t, healthy)
			if tt.change != nil {
				l.site.Update(tt.change)
			}
			token := tt.authorization
			if token == "" {
				token = negotiate("alice")
			}
			c := l.visitor()
			r := l.get(c, inside+tt.path, "Authorization", token)
			if r.StatusCode != tt.status || (len(r.Cookies()) == 1) != tt.session {
				t.Fatalf("%s %v", r.Status, r.Cookies())
			}
			if !tt.session {
				return
			}
			r = l.get(c, inside+"/qps/user", "Authorization", token)
			if got := r.json(t); got["userId"] != "alice" || got["userDirectory"] != contoso.NetBIOS || got["userName"] != "Alice Example" {
				t.Errorf("%v", got)
			}
			if n := l.site.Sessions(); n != 1 {
				t.Errorf("%d sessions: the cookie should have been enough", n)
			}
		})
	}
}

func TestForm(t *testing.T) {
	l := start(t, nil)
	c := l.visitor()
	login := l.get(c, inside+"/hub/", "User-Agent", phone).Header.Get("Location")
	if r := l.get(c, login); r.StatusCode != 200 || !strings.Contains(r.text, `name="pwd"`) {
		t.Fatalf("%s %s", r.Status, r.text)
	}
	post := func(password string) reply {
		r, err := l.do(c, http.MethodPost, login, url.Values{"username": {`CONTOSO\alice`}, "pwd": {password}}.Encode(),
			"Content-Type", "application/x-www-form-urlencoded")
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	if r := post("wrong"); r.StatusCode != 200 || !strings.Contains(r.text, "incorrect") {
		t.Errorf("wrong password: %s %s", r.Status, r.text)
	}
	r := post("right")
	if r.StatusCode != 302 {
		t.Fatalf("right password: %s", r.Status)
	}
	l.get(c, r.Header.Get("Location"))
	if got := l.get(c, inside+"/qps/user").json(t); got["userId"] != "alice" {
		t.Errorf("%v", got)
	}
}

func TestTargetURI(t *testing.T) {
	l := start(t, healthy)
	module := inside + "/internal_windows_authentication/?targetUri="
	for target, want := range map[string]string{
		"https://" + external + "/hub/": "https://" + external + "/hub/?qlikTicket=",
		"https://elsewhere.test/":       inside + "/hub/?qlikTicket=",
	} {
		r := l.get(l.visitor(), module+url.QueryEscape(target), "Authorization", negotiate("alice"))
		if got := r.Header.Get("Location"); !strings.HasPrefix(got, want) {
			t.Errorf("%s leads to %q", target, got)
		}
	}
}
