package entra_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/entra"
)

func TestAuthorizationCode(t *testing.T) {
	tn := startTenant(t, nil)
	b := tn.browser()

	page := tn.get(b, authorizeURL(nil))
	wrong := tn.submit(b, page, url.Values{"login": {contoso.Admin().UPN}, "passwd": {"guess"}})
	if !strings.Contains(wrong.text, "AADSTS50126") {
		t.Fatalf("a wrong password: %d %s", wrong.status, wrong.text)
	}
	first := tn.signIn(b, wrong, contoso.Admin()).redirected(t)
	if first.Get("state") != "s t&1" || first.Get("code") == "" {
		t.Fatalf("redirected with %v", first)
	}
	status, body := tn.post(tokenURL, codeForm(first.Get("code")))
	if status != http.StatusOK {
		t.Fatalf("redeeming: %d %v", status, body)
	}
	id := payload(t, body["id_token"])
	access := payload(t, body["access_token"])
	want := map[string]any{
		"aud": contoso.ClientID, "iss": loginBase + "/v2.0", "tid": contoso.TenantID, "nonce": "n1",
		"oid": tn.userID(contoso.Admin()), "preferred_username": contoso.Admin().UPN, "ver": "2.0",
	}
	if diff := cmp.Diff(want, pick(id, want)); diff != "" {
		t.Errorf("id_token (-want +got):\n%s", diff)
	}
	want = map[string]any{
		"aud": graphBase, "upn": contoso.Admin().UPN, "appid": contoso.ClientID, "idtyp": "user",
		"wids": []any{entra.RoleApplicationAdministrator},
	}
	if diff := cmp.Diff(want, pick(access, want)); diff != "" {
		t.Errorf("access_token (-want +got):\n%s", diff)
	}
	if scp, _ := access["scp"].(string); !strings.Contains(scp, "Directory.ReadWrite.All") {
		t.Errorf("scp %q", scp)
	}

	t.Run("a code works once", func(t *testing.T) {
		tn.wantCode(t, codeForm(first.Get("code")), 54005)
	})
	t.Run("the refresh token brings another", func(t *testing.T) {
		refresh, _ := body["refresh_token"].(string)
		status, again := tn.post(tokenURL, url.Values{
			"grant_type": {"refresh_token"}, "client_id": {contoso.ClientID}, "refresh_token": {refresh},
			"scope": {graphBase + "/User.Read"},
		})
		if status != http.StatusOK || again["access_token"] == "" {
			t.Errorf("%d %v", status, again)
		}
	})
	t.Run("the session signs in silently", func(t *testing.T) {
		got := tn.get(b, authorizeURL(url.Values{"prompt": {"none"}})).redirected(t)
		if got.Get("code") == "" {
			t.Errorf("redirected with %v", got)
		}
		if got := tn.get(b, authorizeURL(nil)).redirected(t); got.Get("code") == "" {
			t.Errorf("without prompt: %v", got)
		}
	})
	t.Run("an account can be picked", func(t *testing.T) {
		page := tn.get(b, authorizeURL(url.Values{"prompt": {"select_account"}}))
		if got := tn.submit(b, page, url.Values{"pick": {"session"}}).redirected(t); got.Get("code") == "" {
			t.Errorf("redirected with %v", got)
		}
	})
	t.Run("prompt=login and another hint ask again", func(t *testing.T) {
		for _, q := range []url.Values{{"prompt": {"login"}}, {"login_hint": {contoso.TestUser().UPN}}} {
			if page := tn.get(b, authorizeURL(q)); page.status != http.StatusOK || !strings.Contains(page.text, `name="passwd"`) {
				t.Errorf("%v: %d %s", q, page.status, page.text)
			}
		}
	})
	t.Run("nobody signed in", func(t *testing.T) {
		got := tn.get(tn.browser(), authorizeURL(url.Values{"prompt": {"none"}})).redirected(t)
		if got.Get("error") != "login_required" {
			t.Errorf("redirected with %v", got)
		}
	})
	t.Run("signed out", func(t *testing.T) {
		tn.get(b, loginBase+"/oauth2/v2.0/logout")
		if page := tn.get(b, authorizeURL(nil)); page.status != http.StatusOK {
			t.Errorf("still signed in: %d %s", page.status, page.location)
		}
	})
}

func TestAuthorizeRefusals(t *testing.T) {
	tn := startTenant(t, nil)
	for _, tc := range []struct {
		name, want string
		url        string
		redirected bool
	}{
		{"redirect of another", "AADSTS50011", authorizeURL(url.Values{"redirect_uri": {"https://evil.example/"}}), false},
		{"redirect of a loopback name", "AADSTS50011", authorizeURL(url.Values{"redirect_uri": {"http://localhost.evil.example/"}}), false},
		{"no client", "AADSTS900144", authorizeURL(url.Values{"client_id": {""}}), false},
		{"unknown client", "AADSTS700016", authorizeURL(url.Values{"client_id": {"11111111-0000-0000-0000-000000000000"}}), false},
		{"unknown tenant", "AADSTS90002", strings.Replace(authorizeURL(nil), contoso.TenantID, "fabrikam.test", 1), false},
		{"no response type", "AADSTS900144", authorizeURL(url.Values{"response_type": {""}}), true},
		{"token asked for", "AADSTS700054", authorizeURL(url.Values{"response_type": {"token"}}), true},
		{"id_token not enabled", "AADSTS700054", authorizeURL(url.Values{"response_type": {"id_token"}, "response_mode": {"form_post"}}), false},
		{"unknown resource", "AADSTS500011", authorizeURL(url.Values{"scope": {"https://nowhere.test/.default"}}), true},
		{"two resources", "AADSTS500011", authorizeURL(url.Values{"scope": {graphAll + " https://nowhere.test/x"}}), true},
		{"no such scope", "AADSTS650053", authorizeURL(url.Values{"scope": {graphBase + "/Everything"}}), true},
		{"no consent", "AADSTS65001", authorizeURL(url.Values{"scope": {graphBase + "/Policy.Read.All"}}), true},
		{"challenge too short", "AADSTS501491", authorizeURL(url.Values{"code_challenge": {"short"}}), true},
		{"unknown response mode", "AADSTS90023", authorizeURL(url.Values{"response_mode": {"pigeon"}}), true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := tn.get(tn.browser(), tc.url)
			if tc.redirected {
				q := got.redirected(t)
				if !strings.HasPrefix(q.Get("error_description"), tc.want) || q.Get("state") == "" {
					t.Errorf("redirected with %v", q)
				}
				return
			}
			if !strings.Contains(got.text, tc.want) || got.location != "" {
				t.Errorf("%d %s", got.status, got.text)
			}
		})
	}
}

func TestTokenRefusals(t *testing.T) {
	tn := startTenant(t, nil)
	admin := tn.userToken(contoso.Admin(), graphAll)
	a := tn.publishApp(admin)
	tn.Update(func(st *entra.State) {
		st.SignInFailures[contoso.Qlik().UPN] = 53003
		st.Clients = append(st.Clients, entra.Client{ID: daemonID, Name: "Daemon", Secrets: []string{"s3cret"}})
		off := *st.User(contoso.TestUser().UPN)
		off.ID, off.UPN, off.Enabled = "22222222-0000-0000-0000-000000000000", "off@contoso.test", false
		st.Users = append(st.Users, off)
	})
	alice, qlik := contoso.TestUser(), contoso.Qlik()
	appScope := "api://" + a.appID + "/user_impersonation"
	for _, tc := range []struct {
		name   string
		form   url.Values
		code   int
		oauth  string
		status int
	}{
		{"wrong password", passwordForm(alice.UPN, "guess", graphAll), 50126, "invalid_grant", 400},
		{"unknown user", passwordForm("bob@contoso.test", "guess", graphAll), 50034, "invalid_grant", 400},
		{"object id instead of a name", passwordForm(tn.userID(alice), alice.Password, graphAll), 50034, "invalid_grant", 400},
		{"disabled", passwordForm("off@contoso.test", alice.Password, graphAll), 50057, "invalid_grant", 400},
		{"conditional access", passwordForm(qlik.UPN, qlik.Password, graphAll), 53003, "invalid_grant", 400},
		{"not assigned", passwordForm(contoso.Admin().UPN, contoso.Admin().Password, appScope), 50105, "invalid_grant", 400},
		{"unknown resource", passwordForm(alice.UPN, alice.Password, externalURL+"user_impersonation"), 500011, "invalid_resource", 400},
		{"two resources", passwordForm(alice.UPN, alice.Password, graphAll+" "+appScope), 28000, "invalid_scope", 400},
		{"no permission in the scope", passwordForm(alice.UPN, alice.Password, graphBase+"/"), 70011, "invalid_scope", 400},
		{"grant type", url.Values{"grant_type": {"magic"}, "client_id": {contoso.ClientID}}, 70003, "unsupported_grant_type", 400},
		{"no grant type", url.Values{"client_id": {contoso.ClientID}}, 900144, "invalid_request", 400},
		{"unknown client", url.Values{"grant_type": {"refresh_token"}, "client_id": {"nobody"}}, 700016, "unauthorized_client", 400},
		{"unknown code", codeForm("1.none"), 70008, "invalid_grant", 400},
		{"unknown refresh token", url.Values{"grant_type": {"refresh_token"}, "client_id": {contoso.ClientID}, "refresh_token": {"x"}}, 70008, "invalid_grant", 400},
		{"unknown device code", deviceForm("x"), 70018, "bad_verification_code", 400},
		{"public client for itself", url.Values{"grant_type": {"client_credentials"}, "client_id": {contoso.ClientID}, "scope": {graphAll}}, 7000218, "invalid_client", 401},
		{"no secret", daemonForm("", graphAll), 7000218, "invalid_client", 401},
		{"wrong secret", daemonForm("guess", graphAll), 7000215, "invalid_client", 401},
		{"a scope for a daemon", daemonForm("s3cret", graphBase+"/User.Read"), 1002012, "invalid_scope", 400},
	} {
		t.Run(tc.name, func(t *testing.T) {
			status, body := tn.post(tokenURL, tc.form)
			codes, _ := body["error_codes"].([]any)
			if status != tc.status || body["error"] != tc.oauth || len(codes) != 1 || codes[0] != float64(tc.code) {
				t.Fatalf("%d %v", status, body)
			}
			for _, field := range []string{"error_description", "timestamp", "trace_id", "correlation_id", "error_uri"} {
				if v, _ := body[field].(string); v == "" {
					t.Errorf("%s is missing: %v", field, body)
				}
			}
			if d, _ := body["error_description"].(string); strings.Contains(d, "%!") {
				t.Errorf("the text misses a name: %s", d)
			}
		})
	}
	t.Run("unknown tenant", func(t *testing.T) {
		status, body := tn.post(strings.Replace(tokenURL, contoso.TenantID, "fabrikam.test", 1), passwordForm(alice.UPN, alice.Password, graphAll))
		if status != 400 || !strings.Contains(body["error_description"].(string), "AADSTS90002") {
			t.Errorf("%d %v", status, body)
		}
	})
	t.Run("no consent for published applications", func(t *testing.T) {
		tn.Update(func(st *entra.State) { st.Client(contoso.ClientID).PublishedApps = false })
		tn.wantCode(t, passwordForm(alice.UPN, alice.Password, appScope), 65001)
	})
}

func TestProofKeyIsChecked(t *testing.T) {
	tn := startTenant(t, nil)
	b := tn.browser()
	tn.signIn(b, tn.get(b, authorizeURL(nil)), contoso.TestUser())
	for name, change := range map[string]func(url.Values){
		"another verifier": func(f url.Values) { f.Set("code_verifier", strings.Repeat("x", 43)) },
		"no verifier":      func(f url.Values) { f.Del("code_verifier") },
	} {
		t.Run(name, func(t *testing.T) {
			form := codeForm(tn.get(b, authorizeURL(nil)).redirected(t).Get("code"))
			change(form)
			tn.wantCode(t, form, 501481)
		})
	}
	t.Run("another redirect", func(t *testing.T) {
		form := codeForm(tn.get(b, authorizeURL(nil)).redirected(t).Get("code"))
		form.Set("redirect_uri", "http://localhost:1/")
		tn.wantCode(t, form, 500112)
	})
}

func TestWhatExpires(t *testing.T) {
	now := time.Now()
	tn := startTenant(t, func(o *entra.Options) { o.Clock = func() time.Time { return now } })
	b := tn.browser()
	code := tn.signIn(b, tn.get(b, authorizeURL(nil)), contoso.Admin()).redirected(t).Get("code")
	token := tn.userToken(contoso.Admin(), graphAll)
	stale := tn.get(tn.browser(), authorizeURL(nil))
	device := tn.beginDevice(graphAll)

	tn.Update(func(*entra.State) { now = now.Add(2 * time.Hour) })
	tn.wantCode(t, codeForm(code), 70008)
	tn.wantCode(t, deviceForm(device), 70019)
	if got := tn.call(token, "GET", "/v1.0/me", nil).want(t, 401); got.code() != "InvalidAuthenticationToken" {
		t.Errorf("an old token: %v", got.body)
	}
	if got := tn.signIn(tn.browser(), stale, contoso.Admin()); !strings.Contains(got.text, "AADSTS90023") {
		t.Errorf("an old page: %s", got.text)
	}
	tn.Update(func(*entra.State) { now = now.Add(24 * time.Hour) })
	if page := tn.get(b, authorizeURL(nil)); page.status != http.StatusOK {
		t.Errorf("the session never ends: %s", page.location)
	}
}

const daemonID = "33333333-0000-0000-0000-000000000000"

func daemonForm(secret, scope string) url.Values {
	return url.Values{"grant_type": {"client_credentials"}, "client_id": {daemonID}, "client_secret": {secret}, "scope": {scope}}
}

// wantCode posts to the token endpoint and wants that AADSTS code.
func (tn *tenant) wantCode(t *testing.T, form url.Values, code int) {
	t.Helper()
	status, body := tn.post(tokenURL, form)
	codes, _ := body["error_codes"].([]any)
	if len(codes) != 1 || codes[0] != float64(code) {
		t.Errorf("want AADSTS%d: %d %v", code, status, body)
	}
}

// payload decodes a token without verifying it.
func payload(t *testing.T, token any) map[string]any {
	t.Helper()
	raw, _ := token.(string)
	parts := strings.Split(raw, ".")
	if len(parts) != 3 {
		t.Fatalf("not a token: %q", raw)
	}
	b, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]any{}
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// pick keeps the keys that want has.
func pick(got, want map[string]any) map[string]any {
	out := map[string]any{}
	for k := range want {
		if v, there := got[k]; there {
			out[k] = v
		}
	}
	return out
}
