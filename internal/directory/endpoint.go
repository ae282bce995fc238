package directory

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"

	"sensegate/internal/fact"
	"sensegate/internal/netprobe"
)

type lookupSRV func(ctx context.Context, service, proto, name string) (string, []*net.SRV, error)

// endpoint is one server role with its connection, used by one at a time.
type endpoint struct {
	servers func(context.Context) ([]server, error)
	turn    chan struct{}
	session *session
}

// way is how a connection is secured.
type way int

const (
	overTLS     way = iota // TLS from the first byte
	startingTLS            // TLS after asking for it
	sealing                // no TLS: Kerberos signs and seals
)

// server is an address with how it is secured.
type server struct {
	host, port string
	way        way
}

// String says it as a person reads it.
func (s server) String() string {
	return s.address() + [...]string{overTLS: " over TLS", startingTLS: " with StartTLS", sealing: " signed and sealed by Kerberos"}[s.way]
}

func (s server) address() string { return net.JoinHostPort(s.host, s.port) }

func newEndpoint(servers func(context.Context) ([]server, error)) *endpoint {
	return &endpoint{servers: servers, turn: make(chan struct{}, 1)}
}

func (e *endpoint) enter(ctx context.Context) error {
	select {
	case e.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (e *endpoint) leave() { <-e.turn }

// connect returns the connection, made anew where there is none.
func (e *endpoint) connect(ctx context.Context, c *Client) (*session, error) {
	if e.session != nil && !e.session.ldap.IsClosing() {
		return e.session, nil
	}
	e.drop()
	servers, err := e.servers(ctx)
	if err != nil {
		return nil, err
	}
	errs := make([]error, 0, len(servers))
	var refused *fact.Error
	for i, srv := range servers {
		if refused != nil && srv.way != sealing || srv.way == sealing && !c.canSeal() {
			continue
		}
		s, err := c.open(ctx, srv, i < len(servers)-1)
		if err == nil {
			s.instead = refused
			e.session = s
			return s, nil
		}
		errs = append(errs, err)
		if ctx.Err() != nil || !unreachable(err) && !closed(err) && !unsealed(err) {
			break
		}
		if unsealed(err) && refused == nil {
			errors.As(err, &refused)
		}
	}
	return nil, errors.Join(errs...)
}

func (e *endpoint) drop() {
	if e.session != nil {
		e.session.close()
		e.session = nil
	}
}

// close waits for the question under way and ends the connection.
func (e *endpoint) close() error {
	e.turn <- struct{}{}
	defer e.leave()
	e.drop()
	return nil
}

// domainServers are the domain controllers to ask, the site's own alone where
// it names one.
func (c *Client) domainServers(ctx context.Context) ([]server, error) {
	if raw := c.site.Directory.Server; raw != "" {
		return namedServer(raw, "636", "389")
	}
	return c.discover(ctx, "ldap", "dc._msdcs."+c.site.Directory.Domain, "636", "389")
}

// catalogServers are the global catalogues. Where the site names none, its
// domain controller is tried first: in most forests every one is a catalogue.
func (c *Client) catalogServers(ctx context.Context) ([]server, error) {
	if raw := c.site.Directory.GlobalCatalog; raw != "" {
		return namedServer(raw, "3269", "3268")
	}
	if c.site.Directory.Server == "" {
		return c.discover(ctx, "gc", c.site.Directory.Domain, "3269", "3268")
	}
	own, err := parseServer(c.site.Directory.Server, "636", "389")
	if err != nil {
		return nil, err
	}
	servers := waysTo([]string{own.host}, "3269", "3268")
	// A forest whose DNS is out of reach still has the first.
	if others, err := c.discover(ctx, "gc", c.site.Directory.Domain, "3269", "3268"); err == nil {
		servers = append(servers, others...)
		slices.SortStableFunc(servers, func(a, b server) int { return int(a.way - b.way) })
	}
	return servers, nil
}

// discover asks DNS for at most three servers of a role.
func (c *Client) discover(ctx context.Context, service, name, port, plain string) ([]server, error) {
	_, records, err := c.srv(ctx, service, "tcp", name)
	if err != nil {
		return nil, fmt.Errorf("looking up the domain controllers: %w", err)
	}
	const most = 3
	var hosts []string
	for _, r := range records[:min(len(records), most)] {
		hosts = append(hosts, strings.TrimSuffix(r.Target, "."))
	}
	if len(hosts) == 0 {
		return nil, errors.New("DNS names no domain controller")
	}
	return waysTo(hosts, port, plain), nil
}

// waysTo tries each host with TLS from the start; where that port is closed with
// StartTLS; and where the server has no certificate, sealed by Kerberos.
func waysTo(hosts []string, port, plain string) []server {
	out := make([]server, 0, 3*len(hosts))
	for _, w := range []way{overTLS, startingTLS, sealing} {
		for _, h := range hosts {
			s := server{host: h, port: plain, way: w}
			if w == overTLS {
				s.port = port
			}
			out = append(out, s)
		}
	}
	return out
}

// namedServer is a server that the site names. On one of the usual ports the
// other ways are tried after the named one; a port of its own is taken at its
// word.
func namedServer(raw, secure, plain string) ([]server, error) {
	named, err := parseServer(raw, secure, plain)
	if err != nil {
		return nil, err
	}
	out := []server{named}
	if named.port != secure && named.port != plain {
		return out, nil
	}
	for _, s := range waysTo([]string{named.host}, secure, plain) {
		if s.way != named.way {
			out = append(out, s)
		}
	}
	return out, nil
}

// parseServer reads ldaps://host:port, or ldap:// for StartTLS.
func parseServer(raw, securePort, plainPort string) (server, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Hostname() == "" || u.Scheme != "ldaps" && u.Scheme != "ldap" {
		return server{}, fmt.Errorf("%q is not an ldaps:// or ldap:// address", netprobe.Clean(raw))
	}
	s := server{host: u.Hostname(), port: u.Port()}
	if u.Scheme == "ldap" {
		s.way = startingTLS
	}
	if s.port == "" {
		s.port = securePort
		if s.way == startingTLS {
			s.port = plainPort
		}
	}
	return s, nil
}
