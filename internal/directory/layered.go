package directory

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"

	"sensegate/internal/kerberos"
)

// maxToken bounds what one sealed message may hold.
const maxToken = 1 << 24

var errToken = errors.New("a sealed message of an impossible size")

// layered is a connection that is in clear until a sign-in agreed on sealing,
// and then carries sealed messages, each behind its length (RFC 4752 3).
type layered struct {
	net.Conn

	mu    sync.Mutex
	layer kerberos.Layer
	raw   []byte // received, not yet a whole message
	plain []byte // opened, not yet read
}

func newLayered(c net.Conn) *layered { return &layered{Conn: c} }

// enable seals everything from here on. The server has nothing to say between
// its answer to the sign-in and our next question, so a reader that waits
// already reads sealed bytes next.
func (c *layered) enable(l kerberos.Layer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.layer = l
}

func (c *layered) agreed() kerberos.Layer {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.layer
}

// Read gives what the server sent, opened where sealing is agreed.
func (c *layered) Read(p []byte) (int, error) {
	for len(c.plain) == 0 {
		if err := c.open(); err != nil {
			return 0, err
		}
		if len(c.plain) > 0 {
			break
		}
		chunk := make([]byte, max(len(p), 4<<10))
		n, err := c.Conn.Read(chunk)
		if n == 0 || err != nil {
			return 0, err
		}
		if c.agreed() == nil {
			return copyAll(p, chunk[:n], &c.plain), nil
		}
		c.raw = append(c.raw, chunk[:n]...)
	}
	n := copy(p, c.plain)
	c.plain = c.plain[n:]
	return n, nil
}

// copyAll fills p and keeps what did not fit.
func copyAll(p, from []byte, rest *[]byte) int {
	n := copy(p, from)
	*rest = from[n:]
	return n
}

// open takes the next message out of what was received, if it is whole.
func (c *layered) open() error {
	l := c.agreed()
	const head = 4
	if l == nil || len(c.raw) < head {
		return nil
	}
	n := binary.BigEndian.Uint32(c.raw)
	if n == 0 || n > maxToken {
		return fmt.Errorf("%w: %d bytes", errToken, n)
	}
	if len(c.raw)-head < int(n) {
		return nil
	}
	plain, err := l.Open(c.raw[head : head+int(n)])
	if err != nil {
		return fmt.Errorf("opening a sealed message: %w", err)
	}
	c.raw = c.raw[head+int(n):]
	c.plain = plain
	if len(plain) == 0 {
		return c.open()
	}
	return nil
}

// Write sends p, sealed where that is agreed, in pieces as large as the server
// takes.
func (c *layered) Write(p []byte) (int, error) {
	l := c.agreed()
	if l == nil {
		return c.Conn.Write(p)
	}
	sent := 0
	for sent < len(p) {
		piece := p[sent:min(len(p), sent+l.Limit())]
		token, err := l.Seal(piece)
		if err != nil {
			return sent, fmt.Errorf("sealing: %w", err)
		}
		framed := binary.BigEndian.AppendUint32(make([]byte, 0, 4+len(token)), uint32(len(token))) //nolint:gosec // bounded by the server's limit
		if _, err := c.Conn.Write(append(framed, token...)); err != nil {
			return sent, err
		}
		sent += len(piece)
	}
	return sent, nil
}

var _ io.ReadWriteCloser = (*layered)(nil)
