package entra_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/entra"
	"sensegate/internal/lab/pki"
)

func TestMain(m *testing.M) {
	if browserRequested() {
		return
	}
	goleak.VerifyTestMain(m)
}

// tenant is a running server with a client that reaches it by name.
type tenant struct {
	*entra.Server
	t      *testing.T
	client *http.Client
}

func startTenant(t *testing.T, change func(*entra.Options)) *tenant {
	t.Helper()
	ca, err := pki.NewCA("Practice CA")
	if err != nil {
		t.Fatal(err)
	}
	opts := entra.Options{CA: ca}
	if change != nil {
		change(&opts)
	}
	s, err := entra.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	tn := &tenant{Server: s, t: t, client: pinned(s, ca)}
	t.Cleanup(func() {
		tn.client.CloseIdleConnections()
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return tn
}

// pinned is a client that sends both public names to the server and follows
// no redirect by itself.
func pinned(s *entra.Server, ca *pki.CA) *http.Client {
	pins := map[string]string{
		contoso.LoginHost + ":443": s.LoginAddr(),
		contoso.GraphHost + ":443": s.GraphAddr(),
	}
	var d net.Dialer
	return &http.Client{
		Timeout: 20 * time.Second,
		Transport: &http.Transport{
			ForceAttemptHTTP2: true,
			TLSClientConfig:   &tls.Config{RootCAs: ca.Pool(), MinVersion: tls.VersionTLS12},
			DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
				if to, ok := pins[addr]; ok {
					addr = to
				}
				return d.DialContext(ctx, network, addr)
			},
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// browser is a client with cookies of its own.
func (tn *tenant) browser() *http.Client {
	jar, err := cookiejar.New(nil)
	if err != nil {
		tn.t.Fatal(err)
	}
	c := *tn.client
	c.Jar = jar
	return &c
}

const (
	loginBase = "https://" + contoso.LoginHost + "/" + contoso.TenantID
	tokenURL  = loginBase + "/oauth2/v2.0/token"
	graphBase = "https://" + contoso.GraphHost
	graphAll  = graphBase + "/.default"
)

// post sends a form and reads the JSON answer.
func (tn *tenant) post(to string, form url.Values) (int, map[string]any) {
	tn.t.Helper()
	req, err := http.NewRequestWithContext(tn.t.Context(), http.MethodPost, to, strings.NewReader(form.Encode()))
	if err != nil {
		tn.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := tn.client.Do(req)
	if err != nil {
		tn.t.Fatal(err)
	}
	return resp.StatusCode, decodeBody(tn.t, resp)
}

// userToken signs a person in with the password grant.
func (tn *tenant) userToken(p contoso.Person, scope string) string {
	tn.t.Helper()
	status, body := tn.post(tokenURL, passwordForm(p.UPN, p.Password, scope))
	raw, ok := body["access_token"].(string)
	if status != http.StatusOK || !ok {
		tn.t.Fatalf("signing %s in: %d %v", p.UPN, status, body)
	}
	return raw
}

func passwordForm(upn, password, scope string) url.Values {
	return url.Values{
		"grant_type": {"password"}, "client_id": {contoso.ClientID},
		"username": {upn}, "password": {password}, "scope": {scope},
	}
}

// answer is what Graph answered.
type answer struct {
	status int
	header http.Header
	body   map[string]any
}

// code is error.code of the answer.
func (a answer) code() string {
	e, _ := a.body["error"].(map[string]any)
	c, _ := e["code"].(string)
	return c
}

func (a answer) message() string {
	e, _ := a.body["error"].(map[string]any)
	c, _ := e["message"].(string)
	return c
}

func (a answer) text(path ...string) string {
	var v any = a.body
	for _, p := range path {
		m, _ := v.(map[string]any)
		v = m[p]
	}
	s, _ := v.(string)
	return s
}

// values are the objects of a list.
func (a answer) values() []map[string]any {
	list, _ := a.body["value"].([]any)
	var out []map[string]any
	for _, v := range list {
		m, _ := v.(map[string]any)
		out = append(out, m)
	}
	return out
}

// call asks Graph; path is below the host and body, when not nil, is sent as
// JSON, or as it is when it is a string.
func (tn *tenant) call(token, method, path string, body any) answer {
	tn.t.Helper()
	var payload io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		payload = strings.NewReader(b)
	default:
		raw, err := json.Marshal(b)
		if err != nil {
			tn.t.Fatal(err)
		}
		payload = bytes.NewReader(raw)
	}
	if !strings.HasPrefix(path, "https://") {
		path = graphBase + path
	}
	req, err := http.NewRequestWithContext(tn.t.Context(), method, strings.ReplaceAll(path, " ", "%20"), payload)
	if err != nil {
		tn.t.Fatal(err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	if payload != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	req.Header.Set("ConsistencyLevel", "eventual")
	resp, err := tn.client.Do(req)
	if err != nil {
		tn.t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, decodeBody(tn.t, resp)}
}

// want fails the test unless the answer has that status.
func (a answer) want(t *testing.T, status int) answer {
	t.Helper()
	if a.status != status {
		t.Fatalf("status %d, want %d: %v", a.status, status, a.body)
	}
	return a
}

func decodeBody(t *testing.T, resp *http.Response) map[string]any {
	t.Helper()
	raw := readAll(t, resp)
	if len(raw) == 0 {
		return nil
	}
	out := map[string]any{}
	if err := json.Unmarshal(raw, &out); err != nil {
		t.Fatalf("the answer is not JSON: %v: %s", err, raw)
	}
	return out
}

func readAll(t *testing.T, resp *http.Response) []byte {
	t.Helper()
	raw, err := io.ReadAll(resp.Body)
	if cerr := resp.Body.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// app is what publishApp made.
type app struct{ id, appID, spID string }

const (
	externalURL = "https://" + contoso.ExternalHost + "/"
	internalURL = "https://" + contoso.QlikHost + "/"
)

// publishApp publishes Qlik Sense the documented way and assigns the test user.
func (tn *tenant) publishApp(token string) app {
	tn.t.Helper()
	a := tn.instantiate(token, contoso.AppName)
	tn.patchURIs(token, a, externalURL)
	tn.call(token, "PATCH", "/beta/applications/"+a.id, publishing(internalURL, externalURL)).want(tn.t, 204)
	var group string
	tn.View(func(st *entra.State) { group = st.Group(contoso.GroupName).ID })
	tn.call(token, "PUT", "/beta/applications/"+a.id+"/connectorGroup/$ref", groupRef(group)).want(tn.t, 204)
	tn.call(token, "POST", "/v1.0/servicePrincipals/"+a.spID+"/appRoleAssignedTo", map[string]any{
		"principalId": tn.userID(contoso.TestUser()), "resourceId": a.spID, "appRoleId": "18d14569-c3bd-439b-9a66-3a2aee01d14f",
	}).want(tn.t, 201)
	return a
}

// instantiate makes an application and waits until Graph shows it.
func (tn *tenant) instantiate(token, name string) app {
	tn.t.Helper()
	made := tn.call(token, "POST", "/v1.0/applicationTemplates/8adf8e6e-67b2-4cf2-a259-e3dc5476c621/instantiate",
		map[string]any{"displayName": name}).want(tn.t, 201)
	a := app{made.text("application", "id"), made.text("application", "appId"), made.text("servicePrincipal", "id")}
	for _, path := range []string{"/v1.0/applications/" + a.id, "/v1.0/servicePrincipals/" + a.spID} {
		tries := 0
		for tn.call(token, "GET", path, nil).status == 404 {
			if tries++; tries > 10 {
				tn.t.Fatalf("%s never appears", path)
			}
		}
	}
	return a
}

func (tn *tenant) patchURIs(token string, a app, external string) {
	tn.t.Helper()
	tn.call(token, "PATCH", "/v1.0/applications/"+a.id, map[string]any{
		"identifierUris": []string{"api://" + a.appID},
		"web":            map[string]any{"redirectUris": []string{external}, "homePageUrl": external + "hub/"},
	}).want(tn.t, 204)
}

func (tn *tenant) userID(p contoso.Person) string {
	tn.t.Helper()
	u, ok := tn.UserByID(p.UPN)
	if !ok {
		tn.t.Fatalf("no user %s", p.UPN)
	}
	return u.ID
}

func publishing(internal, external string) map[string]any {
	return map[string]any{"onPremisesPublishing": map[string]any{
		"externalAuthenticationType": "aadPreAuthentication", "internalUrl": internal, "externalUrl": external,
		"isHttpOnlyCookieEnabled": true, "applicationServerTimeout": "default",
	}}
}

func kerberos(spn, mapping string) map[string]any {
	return map[string]any{"onPremisesPublishing": map[string]any{"singleSignOnSettings": map[string]any{
		"singleSignOnMode": "onPremisesKerberos",
		"kerberosSignOnSettings": map[string]any{
			"kerberosServicePrincipalName": spn, "kerberosSignOnMappingAttributeType": mapping,
		},
	}}}
}

func groupRef(id string) map[string]any {
	return map[string]any{
		"@odata.id": fmt.Sprintf("%s/beta/onPremisesPublishingProfiles/applicationproxy/connectorGroups/%s", graphBase, id),
	}
}
