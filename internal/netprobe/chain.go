package netprobe

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"sensegate/internal/fact"
)

// Chain goes from the name to the engine, link by link, and stops at the first
// that does not hold. An error says only that the question made no sense.
func (e *Engine) Chain(ctx context.Context, o OpenOptions, calls int) (fact.SocketChain, error) {
	base, err := baseOf(o.URL)
	if err != nil {
		return fact.SocketChain{}, fmt.Errorf("testing the way to the engine: %w", err)
	}
	ctx, cancel := Patient(ctx)
	defer cancel()
	c := &chain{engine: e, base: base, o: o, out: fact.SocketChain{URL: CleanURL(base.String()), Apps: -1}}
	for _, link := range []struct {
		name string
		run  func(context.Context) (string, error)
	}{
		{"name", c.name},
		{"connection", c.connection},
		{"encryption", c.encryption},
		{"page", c.page},
		{"session", c.session},
		{"upgrade", c.upgrade},
		{"greeting and engine", func(ctx context.Context) (string, error) { return c.talk(ctx, calls) }},
	} {
		if o.PageOnly && link.name == "session" {
			break
		}
		begun := time.Now()
		text, err := link.run(ctx)
		if text == "" && err == nil {
			continue // it does not apply
		}
		if err != nil {
			text = Clean(err.Error())
		}
		c.out.Stages = append(c.out.Stages, fact.Stage{Name: link.name, OK: err == nil, Took: time.Since(begun), Text: text, Err: err})
		if err != nil {
			break
		}
	}
	if c.conversation != nil {
		c.conversation.close()
	}
	return c.out, nil
}

// NotListed is an origin that no allow list holds: the name cannot exist
// (RFC 6761, section 6.4). That it is refused shows that the list is looked at.
const NotListed = "https://not-listed.invalid"

// Origins tries the upgrade in the name of several hosts; an empty one leaves
// the header out.
func (e *Engine) Origins(ctx context.Context, o OpenOptions, origins []string) []fact.OriginTry {
	out := make([]fact.OriginTry, 0, len(origins))
	for _, origin := range origins {
		o.Origin, o.NoOrigin = origin, origin == ""
		probe, err := e.Shake(ctx, o)
		try := fact.OriginTry{Origin: origin, Status: probe.Status}
		switch {
		case err != nil:
			try.Err = Clean(err.Error())
		case probe.Unanswered:
			try.Err = "no answer"
		}
		out = append(out, try)
	}
	return out
}

type chain struct {
	engine       *Engine
	base         *url.URL
	o            OpenOptions
	conversation *conversation
	out          fact.SocketChain
}

func (c *chain) name(ctx context.Context) (string, error) {
	host := c.base.Hostname()
	if net.ParseIP(host) != nil {
		return host, nil
	}
	pinned := c.engine.dialer.Pinned(hostPort(c.base))
	text := host
	if !pinned || c.engine.dialer.site.DNS != "" {
		canonical, err := NewResolver(c.engine.dialer).CanonicalName(ctx, host)
		if err != nil {
			return "", err
		}
		if canonical != plainName(host) {
			text += ", an alias of " + Clean(canonical) + ","
		}
	}
	if pinned {
		return text + " is pinned to " + c.engine.dialer.site.Resolve(hostPort(c.base)), nil
	}
	list, err := c.engine.dialer.NameService().LookupHost(ctx, host)
	if err != nil {
		return "", Classify("DNS", "looking up "+host, err)
	}
	return text + " is " + strings.Join(list, ", "), nil
}

func (c *chain) connection(ctx context.Context) (string, error) {
	conn, err := c.engine.dialer.DialContext(ctx, "tcp", hostPort(c.base))
	if err != nil {
		return "", Classify(frontSystem, "connecting", err)
	}
	defer func() { _ = conn.Close() }()
	return "reached " + conn.RemoteAddr().String(), nil
}

func (c *chain) encryption(ctx context.Context) (string, error) {
	if c.base.Scheme != "https" {
		return "", nil
	}
	raw, err := c.engine.dialer.DialContext(ctx, "tcp", hostPort(c.base))
	if err != nil {
		return "", Classify(frontSystem, "connecting", err)
	}
	defer func() { _ = raw.Close() }()
	conn := tls.Client(raw, c.engine.dialer.TLSConfig(c.base.Hostname()))
	ctx, cancel := context.WithTimeout(ctx, handshakeTimeout)
	defer cancel()
	if err := conn.HandshakeContext(ctx); err != nil {
		return "", Classify(frontSystem, "agreeing on encryption", err)
	}
	st := conn.ConnectionState()
	leaf := st.PeerCertificates[0]
	return fmt.Sprintf("%s, certificate for %s, issued by %s, until %s", tls.VersionName(st.Version),
		Clean(strings.Join(leaf.DNSNames, ", ")), Clean(leaf.Issuer.CommonName), leaf.NotAfter.Format(time.DateOnly)), nil
}

// page looks at what answers under the name: Qlik's hub or a sign-in to it, or
// something else.
func (c *chain) page(ctx context.Context) (string, error) {
	client := c.engine.dialer.HTTPClient(ClientOptions{Jar: c.o.Jar})
	page, err := Get(ctx, client, under(c.base, c.o.Prefix, "hub/").String(), c.o.Header)
	if err != nil {
		return "", Classify(frontSystem, "asking for the hub", err)
	}
	text := fmt.Sprintf("status %d", page.Status)
	if server := page.Header.Get("Server"); server != "" {
		text += " from " + Clean(server)
	}
	if to := page.Header.Get("Location"); to != "" {
		text += ", leads to " + CleanURL(to)
	}
	if page.Status >= http.StatusBadRequest && page.Status != http.StatusUnauthorized {
		return "", refusal("asking for the hub", page)
	}
	return text, nil
}

func (c *chain) session(ctx context.Context) (string, error) {
	client := c.engine.dialer.HTTPClient(ClientOptions{Jar: c.o.Jar})
	page, err := Get(ctx, client, under(c.base, c.o.Prefix, "qps/user").String(), c.o.Header)
	if err != nil {
		return "", Classify(frontSystem, "asking whose session it is", err)
	}
	if page.Status != http.StatusOK {
		return fmt.Sprintf("not told (status %d)", page.Status), nil
	}
	user, err := ParseUser(page.Body)
	if err != nil {
		return "not Qlik's: /qps/user names nobody", nil //nolint:nilerr // that is the answer
	}
	if user.ID == "" {
		return "none: the engine will ask to sign in", nil
	}
	return user.Directory + `\` + user.ID, nil
}

func (c *chain) upgrade(ctx context.Context) (string, error) {
	conn, probe, err := c.engine.dial(ctx, c.o)
	c.out.Probe = probe
	if err != nil {
		return "", err
	}
	if conn == nil {
		if probe.Unanswered {
			return "", fmt.Errorf("origin %s: no answer in %s, though pages are answered: something on the way holds it back", probe.Origin, probe.Handshake.Round(time.Second/10))
		}
		if probe.Status == http.StatusForbidden {
			c.out.Probe.OwnOrigin = c.engine.ownOrigin(ctx, c.o, probe.Origin)
		}
		return "", fmt.Errorf("origin %s: answered with %d: %s", probe.Origin, probe.Status, probe.Body)
	}
	c.conversation = listen(conn)
	token := "no CSRF token offered"
	if probe.CSRF {
		token = "CSRF token asked for and sent"
	}
	return "let in from the origin " + probe.Origin + ", " + token, nil
}

func (c *chain) talk(ctx context.Context, calls int) (string, error) {
	p := &c.out.Probe
	if err := c.conversation.greet(ctx, p); err != nil {
		return "", Classify(engineSystem, "waiting for the engine", err)
	}
	switch {
	case p.MustAuthenticate:
		return "", errors.New("it asks to sign in: there is no session, or its cookie did not come along")
	case p.Silent:
		return "", errors.New("not one frame came: something on the way holds them back")
	case p.EngineVersion == "":
		return "", fmt.Errorf("the engine does not answer (%s)", firstOf(p.Topic, p.Session, p.Body, "no reason given"))
	}
	for range calls {
		begun := time.Now()
		if _, err := c.conversation.version(ctx, p); err != nil {
			return "", Classify(engineSystem, "calling the engine", err)
		}
		c.out.RoundTrips = append(c.out.RoundTrips, time.Since(begun))
	}
	var list struct {
		Apps []struct{} `json:"qDocList"`
	}
	if err := c.conversation.call(ctx, "GetDocList", &list, p); err == nil {
		c.out.Apps = len(list.Apps)
	}
	text := "engine " + p.EngineVersion + ", as " + p.User
	if c.out.Apps >= 0 {
		text += fmt.Sprintf(", %d apps", c.out.Apps)
	}
	return text, nil
}

func firstOf(list ...string) string {
	for _, s := range list {
		if s != "" {
			return s
		}
	}
	return ""
}
