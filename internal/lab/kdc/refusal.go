package kdc

import (
	"errors"
	"fmt"
	"time"

	"github.com/jcmturner/gokrb5/v8/iana"
	"github.com/jcmturner/gokrb5/v8/iana/errorcode"
	"github.com/jcmturner/gokrb5/v8/iana/msgtype"
	"github.com/jcmturner/gokrb5/v8/messages"
	"github.com/jcmturner/gokrb5/v8/types"

	"sensegate/internal/lab/kdc/wire"
)

// refusal is a KRB-ERROR on its way out.
type refusal struct {
	code   int32
	status wire.NTSTATUS
	edata  []byte
	crealm string
	cause  error
}

func (r *refusal) Error() string {
	s := errorcode.Lookup(r.code)
	if r.status != 0 {
		s += " " + r.status.String()
	}
	if r.cause != nil {
		s += ": " + r.cause.Error()
	}
	return s
}

func (r *refusal) Unwrap() error { return r.cause }

func refuse(code int32) error { return &refusal{code: code} }

func refuseCause(code int32, err error) error { return &refusal{code: code, cause: err} }

func refuseStatus(code int32, status wire.NTSTATUS) error {
	return &refusal{code: code, status: status}
}

// krbError marshals err for the peer. Anything that is not a refusal is a
// fault of our own and goes out as the generic error. Windows sends no text.
func krbError(err error, realm string, sname types.PrincipalName, now time.Time) ([]byte, error) {
	r := &refusal{code: errorcode.KRB_ERR_GENERIC}
	errors.As(err, &r)
	edata := r.edata
	if r.status != 0 {
		b, err := wire.NewErrorData(r.status)
		if err != nil {
			return nil, err
		}
		edata = b
	}
	if len(sname.NameString) == 0 {
		sname = tgsName(realm)
	}
	now = now.UTC()
	e := messages.KRBError{
		PVNO: iana.PVNO, MsgType: msgtype.KRB_ERROR,
		STime: now.Truncate(time.Second), Susec: now.Nanosecond() / 1000,
		ErrorCode: r.code, CRealm: r.crealm, Realm: realm, SName: sname, EData: edata,
	}
	b, err := e.Marshal()
	if err != nil {
		return nil, fmt.Errorf("marshaling an error: %w", err)
	}
	return b, nil
}
