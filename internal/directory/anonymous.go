package directory

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sensegate/internal/fact"
	"sensegate/internal/netprobe"
)

// DirectoryTime is what time it is for the domain controller's directory. It
// asks without signing in, which every domain controller answers, so that it
// can be known before a clock that is off lets no ticket be had.
func (c *Client) DirectoryTime(ctx context.Context) (time.Time, error) {
	const op = "reading the directory's clock"
	ctx, cancel := netprobe.Patient(ctx)
	defer cancel()
	servers, err := c.domainServers(ctx)
	if err != nil {
		return time.Time{}, classify(op, err)
	}
	errs := make([]error, 0, len(servers))
	for i, srv := range servers {
		t, err := c.timeAt(ctx, srv, i < len(servers)-1)
		if err == nil {
			return t, nil
		}
		errs = append(errs, err)
		if ctx.Err() != nil || !unreachable(classify(op, err)) && !closed(err) {
			break
		}
	}
	return time.Time{}, classify(op, errors.Join(errs...))
}

func (c *Client) timeAt(ctx context.Context, srv server, more bool) (time.Time, error) {
	dialing, cancel := withPatience(ctx, more)
	s, err := c.dial(dialing, srv)
	cancel()
	if err != nil {
		return time.Time{}, fmt.Errorf("connecting to %s: %w", srv, err)
	}
	defer s.close()
	var at time.Time
	err = s.during(ctx, func() error {
		root, err := s.base("", "currentTime")
		if err != nil {
			return err
		}
		at = generalized(root.GetEqualFoldAttributeValue("currentTime"))
		return nil
	})
	if err == nil && at.IsZero() {
		err = &fact.Error{Kind: fact.Unsupported, System: system, Op: "reading the directory's clock", Text: "it tells no time"}
	}
	return at, err
}

// withPatience leaves time for the ways that are left: a port that a firewall
// swallows says nothing.
func withPatience(ctx context.Context, more bool) (context.Context, context.CancelFunc) {
	const patience = 5 * time.Second
	if more {
		return context.WithTimeout(ctx, patience)
	}
	return context.WithCancel(ctx)
}
