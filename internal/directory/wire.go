package directory

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"sync"
)

const (
	// wireBuffer holds a good part of a page of a search.
	wireBuffer = 64 << 10
	// maxMessage bounds one message of a server: a page of a search comes as
	// many messages, and no entry is that large.
	maxMessage = 64 << 20
	// longestHead is a message's header with its number.
	longestHead = 12
)

// wire is a connection that remembers its first error, and on which the answers
// to one request may be taken out of the stream before the library sees them.
type wire struct {
	net.Conn
	// The library reads single bytes, each of which would be a call into TLS.
	buffered *bufio.Reader
	left     int    // of the message that the library is reading
	message  []byte // the last that was taken out

	mu     sync.Mutex
	err    error
	number int64 // whose answers are taken out; none when zero
	taker  func(message []byte, err error)
}

func newWire(c net.Conn) *wire {
	return &wire{Conn: c, buffered: bufio.NewReaderSize(c, wireBuffer)}
}

// Read reads and remembers what went wrong.
func (w *wire) Read(p []byte) (int, error) {
	for w.left == 0 && len(p) > 0 {
		if err := w.next(); err != nil {
			w.note(err)
			return 0, err
		}
	}
	n, err := w.buffered.Read(p[:min(len(p), w.left)])
	w.left -= n
	w.note(err)
	return n, err //nolint:wrapcheck // likewise
}

// next looks at the message that comes next, and hands it to whom it belongs.
func (w *wire) next() error {
	head, err := w.buffered.Peek(2)
	if err != nil {
		return err //nolint:wrapcheck // likewise
	}
	if more := int(head[1] & 0x7f); head[1]&0x80 != 0 && more <= 4 {
		if head, err = w.buffered.Peek(2 + more); err != nil {
			return err //nolint:wrapcheck // likewise
		}
	}
	length, size, ok := elementLength(head)
	if !ok {
		// No message: the library is to say so.
		w.left = math.MaxInt
		return nil
	}
	whole := size + length
	taker := w.takerOf(whole)
	if taker == nil {
		w.left = whole
		return nil
	}
	if cap(w.message) < whole {
		w.message = make([]byte, whole)
	}
	message := w.message[:whole]
	if _, err := io.ReadFull(w.buffered, message); err != nil {
		return err //nolint:wrapcheck // likewise
	}
	taker(message, nil)
	return nil
}

// takerOf is who wants the message of that size; nil leaves it to the library.
func (w *wire) takerOf(whole int) func([]byte, error) {
	w.mu.Lock()
	number, taker := w.number, w.taker
	w.mu.Unlock()
	if taker == nil {
		return nil
	}
	head, err := w.buffered.Peek(min(whole, longestHead))
	if err != nil {
		return nil
	}
	if n, ok := messageNumber(head); !ok || n != number {
		return nil
	}
	return taker
}

// divert takes the answers to request number out of the stream, and hands a lost
// connection to the same taker. It runs where the connection is read.
func (w *wire) divert(number int64, taker func(message []byte, err error)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.number, w.taker = number, taker
}

// Write writes and remembers what went wrong.
func (w *wire) Write(p []byte) (int, error) {
	n, err := w.Conn.Write(p)
	w.note(err)
	if err != nil {
		err = fmt.Errorf("writing: %w", err)
	}
	return n, err
}

func (w *wire) note(err error) {
	if err == nil {
		return
	}
	w.mu.Lock()
	if w.err == nil {
		w.err = err
	}
	taker := w.taker
	w.taker = nil
	w.mu.Unlock()
	if taker != nil {
		taker(nil, errors.Join(errLost, err))
	}
}

func (w *wire) failure() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.err
}

// errLost is a connection that ended while an answer was awaited.
var errLost = errors.New("the connection was lost")
