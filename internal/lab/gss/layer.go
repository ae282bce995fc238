package gss

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/jcmturner/gokrb5/v8/iana/etypeID"
	"github.com/jcmturner/gokrb5/v8/iana/keyusage"
	"github.com/jcmturner/gokrb5/v8/types"

	"sensegate/internal/lab/kdc/wire"
)

// Security layers, RFC 4752 section 3.3.
const (
	layerNone = 1
	layerSign = 2
	layerSeal = 4

	// largestToken is what a domain controller takes at once.
	largestToken = 0xa00000
	// overhead is by how much a wrap token is longer than its payload, at most.
	overhead = 128
)

// ErrOrder says that a wrap token was left out or sent twice.
var ErrOrder = errors.New("wrap token out of order")

// Layer protects what follows a bind, as the client chose it.
type Layer struct {
	key      types.EncryptionKey
	asserted bool
	seal     bool
	next     uint64 // our own next number
	awaited  uint64 // the client's
	limit    int
}

// Limit is the most that the client takes in one token.
func (l *Layer) Limit() int { return l.limit }

// Wrap makes the token that comes next.
func (l *Layer) Wrap(payload []byte) ([]byte, error) {
	protect := wrap
	if l.seal {
		protect = wrapSealed
	}
	token, err := protect(payload, l.key, l.asserted, l.next)
	l.next++
	return token, err
}

// Unwrap reads the client's next token. Where sealing was agreed a token that is
// only signed is refused.
func (l *Layer) Unwrap(token []byte) ([]byte, error) {
	payload, err := unwrap(token, l.key)
	if err != nil {
		return nil, err
	}
	if l.seal && token[2]&flagSealed == 0 {
		return nil, fmt.Errorf("signed and not sealed: %w", errWrap)
	}
	if binary.BigEndian.Uint64(token[8:]) != l.awaited {
		return nil, ErrOrder
	}
	l.awaited++
	return payload, nil
}

// wrapSealed seals a payload as the acceptor and rotates it as Windows does.
func wrapSealed(payload []byte, key types.EncryptionKey, asserted bool, seq uint64) ([]byte, error) {
	if key.KeyType == etypeID.RC4_HMAC {
		return nil, errors.New("wrapping: RC4 keys need the older token format, which is not spoken here")
	}
	const rotation = 28
	h := make([]byte, wrapHeader)
	binary.BigEndian.PutUint16(h, wrapID)
	h[2], h[3] = flagAcceptor|flagSealed, wrapFiller
	if asserted {
		h[2] |= flagSubkey
	}
	binary.BigEndian.PutUint64(h[8:], seq)
	ed, err := wire.Encrypt(append(append([]byte(nil), payload...), h...), key, keyusage.GSSAPI_ACCEPTOR_SEAL, 0)
	if err != nil {
		return nil, fmt.Errorf("wrapping: %w", err)
	}
	binary.BigEndian.PutUint16(h[6:], rotation)
	cut := len(ed.Cipher) - rotation%len(ed.Cipher)
	return append(append(h, ed.Cipher[cut:]...), ed.Cipher[:cut]...), nil
}

// agreed is the layer that the client's choice comes to; nil for none.
func (s *SASLServer) agreed(choice, token []byte) (*Layer, error) {
	kind := choice[0]
	if kind == 0 || kind == layerNone {
		return nil, nil //nolint:nilnil // no layer, and nothing wrong with that
	}
	if !s.layers || kind != layerSign && kind != layerSeal {
		return nil, fmt.Errorf("security layer %d was not offered", kind)
	}
	limit := int(binary.BigEndian.Uint32(choice)&0xffffff) - overhead
	if limit <= 0 {
		return nil, fmt.Errorf("security layer with tokens of %d bytes", limit+overhead)
	}
	return &Layer{
		key: s.result.subkey, asserted: s.result.Reply != nil, seal: kind == layerSeal,
		next: s.result.seq + 1, awaited: binary.BigEndian.Uint64(token[8:]) + 1, limit: limit,
	}, nil
}
