package kerberos

import (
	"crypto/md5" //nolint:gosec // RFC 4121 names it for the bindings
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/jcmturner/gokrb5/v8/messages"
	"github.com/jcmturner/gokrb5/v8/types"

	"sensegate/internal/fact"
)

const (
	gssChecksum = 0x8003
	// gssFlags are mutual, confidentiality and integrity, RFC 4121 4.1.1.1.
	gssFlags = 2 | 16 | 32

	apMutualRequired = 2
)

var errMutual = errors.New("the server's proof does not belong to our request")

// contextToken is one AP-REQ and what its answer must match. Every request
// needs one of its own: acceptors remember the authenticators they saw.
type contextToken struct {
	raw  []byte // framed
	key  types.EncryptionKey
	auth types.Authenticator
	// opaque says that the system made the token: its key is not ours, and the
	// answer cannot be checked.
	opaque bool
}

// establish makes an AP-REQ that asks the acceptor to prove itself. bindings
// are those of the TLS channel, zero for none.
func (c *Client) establish(t ticket, bindings [16]byte) (contextToken, error) {
	auth := c.authenticator(t)
	auth.Cksum = types.Checksum{CksumType: gssChecksum, Checksum: gssBody(bindings)}
	var seq [4]byte
	if _, err := rand.Read(seq[:]); err != nil {
		return contextToken{}, fmt.Errorf("drawing a random number: %w", err)
	}
	auth.SeqNumber = int64(binary.BigEndian.Uint32(seq[:]) & 0x3fffffff)
	ap, err := apRequest(t, auth, usageAPAuth)
	if err != nil {
		return contextToken{}, err
	}
	types.SetFlag(&ap.APOptions, apMutualRequired)
	der, err := ap.Marshal()
	if err != nil {
		return contextToken{}, fmt.Errorf("encoding the request: %w", err)
	}
	raw, err := frame(IDAPRequest, der)
	return contextToken{raw: raw, key: t.key, auth: auth}, err
}

// gssBody is the checksum of RFC 4121 4.1.1.
func gssBody(bindings [16]byte) []byte {
	b := binary.LittleEndian.AppendUint32(make([]byte, 0, 24), 16)
	b = append(b, bindings[:]...)
	return binary.LittleEndian.AppendUint32(b, gssFlags)
}

// verify opens the acceptor's AP-REP and returns the subkey it chose, if any.
func (x contextToken) verify(reply []byte) (types.EncryptionKey, error) {
	none := types.EncryptionKey{}
	var rep messages.APRep
	if err := guard(func() error { return rep.Unmarshal(reply) }); err != nil {
		return none, fmt.Errorf("reading the server's proof: %w", err)
	}
	plain, err := decrypt(rep.EncPart, x.key, usageAPReply)
	if err != nil {
		return none, fmt.Errorf("opening the server's proof: %w", err)
	}
	var part messages.EncAPRepPart
	if err := guard(func() error { return part.Unmarshal(plain) }); err != nil {
		return none, fmt.Errorf("reading the server's proof: %w", err)
	}
	if !part.CTime.Equal(x.auth.CTime) || part.Cusec != x.auth.Cusec {
		return none, errMutual
	}
	return part.Subkey, nil
}

// answered judges a reply token: the subkey of a proof, or the refusal that
// came instead.
func (x contextToken) answered(system, op string, t Token) (types.EncryptionKey, error) {
	switch t.ID {
	case IDAPReply:
		key, err := x.verify(t.Body)
		if err != nil {
			return key, &fact.Error{Kind: fact.Refused, System: system, Op: op, Code: CodeName(46), Err: err}
		}
		return key, nil
	case IDError:
		if k, ok := parseError(t.Body); ok {
			return types.EncryptionKey{}, &fact.Error{Kind: fact.Refused, System: system, Op: op, Code: k.Name, Text: k.Text, Err: k}
		}
	}
	return types.EncryptionKey{}, &fact.Error{Kind: fact.Refused, System: system, Op: op, Text: "it answered with a token that proves nothing"}
}

// channelBindings ties a context to the TLS channel by the server's
// certificate (RFC 5929 4.1); zero where that is not defined.
func channelBindings(peer *x509.Certificate) [16]byte {
	if sum := endpointHash(peer); sum != nil {
		return bindings(sum)
	}
	return [16]byte{}
}

// endpointHash is the hash of a certificate that stands for its TLS channel;
// nil where that is not defined.
func endpointHash(peer *x509.Certificate) []byte {
	if peer == nil {
		return nil
	}
	switch peer.SignatureAlgorithm {
	case x509.SHA384WithRSA, x509.ECDSAWithSHA384, x509.SHA384WithRSAPSS:
		sum := sha512.Sum384(peer.Raw)
		return sum[:]
	case x509.SHA512WithRSA, x509.ECDSAWithSHA512, x509.SHA512WithRSAPSS:
		sum := sha512.Sum512(peer.Raw)
		return sum[:]
	case x509.UnknownSignatureAlgorithm, x509.PureEd25519:
		return nil
	default: // SHA-256, and MD5 and SHA-1 are replaced by it
		sum := sha256.Sum256(peer.Raw)
		return sum[:]
	}
}

// endpointPrefix says what kind of bindings follows, RFC 5929 4.
const endpointPrefix = "tls-server-end-point:"

// bindings is MD5 over gss_channel_bindings_struct without addresses.
func bindings(certificateHash []byte) [16]byte {
	data := append([]byte(endpointPrefix), certificateHash...)
	b := make([]byte, 16, 20+len(data))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(data))) //nolint:gosec // at most 85
	return md5.Sum(append(b, data...))                         //nolint:gosec // RFC 4121 names it
}
