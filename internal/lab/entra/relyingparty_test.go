package entra_test

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/entra"
)

// TestSignInToAPublishedApplication is a browser's way through what the
// application proxy does with the tenant.
func TestSignInToAPublishedApplication(t *testing.T) {
	tn := startTenant(t, nil)
	a := tn.publishApp(tn.userToken(contoso.Admin(), graphAll))
	p, ok := tn.PublishedByHost(contoso.ExternalHost)
	if !ok {
		t.Fatal("not published")
	}
	if _, other := tn.PublishedByHost("other-contoso." + contoso.ProxySuffix); other {
		t.Error("another host is published too")
	}

	b := tn.browser()
	q := tn.signIn(b, tn.get(b, p.AuthorizeURL(externalURL, "st", "no")), contoso.TestUser()).redirected(t)
	claims, err := tn.RedeemCode(q.Get("code"), externalURL)
	if err != nil {
		t.Fatal(err)
	}
	if claims.UPN != contoso.TestUser().UPN || claims.Nonce != "no" || claims.AppID != a.appID || q.Get("state") != "st" {
		t.Errorf("claims %+v of %v", claims, q)
	}
	if !p.MayEnter(claims.ObjectID) || !tn.Licensed(claims.ObjectID) {
		t.Error("the assigned, licensed user may not enter")
	}
	_, err = tn.RedeemCode(q.Get("code"), externalURL)
	wantSignInError(t, err, 54005)

	// The same browser is let in again without a word.
	again := tn.get(b, p.AuthorizeURL(externalURL, "st2", "no2")).redirected(t)
	_, err = tn.RedeemCode(again.Get("code"), "https://elsewhere.test/")
	wantSignInError(t, err, 500112)

	// A code of the wizard's own is not the application proxy's to redeem.
	own := tn.signIn(b, tn.get(b, authorizeURL(url.Values{"prompt": {"login"}})), contoso.Admin()).redirected(t)
	_, err = tn.RedeemCode(own.Get("code"), "http://localhost:43210/")
	wantSignInError(t, err, 70008)

	t.Run("not assigned", func(t *testing.T) {
		other := tn.browser()
		page := tn.signIn(other, tn.get(other, p.AuthorizeURL(externalURL, "s", "n")), contoso.Qlik())
		if !strings.Contains(page.text, "AADSTS50105") || page.location != "" {
			t.Errorf("%d %s", page.status, page.text)
		}
	})
	t.Run("redirect address taken away", func(t *testing.T) {
		tn.Update(func(st *entra.State) { st.Application(a.id).Web.RedirectURIs = []string{"https://old.test/"} })
		if page := tn.get(b, p.AuthorizeURL(externalURL, "s", "n")); !strings.Contains(page.text, "AADSTS50011") {
			t.Errorf("%d %s", page.status, page.text)
		}
	})
	t.Run("enterprise application disabled", func(t *testing.T) {
		tn.Update(func(st *entra.State) { st.ServicePrincipal(a.appID).Enabled = false })
		if _, ok := tn.PublishedByHost(contoso.ExternalHost); ok {
			t.Error("still served")
		}
	})
}

func TestIDTokenByFormPost(t *testing.T) {
	tn := startTenant(t, nil)
	a := tn.publishApp(tn.userToken(contoso.Admin(), graphAll))
	tn.Update(func(st *entra.State) {
		app := st.Application(a.id)
		app.Web.ImplicitGrantSettings.EnableIDTokenIssuance = true
		app.Secrets = []string{"proxy secret"}
	})
	b := tn.browser()
	ask := loginBase + "/oauth2/v2.0/authorize?" + url.Values{
		"client_id": {a.appID}, "redirect_uri": {externalURL}, "response_type": {"code id_token"},
		"response_mode": {"form_post"}, "scope": {"openid"}, "nonce": {"n"}, "state": {`<"&>`},
	}.Encode()
	action, fields := tn.signIn(b, tn.get(b, ask), contoso.TestUser()).form(t)
	if action != externalURL || fields.Get("state") != `<"&>` {
		t.Errorf("posted to %s with %v", action, fields)
	}
	if id := payload(t, fields.Get("id_token")); id["aud"] != a.appID || id["nonce"] != "n" {
		t.Errorf("id_token %v", id)
	}
	form := url.Values{
		"grant_type": {"authorization_code"}, "client_id": {a.appID}, "redirect_uri": {externalURL}, "code": {fields.Get("code")},
	}
	tn.wantCode(t, form, 7000218)
	form.Set("client_secret", "proxy secret")
	if status, body := tn.post(tokenURL, form); status != http.StatusOK {
		t.Errorf("redeeming with the secret: %d %v", status, body)
	}
}

func TestDelegatedIdentity(t *testing.T) {
	tn := startTenant(t, nil)
	tn.Update(func(st *entra.State) {
		u := st.User(contoso.TestUser().UPN)
		u.OnPremises.UPN, u.OnPremises.SAM = "alicee@contoso.local", "ae"
		cloud := *u
		cloud.ID, cloud.UPN, cloud.OnPremises = "cloud", "cloud@contoso.test", nil
		st.Users = append(st.Users, cloud)
	})
	alice := tn.userID(contoso.TestUser())
	for _, tc := range []struct{ user, mapping, want string }{
		{alice, entra.MapUPN, "alice@contoso.test"},
		{alice, entra.MapUserName, "alice"},
		{alice, entra.MapOnPremUPN, "alicee@contoso.local"},
		{alice, entra.MapOnPremName, "alicee"},
		{alice, entra.MapOnPremSAM, "ae"},
		{alice, "shoeSize", ""},
		{"cloud", entra.MapOnPremSAM, ""},
		{"nobody", entra.MapUPN, ""},
	} {
		t.Run(tc.user+" by "+tc.mapping, func(t *testing.T) {
			got, err := tn.DelegatedIdentity(tc.user, tc.mapping)
			if got != tc.want || (err == nil) != (tc.want != "") {
				t.Errorf("%q, %v; want %q", got, err, tc.want)
			}
		})
	}
}

func TestLicence(t *testing.T) {
	tn := startTenant(t, nil)
	alice := tn.userID(contoso.TestUser())
	for _, tc := range []struct {
		name   string
		change func(*entra.State)
		want   bool
	}{
		{"as found", func(*entra.State) {}, true},
		{"P2 instead", func(st *entra.State) { st.User(alice).Plans = []string{entra.PlanPremiumP2} }, true},
		{"user without", func(st *entra.State) { st.User(alice).Plans = nil }, false},
		{"subscription suspended", func(st *entra.State) {
			st.User(alice).Plans = []string{entra.PlanPremiumP1}
			st.SKUs[0].CapabilityStatus = "Suspended"
		}, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tn.Update(tc.change)
			if got := tn.Licensed(alice); got != tc.want {
				t.Errorf("licensed %v", got)
			}
		})
	}
}

func wantSignInError(t *testing.T, err error, code int) {
	t.Helper()
	var se *entra.SignInError
	if !errors.As(err, &se) || se.Code != code {
		t.Errorf("got %v, want AADSTS%d", err, code)
	}
}
