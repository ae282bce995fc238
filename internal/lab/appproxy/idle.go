package appproxy

import (
	"io"
	"sync"
	"time"
)

// idleCutter closes a socket that carried nothing in either direction for a
// while, without a closing handshake.
type idleCutter struct {
	io.ReadWriteCloser
	after time.Duration
	mu    sync.Mutex
	timer *time.Timer
}

func newIdleCutter(rw io.ReadWriteCloser, after time.Duration) *idleCutter {
	c := &idleCutter{ReadWriteCloser: rw, after: after}
	c.timer = time.AfterFunc(after, func() {
		// The reader learns of it by its error; nobody else listens.
		_ = rw.Close()
	})
	return c
}

func (c *idleCutter) Read(p []byte) (int, error) {
	n, err := c.ReadWriteCloser.Read(p)
	c.touch(n)
	return n, err //nolint:wrapcheck // io.EOF must stay io.EOF
}

func (c *idleCutter) Write(p []byte) (int, error) {
	n, err := c.ReadWriteCloser.Write(p)
	c.touch(n)
	return n, err //nolint:wrapcheck // an upgraded connection, seen through
}

// Close ends the socket and the watch over it.
func (c *idleCutter) Close() error {
	c.mu.Lock()
	c.timer.Stop()
	c.mu.Unlock()
	return c.ReadWriteCloser.Close() //nolint:wrapcheck // an upgraded connection, seen through
}

func (c *idleCutter) touch(n int) {
	if n == 0 {
		return
	}
	c.mu.Lock()
	// Stop tells whether the cut already happened: it is not undone.
	if c.timer.Stop() {
		c.timer.Reset(c.after)
	}
	c.mu.Unlock()
}
