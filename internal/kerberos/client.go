package kerberos

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"sensegate/internal/fact"
	"sensegate/internal/netprobe"
	"sensegate/internal/site"
)

// Secrets finds a password by name: "kerberos" for the verification user,
// "connector:CONN01$" for a computer account. Keytabs come from the site.
type Secrets func(name string) (string, bool)

// Client asks one site's KDC, and the Qlik front with the tickets it gets. It
// may be used by several checks at once.
type Client struct {
	site     site.Site
	dialer   *netprobe.Dialer
	secrets  Secrets
	now      func() time.Time
	srv      func(ctx context.Context, service, proto, name string) (string, []*net.SRV, error)
	refusals refusals
	leave    func(cookies http.CookieJar, url, prefix string) // see EndSessions
	mayTry   func(ctx context.Context, user string) error     // see BeforePassword
}

// New makes a Client. Nothing is dialled before something is asked.
func New(s site.Site, d *netprobe.Dialer, secrets Secrets) *Client {
	if secrets == nil {
		secrets = func(string) (string, bool) { return "", false }
	}
	return &Client{site: s, dialer: d, secrets: secrets, now: time.Now, srv: d.NameService().LookupSRV}
}

// BeforePassword has somebody asked before a password of an account is tried:
// an error of his keeps it from being tried, and is what the caller sees. It is
// for whoever can read how near the account is to being locked out.
func (c *Client) BeforePassword(mayTry func(ctx context.Context, user string) error) {
	c.mayTry = mayTry
}

// Forget lets refused passwords be tried again. It is for a person who says
// that the account was set right, never for a loop.
func (c *Client) Forget() { c.refusals.forget() }

// ServiceTicket signs in as the site's Kerberos user and obtains a ticket for
// spn.
func (c *Client) ServiceTicket(ctx context.Context, spn string) (fact.Ticket, error) {
	t, err := c.ticketFor(ctx, spn)
	if err != nil {
		return fact.Ticket{}, err
	}
	return *t.describe(), nil
}

func (c *Client) ticketFor(ctx context.Context, spn string) (ticket, error) {
	cred, err := c.verificationUser()
	if err != nil {
		return ticket{}, err
	}
	return c.ticketAs(ctx, cred, spn)
}

func (c *Client) ticketAs(ctx context.Context, cred credential, spn string) (ticket, error) {
	op := "asking for a ticket for " + netprobe.Clean(spn)
	if spn == "" {
		return ticket{}, &fact.Error{Kind: fact.Unsupported, System: kdcSystem, Op: op, Text: "no service principal name is known"}
	}
	tgt, err := c.signIn(ctx, cred)
	if err != nil {
		return ticket{}, err
	}
	return c.ticketWith(ctx, tgt, spn)
}

// ticketWith asks for a ticket with a ticket-granting ticket that is at hand.
func (c *Client) ticketWith(ctx context.Context, tgt ticket, spn string) (ticket, error) {
	op := "asking for a ticket for " + netprobe.Clean(spn)
	name, realm := service(spn)
	if realm == "" {
		realm = tgt.crealm
	}
	t, err := c.serviceTicket(ctx, tgt, wish{server: name, realm: realm})
	if err != nil {
		return ticket{}, wrap(op, err, false)
	}
	return t, nil
}

// verificationUser is the site's Kerberos user with its secret.
func (c *Client) verificationUser() (credential, error) {
	user := c.site.KerberosUser()
	if c.site.Kerberos.Keytab != "" {
		return c.fromKeytab(user, c.site.Kerberos.Keytab)
	}
	password, ok := c.secrets("kerberos")
	if user == "" || !ok || password == "" {
		return credential{}, &fact.Error{
			Kind: fact.NotSignedIn, System: kdcSystem, Op: "signing in as " + user, Code: "no-secret",
			Text: "neither a password nor a key of the Kerberos user is known: set SENSEGATE_KERBEROS_PASSWORD, or name a file in kerberos.keytab",
		}
	}
	return withPassword(user, c.site.Realm(), password), nil
}

func (c *Client) fromKeytab(user, path string) (credential, error) {
	cred, err := withKeytab(user, c.site.Realm(), path)
	if err != nil {
		return cred, &fact.Error{Kind: fact.NotSignedIn, System: kdcSystem, Op: "signing in as " + user, Code: "keytab", Err: err}
	}
	return cred, nil
}

// exchange sends one message to the realm's KDC; a KRB-ERROR comes back as a
// *KDCError.
func (c *Client) exchange(ctx context.Context, realm string, msg interface{ Marshal() ([]byte, error) }) ([]byte, error) {
	raw, err := msg.Marshal()
	if err != nil {
		return nil, fmt.Errorf("encoding the request: %w", err)
	}
	addrs, err := c.kdcs(ctx, realm)
	if err != nil {
		return nil, err
	}
	reply, err := send(ctx, c.dialer, addrs, raw)
	if err != nil {
		return nil, err
	}
	if k, ok := parseError(reply); ok {
		return nil, k
	}
	return reply, nil
}

// kdcs are the addresses to ask, at most three: the site's own KDC, else the
// domain controller it names, else what DNS says.
func (c *Client) kdcs(ctx context.Context, realm string) ([]string, error) {
	if strings.EqualFold(realm, c.site.Realm()) {
		if kdc := c.site.Kerberos.KDC; kdc != "" {
			if _, _, err := net.SplitHostPort(kdc); err != nil {
				kdc = net.JoinHostPort(strings.Trim(kdc, "[]"), "88")
			}
			return []string{kdc}, nil
		}
		if host := controller(c.site.Directory.Server); host != "" {
			return []string{net.JoinHostPort(host, "88")}, nil
		}
	}
	_, records, err := c.srv(ctx, "kerberos", "tcp", strings.ToLower(realm))
	if err != nil {
		return nil, fmt.Errorf("looking up the KDCs of %s: %w", netprobe.Clean(realm), err)
	}
	var out []string
	for _, r := range records[:min(len(records), 3)] {
		out = append(out, net.JoinHostPort(strings.TrimSuffix(r.Target, "."), strconv.FormatUint(uint64(r.Port), 10)))
	}
	return out, nil
}

// controller is the host of an LDAP address.
func controller(server string) string {
	_, rest, ok := strings.Cut(server, "://")
	if !ok {
		rest = server
	}
	rest, _, _ = strings.Cut(rest, "/")
	if host, _, err := net.SplitHostPort(rest); err == nil {
		return host
	}
	return strings.Trim(rest, "[]")
}

func asKDCError(err error) (*KDCError, bool) {
	var k *KDCError
	ok := errors.As(err, &k)
	return k, ok
}

// wrap gives every error that leaves the package the form that checks judge.
func wrap(op string, err error, signIn bool) error {
	if known, ok := errors.AsType[*fact.Error](err); ok {
		return known
	}
	if k, ok := asKDCError(err); ok {
		e := refused(op, k, signIn)
		e.Err = err
		return e
	}
	switch {
	case errors.Is(err, errBadSecret):
		return &fact.Error{Kind: fact.NotSignedIn, System: kdcSystem, Op: op, Code: "wrong-key", Err: err}
	case errors.Is(err, errCrossRealm), errors.Is(err, errNoS4U):
		return &fact.Error{Kind: fact.Unsupported, System: kdcSystem, Op: op, Err: err}
	}
	return netprobe.Classify(kdcSystem, op, err)
}
