package krbclient

import (
	"context"
	"fmt"
	"net"
	"time"

	"github.com/jcmturner/gokrb5/v8/iana/errorcode"
	"github.com/jcmturner/gokrb5/v8/messages"

	"sensegate/internal/lab/kdc/wire"
)

// KDCError is a KRB-ERROR from the KDC.
type KDCError struct {
	Code     int32
	NTSTATUS wire.NTSTATUS // zero when the KDC gave none
	Text     string
	Time     time.Time // the KDC's clock
	EData    []byte
}

// Error gives the code by number and name, and the Windows status.
func (e *KDCError) Error() string {
	s := "KDC error " + errorcode.Lookup(e.Code)
	if e.NTSTATUS != 0 {
		s += ", " + e.NTSTATUS.String()
	}
	if e.Text != "" {
		s += ": " + e.Text
	}
	return s
}

const exchangeTimeout = 10 * time.Second

// send makes one exchange over TCP. A KRB-ERROR comes back as *KDCError.
func (c *Client) send(ctx context.Context, msg []byte) (_ []byte, err error) {
	ctx, cancel := context.WithTimeout(ctx, exchangeTimeout)
	defer cancel()
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", c.KDC)
	if err != nil {
		return nil, fmt.Errorf("connecting to the KDC: %w", err)
	}
	defer func() { _ = conn.Close() }() // the answer is complete or lost by now
	// Closing is what interrupts a read when the context ends.
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	defer func() {
		if err != nil && ctx.Err() != nil {
			err = fmt.Errorf("asking the KDC: %w", context.Cause(ctx))
		}
	}()
	if err := wire.WriteFrame(conn, msg); err != nil {
		return nil, fmt.Errorf("asking the KDC: %w", err)
	}
	b, err := wire.ReadFrame(conn, wire.MaxMessage)
	if err != nil {
		return nil, fmt.Errorf("asking the KDC: %w", err)
	}
	return b, nil
}

func kdcError(b []byte) error {
	var e messages.KRBError
	if e.Unmarshal(b) != nil {
		return nil //nolint:nilerr // another message, for the caller to read
	}
	status, _ := wire.ParseErrorData(e.EData)
	return &KDCError{
		Code: e.ErrorCode, NTSTATUS: status, Text: e.EText, EData: e.EData,
		Time: e.STime.Add(time.Duration(e.Susec) * time.Microsecond),
	}
}

func (c *Client) sendAS(ctx context.Context, req messages.ASReq) (messages.ASRep, error) {
	var rep messages.ASRep
	msg, err := req.Marshal()
	if err != nil {
		return rep, fmt.Errorf("marshaling an AS-REQ: %w", err)
	}
	b, err := c.send(ctx, msg)
	if err != nil {
		return rep, err
	}
	if err := kdcError(b); err != nil {
		return rep, err
	}
	if err := rep.Unmarshal(b); err != nil {
		return rep, fmt.Errorf("reading the AS-REP: %w", err)
	}
	return rep, nil
}

func (c *Client) sendTGS(ctx context.Context, req messages.TGSReq) (messages.TGSRep, error) {
	var rep messages.TGSRep
	msg, err := req.Marshal()
	if err != nil {
		return rep, fmt.Errorf("marshaling a TGS-REQ: %w", err)
	}
	b, err := c.send(ctx, msg)
	if err != nil {
		return rep, err
	}
	if err := kdcError(b); err != nil {
		return rep, err
	}
	if err := rep.Unmarshal(b); err != nil {
		return rep, fmt.Errorf("reading the TGS-REP: %w", err)
	}
	return rep, nil
}
