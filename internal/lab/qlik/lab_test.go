package qlik_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"go.uber.org/goleak"

	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/pki"
	"sensegate/internal/lab/qlik"
)

const (
	browser  = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36"
	phone    = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1"
	external = contoso.ExternalHost
	key      = "abcdefghijklmnop"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// lab is a running site and a way to reach it by its names.
type lab struct {
	t      *testing.T
	site   *qlik.Server
	front  *pki.CA
	own    *pki.CA
	client tls.Certificate
}

// good is the token that the fake closure accepts, as alice.
const good = "a kerberos token"

func accept(token []byte) (user, realm string, reply []byte, mech string, err error) {
	who, ok := strings.CutPrefix(string(token), good)
	if !ok {
		return "", "", []byte("error token"), "", errors.New("KRB_AP_ERR_MODIFIED")
	}
	if who == "" {
		who = "alice"
	}
	return who, contoso.Realm, []byte("reply token"), "kerberos", nil
}

func negotiate(user string) string {
	if user == "alice" {
		user = ""
	}
	return "Negotiate " + base64.StdEncoding.EncodeToString([]byte(good+user))
}

func start(t *testing.T, change func(*qlik.State), opts ...func(*qlik.Options)) *lab {
	t.Helper()
	l := &lab{t: t}
	for name, ca := range map[string]**pki.CA{"lab": &l.front, contoso.QlikNode + "-CA": &l.own} {
		made, err := pki.NewCA(name)
		if err != nil {
			t.Fatal(err)
		}
		*ca = made
	}
	o := qlik.Options{
		FrontCA: l.front, SiteCA: l.own, Accept: accept,
		Password: func(user, password string) bool { return user == "alice" && password == "right" },
	}
	for _, opt := range opts {
		opt(&o)
	}
	site, err := qlik.New(o)
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		site.Update(change)
	}
	if err := site.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = site.Close() })
	l.site = site
	if l.client, err = l.own.Client("QlikClient"); err != nil {
		t.Fatal(err)
	}
	return l
}

// dial reaches the site's ports under the public numbers.
func (l *lab) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	_, p, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("splitting %s: %w", addr, err)
	}
	to := map[string]string{
		"443": l.site.FrontAddr(), "80": l.site.PlainAddr(), "4244": l.site.AuthAddr(), "4248": l.site.PlainAuthAddr(),
		"4242": l.site.RepositoryAddr(), "4243": l.site.ProxyAPIAddr(), "9032": l.site.AboutAddr(),
	}[p]
	return (&net.Dialer{}).DialContext(ctx, network, to)
}

// visitor is a client with its own cookies and connections.
func (l *lab) visitor() *http.Client {
	jar, err := cookiejar.New(nil)
	if err != nil {
		l.t.Fatal(err)
	}
	pool := l.front.Pool()
	tr := &http.Transport{
		DialContext:     l.dial,
		TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12},
	}
	l.t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{
		Jar: jar, Transport: tr, Timeout: 10 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// administrator is a client with a certificate of the site.
func (l *lab) administrator() *http.Client {
	return l.withRoots(l.own.Pool(), contoso.QlikNode)
}

func (l *lab) withRoots(pool *x509.CertPool, name string) *http.Client {
	tr := &http.Transport{
		DialContext: l.dial,
		TLSClientConfig: &tls.Config{
			RootCAs: pool, ServerName: name, Certificates: []tls.Certificate{l.client}, MinVersion: tls.VersionTLS12,
		},
	}
	l.t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr, Timeout: 10 * time.Second}
}

// reply is an answer with its body read.
type reply struct {
	*http.Response
	text string
}

func (r reply) json(t *testing.T) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal([]byte(r.text), &v); err != nil {
		t.Fatalf("reading %.200q: %v", r.text, err)
	}
	return v
}

// do sends a request; headers are name, value, name, value.
func (l *lab) do(c *http.Client, method, address, body string, headers ...string) (reply, error) {
	req, err := http.NewRequestWithContext(l.t.Context(), method, address, bytes.NewBufferString(body))
	if err != nil {
		l.t.Fatal(err)
	}
	req.Header.Set("User-Agent", browser)
	for i := 0; i+1 < len(headers); i += 2 {
		if headers[i] == "Host" {
			req.Host = headers[i+1]
			continue
		}
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := c.Do(req)
	if err != nil {
		return reply{}, err
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		return reply{}, err
	}
	return reply{Response: resp, text: string(raw)}, nil
}

func (l *lab) get(c *http.Client, address string, headers ...string) reply {
	l.t.Helper()
	r, err := l.do(c, http.MethodGet, address, "", headers...)
	if err != nil {
		l.t.Fatalf("GET %s: %v", address, err)
	}
	return r
}

// qrs calls the repository with key and user as its clients do.
func (l *lab) qrs(c *http.Client, method, path string, body any) reply {
	l.t.Helper()
	text := ""
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			l.t.Fatal(err)
		}
		text = string(raw)
	}
	sep := "?"
	if strings.Contains(path, "?") {
		sep = "&"
	}
	r, err := l.do(c, method, "https://"+contoso.QlikNode+":4242/qrs/"+path+sep+"Xrfkey="+key, text,
		"X-Qlik-Xrfkey", key, "X-Qlik-User", "UserDirectory=INTERNAL; UserId=sa_api", "Content-Type", "application/json")
	if err != nil {
		l.t.Fatalf("%s %s: %v", method, path, err)
	}
	return r
}

// signIn opens a session of alice with a token that was not asked for.
func (l *lab) signIn(c *http.Client) {
	l.t.Helper()
	r := l.get(c, inside+"/hub/", "Authorization", negotiate("alice"))
	if r.StatusCode != http.StatusOK {
		l.t.Fatalf("signing in: %s", r.Status)
	}
}

// token asks for the CSRF token of the client's session.
func (l *lab) token(c *http.Client) string {
	l.t.Helper()
	return l.get(c, inside+"/qps/csrftoken").Header.Get("qlik-csrf-token")
}

// socket opens a WebSocket with the cookies of c.
func (l *lab) socket(c *http.Client, address, origin string, headers ...string) (*websocket.Conn, *http.Response, error) {
	u, err := url.Parse(address)
	if err != nil {
		l.t.Fatal(err)
	}
	h := http.Header{}
	if origin != "" {
		h.Set("Origin", origin)
	}
	h.Set("User-Agent", browser)
	for i := 0; i+1 < len(headers); i += 2 {
		h.Set(headers[i], headers[i+1])
	}
	d := websocket.Dialer{
		NetDialContext: l.dial, HandshakeTimeout: 10 * time.Second,
		TLSClientConfig: &tls.Config{RootCAs: l.front.Pool(), MinVersion: tls.VersionTLS12},
	}
	if c != nil {
		web := *u
		web.Scheme = strings.Replace(u.Scheme, "ws", "http", 1)
		for _, ck := range c.Jar.Cookies(&web) {
			h.Add("Cookie", ck.Name+"="+ck.Value)
		}
	}
	conn, resp, err := d.DialContext(l.t.Context(), u.String(), h)
	if conn != nil {
		l.t.Cleanup(func() { _ = conn.Close() })
		_ = conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	}
	return conn, resp, err
}

// frame reads one message of a socket.
func (l *lab) frame(conn *websocket.Conn) map[string]any {
	l.t.Helper()
	var v map[string]any
	if err := conn.ReadJSON(&v); err != nil {
		l.t.Fatalf("reading from the socket: %v", err)
	}
	return v
}

func healthy(st *qlik.State) {
	st.SetAllowList("", external)
	st.SetPattern("", "Mozilla")
	st.SetKerberos("", true)
}
