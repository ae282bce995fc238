package appproxy_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"sensegate/internal/lab/appproxy"
	"sensegate/internal/lab/contoso"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const base = "https://" + contoso.ExternalHost

func ok(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Seen-Authorization", r.Header.Get("Authorization"))
	w.Header().Set("X-Seen-Cookie", r.Header.Get("Cookie"))
	w.Header().Set("X-Seen-Host", r.Host)
	w.Header().Set("X-Seen-For", r.Header.Get("X-Forwarded-For"))
	w.WriteHeader(http.StatusOK)
}

func TestChallengeNamesTheApplication(t *testing.T) {
	f := start(t, http.HandlerFunc(ok))
	a := f.get(f.client(), base+"/hub/my/work?x=1")
	if a.StatusCode != http.StatusFound {
		t.Fatalf("status %d", a.StatusCode)
	}
	u, err := url.Parse(a.Header.Get("Location"))
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	got := []string{u.Host, u.Path, q.Get("client_id"), q.Get("redirect_uri"), q.Get("response_type")}
	want := []string{contoso.LoginHost, "/" + contoso.TenantID + "/oauth2/v2.0/authorize", appID, base + "/", "code"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if q.Get("state") == "" || q.Get("nonce") == "" {
		t.Error("no state or nonce")
	}
}

func TestSignInLandsOnThePageAskedFor(t *testing.T) {
	f := start(t, http.HandlerFunc(ok))
	c := f.client()
	state := stateOf(t, f.get(c, base+"/hub/my/work?x=1"))
	back := f.get(c, base+"/?code=good&state="+state)
	if got := back.Header.Get("Location"); got != base+"/hub/my/work?x=1" {
		t.Errorf("went to %q", got)
	}
	cookie := back.Cookies()[0]
	if cookie.Name != "AzureAppProxyAccessCookie_"+appID+"_1.3" || !cookie.HttpOnly || !cookie.Secure {
		t.Errorf("cookie %+v", cookie)
	}
	page := f.get(c, base+"/hub/my/work?x=1", "Cookie", "X-Qlik-Session=abc")
	if page.StatusCode != http.StatusOK {
		t.Fatalf("status %d: %s", page.StatusCode, page.body)
	}
	if strings.Contains(page.Header.Get("X-Seen-Cookie"), "AzureAppProxy") || !strings.Contains(page.Header.Get("X-Seen-Cookie"), "X-Qlik-Session=abc") {
		t.Errorf("the application saw cookies %q", page.Header.Get("X-Seen-Cookie"))
	}
	if page.Header.Get("X-Seen-For") != "127.0.0.1" {
		t.Errorf("forwarded for %q", page.Header.Get("X-Seen-For"))
	}
	// A state is good once.
	if again := f.get(f.client(), base+"/?code=good&state="+state); again.StatusCode != http.StatusFound || len(again.Cookies()) != 0 {
		t.Errorf("the same state again: %d %v", again.StatusCode, again.Cookies())
	}
}

func TestWhoIsLetIn(t *testing.T) {
	tests := []struct {
		name   string
		path   string
		header []string
		change func(*appproxy.Application)
		status int
		text   string
	}{
		{name: "token", path: "/hub/", header: []string{"Authorization", "Bearer alice"}, status: 200},
		{name: "foreign token", path: "/hub/", header: []string{"Authorization", "Bearer other"}, status: 401, text: "audience"},
		{name: "app-only token", path: "/hub/", header: []string{"Authorization", "Bearer app"}, status: 403, text: "could not be authorized"},
		{name: "not assigned", path: "/hub/", header: []string{"Authorization", "Bearer alice"}, change: func(a *appproxy.Application) { a.Assigned = nil }, status: 403, text: "not authorized to access"},
		{name: "no licence", path: "/hub/", header: []string{"Authorization", "Bearer unlicensed"}, status: 403, text: "P1 or P2"},
		{name: "passthru", path: "/hub/", change: func(a *appproxy.Application) { a.Preauth = false }, status: 200},
		{name: "foreign cookie", path: "/hub/", header: []string{"Cookie", "AzureAppProxyAccessCookie_" + appID + "_1.3=made-up"}, status: 302},
		{name: "form without session", path: "/?state=none&code=good", status: 302},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			f := start(t, http.HandlerFunc(ok))
			if tc.change != nil {
				f.cloud.change(tc.change)
			}
			a := f.get(f.client(), base+tc.path, tc.header...)
			if a.StatusCode != tc.status || !strings.Contains(a.body, tc.text) {
				t.Errorf("got %d %s", a.StatusCode, a.body)
			}
			if strings.HasPrefix(a.Header.Get("X-Seen-Authorization"), "Bearer") {
				t.Error("the token went on to the application")
			}
		})
	}
}

func TestSignInThatFails(t *testing.T) {
	f := start(t, http.HandlerFunc(ok))
	tests := []struct{ name, query, text string }{
		{"spent code", "code=bad", "AADSTS54005"},
		{"error", "error=access_denied&error_description=AADSTS50105%3A+not+assigned", "AADSTS50105"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			c := f.client()
			state := stateOf(t, f.get(c, base+"/"))
			a := f.get(c, base+"/?"+tc.query+"&state="+state)
			if a.StatusCode != http.StatusForbidden || !strings.Contains(a.body, tc.text) {
				t.Errorf("got %d %s", a.StatusCode, a.body)
			}
		})
	}
}

func TestCodeInAPostedForm(t *testing.T) {
	f := start(t, http.HandlerFunc(ok))
	c := f.client()
	form := url.Values{"code": {"good"}, "state": {stateOf(t, f.get(c, base+"/hub/"))}}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base+"/", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if a := f.do(c, req); a.StatusCode != http.StatusFound || len(a.Cookies()) != 1 {
		t.Errorf("got %d with %v", a.StatusCode, a.Cookies())
	}
}

func TestSignOutForgets(t *testing.T) {
	f := start(t, http.HandlerFunc(ok))
	c := f.signIn()
	if a := f.get(c, base+"/?appproxy=logout"); a.StatusCode != http.StatusFound || !strings.Contains(a.Header.Get("Location"), "logout") {
		t.Fatalf("got %d %s", a.StatusCode, a.Header.Get("Location"))
	}
	stateOf(t, f.get(c, base+"/hub/"))
	c = f.signIn()
	f.proxy.SignOut()
	stateOf(t, f.get(c, base+"/hub/"))
}
