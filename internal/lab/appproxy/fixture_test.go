package appproxy_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"sensegate/internal/lab/appproxy"
	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/pki"
)

const appID = "4b6a1c1e-0a53-4d7e-8f27-6f1f0f2f7a11"

// cloud is a tenant with one application and two people.
type cloud struct {
	mu   sync.Mutex
	app  appproxy.Application
	user appproxy.User
}

func (c *cloud) ByHost(host string) (appproxy.Application, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	u, err := url.Parse(c.app.ExternalURL)
	return c.app, err == nil && u.Hostname() == host
}

func (c *cloud) Redeem(_ context.Context, _ appproxy.Application, code, redirectURI string) (appproxy.User, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if code != "good" || redirectURI != c.app.ExternalURL {
		return appproxy.User{}, errors.New("AADSTS54005: the code was already redeemed")
	}
	return c.user, nil
}

func (c *cloud) Verify(_ context.Context, _ appproxy.Application, token string) (appproxy.User, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch token {
	case "alice":
		return c.user, nil
	case "unlicensed":
		u := c.user
		u.Unlicensed = true
		return u, nil
	case "app":
		return appproxy.User{ID: c.user.ID, AppOnly: true}, nil
	}
	return appproxy.User{}, errors.New("the audience is another")
}

func (c *cloud) change(f func(*appproxy.Application)) {
	c.mu.Lock()
	f(&c.app)
	c.mu.Unlock()
}

// tickets makes tokens that say what they are.
type tickets struct {
	mu    sync.Mutex
	fail  map[string]error // by machine
	given []string
}

func (k *tickets) Authorization(_ context.Context, machine, user, spn string, spnego bool) (string, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := k.fail[machine]; err != nil {
		return "", err
	}
	line := fmt.Sprintf("%s|%s|%s|%v", machine, user, spn, spnego)
	k.given = append(k.given, line)
	return "Negotiate " + line, nil
}

func (k *tickets) count() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return len(k.given)
}

// fixture is an application proxy in front of an application of the test's own.
type fixture struct {
	t       *testing.T
	proxy   *appproxy.Server
	cloud   *cloud
	tickets *tickets
	ca      *pki.CA
	backend string

	mu     sync.Mutex
	events []appproxy.Event
}

func start(t *testing.T, handler http.Handler) *fixture {
	t.Helper()
	ca, err := pki.NewCA("lab")
	if err != nil {
		t.Fatal(err)
	}
	inside, err := ca.Server(contoso.QlikHost)
	if err != nil {
		t.Fatal(err)
	}
	outside, err := ca.Server(contoso.ExternalHost, "*."+contoso.ProxySuffix)
	if err != nil {
		t.Fatal(err)
	}
	f := &fixture{t: t, ca: ca, tickets: &tickets{fail: map[string]error{}}, backend: serve(t, handler, inside)}
	f.cloud = &cloud{
		user: appproxy.User{ID: "u1", UPN: "alice@contoso.test", OnPremUPN: "alice@corp.test", OnPremSAM: "alice"},
		app: appproxy.Application{
			AppID: appID, Name: contoso.AppName, Tenant: contoso.TenantID,
			ExternalURL: "https://" + contoso.ExternalHost + "/", InternalURL: "https://" + contoso.QlikHost + "/",
			Preauth: true, Group: contoso.GroupName, Assignment: true, Assigned: []string{"u1"},
			Connectors: []appproxy.Connector{{Machine: "conn01.contoso.test", Active: true}, {Machine: "conn02.contoso.test"}},
			SSOMode:    "onPremisesKerberos", SPN: contoso.SPN, Mapping: "userPrincipalName",
			TranslateHeaders: true, ValidateCertificate: true, HTTPOnlyCookie: true, SecureCookie: true,
		},
	}
	f.proxy, err = appproxy.New(appproxy.Options{
		Clock: time.Now, Certificate: outside, Roots: ca.Pool(), LoginURL: "https://" + contoso.LoginHost,
		Cloud: f.cloud, Tickets: f.tickets,
		Resolve: func(hostport string) string {
			switch hostport {
			case contoso.QlikHost + ":443", contoso.QlikNode + ":443":
				return f.backend
			}
			return "127.0.0.1:1"
		},
		Record: func(e appproxy.Event) {
			f.mu.Lock()
			f.events = append(f.events, e)
			f.mu.Unlock()
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := f.proxy.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.proxy.Close(); err != nil {
			t.Error(err)
		}
	})
	return f
}

func serve(t *testing.T, handler http.Handler, cert tls.Certificate) string {
	t.Helper()
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12})
	if err != nil {
		t.Fatal(err)
	}
	srv := &http.Server{Handler: handler, ReadHeaderTimeout: time.Minute}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = srv.Serve(l)
	}()
	t.Cleanup(func() {
		_ = srv.Close()
		<-done
	})
	return l.Addr().String()
}

// client is a browser: cookies, trust in the lab, names pinned; it does not
// follow redirects.
func (f *fixture) client() *http.Client {
	jar, err := cookiejar.New(nil)
	if err != nil {
		f.t.Fatal(err)
	}
	tr := &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: f.ca.Pool(), MinVersion: tls.VersionTLS12},
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, f.proxy.Addr())
		},
	}
	f.t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{
		Transport: tr, Jar: jar, Timeout: 10 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

type answer struct {
	*http.Response
	body string
}

func (f *fixture) get(c *http.Client, target string, header ...string) answer {
	f.t.Helper()
	req, err := http.NewRequestWithContext(f.t.Context(), http.MethodGet, target, nil)
	if err != nil {
		f.t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	return f.do(c, req)
}

func (f *fixture) do(c *http.Client, req *http.Request) answer {
	f.t.Helper()
	res, err := c.Do(req)
	if err != nil {
		f.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		f.t.Fatal(err)
	}
	return answer{res, string(b)}
}

// signIn walks through the redirect and returns a browser with the cookie.
func (f *fixture) signIn() *http.Client {
	f.t.Helper()
	c := f.client()
	state := stateOf(f.t, f.get(c, "https://"+contoso.ExternalHost+"/hub/"))
	back := f.get(c, "https://"+contoso.ExternalHost+"/?code=good&state="+state)
	if back.StatusCode != http.StatusFound {
		f.t.Fatalf("coming back from sign-in: %d %s", back.StatusCode, back.body)
	}
	return c
}

func stateOf(t *testing.T, a answer) string {
	t.Helper()
	u, err := url.Parse(a.Header.Get("Location"))
	if err != nil || !strings.HasSuffix(u.Path, "/authorize") {
		t.Fatalf("no challenge: %d %s", a.StatusCode, a.Header.Get("Location"))
	}
	return u.Query().Get("state")
}

func (f *fixture) eventIDs() []int {
	f.mu.Lock()
	defer f.mu.Unlock()
	var ids []int
	for _, e := range f.events {
		ids = append(ids, e.ID)
	}
	return ids
}
