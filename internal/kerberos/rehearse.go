package kerberos

import (
	"context"
	"errors"
	"strings"

	"sensegate/internal/fact"
	"sensegate/internal/netprobe"
)

// Stages of a rehearsal, in fact.Rehearsal.Stage.
const (
	StageSignIn = "sign-in"
	StageSelf   = "s4u2self"
	StageProxy  = "s4u2proxy"
	StageQlik   = "qlik"
	StageDone   = "done"
)

const accountRestriction = 0xC000006E

// Rehearse does what a connector would do for the user: it signs in with the
// computer account's key, asks for a ticket in the user's name, turns it into
// one for spn and presents that to url, first raw as connectors do by default,
// then in SPNEGO. A refusal by the KDC or the front is part of the answer.
func (c *Client) Rehearse(ctx context.Context, computerAccount, userUPN, spn, url string) (fact.Rehearsal, error) {
	r := fact.Rehearsal{Connector: computerAccount, User: userUPN, SPN: spn, Stage: StageSignIn}
	cred, err := c.computer(computerAccount)
	if err != nil && isMachine(computerAccount) {
		return r, c.rehearseHere(ctx, &r, url)
	}
	if err != nil {
		return r, err
	}
	r.As = cred.name
	tgt, err := c.signIn(ctx, cred)
	if err != nil {
		return r, told(&r, err)
	}
	r.Stage = StageSelf
	evidence, err := c.s4u2self(ctx, tgt, userUPN)
	if err != nil {
		return r, told(&r, wrap("asking for a ticket in the name of "+netprobe.Clean(userUPN), err, false))
	}
	r.Self = evidence.describe()
	r.Stage = StageProxy
	proxied, err := c.delegate(ctx, &r, tgt, evidence)
	if err != nil {
		return r, err
	}
	if r.Code != 0 {
		return r, nil
	}
	r.Proxy = proxied.describe()
	r.Stage = StageQlik
	return r, c.presentWith(ctx, &r, url, func() (contextToken, error) { return c.establish(proxied, [16]byte{}) })
}

// computer is the connector's account with its secret, or else the account
// that rehearses in its place.
func (c *Client) computer(name string) (credential, error) {
	for _, h := range c.site.Connector.Hosts {
		if strings.EqualFold(h.ComputerAccount(), name) && h.Keytab != "" {
			return c.fromKeytab(name, h.Keytab)
		}
	}
	if stand := c.site.Connector.Rehearsal; stand.Account != "" {
		if stand.Keytab != "" {
			return c.fromKeytab(stand.Account, stand.Keytab)
		}
		name = stand.Account
	}
	if password, ok := c.secrets("connector:" + name); ok && password != "" {
		return withPassword(name, c.site.Realm(), password), nil
	}
	return credential{}, &fact.Error{
		Kind: fact.Unsupported, System: kdcSystem, Op: "rehearsing as " + netprobe.Clean(name), Code: "no-secret",
		Text: "the account's key is not at hand: set SENSEGATE_CONNECTOR_PASSWORD, or name a file in the keytab of the host under connector.hosts or of connector.rehearsal",
	}
}

// delegate asks first for classic delegation alone, whose refusal is precise,
// and then as Windows does, with resource-based delegation allowed as well.
func (c *Client) delegate(ctx context.Context, r *fact.Rehearsal, tgt, evidence ticket) (ticket, error) {
	const op = "exchanging the user's ticket for one to the service"
	t, classic := c.s4u2proxy(ctx, tgt, evidence, r.SPN, false)
	r.Classic = verdictOf(classic)
	if classic == nil {
		return t, nil
	}
	first, ok := asKDCError(classic)
	if !ok {
		return ticket{}, wrap(op, classic, false)
	}
	if first.Code != 13 {
		return ticket{}, told(r, first)
	}
	t, err := c.s4u2proxy(ctx, tgt, evidence, r.SPN, true)
	r.Resource = verdictOf(err)
	if err == nil {
		r.ResourceBased = true
		return t, nil
	}
	second, ok := asKDCError(err)
	if !ok {
		return ticket{}, wrap(op, err, false)
	}
	// Whatever the list says, a user who must not be delegated is the reason.
	if second.NTStatus == accountRestriction && !evidence.forwardable() || first.NTStatus == 0 {
		return ticket{}, told(r, second)
	}
	return ticket{}, told(r, first)
}

// verdictOf is a KDC's answer in a few words.
func verdictOf(err error) string {
	k, ok := asKDCError(err)
	switch {
	case err == nil:
		return "granted"
	case !ok:
		return "no answer"
	case k.NTStatus != 0:
		return k.Name + ", " + k.NTStatusName
	}
	return k.Name
}

// presentWith shows the ticket to the front in both forms, each time in a session
// of its own: raw as connectors do by default, and in SPNEGO as they do where
// their host is told to.
func (c *Client) presentWith(ctx context.Context, r *fact.Rehearsal, url string, token func() (contextToken, error)) error {
	var refusal error
	for _, how := range []style{plainToken, spnegoToken} {
		v, err := c.newVisit(url, c.site.Qlik.Prefix)
		if err != nil {
			return &fact.Error{Kind: fact.Unsupported, System: frontSystem, Op: "presenting the ticket to Qlik", Err: err}
		}
		err = v.signOn(ctx, how, true, token)
		v.close()
		if v.accepted && err == nil && v.session.UserID != "" {
			if len(r.Accepted) == 0 {
				r.Session, r.Stage = &v.session, StageDone
			}
			r.Accepted = append(r.Accepted, string(how))
			continue
		}
		r.Refused = append(r.Refused, string(how))
		if r.Session == nil {
			r.Session, refusal = &v.session, err
		}
		var f *fact.Error
		if errors.As(err, &f) && f.Kind != fact.Refused && f.Kind != fact.NoRight && len(r.Accepted) == 0 {
			return err
		}
	}
	if len(r.Accepted) > 0 {
		return nil
	}
	return told(r, refusal)
}

// told puts a refusal into the rehearsal; what is none is handed back.
func told(r *fact.Rehearsal, err error) error {
	if k, ok := asKDCError(err); ok {
		r.Code, r.CodeName = k.Code, k.Name
		r.NTStatus, r.NTStatusName = k.NTStatus, k.NTStatusName
		return nil
	}
	var f *fact.Error
	if errors.As(err, &f) && f.System == frontSystem && (f.Kind == fact.Refused || f.Kind == fact.NoRight) {
		r.CodeName = f.Code
		return nil
	}
	return err
}
