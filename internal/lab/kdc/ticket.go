package kdc

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jcmturner/gofork/encoding/asn1"
	"github.com/jcmturner/gokrb5/v8/asn1tools"
	"github.com/jcmturner/gokrb5/v8/iana"
	"github.com/jcmturner/gokrb5/v8/iana/asnAppTag"
	"github.com/jcmturner/gokrb5/v8/iana/errorcode"
	"github.com/jcmturner/gokrb5/v8/iana/flags"
	"github.com/jcmturner/gokrb5/v8/iana/keyusage"
	"github.com/jcmturner/gokrb5/v8/messages"
	"github.com/jcmturner/gokrb5/v8/types"

	"sensegate/internal/lab/kdc/wire"
)

// target is the principal a ticket is made for.
type target struct {
	name    types.PrincipalName
	account Account
	tgs     bool
	keys    []int32 // encryption types, strongest first
}

// target resolves the service of the request. Several holders of one SPN are
// reported as unknown, which is what Windows tells the client.
func (r *request) target() (target, error) {
	name := r.body.SName
	if r.isTGS(name) {
		return target{name: tgsName(r.opt.Realm), tgs: true, keys: []int32{AES256, AES128, RC4}}, nil
	}
	var found []Account
	if len(name.NameString) == 1 {
		if a, ok := r.account(name); ok {
			found = []Account{a}
		}
	} else if len(name.NameString) > 1 && !strings.EqualFold(name.PrincipalNameString(), r.snapshot().Behind) {
		found = r.opt.Accounts.BySPN(name.PrincipalNameString())
	}
	if len(found) != 1 {
		return target{}, refuse(errorcode.KDC_ERR_S_PRINCIPAL_UNKNOWN)
	}
	a := found[0]
	if a.Disabled {
		return target{}, refuse(errorcode.KDC_ERR_SERVICE_REVOKED)
	}
	if len(a.keyTypes()) == 0 {
		return target{}, refuse(errorcode.KDC_ERR_NULL_KEY)
	}
	return target{name: name, account: a, keys: a.keyTypes()}, nil
}

// sealingKey is the strongest key of the target, unless RC4 is preferred,
// whatever the client can read: only the service opens the ticket.
func (r *request) sealingKey(t target) (types.EncryptionKey, int, error) {
	if t.tgs {
		return r.tgsKey, tgsKVNO, nil
	}
	etype := t.keys[0]
	if r.snapshot().PreferRC4 && slices.Contains(t.keys, RC4) {
		etype = RC4
	}
	k, err := r.opt.Keys.Key(t.account, r.opt.Realm, etype)
	return k, t.account.kvno(), err
}

// issue seals a ticket around part, which it completes with a session key.
func (r *request) issue(t target, part *messages.EncTicketPart) (messages.Ticket, error) {
	etype, err := r.strongest(t.keys)
	if err != nil {
		return messages.Ticket{}, err
	}
	if part.Key, err = wire.NewKey(etype); err != nil {
		return messages.Ticket{}, err
	}
	key, kvno, err := r.sealingKey(t)
	if err != nil {
		return messages.Ticket{}, err
	}
	b, err := asn1.Marshal(*part)
	if err != nil {
		return messages.Ticket{}, fmt.Errorf("marshaling a ticket: %w", err)
	}
	ed, err := wire.Encrypt(asn1tools.AddASNAppTag(b, asnAppTag.EncTicketPart), key, keyusage.KDC_REP_TICKET, kvno)
	if err != nil {
		return messages.Ticket{}, fmt.Errorf("sealing a ticket: %w", err)
	}
	return messages.Ticket{TktVNO: iana.PVNO, Realm: r.opt.Realm, SName: t.name, EncPart: ed}, nil
}

// open decrypts a ticket that was sealed for t, leaving the argument alone: a
// decrypted part would be marshaled along with it.
func (r *request) open(tkt messages.Ticket, t target) (messages.EncTicketPart, error) {
	var part messages.EncTicketPart
	key := r.tgsKey
	if !t.tgs {
		var err error
		if key, err = r.opt.Keys.Key(t.account, r.opt.Realm, tkt.EncPart.EType); err != nil {
			return part, err
		}
	}
	b, err := wire.Decrypt(tkt.EncPart, key, keyusage.KDC_REP_TICKET)
	if err != nil {
		return part, err
	}
	if err := part.Unmarshal(b); err != nil {
		return part, fmt.Errorf("reading a ticket: %w", err)
	}
	return part, nil
}

// lifetime fills in the times of a ticket that may last until limit.
func (r *request) lifetime(part *messages.EncTicketPart, limit time.Time) error {
	start := r.now.Truncate(time.Second)
	part.StartTime = start
	part.EndTime = earliest(start.Add(r.opt.MaxLife), limit, r.body.Till)
	if !part.EndTime.After(start) {
		return refuse(errorcode.KDC_ERR_NEVER_VALID)
	}
	return nil
}

// earliest ignores the times that mean "no wish": zero and the epoch.
func earliest(t time.Time, others ...time.Time) time.Time {
	for _, o := range others {
		if o.Unix() > 0 && o.Before(t) {
			t = o
		}
	}
	return t.UTC().Truncate(time.Second)
}

// replyPart is what the client is told about the ticket it gets.
func (r *request) replyPart(t target, part messages.EncTicketPart) messages.EncKDCRepPart {
	return messages.EncKDCRepPart{
		Key:       part.Key,
		LastReqs:  []messages.LastReq{{LRType: 0, LRValue: r.now.Truncate(time.Second)}},
		Nonce:     r.body.Nonce,
		Flags:     part.Flags,
		AuthTime:  part.AuthTime,
		StartTime: part.StartTime,
		EndTime:   part.EndTime,
		RenewTill: part.RenewTill,
		SRealm:    r.opt.Realm,
		SName:     t.name,
		CAddr:     part.CAddr,
	}
}

// setFlags sets the bits whose condition holds.
func setFlags(f *asn1.BitString, bits map[int]bool) {
	for bit, on := range bits {
		if on {
			types.SetFlag(f, bit)
		}
	}
}

// renewable decides how long a ticket may be renewed, zero for not at all.
func (r *request) renewable(part *messages.EncTicketPart, limit time.Time) {
	wanted := r.body.RTime
	if !r.option(flags.Renewable) {
		if !r.option(flags.RenewableOK) || !r.body.Till.After(part.EndTime) {
			return
		}
		wanted = r.body.Till
	}
	part.RenewTill = earliest(limit, wanted)
	types.SetFlag(&part.Flags, flags.Renewable)
}
