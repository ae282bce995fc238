package qlik_test

import (
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sensegate/internal/fact"
	"sensegate/internal/lab/pki"
	"sensegate/internal/netprobe"
	"sensegate/internal/qlik"
	"sensegate/internal/site"
)

// repository is a small repository service that a test scripts, with the
// client that talks to it.
func repository(t *testing.T, handler http.HandlerFunc) *qlik.Client {
	t.Helper()
	ca, err := pki.NewCA("repository")
	if err != nil {
		t.Fatal(err)
	}
	cert, err := ca.Server("node.example.test")
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewUnstartedServer(handler)
	srv.TLS = &tls.Config{Certificates: []tls.Certificate{cert}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: ca.Pool(), MinVersion: tls.VersionTLS12}
	srv.StartTLS()
	t.Cleanup(srv.Close)
	client, err := ca.Client("QlikClient")
	if err != nil {
		t.Fatal(err)
	}
	certificate, key, err := pki.Encode(client)
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	s := site.Site{
		Qlik: site.Qlik{Repository: "https://node.example.test:4242/ignored", User: `CONTOSO\qadmin`},
		Pins: []site.Pin{{Name: "node.example.test:4242", Address: u.Host}},
	}
	dir := t.TempDir()
	for name, f := range map[string]struct {
		to   *string
		data []byte
	}{
		"client.pem": {&s.Qlik.Certificate, certificate}, "client_key.pem": {&s.Qlik.Key, key}, "root.pem": {&s.Qlik.Root, ca.PEM()},
	} {
		*f.to = filepath.Join(dir, name)
		if err := os.WriteFile(*f.to, f.data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	d, err := netprobe.New(s)
	if err != nil {
		t.Fatal(err)
	}
	c, err := qlik.NewClient(s, d)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// entity is a proxy service of a later release: it has members that nobody
// here knows, and numbers that no float holds.
const entity = `{"id":"p1","modifiedDate":"2024-11-30T10:00:00.123Z","big":12345678901234567890,"exact":1.10,
"newThing":{"a":[1,null,{"b":"ü"}]},"settings":{"id":"s1","kerberosAuthentication":false,"listenPort":443,"future":"x"}}`

func TestUnknownMembersSurvive(t *testing.T) {
	var mu sync.Mutex
	stored, keys := entity, map[string]bool{}
	c := repository(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		key := r.URL.Query().Get("xrfkey")
		if len(key) != 16 || key != r.Header.Get("X-Qlik-Xrfkey") || keys[key] {
			t.Errorf("XSRF key %q, header %q", key, r.Header.Get("X-Qlik-Xrfkey"))
		}
		keys[key] = true
		if got := r.Header.Get("X-Qlik-User"); got != "UserDirectory=CONTOSO; UserId=qadmin" {
			t.Errorf("X-Qlik-User = %q", got)
		}
		if r.URL.Path != "/qrs/proxyservice/p1" {
			t.Errorf("path = %q", r.URL.Path)
		}
		if r.Method == http.MethodPut {
			raw, err := io.ReadAll(r.Body)
			if err != nil {
				t.Error(err)
			}
			stored = string(raw)
		}
		_, _ = fmt.Fprint(w, stored)
	})
	w := qlik.NewWriter(c)
	if err := w.SetKerberos(t.Context(), "p1", true); err != nil {
		t.Fatal(err)
	}
	decode := func(s string) (v any) {
		dec := json.NewDecoder(strings.NewReader(s))
		dec.UseNumber()
		if err := dec.Decode(&v); err != nil {
			t.Fatal(err)
		}
		return v
	}
	mu.Lock()
	after := stored
	mu.Unlock()
	want := decode(strings.Replace(entity, `"kerberosAuthentication":false`, `"kerberosAuthentication":true`, 1))
	if diff := cmp.Diff(want, decode(after)); diff != "" {
		t.Errorf("the entity changed beyond the field (-want +got):\n%s", diff)
	}
}

func TestNothingToChangeIsNotWritten(t *testing.T) {
	c := repository(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet {
			t.Errorf("%s although the value is there", r.Method)
		}
		_, _ = fmt.Fprint(w, `{"id":"v1","websocketCrossOriginWhiteList":["a","b"],"windowsAuthenticationEnabledDevicePattern":"Mozilla"}`)
	})
	w := qlik.NewWriter(c)
	if err := w.SetAllowList(t.Context(), "v1", []string{"a", "b"}); err != nil {
		t.Error(err)
	}
	if err := w.SetDevicePattern(t.Context(), "v1", "Mozilla"); err != nil {
		t.Error(err)
	}
}

func TestAnswersOfOthers(t *testing.T) {
	tests := []struct {
		name   string
		answer http.HandlerFunc
		kind   fact.ErrorKind
	}{
		{name: "the proxy's login", kind: fact.NotSignedIn, answer: func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/internal_forms_authentication/", http.StatusFound)
		}},
		{name: "a page", answer: func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprint(w, "<html>hello</html>") }, kind: fact.Unsupported},
		{name: "no session", answer: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) }, kind: fact.NotSignedIn},
		{name: "starting", answer: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) }, kind: fact.Unreachable},
		{name: "hangs up", answer: func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, kind: fact.Unreachable},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := repository(t, tt.answer).About(t.Context()); kindOf(err) != tt.kind {
				t.Errorf("About() error = %v, want kind %d", err, tt.kind)
			}
		})
	}
}

func TestNewClientNamesWhatIsWrong(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	ca, err := pki.NewCA("x")
	if err != nil {
		t.Fatal(err)
	}
	cert, err := ca.Client("QlikClient")
	if err != nil {
		t.Fatal(err)
	}
	certPEM, keyPEM, err := pki.Encode(cert)
	if err != nil {
		t.Fatal(err)
	}
	good := site.Qlik{Repository: "https://node:4242", Certificate: file("c.pem", string(certPEM)), Key: file("k.pem", string(keyPEM))}
	tests := []struct {
		name   string
		change func(*site.Qlik)
		want   string
	}{
		{name: "address", change: func(q *site.Qlik) { q.Repository = "node:4242" }, want: "not an https URL"},
		{name: "no certificate", change: func(q *site.Qlik) { q.Certificate = filepath.Join(dir, "none") }, want: "client certificate"},
		{name: "encrypted key", change: func(q *site.Qlik) {
			q.Key = file("e.pem", "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n")
		}, want: "protected by a password"},
		{name: "root is no PEM", change: func(q *site.Qlik) { q.Root = file("r.pem", "x") }, want: "no PEM certificate"},
		{name: "user", change: func(q *site.Qlik) { q.User = "sa_api" }, want: `DIRECTORY\user`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := site.Site{Qlik: good}
			tt.change(&s.Qlik)
			d, err := netprobe.New(s)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := qlik.NewClient(s, d); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("NewClient() error = %v, want %q in it", err, tt.want)
			}
		})
	}
}
