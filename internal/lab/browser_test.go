package lab_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"html"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"sensegate/internal/lab"
	"sensegate/internal/lab/contoso"
	"sensegate/internal/site"
)

const agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Practice/1.0"

func start(t testing.TB, o lab.Options) *lab.Lab {
	t.Helper()
	l, err := lab.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

// browser is a person with a browser: cookies, the lab's authority, names
// pinned as the site file says.
type browser struct {
	t    testing.TB
	site site.Site
	http *http.Client
	tls  *tls.Config
}

func open(t testing.TB, l *lab.Lab) *browser {
	t.Helper()
	s := l.Site()
	pem, err := os.ReadFile(s.Trust.CA[0])
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		t.Fatal("no certificate in ca.pem")
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	b := &browser{t: t, site: s, tls: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}
	tr := &http.Transport{TLSClientConfig: b.tls, DialContext: b.dial}
	t.Cleanup(tr.CloseIdleConnections)
	b.http = &http.Client{Transport: tr, Jar: jar, Timeout: 15 * time.Second}
	return b
}

func (b *browser) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	return (&net.Dialer{}).DialContext(ctx, network, b.site.Resolve(addr))
}

// page is what a browser ends up with.
type page struct {
	status int
	url    *url.URL
	body   string
	header http.Header
}

func (b *browser) do(method, target string, form url.Values, header ...string) page {
	b.t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	req, err := http.NewRequestWithContext(b.t.Context(), method, target, body)
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("User-Agent", agent)
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := b.http.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return page{res.StatusCode, res.Request.URL, string(raw), res.Header}
}

func (b *browser) get(target string, header ...string) page {
	b.t.Helper()
	return b.do(http.MethodGet, target, nil, header...)
}

var (
	formAction = regexp.MustCompile(`(?i)<form[^>]*action="([^"]*)"`)
	inputTag   = regexp.MustCompile(`(?i)<input[^>]*>`)
	attribute  = regexp.MustCompile(`(?i)\b(name|value|type)="([^"]*)"`)
)

// fill posts the first form of a page, with the user name and password in its
// fields of those kinds.
func (b *browser) fill(p page, user, password string) page {
	b.t.Helper()
	form := url.Values{}
	for _, tag := range inputTag.FindAllString(p.body, -1) {
		field := map[string]string{}
		for _, m := range attribute.FindAllStringSubmatch(tag, -1) {
			field[strings.ToLower(m[1])] = html.UnescapeString(m[2])
		}
		switch {
		case field["name"] == "":
			continue
		case field["type"] == "password":
			form.Set(field["name"], password)
		case field["type"] == "" || field["type"] == "text" || field["type"] == "email":
			form.Set(field["name"], user)
		default:
			form.Set(field["name"], field["value"])
		}
	}
	target := p.url
	if m := formAction.FindStringSubmatch(p.body); m != nil && m[1] != "" {
		u, err := p.url.Parse(html.UnescapeString(m[1]))
		if err != nil {
			b.t.Fatal(err)
		}
		target = u
	}
	return b.do(http.MethodPost, target.String(), form)
}

// signIn opens the external URL as alice, through Entra's form.
func (b *browser) signIn() page {
	b.t.Helper()
	p := b.get(b.site.Publish.ExternalURL + "hub/")
	if p.url.Hostname() != contoso.LoginHost {
		return p
	}
	return b.fill(p, contoso.TestUser().UPN, contoso.TestUser().Password)
}

// socket opens the engine at base on the browser's cookies.
func (b *browser) socket(base string) (*websocket.Conn, *http.Response, error) {
	b.t.Helper()
	token := ""
	if p := b.get(base + "qps/csrftoken"); p.header.Get("qlik-csrf-token") != "" {
		token = "?qlik-csrf-token=" + url.QueryEscape(p.header.Get("qlik-csrf-token"))
	}
	d := websocket.Dialer{Jar: b.http.Jar, TLSClientConfig: b.tls, NetDialContext: b.dial, HandshakeTimeout: 10 * time.Second}
	origin := http.Header{"Origin": {strings.TrimSuffix(base, "/")}, "User-Agent": {agent}}
	return d.DialContext(b.t.Context(), "wss"+strings.TrimPrefix(base, "https")+"app/engineData"+token, origin)
}

// engineVersion asks the engine over an open socket.
func engineVersion(t testing.TB, conn *websocket.Conn) string {
	t.Helper()
	ask := map[string]any{"jsonrpc": "2.0", "id": 1, "method": "EngineVersion", "handle": -1, "params": []any{}}
	if err := conn.WriteJSON(ask); err != nil {
		t.Fatal(err)
	}
	if err := conn.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	for {
		var msg struct {
			ID     int `json:"id"`
			Result struct {
				Version struct {
					ComponentVersion string `json:"qComponentVersion"`
				} `json:"qVersion"`
			} `json:"result"`
		}
		if err := conn.ReadJSON(&msg); err != nil {
			t.Fatal(err)
		}
		if msg.ID == 1 {
			return msg.Result.Version.ComponentVersion
		}
	}
}

// askRepository reads the repository's description with the exported
// certificates.
func askRepository(t testing.TB, l *lab.Lab) error {
	t.Helper()
	s := l.Site()
	cert, err := tls.LoadX509KeyPair(s.Qlik.Certificate, s.Qlik.Key)
	if err != nil {
		t.Fatal(err)
	}
	root, err := os.ReadFile(s.Qlik.Root)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(root)
	tr := &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: pool, Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12},
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, s.Resolve(addr))
		},
	}
	defer tr.CloseIdleConnections()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.Qlik.Repository+"/qrs/about?xrfkey=0123456789abcdef", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-Qlik-Xrfkey", "0123456789abcdef")
	req.Header.Set("X-Qlik-User", `UserDirectory=INTERNAL; UserId=sa_api`)
	res, err := (&http.Client{Transport: tr, Timeout: 10 * time.Second}).Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		t.Errorf("the repository answers %d", res.StatusCode)
	}
	return nil
}
