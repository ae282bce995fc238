package qlik

import (
	"context"
	"errors"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"sync"
	"time"

	"sensegate/internal/fact"
	"sensegate/internal/netprobe"
	"sensegate/internal/site"
)

// Entry is a way to a session at the front that the repository can be asked
// with.
type Entry struct {
	// Name says whose session it is and how it was opened.
	Name string
	Open func(ctx context.Context) (http.CookieJar, error)
}

// The ways in, as the evidence names them.
const wayDirect = "directly, with the site's certificate"

// proxied is the second way to the repository: through the Qlik proxy, on a
// session. What the session's user may not do, the repository refuses.
type proxied struct {
	always  bool // the site says that there is no other way
	base    url.URL
	dialer  *netprobe.Dialer
	entries []Entry
	leave   func(http.CookieJar)
	send    func(ctx context.Context, over *http.Client, op string, u url.URL, out any) error

	mu    sync.Mutex
	inUse bool // the direct way was tried and does not exist
	jar   http.CookieJar
	http  *http.Client
	way   string
}

// Beside adds the second way in, which is taken where the repository's own port
// cannot be reached, or where the site says so. The entries are tried in order.
func (c *Client) Beside(s site.Site, d *netprobe.Dialer, entries ...Entry) {
	u, err := url.Parse(s.Publish.InternalURL)
	if err != nil || u.Host == "" {
		return
	}
	c.beside = &proxied{
		always: s.Qlik.Via == site.ViaProxy, dialer: d, entries: entries,
		send: func(ctx context.Context, over *http.Client, op string, u url.URL, out any) error {
			return c.sendOn(ctx, over, "", http.MethodGet, op, u, body{}, out)
		},
		leave: func(jar http.CookieJar) {
			(&Door{client: c, dialer: d, site: s, alone: true}).Leave(jar, s.Publish.InternalURL, s.Qlik.Prefix)
		},
		base: url.URL{Scheme: u.Scheme, Host: u.Host, Path: under(s.Qlik.Prefix)},
	}
}

// TicketEntry opens a session with a ticket for the repository's own user,
// which the proxy's interface gives to whoever has the site's certificate.
func (d *Door) TicketEntry() Entry {
	// Finding another node asks the repository, which is what this is for.
	d = &Door{client: d.client, dialer: d.dialer, site: d.site, alone: true}
	return Entry{Name: "a ticket for " + d.client.as, Open: func(ctx context.Context) (http.CookieJar, error) {
		jar, err := cookiejar.New(nil)
		if err != nil {
			return nil, err //nolint:wrapcheck // it never fails
		}
		directory, id, _ := strings.Cut(d.client.as, `\`)
		return jar, d.enterAs(ctx, jar, directory, id, d.site.Publish.InternalURL, d.site.Qlik.Prefix)
	}}
}

// Way says how the repository was reached.
func (c *Client) Way() string {
	if c.beside == nil {
		return wayDirect
	}
	c.beside.mu.Lock()
	defer c.beside.mu.Unlock()
	if c.beside.way == "" {
		return wayDirect
	}
	return "through the Qlik proxy, with " + c.beside.way
}

// repository sends a call by the way that exists.
func (c *Client) repository(ctx context.Context, method, op, path string, query url.Values, b body, out any) error {
	if c.beside == nil || !c.beside.only() {
		u := *c.base
		u.Path, u.RawQuery = "/qrs/"+path, query.Encode()
		direct := c.send(ctx, method, op, u, b, out)
		if c.beside == nil || !away(direct) || ctx.Err() != nil {
			return direct
		}
		err := c.through(ctx, method, op, "/qrs/"+path, query, b, out)
		if !c.beside.only() {
			// There is no session: what stands in the way is the first refusal.
			if fe, ok := errors.AsType[*fact.Error](direct); ok && err != nil {
				fe.Text += "; through the Qlik proxy: " + netprobe.Clean(err.Error())
			}
			return direct
		}
		return err
	}
	return c.through(ctx, method, op, "/qrs/"+path, query, b, out)
}

// away says that nobody answers there.
func away(err error) bool {
	fe, ok := errors.AsType[*fact.Error](err)
	return ok && (fe.Kind == fact.Unreachable || fe.Kind == fact.TimedOut)
}

// The proxy closes its listeners for a moment after every change, and forgets
// its sessions.
const (
	reloadBudget = 40 * time.Second
	reloadPause  = 100 * time.Millisecond
)

// through sends a call on a session. A session that has ended is opened again,
// once for each call; reading waits for a proxy that reads its settings again.
func (c *Client) through(ctx context.Context, method, op, path string, query url.Values, b body, out any) error {
	ctx, cancel := netprobe.Patient(ctx)
	defer cancel()
	until := time.Now().Add(reloadBudget)
	renewed := false
	for {
		client, old, err := c.beside.session(ctx, nil)
		if err == nil {
			u := c.beside.base
			u.Path, u.RawQuery = u.Path+path, query.Encode()
			err = c.sendOn(ctx, client, "", method, op, u, b, out)
		}
		fe, ok := errors.AsType[*fact.Error](err)
		switch {
		case err == nil || !ok:
			return err
		case fe.Kind == fact.NotSignedIn && old != nil && !renewed:
			renewed = true
			if _, _, err = c.beside.session(ctx, old); err != nil && !away(err) {
				return err
			}
		case away(err) && method == http.MethodGet && c.beside.only() && time.Now().Before(until):
		default:
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(reloadPause):
		}
	}
}

// only says that the direct way is not to be tried.
func (p *proxied) only() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.always || p.inUse
}

// session is the client of the session that is open, or of a new one where
// there is none, or where spent is what is open.
func (p *proxied) session(ctx context.Context, spent http.CookieJar) (*http.Client, http.CookieJar, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.jar != nil && p.jar != spent {
		return p.http, p.jar, nil
	}
	var first error
	for _, e := range p.entries {
		jar, err := e.Open(ctx)
		if err == nil {
			over := p.dialer.HTTPClient(netprobe.ClientOptions{Jar: jar, KeepAlive: true, MaxBody: maxAnswer})
			if err = p.sees(ctx, over, e.Name); err == nil {
				if p.http != nil {
					p.http.CloseIdleConnections()
				}
				p.http, p.jar, p.way, p.inUse = over, jar, e.Name, true
				return p.http, jar, nil
			}
			over.CloseIdleConnections()
			p.leave(jar)
		}
		// A right that is missing says more than a door that is closed.
		if fe, ok := errors.AsType[*fact.Error](err); first == nil || ok && fe.Kind == fact.NoRight {
			first = err
		}
	}
	if first == nil {
		first = &fact.Error{Kind: fact.NotSignedIn, System: system, Op: "asking through the Qlik proxy", Text: "there is no way to a session"}
	}
	return nil, nil, first
}

// sees asks whether the session's user is shown anything: the repository answers
// somebody without a role with empty lists, not with a refusal.
func (p *proxied) sees(ctx context.Context, over *http.Client, who string) error {
	const op = "asking what the session may see"
	u := p.base
	u.Path += "/qrs/virtualproxyconfig/count"
	var count struct {
		Value int `json:"value"`
	}
	if err := p.send(ctx, over, op, u, &count); err != nil {
		return err
	}
	if count.Value == 0 {
		return &fact.Error{Kind: fact.NoRight, System: system, Op: op, Text: "with " + who + " no virtual proxy is seen: the user needs the role RootAdmin in Qlik"}
	}
	return nil
}

// lend puts the session's cookies into jar: where no ticket is to be had, the
// WebSocket is tried on this session.
func (p *proxied) lend(ctx context.Context, jar http.CookieJar) error {
	_, own, err := p.session(ctx, nil)
	if err != nil {
		return err
	}
	u := p.base
	u.Path += "/"
	cookies := own.Cookies(&u)
	for _, cookie := range cookies {
		cookie.Path, cookie.Secure = "/", u.Scheme == "https"
	}
	jar.SetCookies(&u, cookies)
	return nil
}

// end closes the session, so that it does not count against its user. Qlik's
// own logout would end the user's other sessions too.
func (p *proxied) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.http == nil {
		return
	}
	p.leave(p.jar)
	p.http.CloseIdleConnections()
	p.jar, p.http = nil, nil
}
