package kdc

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jcmturner/gofork/encoding/asn1"
	"github.com/jcmturner/gokrb5/v8/iana"
	"github.com/jcmturner/gokrb5/v8/iana/asnAppTag"
	"github.com/jcmturner/gokrb5/v8/iana/errorcode"
	"github.com/jcmturner/gokrb5/v8/iana/msgtype"
	"github.com/jcmturner/gokrb5/v8/iana/nametype"
	"github.com/jcmturner/gokrb5/v8/messages"
	"github.com/jcmturner/gokrb5/v8/types"

	"sensegate/internal/lab/kdc/wire"
)

// request is one KDC-REQ being answered. The raw forms are kept because
// checksums are taken over the bytes as sent, not as re-encoded.
type request struct {
	*Server
	now     time.Time
	raw     []byte
	rawBody []byte
	padata  types.PADataSequence
	body    messages.KDCReqBody
}

type kdcReq struct {
	PVNO    int                  `asn1:"explicit,tag:1"`
	MsgType int                  `asn1:"explicit,tag:2"`
	PAData  types.PADataSequence `asn1:"explicit,optional,tag:3"`
	ReqBody asn1.RawValue        `asn1:"explicit,tag:4"`
}

// answer never fails: whatever goes wrong becomes a KRB-ERROR. The recover is
// for the library, whose decoder of ticket sequences indexes unchecked.
func (s *Server) answer(msg []byte) (reply []byte) {
	now := s.now()
	r := &request{Server: s, now: now, raw: msg}
	defer func() {
		if p := recover(); p != nil {
			reply = r.fail(fmt.Errorf("answering a request: %v", p))
		}
	}()
	reply, err := r.dispatch()
	if err != nil {
		return r.fail(err)
	}
	return reply
}

func (r *request) fail(err error) []byte {
	b, merr := krbError(err, r.opt.Realm, r.body.SName, r.now)
	if merr != nil {
		// A service name with characters the encoder refuses; leave it out.
		b, merr = krbError(err, r.opt.Realm, types.PrincipalName{}, r.now)
	}
	if merr != nil {
		return nil
	}
	return b
}

func (r *request) dispatch() ([]byte, error) {
	if r.snapshot().Unavailable {
		return nil, refuse(errorcode.KDC_ERR_SVC_UNAVAILABLE)
	}
	const applicationConstructed = 0x60
	if len(r.raw) == 0 {
		return nil, refuse(errorcode.KRB_AP_ERR_MSG_TYPE)
	}
	switch r.raw[0] {
	case applicationConstructed | asnAppTag.ASREQ:
		if err := r.parse(asnAppTag.ASREQ, msgtype.KRB_AS_REQ); err != nil {
			return nil, err
		}
		return r.as()
	case applicationConstructed | asnAppTag.TGSREQ:
		if err := r.parse(asnAppTag.TGSREQ, msgtype.KRB_TGS_REQ); err != nil {
			return nil, err
		}
		return r.tgs()
	}
	return nil, refuse(errorcode.KRB_AP_ERR_MSG_TYPE)
}

func (r *request) parse(tag, msgType int) error {
	var m kdcReq
	if _, err := asn1.UnmarshalWithParams(r.raw, &m, fmt.Sprintf("application,explicit,tag:%d", tag)); err != nil {
		return refuseCause(errorcode.KRB_ERR_GENERIC, fmt.Errorf("reading the request: %w", err))
	}
	if m.PVNO != iana.PVNO {
		return refuse(errorcode.KDC_ERR_BAD_PVNO)
	}
	if m.MsgType != msgType {
		return refuse(errorcode.KRB_AP_ERR_MSG_TYPE)
	}
	if err := r.body.Unmarshal(m.ReqBody.Bytes); err != nil {
		return refuseCause(errorcode.KRB_ERR_GENERIC, fmt.Errorf("reading the request body: %w", err))
	}
	r.padata, r.rawBody = m.PAData, m.ReqBody.Bytes
	return nil
}

// pa finds the first padata of a type.
func (r *request) pa(kind int32) ([]byte, bool) {
	for _, p := range r.padata {
		if p.PADataType == kind {
			return p.PADataValue, true
		}
	}
	return nil, false
}

func (r *request) option(bit int) bool { return r.body.KDCOptions.At(bit) == 1 }

// strongest picks the best encryption type that both the list of an account
// and the client's request contain.
func (r *request) strongest(have []int32) (int32, error) {
	for _, e := range have {
		if slices.Contains(r.body.EType, e) {
			return e, nil
		}
	}
	return 0, refuse(errorcode.KDC_ERR_ETYPE_NOSUPP)
}

// account resolves a one-part name, with or without the realm behind it.
func (r *request) account(name types.PrincipalName) (Account, bool) {
	s := name.PrincipalNameString()
	if s == "" {
		return Account{}, false
	}
	if a, ok := r.opt.Accounts.ByName(s); ok {
		return a, true
	}
	if i := strings.LastIndexByte(s, '@'); i > 0 && strings.EqualFold(s[i+1:], r.opt.Realm) {
		return r.opt.Accounts.ByName(s[:i])
	}
	return Account{}, false
}

// revoked is the reason why an account may not be used at all, if any.
func revoked(a Account) error {
	switch {
	case a.Disabled:
		return refuseStatus(errorcode.KDC_ERR_CLIENT_REVOKED, wire.StatusAccountDisabled)
	case a.LockedOut:
		return refuseStatus(errorcode.KDC_ERR_CLIENT_REVOKED, wire.StatusAccountLockedOut)
	case a.Expired:
		return refuseStatus(errorcode.KDC_ERR_CLIENT_REVOKED, wire.StatusAccountExpired)
	}
	return nil
}

func tgsName(realm string) types.PrincipalName {
	return types.PrincipalName{NameType: nametype.KRB_NT_SRV_INST, NameString: []string{"krbtgt", realm}}
}

func (r *request) isTGS(name types.PrincipalName) bool {
	return len(name.NameString) == 2 && name.NameString[0] == "krbtgt" && strings.EqualFold(name.NameString[1], r.opt.Realm)
}
