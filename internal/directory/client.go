package directory

import (
	"context"
	"errors"
	"time"

	"sensegate/internal/fact"
	"sensegate/internal/kerberos"
	"sensegate/internal/netprobe"
	"sensegate/internal/site"
)

const system = "directory"

// Client asks one site's directory. It may be used by several checks at once;
// questions to one server queue up on one connection.
type Client struct {
	site     site.Site
	dialer   *netprobe.Dialer
	kerberos *kerberos.Client
	secrets  kerberos.Secrets
	now      func() time.Time
	srv      lookupSRV
	refusals *refusals

	domain  *endpoint
	catalog *endpoint
	peers   peers
}

// New makes a Client. Nothing is dialled before something is asked. k signs in
// where the site names a keytab; otherwise the secret called "directory" is
// the password of a simple bind.
func New(s site.Site, d *netprobe.Dialer, k *kerberos.Client, secrets kerberos.Secrets) *Client {
	if secrets == nil {
		secrets = func(string) (string, bool) { return "", false }
	}
	c := &Client{
		site: s, dialer: d, kerberos: k, secrets: secrets, now: time.Now,
		srv: d.NameService().LookupSRV, refusals: &refusals{},
	}
	c.domain = newEndpoint(c.domainServers)
	c.catalog = newEndpoint(c.catalogServers)
	return c
}

// Close ends the connections.
func (c *Client) Close() error {
	errs := []error{c.domain.close(), c.catalog.close()}
	for _, p := range c.peers.all() {
		errs = append(errs, p.close())
	}
	return errors.Join(errs...)
}

// Forget lets a refused password be tried again. It is for a person who says
// that it was set right, never for a loop.
func (c *Client) Forget() { c.refusals.forget() }

// RootDSE is what the domain controller says of itself, and who we are to it.
func (c *Client) RootDSE(ctx context.Context) (fact.RootDSE, error) {
	const op = "reading the directory's own description"
	var out fact.RootDSE
	err := c.with(ctx, c.domain, op, func(s *session) error {
		entry, err := s.base("", rootAttributes()...)
		if err != nil {
			return err
		}
		out = rootDSE(entry)
		out.BoundAs, out.Reached = c.boundAs(s), s.to.String()
		if out.Domains, err = s.domains(); err != nil {
			return err
		}
		if s.instead != nil {
			out.Instead, out.InsteadText = s.instead.Code, s.instead.Error()
		}
		return nil
	})
	return out, err
}

// boundAs asks the server; one that does not know the question leaves us with
// the name we gave.
func (c *Client) boundAs(s *session) string {
	who, err := s.ldap.WhoAmI(nil)
	if err != nil || who.AuthzID == "" {
		return c.site.Directory.User
	}
	return authzName(who.AuthzID)
}

// with runs f on a signed-in connection to e. A connection that is lost is
// replaced and the question asked once more.
func (c *Client) with(ctx context.Context, e *endpoint, op string, f func(*session) error) error {
	ctx, cancel := netprobe.Patient(ctx)
	defer cancel()
	if err := e.enter(ctx); err != nil {
		return classify(op, err)
	}
	defer e.leave()
	for attempt := 0; ; attempt++ {
		s, err := e.connect(ctx, c)
		if err != nil {
			if ctx.Err() != nil {
				err = ctx.Err()
			}
			return classify(op, err)
		}
		err = s.during(ctx, func() error { return f(s) })
		if err == nil {
			return nil
		}
		if cause := s.lost(err); cause != nil {
			err = cause
			e.drop()
			if attempt == 0 && ctx.Err() == nil {
				continue
			}
		}
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return classify(op, err)
	}
}
