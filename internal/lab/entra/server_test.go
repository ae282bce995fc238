package entra_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/entra"
	"sensegate/internal/lab/pki"
)

func TestDiscoveryAndKeys(t *testing.T) {
	tn := startTenant(t, nil)
	raw := tn.userToken(contoso.TestUser(), graphAll)
	for _, tc := range []struct{ tenant, issuer string }{
		{contoso.TenantID, loginBase + "/v2.0"},
		{contoso.TenantDomain, loginBase + "/v2.0"},
		{"common", "https://" + contoso.LoginHost + "/{tenantid}/v2.0"},
	} {
		t.Run(tc.tenant, func(t *testing.T) {
			doc := tn.fetch("https://" + contoso.LoginHost + "/" + tc.tenant + "/v2.0/.well-known/openid-configuration")
			if doc["issuer"] != tc.issuer {
				t.Errorf("issuer %v", doc["issuer"])
			}
			keysURL, _ := doc["jwks_uri"].(string)
			keys, _ := tn.fetch(keysURL)["keys"].([]any)
			_, err := jwt.Parse(raw, func(tk *jwt.Token) (any, error) {
				return publicKey(t, keys, tk.Header["kid"]), nil
			}, jwt.WithValidMethods([]string{"ES256"}), jwt.WithAudience(graphBase), jwt.WithIssuer(loginBase+"/v2.0"))
			if err != nil {
				t.Errorf("the published key does not verify a token: %v", err)
			}
		})
	}
	instance := tn.fetch("https://" + contoso.LoginHost + "/common/discovery/instance?api-version=1.1")
	if instance["tenant_discovery_endpoint"] != loginBase+"/v2.0/.well-known/openid-configuration" {
		t.Errorf("instance discovery %v", instance)
	}
	if status := tn.get(tn.client, "https://"+contoso.LoginHost+"/fabrikam.test/v2.0/.well-known/openid-configuration"); status.status != 400 || !strings.Contains(status.text, "AADSTS90002") {
		t.Errorf("unknown tenant: %d %s", status.status, status.text)
	}
}

func TestHostsAreToldApartByName(t *testing.T) {
	tn := startTenant(t, nil)
	for _, tc := range []struct {
		host, path string
		status     int
	}{
		{contoso.LoginHost, "/common/oauth2/deviceauth", 200},
		{contoso.LoginHost + ":443", "/common/oauth2/deviceauth", 200},
		{"Graph.Entra.Test", "/v1.0/me", 401},
		{"127.0.0.1", "/v1.0/me", 400},
	} {
		t.Run(tc.host, func(t *testing.T) {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+contoso.LoginHost+tc.path, nil)
			if err != nil {
				t.Fatal(err)
			}
			req.Host = tc.host
			if got := tn.see(tn.client, req); got.status != tc.status {
				t.Errorf("%d %s", got.status, got.text)
			}
		})
	}
}

func TestLifecycle(t *testing.T) {
	if _, err := entra.New(entra.Options{}); err == nil {
		t.Error("New without an authority succeeded")
	}
	ca, err := pki.NewCA("Practice CA")
	if err != nil {
		t.Fatal(err)
	}
	s, err := entra.New(entra.Options{CA: ca})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Errorf("Close before Start: %v", err)
	}
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Start(t.Context()); err == nil {
		t.Error("started twice")
	}
	taken, err := entra.New(entra.Options{CA: ca, GraphAddress: s.GraphAddr()})
	if err != nil {
		t.Fatal(err)
	}
	if err := taken.Start(t.Context()); err == nil || !strings.Contains(err.Error(), s.GraphAddr()) {
		t.Errorf("a taken address: %v", err)
	}
	// A connection that is open and silent must not hold Close up.
	client := pinned(s, ca)
	resp, err := client.Get("https://" + contoso.LoginHost + "/common/oauth2/deviceauth")
	if err != nil {
		t.Fatal(err)
	}
	readAll(t, resp)
	for range 2 {
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
	client.CloseIdleConnections()
	ctx, cancel := context.WithTimeout(t.Context(), httpPatience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+contoso.LoginHost+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	if resp, err := client.Do(req); err == nil {
		readAll(t, resp)
		t.Error("still answering")
	}
}

func TestManyAtOnce(t *testing.T) {
	tn := startTenant(t, nil)
	admin := tn.userToken(contoso.Admin(), graphAll)
	a := tn.publishApp(admin)
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for range 5 {
				if status, _ := tn.post(tokenURL, passwordForm(contoso.TestUser().UPN, contoso.TestUser().Password, graphAll+" offline_access")); status != 200 {
					t.Errorf("token: %d", status)
				}
				if got := tn.call(admin, "GET", "/beta/applications/"+a.id+"?$select=onPremisesPublishing,web,tags", nil); got.status != 200 {
					t.Errorf("read: %d", got.status)
				}
				if got := tn.call(admin, "PATCH", "/beta/applications/"+a.id, kerberos("HTTP/host"+string(rune('a'+i)), "userPrincipalName")); got.status != 204 {
					t.Errorf("write: %d", got.status)
				}
				tn.Update(func(st *entra.State) {
					app := st.Application(a.id)
					app.Tags = append(slices.Clone(app.Tags), "t")
					app.Publishing.IsPersistentCookieEnabled = !app.Publishing.IsPersistentCookieEnabled
				})
				if _, ok := tn.PublishedByHost(contoso.ExternalHost); !ok {
					t.Error("not published")
				}
			}
		})
	}
	wg.Wait()
}

func TestSynchronisationKeepsRunning(t *testing.T) {
	now := time.Date(2026, 8, 1, 9, 0, 0, 0, time.UTC)
	tn := startTenant(t, func(o *entra.Options) { o.Clock = func() time.Time { return now } })
	read := func() string {
		admin := tn.userToken(contoso.Admin(), graphAll)
		v, _ := tn.call(admin, "GET", "/v1.0/organization", nil).want(t, 200).values()[0]["onPremisesLastSyncDateTime"].(string)
		return v
	}
	if got := read(); got != "2026-08-01T08:48:00Z" {
		t.Errorf("at first %s", got)
	}
	tn.Update(func(*entra.State) { now = now.Add(50 * time.Minute) })
	if got := read(); got != "2026-08-01T09:48:00Z" {
		t.Errorf("later %s", got)
	}
	tn.Update(func(st *entra.State) { st.Tenant.SyncEvery = 0 })
	if got := read(); got != "2026-08-01T08:48:00Z" {
		t.Errorf("stopped %s", got)
	}
}

// TestIDsRepeat holds what the lab's users read off the screen still.
func TestIDsRepeat(t *testing.T) {
	var ids []app
	for range 2 {
		tn := startTenant(t, nil)
		ids = append(ids, tn.instantiate(tn.userToken(contoso.Admin(), graphAll), "Same"))
	}
	if ids[0] != ids[1] {
		t.Errorf("%+v and %+v", ids[0], ids[1])
	}
}

func (tn *tenant) fetch(from string) map[string]any {
	tn.t.Helper()
	if _, err := url.Parse(from); err != nil {
		tn.t.Fatal(err)
	}
	resp, err := tn.client.Get(from)
	if err != nil {
		tn.t.Fatal(err)
	}
	return decodeBody(tn.t, resp)
}

// publicKey finds a key of the published set and rebuilds it.
func publicKey(t *testing.T, keys []any, id any) *ecdsa.PublicKey {
	t.Helper()
	for _, k := range keys {
		jwk, _ := k.(map[string]any)
		if jwk["kid"] != id {
			continue
		}
		point := []byte{4}
		for _, c := range []string{"x", "y"} {
			text, _ := jwk[c].(string)
			raw, err := base64.RawURLEncoding.DecodeString(text)
			if err != nil {
				t.Fatal(err)
			}
			point = append(point, raw...)
		}
		key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
		if err != nil {
			t.Fatal(err)
		}
		return key
	}
	t.Fatalf("key %v is not published", id)
	return nil
}
