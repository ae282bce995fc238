package gss

import (
	"crypto/hmac"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/jcmturner/gokrb5/v8/crypto"
	"github.com/jcmturner/gokrb5/v8/iana/etypeID"
	"github.com/jcmturner/gokrb5/v8/iana/keyusage"
	"github.com/jcmturner/gokrb5/v8/types"

	"sensegate/internal/lab/kdc/wire"
)

// Wrap tokens of RFC 4121 section 4.2.6.2.
const (
	wrapHeader   = 16
	wrapID       = 0x0504
	wrapFiller   = 0xff
	flagAcceptor = 1
	flagSealed   = 2
	flagSubkey   = 4
)

var errWrap = errors.New("not a valid wrap token")

// wrap signs a payload as the acceptor, under its own subkey. It rotates the
// checksum to the front as Windows does; some clients can read nothing else.
func wrap(payload []byte, key types.EncryptionKey, asserted bool, seq uint64) ([]byte, error) {
	if key.KeyType == etypeID.RC4_HMAC {
		return nil, errors.New("wrapping: RC4 keys need the older token format, which is not spoken here")
	}
	h := make([]byte, wrapHeader)
	binary.BigEndian.PutUint16(h, wrapID)
	h[2], h[3] = flagAcceptor, wrapFiller
	if asserted {
		h[2] |= flagSubkey
	}
	binary.BigEndian.PutUint64(h[8:], seq)
	sum, err := wire.Checksum(append(append([]byte(nil), payload...), h...), key, keyusage.GSSAPI_ACCEPTOR_SEAL)
	if err != nil {
		return nil, fmt.Errorf("wrapping: %w", err)
	}
	n := uint16(len(sum.Checksum))
	binary.BigEndian.PutUint16(h[4:], n)
	binary.BigEndian.PutUint16(h[6:], n)
	return append(append(h, sum.Checksum...), payload...), nil
}

// unwrap reads a client's wrap token, signed or sealed.
func unwrap(token []byte, key types.EncryptionKey) ([]byte, error) {
	if len(token) < wrapHeader || binary.BigEndian.Uint16(token) != wrapID || token[3] != wrapFiller || token[2]&flagAcceptor != 0 {
		return nil, errWrap
	}
	extra := int(binary.BigEndian.Uint16(token[4:]))
	body := rotateLeft(token[wrapHeader:], int(binary.BigEndian.Uint16(token[6:])))
	header := append([]byte(nil), token[:wrapHeader]...)
	binary.BigEndian.PutUint16(header[6:], 0)
	if token[2]&flagSealed != 0 {
		return unseal(body, header, extra, key)
	}
	if extra > len(body) {
		return nil, errWrap
	}
	binary.BigEndian.PutUint16(header[4:], 0)
	payload, sum := body[:len(body)-extra], body[len(body)-extra:]
	want, err := wire.Checksum(append(append([]byte(nil), payload...), header...), key, keyusage.GSSAPI_INITIATOR_SEAL)
	if err != nil {
		return nil, fmt.Errorf("unwrapping: %w", err)
	}
	if !hmac.Equal(want.Checksum, sum) {
		return nil, fmt.Errorf("checksum: %w", errWrap)
	}
	return payload, nil
}

func unseal(body, header []byte, extra int, key types.EncryptionKey) ([]byte, error) {
	if _, err := crypto.GetEtype(key.KeyType); err != nil {
		return nil, fmt.Errorf("unwrapping: %w", err)
	}
	plain, err := wire.Decrypt(types.EncryptedData{EType: key.KeyType, Cipher: body}, key, keyusage.GSSAPI_INITIATOR_SEAL)
	if err != nil {
		return nil, fmt.Errorf("unwrapping: %w", err)
	}
	end := len(plain) - wrapHeader
	if end < extra || !hmac.Equal(plain[end:], header) {
		return nil, fmt.Errorf("sealed header: %w", errWrap)
	}
	return plain[:end-extra], nil
}

// rotateLeft undoes a right rotation by n.
func rotateLeft(b []byte, n int) []byte {
	if len(b) == 0 {
		return nil
	}
	n %= len(b)
	return append(append(make([]byte, 0, len(b)), b[n:]...), b[:n]...)
}
