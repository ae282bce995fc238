package kerberos

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"time"
)

const (
	maxMessage = 1 << 20
	// patience bounds one exchange with one KDC when the context does not.
	patience = 15 * time.Second
)

var errMessageSize = errors.New("the KDC announced a message of an impossible size")

// Dialer opens connections, honouring the site's pins; *netprobe.Dialer is one.
type Dialer interface {
	DialContext(ctx context.Context, network, addr string) (net.Conn, error)
}

// send takes one message to the first of the addresses that answers and
// returns the reply as it came, a KRB-ERROR included.
func send(ctx context.Context, d Dialer, addrs []string, msg []byte) ([]byte, error) {
	errs := make([]error, 0, len(addrs))
	for _, addr := range addrs {
		reply, err := sendTo(ctx, d, addr, msg)
		if err == nil {
			return reply, nil
		}
		errs = append(errs, fmt.Errorf("asking %s: %w", addr, err))
		if ctx.Err() != nil {
			break
		}
	}
	if len(errs) == 0 {
		return nil, errors.New("no KDC is known")
	}
	return nil, errors.Join(errs...)
}

func sendTo(ctx context.Context, d Dialer, addr string, msg []byte) (reply []byte, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	conn, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	// A cancelled context must end a read that is under way.
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer func() {
		stop()
		_ = conn.Close()
		if err != nil && ctx.Err() != nil {
			err = errors.Join(ctx.Err(), err)
		}
	}()
	frame := binary.BigEndian.AppendUint32(make([]byte, 0, 4+len(msg)), uint32(len(msg))) //nolint:gosec // our own message
	if _, err := conn.Write(append(frame, msg...)); err != nil {
		return nil, fmt.Errorf("sending: %w", err)
	}
	return readFrame(conn)
}

// readFrame reads a length and as many bytes, but never allocates what the
// other side merely claims.
func readFrame(r io.Reader) ([]byte, error) {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, fmt.Errorf("reading the reply: %w", err)
	}
	n := binary.BigEndian.Uint32(head[:])
	if n == 0 || n > maxMessage {
		return nil, errMessageSize
	}
	body, err := io.ReadAll(io.LimitReader(r, int64(n)))
	if err != nil {
		return nil, fmt.Errorf("reading the reply: %w", err)
	}
	if len(body) != int(n) {
		return nil, fmt.Errorf("reading the reply: %w", io.ErrUnexpectedEOF)
	}
	return body, nil
}
