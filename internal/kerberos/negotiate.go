package kerberos

import (
	"context"
	"time"

	"sensegate/internal/fact"
	"sensegate/internal/netprobe"
)

// defaultIdle is how long a silent socket must survive.
const defaultIdle = 60 * time.Second

// Negotiate signs in to url as the site's Kerberos user with a ticket for spn,
// as a browser on the LAN does, and follows to the hub. A front that offers no
// Kerberos is told by the session (Mechanism "ntlm" or "none", Schemes), a
// refused ticket by a *fact.Error of kind Refused whose Code is the KRB-ERROR
// or 401. The session is filled as far as it came in either case.
func (c *Client) Negotiate(ctx context.Context, url, spn string) (fact.WebSession, error) {
	v, err := c.browse(ctx, url, c.site.Qlik.Prefix, spn)
	if v == nil {
		return fact.WebSession{}, err
	}
	v.close()
	return v.session, err
}

// NegotiatedSocket signs in to url like Negotiate and opens the engine on that
// session's cookies, with origin as the page's origin. Without a session the
// socket is not tried.
func (c *Client) NegotiatedSocket(ctx context.Context, url, prefix, spn, origin string) (fact.WebSession, fact.SocketProbe, error) {
	v, err := c.browse(ctx, url, prefix, spn)
	if v == nil {
		return fact.WebSession{}, fact.SocketProbe{}, err
	}
	defer v.close()
	if err != nil || v.session.UserID == "" {
		return v.session, fact.SocketProbe{}, err
	}
	options := netprobe.OpenOptions{URL: url, Origin: origin, Prefix: prefix, Jar: v.jar, Idle: c.site.Verify.Idle, Budget: c.site.Verify.Patience, Upgrade: c.site.Verify.Patience}
	if options.Idle <= 0 {
		options.Idle = defaultIdle
	}
	probe, err := netprobe.NewEngine(c.dialer).Open(ctx, options)
	return v.session, probe, err
}

// browse obtains the ticket and signs in with it; the visit is nil when it did
// not come to that.
func (c *Client) browse(ctx context.Context, url, prefix, spn string) (*visit, error) {
	v, err := c.newVisit(url, prefix)
	if err != nil {
		return nil, &fact.Error{Kind: fact.Unsupported, System: frontSystem, Op: "signing in to Qlik with the ticket", Err: err}
	}
	t, err := c.ticketFor(ctx, spn)
	if err != nil {
		v.close()
		return nil, err
	}
	err = v.signOn(ctx, spnegoToken, false, func() (contextToken, error) { return c.establish(t, [16]byte{}) })
	return v, err
}
