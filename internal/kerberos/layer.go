package kerberos

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/jcmturner/gokrb5/v8/types"
)

// Security layers of a SASL sign-in, RFC 4752 3.3.
const (
	layerNone = 1
	layerSeal = 4

	// largestToken is the largest message we take, as three bytes say it.
	largestToken = 1<<24 - 1
	// sealing is by how much a sealed token is longer than what is in it: two
	// headers, a confounder and a checksum, and some room.
	sealing = 128
)

var (
	errSequence = errors.New("a message of the other side is missing, or came twice")
	errNoSeal   = errors.New("the directory offers no sealing on a connection without TLS")
)

// Layer signs and seals what goes over a connection without TLS, once a sign-in
// agreed on it (RFC 4121 wrap tokens). It is for one reader and one writer at a
// time.
type Layer interface {
	// Seal makes a token of p, which is no longer than Limit.
	Seal(p []byte) ([]byte, error)
	// Open checks the other side's next token and returns what is in it.
	Open(token []byte) ([]byte, error)
	// Limit is the most that one token may carry, in bytes.
	Limit() int
}

// wrapLayer is a Layer with keys of ours.
type wrapLayer struct {
	send, receive sealer
	limit         int
}

// chooseLayer answers the server's offer: no layer where TLS protects the
// connection, sealing where nothing does. The choice is what goes into the
// answer; limit is how much one token may carry.
func chooseLayer(offer []byte, tls bool) (choice []byte, limit int, err error) {
	switch {
	case len(offer) != 4:
		return nil, 0, errSASLLayer
	case tls && offer[0]&layerNone == 0:
		return nil, 0, errSASLLayer
	case tls:
		return []byte{layerNone, 0, 0, 0}, 0, nil
	case offer[0]&layerSeal == 0:
		return nil, 0, errNoSeal
	}
	limit = int(binary.BigEndian.Uint32(offer)&largestToken) - sealing
	if limit <= 0 {
		return nil, 0, errNoSeal
	}
	return []byte{layerSeal, 0xff, 0xff, 0xff}, limit, nil
}

// Seal seals p under the number that comes next.
func (l *wrapLayer) Seal(p []byte) ([]byte, error) {
	token, err := l.send.seal(p)
	if err != nil {
		return nil, err
	}
	l.send.sequence++
	return token, nil
}

// Open refuses a token out of sequence: somebody took one away, or sent one
// again.
func (l *wrapLayer) Open(token []byte) ([]byte, error) {
	plain, err := l.receive.open(token)
	if err != nil {
		return nil, err
	}
	if binary.BigEndian.Uint64(token[8:]) != l.receive.sequence {
		return nil, errSequence
	}
	l.receive.sequence++
	return plain, nil
}

// Limit is what the server takes at once.
func (l *wrapLayer) Limit() int { return l.limit }

// seal makes a token whose payload nobody else can read.
func (s sealer) seal(payload []byte) ([]byte, error) {
	header := []byte{5, 4, wrapSealed, 0xff, 0, 0, 0, 0}
	if s.subkey {
		header[2] |= wrapSubkey
	}
	header = binary.BigEndian.AppendUint64(header, s.sequence)
	ed, err := encrypt(append(bytes.Clone(payload), header...), s.key, usageInitiatorSeal, 0)
	if err != nil {
		return nil, fmt.Errorf("sealing a message: %w", err)
	}
	return append(header, ed.Cipher...), nil
}

// layerAfter is the layer that goes on where the two tokens of the sign-in
// ended.
func layerAfter(w sealer, offer []byte, limit int) *wrapLayer {
	key := types.EncryptionKey{KeyType: w.key.KeyType, KeyValue: bytes.Clone(w.key.KeyValue)}
	return &wrapLayer{
		send:    sealer{key: key, subkey: w.subkey, sequence: w.sequence + 1},
		receive: sealer{key: key, subkey: w.subkey, sequence: binary.BigEndian.Uint64(offer[8:]) + 1},
		limit:   limit,
	}
}
