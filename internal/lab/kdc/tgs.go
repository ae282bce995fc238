package kdc

import (
	"crypto/hmac"
	"fmt"
	"strings"
	"time"

	"github.com/jcmturner/gokrb5/v8/crypto"
	"github.com/jcmturner/gokrb5/v8/iana"
	"github.com/jcmturner/gokrb5/v8/iana/asnAppTag"
	"github.com/jcmturner/gokrb5/v8/iana/errorcode"
	"github.com/jcmturner/gokrb5/v8/iana/flags"
	"github.com/jcmturner/gokrb5/v8/iana/keyusage"
	"github.com/jcmturner/gokrb5/v8/iana/msgtype"
	"github.com/jcmturner/gokrb5/v8/iana/patype"
	"github.com/jcmturner/gokrb5/v8/messages"
	"github.com/jcmturner/gokrb5/v8/types"

	"sensegate/internal/lab/kdc/wire"
)

// caller is whoever sent a TGS-REQ, proven by its ticket-granting ticket.
type caller struct {
	account  Account
	tgt      messages.EncTicketPart
	replyKey types.EncryptionKey
	usage    uint32
}

// nameCanonicalize is the ticket flag that answers the canonicalize option.
const nameCanonicalize = flags.Canonicalize

func equalRealm(a, b string) bool { return strings.EqualFold(a, b) }

// tgs answers a TGS-REQ: somebody wants a ticket for a service.
func (r *request) tgs() ([]byte, error) {
	c, err := r.authenticate()
	if err != nil {
		return nil, err
	}
	if !equalRealm(r.body.Realm, r.opt.Realm) {
		return nil, refuse(errorcode.KDC_ERR_S_PRINCIPAL_UNKNOWN)
	}
	if r.option(flags.EncTktInSkey) || r.option(flags.Validate) {
		return nil, refuse(errorcode.KDC_ERR_BADOPTION)
	}
	t, err := r.target()
	if err != nil {
		return nil, err
	}
	if r.option(wire.CNameInAddlTkt) {
		return r.s4u2proxy(c, t)
	}
	if value, ok := r.pa(patype.PA_FOR_USER); ok {
		return r.s4u2self(c, t, value)
	}
	if value, ok := r.pa(patype.PA_FOR_X509_USER); ok {
		return r.s4u2selfX509(c, t, value)
	}
	if !t.tgs && !t.account.HasSPN {
		return nil, refuse(errorcode.KDC_ERR_MUST_USE_USER2USER)
	}
	return r.ordinary(c, t)
}

// authenticate checks the AP-REQ in the padata and the checksum over the body.
func (r *request) authenticate() (caller, error) {
	var c caller
	value, ok := r.pa(patype.PA_TGS_REQ)
	if !ok {
		return c, refuse(errorcode.KDC_ERR_PADATA_TYPE_NOSUPP)
	}
	var ap messages.APReq
	if err := ap.Unmarshal(value); err != nil {
		return c, refuseCause(errorcode.KRB_ERR_GENERIC, fmt.Errorf("reading the AP-REQ: %w", err))
	}
	if !r.isTGS(ap.Ticket.SName) {
		return c, refuse(errorcode.KRB_AP_ERR_NOT_US)
	}
	var err error
	if c.tgt, err = r.open(ap.Ticket, target{tgs: true}); err != nil {
		return c, refuseCause(errorcode.KRB_AP_ERR_BAD_INTEGRITY, err)
	}
	if r.now.After(c.tgt.EndTime.Add(maxSkew)) && !r.option(flags.Renew) {
		return c, refuse(errorcode.KRB_AP_ERR_TKT_EXPIRED)
	}
	if c.tgt.StartTime.After(r.now.Add(maxSkew)) {
		return c, refuse(errorcode.KRB_AP_ERR_TKT_NYV)
	}
	auth, err := r.authenticator(ap, c.tgt)
	if err != nil {
		return c, err
	}
	c.replyKey, c.usage = c.tgt.Key, keyusage.TGS_REP_ENCPART_SESSION_KEY
	if len(auth.SubKey.KeyValue) > 0 {
		c.replyKey, c.usage = auth.SubKey, keyusage.TGS_REP_ENCPART_AUTHENTICATOR_SUB_KEY
	}
	if c.account, ok = r.account(c.tgt.CName); !ok {
		return c, refuse(errorcode.KDC_ERR_TGT_REVOKED)
	}
	return c, revoked(c.account)
}

func (r *request) authenticator(ap messages.APReq, tgt messages.EncTicketPart) (types.Authenticator, error) {
	var auth types.Authenticator
	b, err := wire.Decrypt(ap.EncryptedAuthenticator, tgt.Key, keyusage.TGS_REQ_PA_TGS_REQ_AP_REQ_AUTHENTICATOR)
	if err != nil {
		return auth, refuseCause(errorcode.KRB_AP_ERR_BAD_INTEGRITY, err)
	}
	if err := auth.Unmarshal(b); err != nil {
		return auth, refuseCause(errorcode.KRB_AP_ERR_BAD_INTEGRITY, err)
	}
	if auth.CRealm != tgt.CRealm || !auth.CName.Equal(tgt.CName) {
		return auth, refuse(errorcode.KRB_AP_ERR_BADMATCH)
	}
	if !r.near(auth.CTime) {
		return auth, refuse(errorcode.KRB_AP_ERR_SKEW)
	}
	if _, err := crypto.GetChksumEtype(auth.Cksum.CksumType); err != nil {
		return auth, refuse(errorcode.KRB_AP_ERR_INAPP_CKSUM)
	}
	want, err := wire.Checksum(r.rawBody, tgt.Key, keyusage.TGS_REQ_PA_TGS_REQ_AP_REQ_AUTHENTICATOR_CHKSUM)
	if err != nil {
		return auth, err
	}
	if want.CksumType != auth.Cksum.CksumType || !hmac.Equal(want.Checksum, auth.Cksum.Checksum) {
		return auth, refuse(errorcode.KRB_AP_ERR_MODIFIED)
	}
	return auth, nil
}

// ordinary makes a ticket for the caller itself.
func (r *request) ordinary(c caller, t target) ([]byte, error) {
	part := r.inherit(c.tgt)
	if r.option(flags.Forwarded) {
		if !t.tgs || c.tgt.Flags.At(flags.Forwardable) == 0 {
			return nil, refuse(errorcode.KDC_ERR_BADOPTION)
		}
		types.SetFlag(&part.Flags, flags.Forwarded)
	}
	if r.option(flags.Renew) {
		if err := r.renew(&part, c.tgt, t); err != nil {
			return nil, err
		}
		return r.reply(c, t, part, nil, nil)
	}
	if err := r.lifetime(&part, c.tgt.EndTime); err != nil {
		return nil, err
	}
	if c.tgt.Flags.At(flags.Renewable) == 1 {
		r.renewable(&part, c.tgt.RenewTill)
	}
	return r.reply(c, t, part, nil, nil)
}

// renew prolongs the ticket-granting ticket for as long as it lasted before.
func (r *request) renew(part *messages.EncTicketPart, tgt messages.EncTicketPart, t target) error {
	if !t.tgs || tgt.Flags.At(flags.Renewable) == 0 {
		return refuse(errorcode.KDC_ERR_BADOPTION)
	}
	if !r.now.Before(tgt.RenewTill) {
		return refuse(errorcode.KRB_AP_ERR_TKT_EXPIRED)
	}
	part.StartTime = r.now.Truncate(time.Second)
	part.RenewTill = tgt.RenewTill
	part.EndTime = earliest(part.StartTime.Add(tgt.EndTime.Sub(tgt.StartTime)), tgt.RenewTill)
	types.SetFlag(&part.Flags, flags.Renewable)
	return nil
}

// inherit starts a ticket with what passes on from the one it is based on.
func (r *request) inherit(from messages.EncTicketPart) messages.EncTicketPart {
	part := messages.EncTicketPart{
		Flags: types.NewKrbFlags(), CRealm: from.CRealm, CName: from.CName,
		AuthTime: from.AuthTime, CAddr: from.CAddr,
	}
	setFlags(&part.Flags, map[int]bool{
		flags.PreAuthent:  from.Flags.At(flags.PreAuthent) == 1,
		flags.Forwarded:   from.Flags.At(flags.Forwarded) == 1,
		flags.Forwardable: r.option(flags.Forwardable) && from.Flags.At(flags.Forwardable) == 1,
		flags.Proxiable:   r.option(flags.Proxiable) && from.Flags.At(flags.Proxiable) == 1,
		nameCanonicalize:  r.option(flags.Canonicalize),
	})
	return part
}

// reply issues the ticket and wraps it up for the caller.
func (r *request) reply(c caller, t target, part messages.EncTicketPart, plain, sealed types.PADataSequence) ([]byte, error) {
	setFlags(&part.Flags, map[int]bool{flags.OKAsDelegate: t.account.TrustedForDelegation})
	tkt, err := r.issue(t, &part)
	if err != nil {
		return nil, err
	}
	enc := r.replyPart(t, part)
	enc.EncPAData = sealed
	b, err := enc.Marshal()
	if err != nil {
		return nil, fmt.Errorf("marshaling a reply: %w", err)
	}
	// The library tags every reply as an AS reply; clients insist on 26 here.
	b[0] = 0x60 | asnAppTag.EncTGSRepPart
	ed, err := wire.Encrypt(b, c.replyKey, c.usage, 0)
	if err != nil {
		return nil, err
	}
	rep := messages.TGSRep{KDCRepFields: messages.KDCRepFields{
		PVNO: iana.PVNO, MsgType: msgtype.KRB_TGS_REP, PAData: plain,
		CRealm: part.CRealm, CName: part.CName, Ticket: tkt, EncPart: ed,
	}}
	if b, err = rep.Marshal(); err != nil {
		return nil, fmt.Errorf("writing the reply: %w", err)
	}
	return b, nil
}
