package kdc

import (
	"strings"

	"github.com/jcmturner/gokrb5/v8/iana/errorcode"
	"github.com/jcmturner/gokrb5/v8/iana/flags"
	"github.com/jcmturner/gokrb5/v8/iana/nametype"
	"github.com/jcmturner/gokrb5/v8/iana/patype"
	"github.com/jcmturner/gokrb5/v8/messages"
	"github.com/jcmturner/gokrb5/v8/types"

	"sensegate/internal/lab/kdc/wire"
)

// s4u2self gives a service a ticket to itself in a user's name.
func (r *request) s4u2self(c caller, t target, value []byte) ([]byte, error) {
	user, err := wire.ParsePAForUser(value)
	if err != nil {
		return nil, refuseCause(errorcode.KRB_ERR_GENERIC, err)
	}
	if !user.Valid(c.tgt.Key.KeyValue) {
		return nil, refuse(errorcode.KRB_AP_ERR_INAPP_CKSUM)
	}
	x509, ok := r.pa(patype.PA_FOR_X509_USER)
	if !ok {
		return r.selfTicket(c, t, user.UserName, user.UserRealm, nil)
	}
	id, valid, err := wire.ParseX509User(x509, c.replyKey)
	if err != nil || !valid {
		return nil, refuseCause(errorcode.KRB_AP_ERR_INAPP_CKSUM, err)
	}
	return r.selfTicket(c, t, user.UserName, user.UserRealm, &id)
}

// s4u2selfX509 is the same where only the newer structure was sent.
func (r *request) s4u2selfX509(c caller, t target, value []byte) ([]byte, error) {
	id, valid, err := wire.ParseX509User(value, c.replyKey)
	if err != nil || !valid {
		return nil, refuseCause(errorcode.KRB_AP_ERR_INAPP_CKSUM, err)
	}
	if len(id.CName.NameString) == 0 {
		return nil, refuse(errorcode.KDC_ERR_C_PRINCIPAL_UNKNOWN)
	}
	return r.selfTicket(c, t, id.CName, id.CRealm, &id)
}

func (r *request) selfTicket(c caller, t target, name types.PrincipalName, realm string, id *wire.S4UUserID) ([]byte, error) {
	if t.tgs || !strings.EqualFold(t.account.SAM, c.account.SAM) {
		return nil, refuse(errorcode.KRB_AP_ERR_BADMATCH)
	}
	if !c.account.HasSPN {
		return nil, refuse(errorcode.KDC_ERR_S_PRINCIPAL_UNKNOWN)
	}
	if code := r.snapshot().RefuseSelf; code != 0 {
		return nil, refuse(code)
	}
	user, ok := r.account(name)
	if !ok || !equalRealm(realm, r.opt.Realm) || user.TokenGroupsUnreadable {
		return nil, refuse(errorcode.KDC_ERR_C_PRINCIPAL_UNKNOWN)
	}
	if err := revoked(user); err != nil {
		return nil, err
	}
	canonical := types.PrincipalName{NameType: nametype.KRB_NT_PRINCIPAL, NameString: []string{user.SAM}}
	part := r.inherit(c.tgt)
	part.CRealm, part.CName = r.opt.Realm, name
	if id != nil || r.option(flags.Canonicalize) {
		part.CName = canonical
	}
	// Without protocol transition an account that has a delegation list gets
	// no forwardable ticket; one that has none is left to the resource's own
	// descriptor and does.
	if !user.mayBeDelegated() || (!c.account.TrustedToAuth && len(c.account.DelegateTo) > 0) {
		types.UnsetFlag(&part.Flags, flags.Forwardable)
	}
	if err := r.lifetime(&part, c.tgt.EndTime); err != nil {
		return nil, err
	}
	var plain types.PADataSequence
	if id != nil {
		answer := wire.S4UUserID{Nonce: r.body.Nonce, CName: canonical, CRealm: r.opt.Realm, Options: id.Options}
		b, err := wire.NewX509User(answer, c.replyKey, true)
		if err != nil {
			return nil, err
		}
		plain = types.PADataSequence{{PADataType: patype.PA_FOR_X509_USER, PADataValue: b}}
	}
	return r.reply(c, t, part, plain, nil)
}

// s4u2proxy gives a service a ticket to another service in the name of the
// user whose ticket it shows.
func (r *request) s4u2proxy(c caller, t target) ([]byte, error) {
	if len(r.body.AdditionalTickets) != 1 || t.tgs {
		return nil, refuse(errorcode.KDC_ERR_BADOPTION)
	}
	if code := r.snapshot().RefuseProxy; code != 0 {
		return nil, refuse(code)
	}
	evidence, err := r.evidence(c)
	if err != nil {
		return nil, err
	}
	rbcd := wire.HasPACOption(r.padata, wire.ResourceBased)
	forwardable := evidence.Flags.At(flags.Forwardable) == 1
	user, known := r.account(evidence.CName)
	if !known {
		return nil, refuse(errorcode.KDC_ERR_C_PRINCIPAL_UNKNOWN)
	}
	if err := revoked(user); err != nil {
		return nil, err
	}
	d := delegation{
		caller: c.account, target: t.account, spn: t.name.PrincipalNameString(),
		forwardable: forwardable, resourceBased: rbcd, mayBeDelegated: user.mayBeDelegated(),
	}
	if status := d.verdict(); status != 0 {
		return nil, refuseStatus(errorcode.KDC_ERR_BADOPTION, status)
	}
	part := r.inherit(evidence)
	setFlags(&part.Flags, map[int]bool{flags.Forwardable: r.option(flags.Forwardable) && user.mayBeDelegated()})
	if err := r.lifetime(&part, earliest(evidence.EndTime, c.tgt.EndTime)); err != nil {
		return nil, err
	}
	var sealed types.PADataSequence
	if rbcd {
		b, err := wire.NewPACOptions(wire.ResourceBased)
		if err != nil {
			return nil, err
		}
		sealed = types.PADataSequence{{PADataType: wire.PAPACOptions, PADataValue: b}}
	}
	return r.reply(c, t, part, nil, sealed)
}

// evidence opens the additional ticket, which must have been made for the caller.
func (r *request) evidence(c caller) (messages.EncTicketPart, error) {
	tkt := r.body.AdditionalTickets[0]
	var part messages.EncTicketPart
	owner, ok := r.account(tkt.SName)
	if len(tkt.SName.NameString) > 1 {
		holders := r.opt.Accounts.BySPN(tkt.SName.PrincipalNameString())
		if ok = len(holders) == 1; ok {
			owner = holders[0]
		}
	}
	if !ok || !strings.EqualFold(owner.SAM, c.account.SAM) {
		return part, refuse(errorcode.KDC_ERR_SERVER_NOMATCH)
	}
	part, err := r.open(tkt, target{account: c.account})
	if err != nil {
		return part, refuseCause(errorcode.KRB_AP_ERR_MODIFIED, err)
	}
	if r.now.After(part.EndTime.Add(maxSkew)) {
		return part, refuse(errorcode.KRB_AP_ERR_TKT_EXPIRED)
	}
	return part, nil
}

// delegation is everything the decision about S4U2Proxy rests on.
type delegation struct {
	caller, target Account
	spn            string
	forwardable    bool // the evidence ticket
	resourceBased  bool // the client asked for it
	mayBeDelegated bool // the user
}

// verdict follows MS-SFU section 3.2.5.2 in its order: the list of the caller,
// then the descriptor of the target, then the evidence. Zero means granted.
func (d delegation) verdict() wire.NTSTATUS {
	listed := d.caller.delegatesTo(d.spn)
	if !d.resourceBased {
		switch {
		case listed && d.forwardable:
			return 0
		case !listed && len(d.caller.DelegateTo) == 0:
			return wire.StatusNotSupported
		}
		return wire.StatusNoMatch
	}
	allowed := d.target.allowsActing(d.caller.SAM)
	switch {
	case !listed && !allowed:
		return wire.StatusNotFound
	case d.forwardable:
		return 0
	case allowed && d.mayBeDelegated:
		return 0
	}
	return wire.StatusAccountRestriction
}
