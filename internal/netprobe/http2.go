package netprobe

import (
	"context"
	"crypto/tls"
	"io"
	"net/url"
	"time"

	"sensegate/internal/fact"
)

// preface opens a connection of HTTP/2, an empty SETTINGS frame after it
// (RFC 9113, section 3.4).
const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00"

// newerOnly says, of a server that broke a request of HTTP/1.1 off with err,
// that it answers in HTTP/2.
func (f *Front) newerOnly(ctx context.Context, u *url.URL, err error) bool {
	const (
		patience = 5 * time.Second
		settings = 4 // type of the first frame
	)
	if kind, _ := kindOf(err); kind != fact.Unreachable {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	raw, err := f.dialer.DialContext(ctx, "tcp", hostPort(u))
	if err != nil {
		return false
	}
	conn := tls.Client(raw, f.dialer.TLSConfig(u.Hostname()))
	defer func() { _ = conn.Close() }()
	if conn.HandshakeContext(ctx) != nil {
		return false
	}
	_ = conn.SetDeadline(time.Now().Add(patience))
	if _, err := io.WriteString(conn, preface); err != nil {
		return false
	}
	var head [9]byte // length, type, flags, stream
	if _, err := io.ReadFull(conn, head[:]); err != nil {
		return false
	}
	return head[3] == settings && head[0] == 0
}
