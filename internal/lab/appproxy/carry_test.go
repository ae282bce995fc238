package appproxy_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sensegate/internal/lab/appproxy"
	"sensegate/internal/lab/contoso"
)

func TestTicketGoesUnaskedOnceForASession(t *testing.T) {
	f := start(t, http.HandlerFunc(ok))
	c := f.signIn()
	first := f.get(c, base+"/hub/")
	if want := "Negotiate conn01.contoso.test|alice@contoso.test|" + contoso.SPN + "|false"; first.Header.Get("X-Seen-Authorization") != want {
		t.Errorf("first request carried %q", first.Header.Get("X-Seen-Authorization"))
	}
	if second := f.get(c, base+"/hub/"); second.Header.Get("X-Seen-Authorization") != "" {
		t.Errorf("second request carried %q", second.Header.Get("X-Seen-Authorization"))
	}
}

func TestTicketAgainWhenAsked(t *testing.T) {
	asked := false
	f := start(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		if r.URL.Path == "/again" && r.Header.Get("Authorization") == "" {
			asked = true
			w.Header().Set("WWW-Authenticate", "NTLM, Negotiate")
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_, _ = w.Write(b)
	}))
	c := f.signIn()
	f.get(c, base+"/hub/")
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base+"/again", strings.NewReader("what was sent"))
	if err != nil {
		t.Fatal(err)
	}
	if a := f.do(c, req); a.StatusCode != http.StatusOK || a.body != "what was sent" || !asked {
		t.Errorf("got %d %q, asked %v", a.StatusCode, a.body, asked)
	}
	if n := f.tickets.count(); n != 2 {
		t.Errorf("%d tickets", n)
	}
}

func TestConnectorsTakeTurns(t *testing.T) {
	f := start(t, http.HandlerFunc(ok))
	f.cloud.change(func(a *appproxy.Application) { a.Connectors[1].Active = true })
	f.proxy.Update(func(s *appproxy.State) { s.SPNEGO["conn02.contoso.test"] = true })
	c := f.signIn()
	var got []string
	for range 3 {
		a := f.get(c, base+"/hub/")
		machine, _, _ := strings.Cut(strings.TrimPrefix(a.Header.Get("X-Seen-Authorization"), "Negotiate "), "|")
		got = append(got, machine+map[bool]string{true: " spnego"}[strings.HasSuffix(a.Header.Get("X-Seen-Authorization"), "true")])
	}
	if d := cmp.Diff([]string{"conn01.contoso.test", "conn02.contoso.test spnego", ""}, got); d != "" {
		t.Error(d)
	}
}

func TestMapping(t *testing.T) {
	for mapping, want := range map[string]string{
		"userPrincipalName": "alice@contoso.test", "onPremisesUserPrincipalName": "alice@corp.test",
		"userPrincipalUsername": "alice", "onPremisesUserPrincipalUsername": "alice", "onPremisesSAMAccountName": "alice",
	} {
		t.Run(mapping, func(t *testing.T) {
			f := start(t, http.HandlerFunc(ok))
			f.cloud.change(func(a *appproxy.Application) { a.Mapping = mapping })
			a := f.get(f.signIn(), base+"/hub/")
			if got := strings.Split(a.Header.Get("X-Seen-Authorization"), "|")[1]; got != want {
				t.Errorf("sent %q", got)
			}
		})
	}
}

func TestPagesAndEvents(t *testing.T) {
	deny := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("WWW-Authenticate", "Negotiate")
		w.WriteHeader(http.StatusUnauthorized)
	}
	slow := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	tests := []struct {
		name    string
		backend http.HandlerFunc
		set     func(*fixture)
		status  int
		page    string
		text    string
		events  []int
	}{
		{
			name: "no delegation", backend: ok, set: func(f *fixture) { f.tickets.fail["conn01.contoso.test"] = errors.New("KDC_ERR_BADOPTION") },
			status: 502, page: "BadGateway", text: "incorrect Kerberos constrained delegation configuration", events: []int{13019},
		},
		{
			name: "unknown account", backend: ok, set: func(f *fixture) {
				f.tickets.fail["conn01.contoso.test"] = fmt.Errorf("asking: %w", appproxy.ErrNoAccount)
			},
			status: 502, page: "BadGateway", text: "incorrect Kerberos constrained delegation configuration", events: []int{12027},
		},
		{
			name: "no service name", backend: ok, set: func(f *fixture) { f.cloud.change(func(a *appproxy.Application) { a.SPN = "" }) },
			status: 502, page: "BadGateway", text: "incorrect Kerberos", events: []int{13020},
		},
		{name: "ticket refused", backend: deny, status: 403, page: "Forbidden", text: "refused the user", events: []int{13022}},
		{
			name: "no identity", backend: ok, set: func(f *fixture) { f.cloud.change(func(a *appproxy.Application) { a.Mapping = "unknownFutureValue" }) },
			status: 403, page: "Forbidden", text: "could not be authorized", events: []int{13016},
		},
		{
			name: "backend away", backend: ok, set: func(f *fixture) { f.proxy.Update(func(s *appproxy.State) { s.BackendUnreachable = true }) },
			status: 502, page: "BadGateway", text: "could not reach the application",
		},
		{
			name: "wrong internal url", backend: ok, set: func(f *fixture) {
				f.cloud.change(func(a *appproxy.Application) { a.InternalURL = "https://other.contoso.test/" })
			},
			status: 502, page: "BadGateway", text: "could not reach the application",
		},
		{
			name: "slow", backend: slow, set: func(f *fixture) {
				f.proxy.Update(func(s *appproxy.State) { s.DefaultTimeout = 20 * time.Millisecond })
			},
			status: 504, page: "BackendTimeout", text: "timed out",
		},
		{
			name: "no connector", backend: ok, set: func(f *fixture) {
				f.cloud.change(func(a *appproxy.Application) { a.Connectors[0].Active = false })
			},
			status: 504, page: "GatewayTimeout", text: "No connector",
		},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			f := start(t, tc.backend)
			if tc.set != nil {
				tc.set(f)
			}
			a := f.get(f.signIn(), base+"/hub/")
			if a.StatusCode != tc.status || !strings.Contains(a.body, tc.text) ||
				!strings.Contains(a.body, `<span id="statuscode">`+tc.page+`</span>`) || !strings.Contains(a.body, "transactionid") {
				t.Errorf("got %d %s", a.StatusCode, a.body)
			}
			if d := cmp.Diff(tc.events, f.eventIDs()); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestUnknownHost(t *testing.T) {
	f := start(t, http.HandlerFunc(ok))
	a := f.get(f.client(), "https://other-contoso."+contoso.ProxySuffix+"/")
	if a.StatusCode != http.StatusNotFound || !strings.Contains(a.body, "other-contoso.") || !strings.Contains(a.body, "Application not found") {
		t.Errorf("got %d %s", a.StatusCode, a.body)
	}
}

func TestBackendCertificate(t *testing.T) {
	// The application's certificate names the host users type, not the node.
	tests := []struct {
		name     string
		validate bool
		status   int
	}{{"validated", true, http.StatusBadGateway}, {"not validated", false, http.StatusOK}}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			f := start(t, http.HandlerFunc(ok))
			f.cloud.change(func(a *appproxy.Application) {
				a.InternalURL, a.ValidateCertificate = "https://"+contoso.QlikNode+"/", tc.validate
			})
			if a := f.get(f.signIn(), base+"/"); a.StatusCode != tc.status {
				t.Errorf("got %d %s", a.StatusCode, a.body)
			}
		})
	}
}

func TestHostHeaderAndTranslation(t *testing.T) {
	app := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Seen-Host", r.Host)
		w.Header().Add("Set-Cookie", "X-Qlik-Session=1; Path=/; Domain="+contoso.QlikHost+"; HttpOnly; Secure")
		w.Header().Add("Set-Cookie", "plain=1; Path=/")
		w.Header().Set("Location", "https://"+r.Host+"/internal_windows_authentication/?targetId=1")
		w.WriteHeader(http.StatusFound)
	}
	tests := []struct {
		name                   string
		on                     bool
		host, location, cookie string
	}{
		{"on", true, contoso.QlikHost, base + "/internal_windows_authentication/?targetId=1", "X-Qlik-Session=1; Path=/; Domain=" + contoso.ExternalHost + "; HttpOnly; Secure"},
		{"off", false, contoso.ExternalHost, base + "/internal_windows_authentication/?targetId=1", "X-Qlik-Session=1; Path=/; Domain=" + contoso.QlikHost + "; HttpOnly; Secure"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			f := start(t, http.HandlerFunc(app))
			f.cloud.change(func(a *appproxy.Application) { a.TranslateHeaders = tc.on })
			a := f.get(f.signIn(), base+"/hub/")
			got := []string{a.Header.Get("X-Seen-Host"), a.Header.Get("Location"), a.Header.Values("Set-Cookie")[0], a.Header.Values("Set-Cookie")[1]}
			if d := cmp.Diff([]string{tc.host, tc.location, tc.cookie, "plain=1; Path=/"}, got); d != "" {
				t.Error(d)
			}
		})
	}
}
