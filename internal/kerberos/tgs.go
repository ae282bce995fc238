package kerberos

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jcmturner/gokrb5/v8/crypto"
	"github.com/jcmturner/gokrb5/v8/iana/patype"
	"github.com/jcmturner/gokrb5/v8/messages"
	"github.com/jcmturner/gokrb5/v8/types"

	"sensegate/internal/netprobe"
)

// maxReferrals bounds how far a KDC may send us through trusts.
const maxReferrals = 5

// wish is what a ticket is asked for.
type wish struct {
	server     types.PrincipalName
	realm      string
	options    []int
	padata     types.PADataSequence
	additional []messages.Ticket
	// onBehalf accepts a reply that names somebody else than the asker.
	onBehalf bool
}

// serviceTicket asks for a ticket and follows referrals to other realms.
func (c *Client) serviceTicket(ctx context.Context, tgt ticket, w wish) (ticket, error) {
	w.options = append(w.options, optCanonicalize)
	// Some KDCs refuse to give what the ticket-granting ticket lacks; one that
	// kinit made is often neither.
	for _, o := range []int{optForwardable, optRenewable} {
		if hasFlag(tgt.flags, o) {
			w.options = append(w.options, o)
		}
	}
	seen := []string{w.realm}
	for range maxReferrals {
		t, err := c.tgs(ctx, tgt, w)
		if err != nil {
			return ticket{}, err
		}
		name := t.raw.SName.NameString
		if len(name) != 2 || name[0] != "krbtgt" || w.server.NameString[0] == "krbtgt" {
			return t, nil
		}
		next := name[1]
		if w.onBehalf {
			return ticket{}, fmt.Errorf("%w: the KDC refers to realm %s", errCrossRealm, netprobe.Clean(next))
		}
		if slices.Contains(seen, next) {
			return ticket{}, fmt.Errorf("the KDCs refer to one another in a circle: %s", netprobe.Clean(next))
		}
		seen = append(seen, next)
		tgt, w.realm = t, next
	}
	return ticket{}, errors.New("too many referrals")
}

var errCrossRealm = errors.New("delegation across domains cannot be rehearsed from here")

// tgs is one TGS exchange. gokrb5's own refuses every S4U reply, because it
// wants the reply to name the asker.
func (c *Client) tgs(ctx context.Context, tgt ticket, w wish) (ticket, error) {
	req, err := c.tgsRequest(tgt, w)
	if err != nil {
		return ticket{}, err
	}
	raw, err := c.exchange(ctx, w.realm, &req)
	if err != nil {
		return ticket{}, err
	}
	var rep messages.TGSRep
	if err := guard(func() error { return rep.Unmarshal(raw) }); err != nil {
		return ticket{}, fmt.Errorf("reading the KDC's reply: %w", err)
	}
	plain, err := decrypt(rep.EncPart, tgt.key, usageTGSReply)
	if err != nil {
		return ticket{}, fmt.Errorf("opening the KDC's reply: %w", err)
	}
	t, err := openReply(rep.KDCRepFields, plain, req.ReqBody.Nonce)
	if err != nil {
		return ticket{}, err
	}
	if !w.onBehalf && !sameName(t.client, tgt.client) {
		return ticket{}, errors.New("the KDC answered for another account")
	}
	return t, nil
}

func (c *Client) tgsRequest(tgt ticket, w wish) (messages.TGSReq, error) {
	none := messages.TGSReq{}
	nonce, err := newNonce()
	if err != nil {
		return none, err
	}
	options := types.NewKrbFlags()
	types.SetFlags(&options, w.options)
	till := c.now().UTC().Add(kdcRequestLife)
	body := messages.KDCReqBody{
		KDCOptions: options, Realm: w.realm, SName: w.server, Till: till, RTime: till,
		Nonce: nonce, EType: offered(), AdditionalTickets: w.additional,
	}
	raw, err := body.Marshal()
	if err != nil {
		return none, fmt.Errorf("encoding the request: %w", err)
	}
	et, err := crypto.GetEtype(tgt.key.KeyType)
	if err != nil {
		return none, fmt.Errorf("using the session key: %w", err)
	}
	sum, err := et.GetChecksumHash(tgt.key.KeyValue, raw, usageTGSChecksum)
	if err != nil {
		return none, fmt.Errorf("signing the request: %w", err)
	}
	auth := c.authenticator(tgt)
	auth.Cksum = types.Checksum{CksumType: et.GetHashID(), Checksum: sum}
	ap, err := apRequest(tgt, auth, usageTGSAuth)
	if err != nil {
		return none, err
	}
	der, err := ap.Marshal()
	if err != nil {
		return none, fmt.Errorf("encoding the request: %w", err)
	}
	pas := types.PADataSequence{{PADataType: patype.PA_TGS_REQ, PADataValue: der}}
	return messages.TGSReq{KDCReqFields: messages.KDCReqFields{
		PVNO: 5, MsgType: 12, PAData: append(pas, w.padata...), ReqBody: body,
	}}, nil
}

// authenticator says who uses a ticket and when.
func (c *Client) authenticator(t ticket) types.Authenticator {
	seconds, micros := split(c.now())
	return types.Authenticator{AVNO: 5, CRealm: t.crealm, CName: t.client, Cusec: micros, CTime: seconds}
}

func apRequest(t ticket, auth types.Authenticator, usage uint32) (messages.APReq, error) {
	plain, err := auth.Marshal()
	if err != nil {
		return messages.APReq{}, fmt.Errorf("encoding the authenticator: %w", err)
	}
	sealed, err := encrypt(plain, t.key, usage, 0)
	if err != nil {
		return messages.APReq{}, err
	}
	return messages.APReq{PVNO: 5, MsgType: 14, APOptions: types.NewKrbFlags(), Ticket: t.raw, EncryptedAuthenticator: sealed}, nil
}
