package kerberos

import (
	"bytes"
	"crypto/hmac"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/jcmturner/gokrb5/v8/crypto"
	"github.com/jcmturner/gokrb5/v8/types"
)

// Flags of a wrap token, RFC 4121 4.2.2.
const (
	wrapFromAcceptor = 1
	wrapSealed       = 2
	wrapSubkey       = 4

	wrapHeader = 16
)

var errWrap = errors.New("it is no wrap token of the acceptor's")

// sealer reads and makes the two wrap tokens of a SASL sign-in.
type sealer struct {
	key      types.EncryptionKey
	subkey   bool // key is the acceptor's
	sequence uint64
}

// open checks the acceptor's token and returns what is in it.
func (s sealer) open(token []byte) ([]byte, error) {
	if len(token) < wrapHeader || token[0] != 5 || token[1] != 4 || token[3] != 0xff {
		return nil, errWrap
	}
	flags := token[2]
	if flags&wrapFromAcceptor == 0 || flags&wrapSubkey != 0 != s.subkey {
		return nil, errWrap
	}
	extra := int(binary.BigEndian.Uint16(token[4:]))
	body := unrotate(token[wrapHeader:], int(binary.BigEndian.Uint16(token[6:])))
	header := bytes.Clone(token[:wrapHeader])
	clear(header[6:8])
	if flags&wrapSealed != 0 {
		return s.unseal(header, body, extra)
	}
	if len(body) < extra {
		return nil, errWrap
	}
	payload, sum := body[:len(body)-extra], body[len(body)-extra:]
	clear(header[4:6])
	want, err := s.checksum(payload, header, usageAcceptorSeal)
	if err != nil {
		return nil, err
	}
	if !hmac.Equal(sum, want) {
		return nil, errWrongKey
	}
	return payload, nil
}

// unseal opens an encrypted token: payload, filler, and the header once more.
func (s sealer) unseal(header, body []byte, extra int) ([]byte, error) {
	plain, err := decrypt(types.EncryptedData{EType: s.key.KeyType, Cipher: body}, s.key, usageAcceptorSeal)
	if err != nil {
		return nil, err
	}
	end := len(plain) - wrapHeader
	if end < extra || !bytes.Equal(plain[end:], header) {
		return nil, errWrap
	}
	return plain[:end-extra], nil
}

// sign makes a token whose payload is readable and protected.
func (s sealer) sign(payload []byte) ([]byte, error) {
	header := []byte{5, 4, 0, 0xff, 0, 0, 0, 0}
	if s.subkey {
		header[2] |= wrapSubkey
	}
	header = binary.BigEndian.AppendUint64(header, s.sequence)
	sum, err := s.checksum(payload, header, usageInitiatorSeal)
	if err != nil {
		return nil, err
	}
	binary.BigEndian.PutUint16(header[4:], uint16(len(sum))) //nolint:gosec // twelve
	return append(append(header, payload...), sum...), nil
}

func (s sealer) checksum(payload, header []byte, usage uint32) ([]byte, error) {
	et, err := crypto.GetEtype(s.key.KeyType)
	if err != nil {
		return nil, fmt.Errorf("checking the token: %w", err)
	}
	sum, err := et.GetChecksumHash(s.key.KeyValue, append(bytes.Clone(payload), header...), usage)
	if err != nil {
		return nil, fmt.Errorf("checking the token: %w", err)
	}
	return sum, nil
}

// unrotate undoes the right rotation by count.
func unrotate(b []byte, count int) []byte {
	if len(b) == 0 {
		return b
	}
	n := count % len(b)
	return append(bytes.Clone(b[n:]), b[:n]...)
}
