package krbclient

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jcmturner/gokrb5/v8/iana"
	"github.com/jcmturner/gokrb5/v8/iana/flags"
	"github.com/jcmturner/gokrb5/v8/iana/keyusage"
	"github.com/jcmturner/gokrb5/v8/iana/msgtype"
	"github.com/jcmturner/gokrb5/v8/iana/nametype"
	"github.com/jcmturner/gokrb5/v8/iana/patype"
	"github.com/jcmturner/gokrb5/v8/messages"
	"github.com/jcmturner/gokrb5/v8/types"

	"sensegate/internal/lab/kdc/wire"
)

// TicketFor gets a ticket to spn in the name of a user, given by UPN or by
// account name: the whole way of the connector.
func (c *Client) TicketFor(ctx context.Context, user, spn string) (Ticket, error) {
	tgt, err := c.Login(ctx)
	if err != nil {
		return Ticket{}, err
	}
	evidence, err := c.S4U2Self(ctx, tgt, user)
	if err != nil {
		return Ticket{}, err
	}
	return c.S4U2Proxy(ctx, tgt, evidence, spn, true)
}

// ServiceTicket gets a ticket to spn in the account's own name.
func (c *Client) ServiceTicket(ctx context.Context, tgt Ticket, spn string) (Ticket, error) {
	body, err := c.body(serviceName(spn), flags.Forwardable, flags.Renewable, flags.Canonicalize)
	if err != nil {
		return Ticket{}, err
	}
	t, err := c.exchange(ctx, tgt, body, nil)
	if err != nil {
		return Ticket{}, fmt.Errorf("asking for a ticket to %s: %w", spn, err)
	}
	return t, nil
}

func serviceName(spn string) types.PrincipalName {
	return types.NewPrincipalName(nametype.KRB_NT_SRV_INST, spn)
}

// S4U2Self gets a ticket to the account itself in the name of a user.
func (c *Client) S4U2Self(ctx context.Context, tgt Ticket, user string) (Ticket, error) {
	name := principal(nametype.KRB_NT_PRINCIPAL, user)
	if strings.Contains(user, "@") {
		name.NameType = wire.NameEnterprise
	}
	body, err := c.body(principal(nametype.KRB_NT_PRINCIPAL, c.Account), flags.Forwardable, flags.Renewable, flags.Canonicalize)
	if err != nil {
		return Ticket{}, err
	}
	v, err := wire.NewPAForUser(tgt.Key.KeyValue, name, c.realm())
	if err != nil {
		return Ticket{}, err
	}
	t, err := c.exchange(ctx, tgt, body, types.PADataSequence{{PADataType: patype.PA_FOR_USER, PADataValue: v}})
	if err != nil {
		return Ticket{}, fmt.Errorf("asking for a ticket in the name of %s: %w", user, err)
	}
	if t.Client.PrincipalNameString() == tgt.Client.PrincipalNameString() && !strings.EqualFold(user, c.Account) {
		return Ticket{}, fmt.Errorf("asking for a ticket in the name of %s: the KDC ignored the name", user)
	}
	return t, nil
}

// S4U2Proxy turns the evidence of a user into a ticket to spn. Windows always
// sends resourceBased; without it the KDC consults the caller's own list only.
func (c *Client) S4U2Proxy(ctx context.Context, tgt, evidence Ticket, spn string, resourceBased bool) (Ticket, error) {
	body, err := c.body(serviceName(spn), flags.Forwardable, flags.Renewable, flags.Canonicalize, wire.CNameInAddlTkt)
	if err != nil {
		return Ticket{}, err
	}
	body.AdditionalTickets = []messages.Ticket{evidence.Raw}
	var pas types.PADataSequence
	if resourceBased {
		v, err := wire.NewPACOptions(wire.ResourceBased)
		if err != nil {
			return Ticket{}, err
		}
		pas = types.PADataSequence{{PADataType: wire.PAPACOptions, PADataValue: v}}
	}
	t, err := c.exchange(ctx, tgt, body, pas)
	if err != nil {
		return Ticket{}, fmt.Errorf("asking for a ticket to %s on behalf of %s: %w", spn, evidence.Client.PrincipalNameString(), err)
	}
	if !t.Client.Equal(evidence.Client) {
		return Ticket{}, errors.New("the ticket is in another name than the evidence")
	}
	return t, nil
}

// exchange sends a TGS-REQ under a ticket-granting ticket, with a subkey of
// its own as Windows does.
func (c *Client) exchange(ctx context.Context, tgt Ticket, body messages.KDCReqBody, pas types.PADataSequence) (Ticket, error) {
	subkey, err := wire.NewKey(tgt.Key.KeyType)
	if err != nil {
		return Ticket{}, err
	}
	raw, err := body.Marshal()
	if err != nil {
		return Ticket{}, fmt.Errorf("marshaling the request: %w", err)
	}
	sum, err := wire.Checksum(raw, tgt.Key, keyusage.TGS_REQ_PA_TGS_REQ_AP_REQ_AUTHENTICATOR_CHKSUM)
	if err != nil {
		return Ticket{}, err
	}
	auth, err := c.authenticator(tgt, sum)
	if err != nil {
		return Ticket{}, err
	}
	auth.SubKey = subkey
	ap, err := messages.NewAPReq(tgt.Raw, tgt.Key, auth)
	if err != nil {
		return Ticket{}, fmt.Errorf("making the AP-REQ: %w", err)
	}
	v, err := ap.Marshal()
	if err != nil {
		return Ticket{}, fmt.Errorf("marshaling the AP-REQ: %w", err)
	}
	rep, err := c.sendTGS(ctx, messages.TGSReq{KDCReqFields: messages.KDCReqFields{
		PVNO: iana.PVNO, MsgType: msgtype.KRB_TGS_REQ, ReqBody: body,
		PAData: append(types.PADataSequence{{PADataType: patype.PA_TGS_REQ, PADataValue: v}}, pas...),
	}})
	if err != nil {
		return Ticket{}, err
	}
	return c.open(rep.KDCRepFields, subkey, keyusage.TGS_REP_ENCPART_AUTHENTICATOR_SUB_KEY, body.Nonce)
}

// authenticator is made in the name the ticket is in, at the client's own time.
func (c *Client) authenticator(t Ticket, sum types.Checksum) (types.Authenticator, error) {
	auth, err := types.NewAuthenticator(t.Realm, t.Client)
	if err != nil {
		return auth, fmt.Errorf("making an authenticator: %w", err)
	}
	now := c.now()
	auth.CTime, auth.Cusec = now.Truncate(time.Second), now.Nanosecond()/1000
	auth.Cksum = sum
	return auth, nil
}
