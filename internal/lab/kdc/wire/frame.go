// Package wire holds the parts of Kerberos that the gokrb5 messages leave out
// and that both ends need: the TCP framing, the service-for-user structures of
// MS-SFU, the extended error data, and decryption that survives hostile input.
package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// MaxMessage is the largest message either end reads from a peer.
const MaxMessage = 1 << 20

// ErrTooLong says that a peer announced a message longer than the reader takes.
var ErrTooLong = errors.New("message is longer than the limit")

// ReadFrame reads one message with its four-byte length, refusing to allocate
// for more than limit bytes. The top bit of the length is reserved (RFC 4120
// section 7.2.2) and therefore also counts as too long.
func ReadFrame(r io.Reader, limit int) ([]byte, error) {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, fmt.Errorf("reading the message length: %w", err)
	}
	n := binary.BigEndian.Uint32(head[:])
	if uint64(n) > uint64(limit) {
		return nil, fmt.Errorf("reading a message of %d bytes: %w", n, ErrTooLong)
	}
	b := make([]byte, n)
	if _, err := io.ReadFull(r, b); err != nil {
		return nil, fmt.Errorf("reading a message of %d bytes: %w", n, err)
	}
	return b, nil
}

// WriteFrame writes one message with its length in a single call.
func WriteFrame(w io.Writer, msg []byte) error {
	if len(msg) > MaxMessage {
		return fmt.Errorf("writing a message of %d bytes: %w", len(msg), ErrTooLong)
	}
	b := binary.BigEndian.AppendUint32(make([]byte, 0, 4+len(msg)), uint32(len(msg)))
	if _, err := w.Write(append(b, msg...)); err != nil {
		return fmt.Errorf("writing a message: %w", err)
	}
	return nil
}
