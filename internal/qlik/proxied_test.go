package qlik_test

import (
	"context"
	"crypto/tls"
	"errors"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sensegate/internal/fact"
	"sensegate/internal/lab/contoso"
	lab "sensegate/internal/lab/qlik"
	"sensegate/internal/netprobe"
	"sensegate/internal/qlik"
	"sensegate/internal/site"
)

// closed is a practice site whose repository port cannot be reached.
func closed(t *testing.T) *practice {
	t.Helper()
	p := newPractice(t)
	front := filepath.Join(t.TempDir(), "front.pem")
	if err := os.WriteFile(front, p.front.PEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	p.site.Trust.CA = []string{front}
	p.site.Publish.InternalURL = "https://" + contoso.QlikHost + "/"
	p.site.Qlik.ServiceAccount, p.site.TestUser.UPN = `CONTOSO\svc-qlik`, "alice@contoso.test"
	p.site.Pins = []site.Pin{
		{Name: contoso.QlikNode + ":4242", Address: "127.0.0.1:1"},
		{Name: contoso.QlikNode + ":4243", Address: p.ProxyAPIAddr()},
		{Name: contoso.QlikHost + ":443", Address: p.FrontAddr()},
	}
	return p
}

func (p *practice) proxiedClient(t *testing.T, first ...qlik.Entry) *qlik.Client {
	t.Helper()
	d, err := netprobe.New(p.site)
	if err != nil {
		t.Fatal(err)
	}
	c, err := qlik.NewClient(p.site, d)
	if err != nil {
		t.Fatal(err)
	}
	c.Beside(p.site, d, append(first, qlik.NewDoor(c, d, p.site).TicketEntry())...)
	t.Cleanup(c.Close)
	return c
}

// refusing is a way in that does not exist yet, as Kerberos before its step.
func refusing() qlik.Entry {
	return qlik.Entry{Name: "nobody", Open: func(context.Context) (http.CookieJar, error) {
		return nil, &fact.Error{Kind: fact.NotSignedIn, System: "test", Op: "signing in"}
	}}
}

// TestThroughTheProxy reads and changes everything on a session. Every change
// closes the front for a moment and ends the session.
func TestThroughTheProxy(t *testing.T) {
	p := closed(t)
	c := p.proxiedClient(t, refusing())
	about, err := c.About(t.Context())
	if err != nil || about.Build != "31.56.2.0" || about.Way != `through the Qlik proxy, with a ticket for INTERNAL\sa_api` {
		t.Fatalf("About() = %+v, %v", about, err)
	}
	virtual, err := c.VirtualProxies(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	proxies, err := c.Proxies(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	w := qlik.NewWriter(c)
	for name, change := range map[string]func() error{
		"allow list": func() error { return w.SetAllowList(t.Context(), virtual[0].ID, []string{contoso.ExternalHost}) },
		"pattern":    func() error { return w.SetDevicePattern(t.Context(), virtual[0].ID, "Mozilla") },
		"Kerberos":   func() error { return w.SetKerberos(t.Context(), proxies[0].ID, true) },
	} {
		if err := change(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if at, err := w.UploadTester(t.Context()); err != nil || !strings.HasSuffix(at, ".html") {
		t.Errorf("UploadTester() = %q, %v", at, err)
	}
	if r, err := c.Release(t.Context()); err != nil || r.Label == "" {
		t.Errorf("Release() = %+v, %v", r, err)
	}
	p.View(func(s *lab.State) {
		vp := s.VirtualProxy("")
		if got := vp.Text("windowsAuthenticationEnabledDevicePattern"); got != "Mozilla" {
			t.Errorf("the pattern is %q", got)
		}
	})
}

// TestOnlyThroughTheProxy has no certificate: the site says so.
func TestOnlyThroughTheProxy(t *testing.T) {
	p := closed(t)
	helper := p.proxiedClient(t)
	d, err := netprobe.New(p.site)
	if err != nil {
		t.Fatal(err)
	}
	door := qlik.NewDoor(helper, d, p.site)
	s := p.site
	s.Qlik.Via, s.Qlik.Certificate, s.Qlik.Key, s.Qlik.Root = site.ViaProxy, "", "", ""
	c, err := qlik.NewClient(s, d)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	opened := 0
	enter := door.TicketEntry().Open
	c.Beside(s, d, qlik.Entry{Name: "a session", Open: func(ctx context.Context) (http.CookieJar, error) {
		opened++
		return enter(ctx)
	}})
	for range 2 {
		if _, err := c.About(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if opened != 1 {
		t.Errorf("%d sessions were opened for two questions", opened)
	}
	probe, err := qlik.NewDoor(c, d, s).OriginSignedIn(t.Context(), s.Publish.InternalURL, "", "https://"+contoso.QlikHost)
	if err != nil || !probe.Upgraded {
		t.Errorf("the WebSocket on the lent session: %+v, %v", probe, err)
	}
}

// TestNoWayAtAll tells of both refusals, the direct one first.
func TestNoWayAtAll(t *testing.T) {
	p := closed(t)
	d, err := netprobe.New(p.site)
	if err != nil {
		t.Fatal(err)
	}
	c, err := qlik.NewClient(p.site, d)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	c.Beside(p.site, d, refusing())
	_, err = c.About(t.Context())
	if fe, ok := errors.AsType[*fact.Error](err); !ok || fe.Kind != fact.Unreachable || !strings.Contains(fe.Text, "through the Qlik proxy") {
		t.Errorf("About() = %v", err)
	}
	if way := c.Way(); !strings.HasPrefix(way, "directly") {
		t.Errorf("Way() = %q", way)
	}
}

// TestSessionOfNobody is refused by the repository: the front sends to a login
// page, also after a second try.
func TestSessionOfNobody(t *testing.T) {
	p := closed(t)
	p.site.Qlik.Via = site.ViaProxy
	d, err := netprobe.New(p.site)
	if err != nil {
		t.Fatal(err)
	}
	c, err := qlik.NewClient(p.site, d)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	c.Beside(p.site, d, qlik.Entry{Name: "an old cookie", Open: func(context.Context) (http.CookieJar, error) {
		jar, err := cookiejar.New(nil)
		if err == nil {
			jar.SetCookies(&url.URL{Scheme: "https", Host: contoso.QlikHost}, []*http.Cookie{{Name: "X-Qlik-Session", Value: "gone"}})
		}
		return jar, err
	}})
	if _, err = c.About(t.Context()); kindOf(err) != fact.NotSignedIn {
		t.Errorf("About() = %v", err)
	}
}

// TestSessionWithoutARole is told as that: the repository itself would only
// answer with empty lists.
func TestSessionWithoutARole(t *testing.T) {
	p := closed(t)
	p.site.Qlik.Via = site.ViaProxy
	helper := p.proxiedClient(t)
	d, err := netprobe.New(p.site)
	if err != nil {
		t.Fatal(err)
	}
	c, err := qlik.NewClient(p.site, d)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	c.Beside(p.site, d, qlik.Entry{Name: "the session of alice", Open: func(ctx context.Context) (http.CookieJar, error) {
		jar, _, err := qlik.NewDoor(helper, d, p.site).Session(ctx, p.site.Publish.InternalURL, "")
		return jar, err
	}})
	if _, err := c.About(t.Context()); kindOf(err) != fact.NoRight || !strings.Contains(err.Error(), "RootAdmin") {
		t.Errorf("About() = %v", err)
	}
}

// TestTicketsStaySecret cannot redeem a ticket: the error does not tell it.
func TestTicketsStaySecret(t *testing.T) {
	p := closed(t)
	p.site.Pins = []site.Pin{
		{Name: contoso.QlikNode + ":4242", Address: p.RepositoryAddr()},
		{Name: contoso.QlikNode + ":4243", Address: p.ProxyAPIAddr()},
		{Name: contoso.QlikHost + ":443", Address: "127.0.0.1:1"},
	}
	d, err := netprobe.New(p.site)
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = qlik.NewDoor(p.client(t), d, p.site).Session(t.Context(), p.site.Publish.InternalURL, "")
	if kindOf(err) != fact.Unreachable || !strings.Contains(err.Error(), "qlikTicket=…") {
		t.Errorf("Session() = %v", err)
	}
}

// TestTicketFromTheNodeThatServes asks the proxy interface of another node,
// where the repository's own node knows nothing of the virtual proxy.
func TestTicketFromTheNodeThatServes(t *testing.T) {
	p := closed(t)
	const second = "qlik02.contoso.test"
	p.Update(func(s *lab.State) {
		s.AddNode(second)
		s.Link("", second)
	})
	shown, err := p.own.Server(contoso.QlikNode)
	if err != nil {
		t.Fatal(err)
	}
	bare := httptest.NewUnstartedServer(http.NotFoundHandler())
	bare.TLS = &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{shown}}
	bare.StartTLS()
	t.Cleanup(bare.Close)
	p.site.Pins = []site.Pin{
		{Name: contoso.QlikNode + ":4242", Address: p.RepositoryAddr()},
		{Name: contoso.QlikNode + ":4243", Address: bare.Listener.Addr().String()},
		{Name: second + ":4243", Address: p.ProxyAPIAddr()},
	}
	d, err := netprobe.New(p.site)
	if err != nil {
		t.Fatal(err)
	}
	if ticket, err := qlik.NewDoor(p.client(t), d, p.site).Ticket(t.Context(), ""); err != nil || len(ticket) != 16 {
		t.Errorf("Ticket() = %q, %v", ticket, err)
	}
	if _, err := qlik.NewDoor(p.client(t), d, p.site).Ticket(t.Context(), "nowhere"); kindOf(err) != fact.NotFound {
		t.Errorf("a ticket for a virtual proxy that is not there: %v", err)
	}
}
