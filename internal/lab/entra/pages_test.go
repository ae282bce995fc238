package entra_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"sensegate/internal/lab/contoso"
)

// httpPatience is how long one exchange may take on a busy machine.
const httpPatience = 2 * time.Second

// seen is what a browser got.
type seen struct {
	status   int
	location string
	text     string
	from     *url.URL
}

func (tn *tenant) get(b *http.Client, to string) seen {
	tn.t.Helper()
	req, err := http.NewRequestWithContext(tn.t.Context(), http.MethodGet, to, nil)
	if err != nil {
		tn.t.Fatal(err)
	}
	return tn.see(b, req)
}

func (tn *tenant) see(b *http.Client, req *http.Request) seen {
	tn.t.Helper()
	resp, err := b.Do(req)
	if err != nil {
		tn.t.Fatal(err)
	}
	return seen{resp.StatusCode, resp.Header.Get("Location"), string(readAll(tn.t, resp)), req.URL}
}

// form reads the page's form: where it goes and its hidden fields.
func (s seen) form(t *testing.T) (action string, fields url.Values) {
	t.Helper()
	m := regexp.MustCompile(`<form method="post" action="([^"]*)"`).FindStringSubmatch(s.text)
	if m == nil {
		t.Fatalf("there is no form on the page: %d %s", s.status, s.text)
	}
	fields = url.Values{}
	for _, f := range regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`).FindAllStringSubmatch(s.text, -1) {
		fields.Set(html.UnescapeString(f[1]), html.UnescapeString(f[2]))
	}
	return html.UnescapeString(m[1]), fields
}

// submit sends the page's form with more fields filled in.
func (tn *tenant) submit(b *http.Client, s seen, more url.Values) seen {
	tn.t.Helper()
	action, fields := s.form(tn.t)
	for k := range more {
		fields.Set(k, more.Get(k))
	}
	to, err := s.from.Parse(action)
	if err != nil {
		tn.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(tn.t.Context(), http.MethodPost, to.String(), strings.NewReader(fields.Encode()))
	if err != nil {
		tn.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return tn.see(b, req)
}

func (tn *tenant) signIn(b *http.Client, page seen, p contoso.Person) seen {
	tn.t.Helper()
	return tn.submit(b, page, url.Values{"login": {p.UPN}, "passwd": {p.Password}})
}

// redirected is the query the page was redirected with.
func (s seen) redirected(t *testing.T) url.Values {
	t.Helper()
	u, err := url.Parse(s.location)
	if err != nil || s.status != http.StatusFound {
		t.Fatalf("not redirected: %d %s", s.status, s.text)
	}
	return u.Query()
}

// authorizeURL asks for a code for the wizard's client; change adds to it.
func authorizeURL(change url.Values) string {
	q := url.Values{
		"client_id": {contoso.ClientID}, "response_type": {"code"}, "redirect_uri": {"http://localhost:43210/"},
		"scope": {graphAll + " openid profile offline_access"}, "state": {"s t&1"}, "nonce": {"n1"},
		"code_challenge": {challenge}, "code_challenge_method": {"S256"},
	}
	for k := range change {
		q.Set(k, change.Get(k))
		if change.Get(k) == "" {
			q.Del(k)
		}
	}
	return loginBase + "/oauth2/v2.0/authorize?" + q.Encode()
}

// The pair of RFC 7636, appendix B.
const (
	verifier  = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
	challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
)

func codeForm(code string) url.Values {
	return url.Values{
		"grant_type": {"authorization_code"}, "client_id": {contoso.ClientID}, "code": {code},
		"redirect_uri": {"http://localhost:43210/"}, "code_verifier": {verifier},
	}
}
