package krbclient

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/jcmturner/gokrb5/v8/iana/chksumtype"
	"github.com/jcmturner/gokrb5/v8/iana/flags"
	"github.com/jcmturner/gokrb5/v8/iana/keyusage"
	"github.com/jcmturner/gokrb5/v8/messages"
	"github.com/jcmturner/gokrb5/v8/types"

	"sensegate/internal/lab/gss"
	"sensegate/internal/lab/kdc/wire"
)

// ErrNotProven says that a server's answer does not prove that it holds the
// key of the service.
var ErrNotProven = errors.New("the server did not prove its identity")

// Negotiate makes the value of an Authorization header from a ticket: plain
// Kerberos, or wrapped for SPNEGO. The returned function checks the token that
// the server sends back.
func (c *Client) Negotiate(t Ticket, spnego bool) (header string, verify func(reply []byte) error, err error) {
	token, auth, err := c.apReq(t)
	if err != nil {
		return "", nil, err
	}
	if spnego {
		// The order of Windows: its own number for Kerberos comes first.
		if token, err = gss.NegTokenInit(token, gss.OIDMicrosoft(), gss.OIDKerberos()); err != nil {
			return "", nil, err
		}
	}
	verify = func(reply []byte) error { return proof(reply, t.Key, auth) }
	return "Negotiate " + base64.StdEncoding.EncodeToString(token), verify, nil
}

// apReq is the GSS token with mutual authentication asked for.
func (c *Client) apReq(t Ticket) ([]byte, types.Authenticator, error) {
	sum := make([]byte, 24)
	binary.LittleEndian.PutUint32(sum, 16)
	binary.LittleEndian.PutUint32(sum[20:], gss.FlagMutual|gss.FlagConf|gss.FlagIntegrity)
	auth, err := c.authenticator(t, types.Checksum{CksumType: chksumtype.GSSAPI, Checksum: sum})
	if err != nil {
		return nil, auth, err
	}
	if auth.SubKey, err = wire.NewKey(t.Key.KeyType); err != nil {
		return nil, auth, err
	}
	ap, err := messages.NewAPReq(t.Raw, t.Key, auth)
	if err != nil {
		return nil, auth, fmt.Errorf("making the AP-REQ: %w", err)
	}
	types.SetFlag(&ap.APOptions, flags.APOptionMutualRequired)
	b, err := ap.Marshal()
	if err != nil {
		return nil, auth, fmt.Errorf("marshaling the AP-REQ: %w", err)
	}
	token, err := gss.FrameAPReq(b)
	return token, auth, err
}

// proof opens the AP-REP and compares it with the authenticator it answers.
func proof(reply []byte, key types.EncryptionKey, auth types.Authenticator) error {
	msg, err := gss.AnswerToken(reply)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNotProven, err)
	}
	if err := kdcError(msg); err != nil {
		return fmt.Errorf("%w: %w", ErrNotProven, err)
	}
	var rep messages.APRep
	if err := rep.Unmarshal(msg); err != nil {
		return fmt.Errorf("%w: %w", ErrNotProven, err)
	}
	b, err := wire.Decrypt(rep.EncPart, key, keyusage.AP_REP_ENCPART)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNotProven, err)
	}
	var part messages.EncAPRepPart
	if err := part.Unmarshal(b); err != nil {
		return fmt.Errorf("%w: %w", ErrNotProven, err)
	}
	if !part.CTime.Equal(auth.CTime) || part.Cusec != auth.Cusec {
		return fmt.Errorf("%w: the answer is to another request", ErrNotProven)
	}
	return nil
}
