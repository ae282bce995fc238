package directory

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"

	"sensegate/internal/netprobe"
)

type lookupSRV func(ctx context.Context, service, proto, name string) (string, []*net.SRV, error)

func defaultLookup() lookupSRV { return net.DefaultResolver.LookupSRV }

// endpoint is one server role with its connection, used by one at a time.
type endpoint struct {
	servers func(context.Context) ([]server, error)
	turn    chan struct{}
	session *session
}

// server is an address with how it is secured.
type server struct {
	host, port string
	startTLS   bool
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
	for _, srv := range servers {
		s, err := c.open(ctx, srv)
		if err == nil {
			e.session = s
			return s, nil
		}
		errs = append(errs, err)
		if !unreachable(err) || ctx.Err() != nil {
			break
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
		s, err := parseServer(raw, "636", "389")
		return []server{s}, err
	}
	return c.discover(ctx, "ldap", "dc._msdcs."+c.site.Directory.Domain, "636", "389")
}

// catalogServers are the global catalogues. Where the site names none, its
// domain controller is tried first: in most forests every one is a catalogue.
func (c *Client) catalogServers(ctx context.Context) ([]server, error) {
	if raw := c.site.Directory.GlobalCatalog; raw != "" {
		s, err := parseServer(raw, "3269", "3268")
		return []server{s}, err
	}
	if c.site.Directory.Server == "" {
		return c.discover(ctx, "gc", c.site.Directory.Domain, "3269", "3268")
	}
	own, err := parseServer(c.site.Directory.Server, "636", "389")
	if err != nil {
		return nil, err
	}
	servers := []server{{host: own.host, port: "3269"}}
	// A forest whose DNS is out of reach still has the first.
	if others, err := c.discover(ctx, "gc", c.site.Directory.Domain, "3269", "3268"); err == nil {
		servers = append(servers, others...)
	}
	return servers, nil
}

// discover asks DNS for at most three servers of a role. Each is tried with TLS
// from the start and, where that port is closed, with StartTLS.
func (c *Client) discover(ctx context.Context, service, name, port, plain string) ([]server, error) {
	_, records, err := c.srv(ctx, service, "tcp", name)
	if err != nil {
		return nil, fmt.Errorf("looking up the domain controllers: %w", err)
	}
	var out []server
	for _, r := range records[:min(len(records), 3)] {
		out = append(out, server{host: strings.TrimSuffix(r.Target, "."), port: port})
	}
	for _, r := range records[:min(len(records), 3)] {
		out = append(out, server{host: strings.TrimSuffix(r.Target, "."), port: plain, startTLS: true})
	}
	if len(out) == 0 {
		return nil, errors.New("DNS names no domain controller")
	}
	return out, nil
}

// parseServer reads ldaps://host:port, or ldap:// for StartTLS.
func parseServer(raw, securePort, plainPort string) (server, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Hostname() == "" || u.Scheme != "ldaps" && u.Scheme != "ldap" {
		return server{}, fmt.Errorf("%q is not an ldaps:// or ldap:// address", netprobe.Clean(raw))
	}
	s := server{host: u.Hostname(), port: u.Port(), startTLS: u.Scheme == "ldap"}
	if s.port == "" {
		s.port = securePort
		if s.startTLS {
			s.port = plainPort
		}
	}
	return s, nil
}
