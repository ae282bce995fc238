package entra_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/entra"
)

// azure is how Microsoft's library is pointed at the lab.
func (tn *tenant) azure() policy.ClientOptions {
	return policy.ClientOptions{
		Cloud:     cloud.Configuration{ActiveDirectoryAuthorityHost: "https://" + contoso.LoginHost + "/"},
		Transport: tn.client,
		Retry:     policy.RetryOptions{RetryDelay: time.Millisecond, MaxRetryDelay: time.Millisecond},
	}
}

// deviceToken gets a token by device code; page is shown what to enter where.
func (tn *tenant) deviceToken(tenantName, scope string, page func(azidentity.DeviceCodeMessage)) (string, error) {
	tn.t.Helper()
	cred, err := azidentity.NewDeviceCodeCredential(&azidentity.DeviceCodeCredentialOptions{
		ClientOptions: tn.azure(), ClientID: contoso.ClientID, TenantID: tenantName, DisableInstanceDiscovery: true,
		UserPrompt: func(_ context.Context, m azidentity.DeviceCodeMessage) error {
			if page != nil {
				page(m)
			}
			return nil
		},
	})
	if err != nil {
		tn.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(tn.t.Context(), 20*httpPatience)
	defer cancel()
	tk, err := cred.GetToken(ctx, policy.TokenRequestOptions{Scopes: []string{scope}})
	return tk.Token, err
}

func TestDeviceCodeAnswersItself(t *testing.T) {
	tn := startTenant(t, nil)
	for _, name := range []string{contoso.TenantID, contoso.TenantDomain, "organizations"} {
		admin, err := tn.deviceToken(name, graphAll, nil)
		if err != nil {
			t.Fatalf("tenant %s: %v", name, err)
		}
		if me := tn.call(admin, "GET", "/v1.0/me", nil).want(t, 200); me.text("userPrincipalName") != contoso.Admin().UPN {
			t.Errorf("tenant %s: signed in as %v", name, me.body)
		}
	}
	a := tn.publishApp(tn.userToken(contoso.Admin(), graphAll))
	raw, err := tn.deviceToken(contoso.TenantID, "api://"+a.appID+"/user_impersonation", nil)
	if err != nil {
		t.Fatal(err)
	}
	p, _ := tn.PublishedByHost(contoso.ExternalHost)
	claims, err := tn.VerifyAccessToken(raw, p.Audiences())
	if err != nil {
		t.Fatal(err)
	}
	if claims.UPN != contoso.TestUser().UPN || len(claims.Scopes) != 1 || claims.Scopes[0] != "user_impersonation" {
		t.Errorf("claims %+v", claims)
	}
}

func TestDeviceCodeUnderTheExternalURL(t *testing.T) {
	tn := startTenant(t, nil)
	admin := tn.userToken(contoso.Admin(), graphAll)
	a := tn.publishApp(admin)
	// The portal's way: the identifier is the external URL.
	tn.call(admin, "PATCH", "/v1.0/applications/"+a.id, map[string]any{
		"identifierUris": []string{strings.TrimSuffix(externalURL, "/")},
	}).want(t, 204)
	raw, err := tn.deviceToken(contoso.TenantID, externalURL+"user_impersonation", nil)
	if err != nil {
		t.Fatal(err)
	}
	p, _ := tn.PublishedByHost(contoso.ExternalHost)
	if _, err := tn.VerifyAccessToken(raw, p.Audiences()); err != nil {
		t.Error(err)
	}
	if _, err := tn.VerifyAccessToken(raw, []string{"api://somebody-else"}); err == nil {
		t.Error("a token for another audience was taken")
	}
	if got := tn.call(raw, "GET", "/v1.0/me", nil).want(t, 401); got.code() != "InvalidAuthenticationToken" {
		t.Errorf("Graph took it: %v", got.body)
	}
}

func TestDeviceCodeOnThePage(t *testing.T) {
	tn := startTenant(t, nil)
	tn.Update(func(st *entra.State) { st.DeviceCodesWait = true })
	tn.wantCode(t, deviceForm(tn.beginDevice(graphAll)), 70016)

	raw, err := tn.deviceToken(contoso.TenantID, graphAll, func(m azidentity.DeviceCodeMessage) {
		b := tn.browser()
		page := tn.get(b, m.VerificationURL)
		if wrong := tn.submit(b, page, url.Values{"otc": {"WRONG"}}); !strings.Contains(wrong.text, "work. Check the code") {
			t.Errorf("a wrong code: %s", wrong.text)
		}
		form := tn.submit(b, page, url.Values{"otc": {strings.ToLower(m.UserCode)}})
		if done := tn.signIn(b, form, contoso.TestUser()); !strings.Contains(done.text, "You have signed in") {
			t.Errorf("after signing in: %s", done.text)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if me := tn.call(raw, "GET", "/v1.0/me", nil).want(t, 200); me.text("userPrincipalName") != contoso.TestUser().UPN {
		t.Errorf("signed in as %v", me.body)
	}
}

func TestDeviceCodeRefused(t *testing.T) {
	for _, tc := range []struct {
		name, want string
		options    func(*entra.Options)
		change     func(*entra.State)
	}{
		{"blocked", "AADSTS53003", nil, func(st *entra.State) { st.DeviceCodesBlocked = true }},
		{"the person is", "AADSTS50076", nil, func(st *entra.State) { st.SignInFailures[contoso.Admin().UPN] = 50076 }},
		{"a code that names the person", "AADSTS50105", nil, func(st *entra.State) { st.SignInFailures[contoso.Admin().UPN] = 50105 }},
		{"nobody of that name", "AADSTS50034", func(o *entra.Options) {
			o.DeviceUser = func(string, []string) (string, bool) { return "bob@contoso.test", true }
		}, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tn := startTenant(t, tc.options)
			if tc.change != nil {
				tn.Update(tc.change)
			}
			// azidentity fails too, but MSAL has read the body away by the time
			// it tells why; the wire is asked instead.
			if _, err := tn.deviceToken(contoso.TenantID, graphAll, nil); err == nil {
				t.Error("signed in all the same")
			}
			_, body := tn.post(tokenURL, deviceForm(tn.beginDevice(graphAll)))
			text, _ := body["error_description"].(string)
			if !strings.HasPrefix(text, tc.want) || strings.Contains(text, "%!") {
				t.Errorf("got %v, want %s", body, tc.want)
			}
		})
	}
	t.Run("nobody answers", func(t *testing.T) {
		tn := startTenant(t, func(o *entra.Options) {
			o.DeviceUser = func(string, []string) (string, bool) { return "", false }
		})
		tn.wantCode(t, deviceForm(tn.beginDevice(graphAll)), 70016)
	})
	t.Run("no client", func(t *testing.T) {
		tn := startTenant(t, nil)
		status, body := tn.post(loginBase+"/oauth2/v2.0/devicecode", url.Values{"scope": {graphAll}})
		if status != 400 || body["error"] != "invalid_request" {
			t.Errorf("%d %v", status, body)
		}
	})
}

func TestClientSecretCredential(t *testing.T) {
	tn := startTenant(t, nil)
	tn.Update(func(st *entra.State) {
		st.Clients = append(st.Clients, entra.Client{
			ID: daemonID, Name: "Daemon", Secrets: []string{"s3cret"},
			AppRoles: []string{"Application.ReadWrite.All", "Directory.ReadWrite.All"},
		})
	})
	cred, err := azidentity.NewClientSecretCredential(contoso.TenantID, daemonID, "s3cret", &azidentity.ClientSecretCredentialOptions{
		ClientOptions: tn.azure(), DisableInstanceDiscovery: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	tk, err := cred.GetToken(t.Context(), policy.TokenRequestOptions{Scopes: []string{graphAll}})
	if err != nil {
		t.Fatal(err)
	}
	claims := payload(t, tk.Token)
	if _, has := claims["scp"]; has || claims["idtyp"] != "app" {
		t.Errorf("claims %v", claims)
	}
	a := tn.publishApp(tn.userToken(contoso.Admin(), graphAll))
	for _, tc := range []struct {
		name, method, path string
		body               any
		status             int
	}{
		{"applications", "GET", "/v1.0/applications", nil, 200},
		{"publishing is read", "GET", "/beta/applications/" + a.id + "/onPremisesPublishing", nil, 200},
		{"publishing is not written", "PATCH", "/beta/applications/" + a.id + "/onPremisesPublishing", map[string]any{}, 403},
		{"nor through the application", "PATCH", "/beta/applications/" + a.id, kerberos(contoso.SPN, "userPrincipalName"), 403},
		{"URIs are", "PATCH", "/v1.0/applications/" + a.id, map[string]any{"notes": "by a daemon"}, 204},
		{"connectors", "GET", "/beta/onPremisesPublishingProfiles/applicationProxy/connectors", nil, 403},
		{"me", "GET", "/v1.0/me", nil, 403},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := tn.call(tk.Token, tc.method, tc.path, tc.body).want(t, tc.status)
			if tc.status == 403 && got.code() != "Authorization_RequestDenied" {
				t.Errorf("code %q", got.code())
			}
		})
	}
}

// TestPipelineRetriesThrottling drives Graph as the product does.
func TestPipelineRetriesThrottling(t *testing.T) {
	tn := startTenant(t, nil)
	cred, err := azidentity.NewDeviceCodeCredential(&azidentity.DeviceCodeCredentialOptions{
		ClientOptions: tn.azure(), ClientID: contoso.ClientID, TenantID: contoso.TenantID, DisableInstanceDiscovery: true,
		UserPrompt: func(context.Context, azidentity.DeviceCodeMessage) error { return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	opts := tn.azure()
	pl := runtime.NewPipeline("test", "v0", runtime.PipelineOptions{
		PerRetry: []policy.Policy{runtime.NewBearerTokenPolicy(cred, []string{graphAll}, nil)},
	}, &opts)
	tn.Update(func(st *entra.State) { st.Throttle, st.RetryAfter = 2, 0 })
	req, err := runtime.NewRequest(t.Context(), http.MethodGet, graphBase+"/v1.0/organization")
	if err != nil {
		t.Fatal(err)
	}
	resp, err := pl.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if readAll(t, resp); resp.StatusCode != http.StatusOK {
		t.Errorf("status %d", resp.StatusCode)
	}

	req, err = runtime.NewRequest(t.Context(), http.MethodGet, graphBase+"/v1.0/users/nobody@contoso.test")
	if err != nil {
		t.Fatal(err)
	}
	resp, err = pl.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	var respErr *azcore.ResponseError
	if !errors.As(runtime.NewResponseError(resp), &respErr) || respErr.ErrorCode != "Request_ResourceNotFound" || respErr.StatusCode != 404 {
		t.Errorf("azcore reads %+v", respErr)
	}
}

func deviceForm(code string) url.Values {
	return url.Values{
		"grant_type": {"urn:ietf:params:oauth:grant-type:device_code"}, "client_id": {contoso.ClientID}, "device_code": {code},
	}
}

// beginDevice begins a device code flow and returns the device code.
func (tn *tenant) beginDevice(scope string) string {
	tn.t.Helper()
	status, body := tn.post(loginBase+"/oauth2/v2.0/devicecode", url.Values{"client_id": {contoso.ClientID}, "scope": {scope}})
	code, _ := body["device_code"].(string)
	if status != http.StatusOK || code == "" {
		tn.t.Fatalf("devicecode: %d %v", status, body)
	}
	return code
}
