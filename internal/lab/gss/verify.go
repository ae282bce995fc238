package gss

import (
	"crypto/rand"
	"encoding/asn1"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	kasn1 "github.com/jcmturner/gofork/encoding/asn1"
	"github.com/jcmturner/gokrb5/v8/asn1tools"
	"github.com/jcmturner/gokrb5/v8/iana"
	"github.com/jcmturner/gokrb5/v8/iana/asnAppTag"
	"github.com/jcmturner/gokrb5/v8/iana/chksumtype"
	"github.com/jcmturner/gokrb5/v8/iana/errorcode"
	"github.com/jcmturner/gokrb5/v8/iana/flags"
	"github.com/jcmturner/gokrb5/v8/iana/keyusage"
	"github.com/jcmturner/gokrb5/v8/iana/msgtype"
	"github.com/jcmturner/gokrb5/v8/messages"
	"github.com/jcmturner/gokrb5/v8/types"

	"sensegate/internal/lab/kdc/wire"
)

// verify checks an AP-REQ and makes the AP-REP where the client wants one.
func (a *Acceptor) verify(msg []byte) (Result, []byte, *Error) {
	var ap messages.APReq
	if err := ap.Unmarshal(msg); err != nil {
		return Result{}, nil, kerberosError(errorcode.KRB_AP_ERR_MSG_TYPE, fmt.Errorf("reading the AP-REQ: %w", err))
	}
	if ap.APOptions.At(flags.APOptionUseSessionKey) == 1 {
		return Result{}, nil, kerberosError(errorcode.KRB_AP_ERR_NOKEY, errors.New("user-to-user is not offered"))
	}
	res, reply, refused := a.check(ap)
	if refused != nil {
		refused.ticket = &ap.Ticket
		return Result{}, nil, refused
	}
	return res, reply, nil
}

func (a *Acceptor) check(ap messages.APReq) (Result, []byte, *Error) {
	part, refused := a.openTicket(ap.Ticket)
	if refused != nil {
		return Result{}, nil, refused
	}
	auth, refused := a.openAuthenticator(ap, part)
	if refused != nil {
		return Result{}, nil, refused
	}
	res := Result{
		Client: part.CName, Realm: part.CRealm, Service: ap.Ticket.SName, EndTime: part.EndTime,
	}
	if refused := res.readChecksum(auth.Cksum); refused != nil {
		return Result{}, nil, refused
	}
	if res.Flags&FlagMutual == 0 && ap.APOptions.At(flags.APOptionMutualRequired) == 0 {
		// Without an answer nobody asserts a key or a number: the client's go on.
		res.subkey, res.seq = auth.SubKey, uint64(auth.SeqNumber)
		if len(res.subkey.KeyValue) == 0 {
			res.subkey = part.Key
		}
		return res, nil, nil
	}
	reply, err := res.answer(part.Key, auth)
	if err != nil {
		return Result{}, nil, kerberosError(errorcode.KRB_ERR_GENERIC, err)
	}
	return res, reply, nil
}

func (a *Acceptor) openTicket(tkt messages.Ticket) (messages.EncTicketPart, *Error) {
	var part messages.EncTicketPart
	key, err := a.opt.Keys(tkt.EncPart.EType, tkt.EncPart.KVNO)
	if err != nil {
		return part, kerberosError(errorcode.KRB_AP_ERR_NOKEY, err)
	}
	b, err := wire.Decrypt(tkt.EncPart, key, keyusage.KDC_REP_TICKET)
	if err != nil {
		return part, kerberosError(errorcode.KRB_AP_ERR_MODIFIED, fmt.Errorf("opening the ticket for %s: %w", tkt.SName.PrincipalNameString(), err))
	}
	if err := part.Unmarshal(b); err != nil {
		return part, kerberosError(errorcode.KRB_AP_ERR_MODIFIED, fmt.Errorf("reading the ticket: %w", err))
	}
	now := a.opt.Clock()
	start := part.StartTime
	if start.IsZero() {
		start = part.AuthTime
	}
	switch {
	case part.Flags.At(flags.Invalid) == 1, start.After(now.Add(a.opt.Skew)):
		return part, kerberosError(errorcode.KRB_AP_ERR_TKT_NYV, fmt.Errorf("valid from %s, now is %s", stamp(start), stamp(now)))
	case now.After(part.EndTime.Add(a.opt.Skew)):
		return part, kerberosError(errorcode.KRB_AP_ERR_TKT_EXPIRED, fmt.Errorf("valid to %s, now is %s", stamp(part.EndTime), stamp(now)))
	}
	return part, nil
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func (a *Acceptor) openAuthenticator(ap messages.APReq, part messages.EncTicketPart) (types.Authenticator, *Error) {
	var auth types.Authenticator
	b, err := wire.Decrypt(ap.EncryptedAuthenticator, part.Key, keyusage.AP_REQ_AUTHENTICATOR)
	if err != nil {
		return auth, kerberosError(errorcode.KRB_AP_ERR_BAD_INTEGRITY, fmt.Errorf("opening the authenticator: %w", err))
	}
	if err := auth.Unmarshal(b); err != nil {
		return auth, kerberosError(errorcode.KRB_AP_ERR_BAD_INTEGRITY, fmt.Errorf("reading the authenticator: %w", err))
	}
	if auth.CRealm != part.CRealm || !auth.CName.Equal(part.CName) {
		return auth, kerberosError(errorcode.KRB_AP_ERR_BADMATCH, fmt.Errorf("ticket of %s, authenticator of %s", part.CName.PrincipalNameString(), auth.CName.PrincipalNameString()))
	}
	now := a.opt.Clock()
	made := auth.CTime.Add(time.Duration(auth.Cusec) * time.Microsecond)
	if now.Sub(made).Abs() > a.opt.Skew {
		return auth, kerberosError(errorcode.KRB_AP_ERR_SKEW, fmt.Errorf("client's clock %s, own %s", stamp(made), stamp(now)))
	}
	// An authenticator this old would be refused for its age, so twice the
	// skew is as long as it needs remembering.
	if a.replay.seen(ap.EncryptedAuthenticator.Cipher, now, now.Add(2*a.opt.Skew)) {
		return auth, kerberosError(errorcode.KRB_AP_ERR_REPEAT, nil)
	}
	return auth, nil
}

const (
	checksumSize    = 24
	bindingsAt      = 4
	contextFlagsAt  = 20
	bindingsLengthN = 16
)

// readChecksum takes the context flags out of the authenticator. Clients that
// are not GSS implementations send another checksum or none and get no flags.
func (r *Result) readChecksum(c types.Checksum) *Error {
	if c.CksumType != chksumtype.GSSAPI {
		return nil
	}
	b := c.Checksum
	if len(b) < checksumSize || binary.LittleEndian.Uint32(b) != bindingsLengthN {
		return kerberosError(errorcode.KRB_AP_ERR_INAPP_CKSUM, fmt.Errorf("GSS checksum of %d bytes", len(b)))
	}
	r.Bindings = b[bindingsAt:contextFlagsAt]
	r.Flags = binary.LittleEndian.Uint32(b[contextFlagsAt:])
	return nil
}

// answer makes the AP-REP token, with a key of the acceptor's own for wrapping.
func (r *Result) answer(session types.EncryptionKey, auth types.Authenticator) ([]byte, error) {
	etype := session.KeyType
	if len(auth.SubKey.KeyValue) > 0 {
		etype = auth.SubKey.KeyType
	}
	var err error
	if r.subkey, err = wire.NewKey(etype); err != nil {
		return nil, err
	}
	var seq [4]byte
	if _, err := rand.Read(seq[:]); err != nil {
		return nil, fmt.Errorf("choosing a sequence number: %w", err)
	}
	// Thirty bits, and not zero, which the encoder would leave out.
	r.seq = uint64(binary.BigEndian.Uint32(seq[:])&0x3ffffffe) + 1
	part, err := kasn1.Marshal(messages.EncAPRepPart{
		CTime: auth.CTime, Cusec: auth.Cusec, Subkey: r.subkey, SequenceNumber: int64(r.seq),
	})
	if err != nil {
		return nil, fmt.Errorf("marshaling the AP-REP: %w", err)
	}
	ed, err := wire.Encrypt(asn1tools.AddASNAppTag(part, asnAppTag.EncAPRepPart), session, keyusage.AP_REP_ENCPART, 0)
	if err != nil {
		return nil, err
	}
	b, err := kasn1.Marshal(messages.APRep{PVNO: iana.PVNO, MsgType: msgtype.KRB_AP_REP, EncPart: ed})
	if err != nil {
		return nil, fmt.Errorf("marshaling the AP-REP: %w", err)
	}
	return frameKerberos(idAPRep, asn1tools.AddASNAppTag(b, asnAppTag.APREP))
}

// errorToken tells the client why; nil when even that cannot be built.
func (a *Acceptor) errorToken(refused *Error, mech asn1.ObjectIdentifier) []byte {
	now := a.opt.Clock().UTC()
	e := messages.KRBError{
		PVNO: iana.PVNO, MsgType: msgtype.KRB_ERROR, ErrorCode: refused.Code,
		STime: now.Truncate(time.Second), Susec: now.Nanosecond() / 1000,
		SName: types.PrincipalName{NameString: []string{}},
	}
	if refused.ticket != nil {
		e.Realm, e.SName = refused.ticket.Realm, refused.ticket.SName
	}
	b, err := e.Marshal()
	if err != nil {
		return nil
	}
	token, err := frameKerberos(idKRBError, b)
	if err != nil || mech == nil {
		return token
	}
	if token, err = NegTokenResp(StateReject, mech, token); err != nil {
		return nil
	}
	return token
}
