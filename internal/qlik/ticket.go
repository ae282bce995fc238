package qlik

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"sensegate/internal/fact"
	"sensegate/internal/netprobe"
	"sensegate/internal/site"
)

// Door lets a user in at the Qlik proxy with a ticket that the site's
// certificate asks for, without Windows credentials. It separates questions
// about WebSockets and the allow list from Kerberos.
type Door struct {
	client *Client
	dialer *netprobe.Dialer
	site   site.Site
	// alone keeps to the repository's own node.
	alone bool
	// node is the host whose proxy serves the published URL, where it is not
	// the repository's.
	node atomic.Pointer[string]
}

// NewDoor makes a Door that lets in the site's test user.
func NewDoor(c *Client, d *netprobe.Dialer, s site.Site) *Door {
	return &Door{client: c, dialer: d, site: s}
}

// proxyPort is where a proxy's own interface listens (restListenPort).
const proxyPort = "4243"

// OriginSignedIn tries a WebSocket upgrade as a page from origin would, on the
// session of the test user, which is ended afterwards.
func (d *Door) OriginSignedIn(ctx context.Context, internalURL, prefix, origin string) (fact.SocketProbe, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return fact.SocketProbe{}, fmt.Errorf("keeping cookies: %w", err)
	}
	if err := d.enter(ctx, jar, internalURL, prefix); err != nil {
		return fact.SocketProbe{}, err
	}
	defer d.leave(ctx, jar, internalURL, prefix)
	probe, err := netprobe.NewEngine(d.dialer).Shake(ctx, netprobe.OpenOptions{URL: internalURL, Prefix: prefix, Origin: origin, Jar: jar, Upgrade: d.site.Verify.Patience})
	if err != nil {
		return probe, fmt.Errorf("trying the WebSocket: %w", err)
	}
	return probe, nil
}

// EngineVersion is what the engine behind the front calls itself.
func (d *Door) EngineVersion(ctx context.Context, internalURL, prefix string) (string, error) {
	jar, leave, err := d.Session(ctx, internalURL, prefix)
	if err != nil {
		return "", err
	}
	defer leave()
	probe, err := netprobe.NewEngine(d.dialer).Open(ctx, netprobe.OpenOptions{URL: internalURL, Prefix: prefix, Jar: jar})
	if err != nil {
		return "", fmt.Errorf("asking the engine for its version: %w", err)
	}
	if probe.EngineVersion == "" {
		return "", &fact.Error{Kind: fact.Refused, System: system, Op: "asking the engine for its version", Text: "it did not say"}
	}
	return probe.EngineVersion, nil
}

// Ticket is one of the test user's, good for one sign-in within a minute.
func (d *Door) Ticket(ctx context.Context, prefix string) (string, error) {
	return d.ticketFor(ctx, d.userDirectory(), d.site.SAM(), prefix)
}

func (d *Door) ticketFor(ctx context.Context, directory, id, prefix string) (string, error) {
	const op = "asking the Qlik proxy for a ticket"
	body, err := json.Marshal(map[string]any{"UserDirectory": directory, "UserId": id, "Attributes": []any{}})
	if err != nil {
		return "", fmt.Errorf("%s: %w", op, err)
	}
	var answer struct{ Ticket string }
	err = d.client.exchange(ctx, http.MethodPost, op, d.api(prefix, "ticket"), body, &answer)
	if fe, ok := errors.AsType[*fact.Error](err); ok && fe.Kind == fact.NotFound && !d.alone && d.elsewhere(ctx, prefix) {
		err = d.client.exchange(ctx, http.MethodPost, op, d.api(prefix, "ticket"), body, &answer)
	}
	if err != nil {
		return "", err
	}
	if answer.Ticket == "" {
		return "", &fact.Error{Kind: fact.Unsupported, System: system, Op: op, Text: "the answer holds no ticket"}
	}
	return answer.Ticket, nil
}

// enter redeems a ticket for a session.
func (d *Door) enter(ctx context.Context, jar http.CookieJar, internalURL, prefix string) error {
	err := d.enterAs(ctx, jar, d.userDirectory(), d.site.SAM(), internalURL, prefix)
	if beside := d.client.beside; err != nil && beside != nil && beside.only() {
		return beside.lend(ctx, jar)
	}
	return err
}

func (d *Door) enterAs(ctx context.Context, jar http.CookieJar, directory, id, internalURL, prefix string) error {
	const op = "entering with a ticket"
	ticket, err := d.ticketFor(ctx, directory, id, prefix)
	if err != nil {
		return err
	}
	u, err := url.Parse(internalURL)
	if err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	hub := url.URL{Scheme: u.Scheme, Host: u.Host, Path: under(prefix) + "/hub/", RawQuery: url.Values{"qlikTicket": {ticket}}.Encode()}
	c := d.dialer.HTTPClient(netprobe.ClientOptions{Jar: jar, Follow: true})
	defer c.CloseIdleConnections()
	if _, err := netprobe.Get(ctx, c, hub.String(), nil); err != nil {
		return netprobe.Classify("Qlik proxy", op, err)
	}
	return nil
}

// Session lets the test user in and gives the cookies; leave ends the session.
func (d *Door) Session(ctx context.Context, internalURL, prefix string) (jar http.CookieJar, leave func(), err error) {
	cookies, err := cookiejar.New(nil)
	if err != nil {
		return nil, nil, fmt.Errorf("keeping cookies: %w", err)
	}
	if err := d.enter(ctx, cookies, internalURL, prefix); err != nil {
		return nil, nil, err
	}
	return cookies, func() { d.leave(ctx, cookies, internalURL, prefix) }, nil
}

// Leave ends the session that the cookies hold, as leave does.
func (d *Door) Leave(jar http.CookieJar, internalURL, prefix string) {
	d.leave(context.Background(), jar, internalURL, prefix)
}

// leave ends the session, so that it does not count against the user's limit.
func (d *Door) leave(ctx context.Context, jar http.CookieJar, internalURL, prefix string) {
	// The check may be over: what it opened is closed all the same.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	u, err := url.Parse(internalURL)
	if err != nil {
		return
	}
	u.Path = under(prefix) + "/"
	for _, c := range jar.Cookies(u) {
		if uuid.Validate(c.Value) == nil {
			// Without success it ends by itself when it has been idle.
			_ = d.client.exchange(ctx, http.MethodDelete, "ending the session", d.api(prefix, "session", c.Value), nil, nil)
		}
	}
}

// elsewhere finds another node whose proxy serves the virtual proxy: the
// repository's own knows nothing of those that are not linked to it.
func (d *Door) elsewhere(ctx context.Context, prefix string) bool {
	virtual, err := d.client.VirtualProxies(ctx)
	if err != nil {
		return false
	}
	i := slices.IndexFunc(virtual, func(v fact.VirtualProxy) bool { return strings.EqualFold(v.Prefix, strings.Trim(prefix, "/")) })
	proxies, err := d.client.Proxies(ctx)
	if i < 0 || err != nil {
		return false
	}
	for _, p := range proxies {
		if slices.Contains(p.VirtualProxies, virtual[i].ID) && !strings.EqualFold(p.Host, d.client.base.Hostname()) {
			d.node.Store(&p.Host)
			return true
		}
	}
	return false
}

func (d *Door) api(prefix string, parts ...string) url.URL {
	u := *d.client.base
	host := u.Hostname()
	if node := d.node.Load(); node != nil {
		host = *node
	}
	u.Host = net.JoinHostPort(host, proxyPort)
	u.Path = "/qps" + under(prefix) + "/" + strings.Join(parts, "/")
	return u
}

func under(prefix string) string {
	if p := strings.Trim(prefix, "/"); p != "" {
		return "/" + p
	}
	return ""
}

// userDirectory is the domain as Qlik names it: that of the service account.
func (d *Door) userDirectory() string {
	if domain, _, ok := strings.Cut(d.site.Qlik.ServiceAccount, `\`); ok {
		return strings.ToUpper(domain)
	}
	name, _, _ := strings.Cut(d.site.Directory.Domain, ".")
	return strings.ToUpper(name)
}
