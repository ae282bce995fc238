package kerberos

import (
	"context"
	"encoding/base64"
	"fmt"
	"os"
	"strings"

	"sensegate/internal/fact"
	"sensegate/internal/netprobe"
)

// isMachine says whether this process is the connector host itself, running as
// LocalSystem: then the machine can rehearse with its own account, whose key
// nobody has to know.
func isMachine(computerAccount string) bool {
	host, err := os.Hostname()
	if err != nil {
		return false
	}
	host, _, _ = strings.Cut(host, ".")
	return localSystem() && strings.EqualFold(host+"$", computerAccount)
}

// rehearseHere lets the machine's own security package do both exchanges, and
// presents what it made. A refusal by the package names no KRB-ERROR; its
// status is handed on in words.
func (c *Client) rehearseHere(ctx context.Context, r *fact.Rehearsal, url string) error {
	r.As, r.Stage = r.Connector, StageProxy
	made := func() (contextToken, error) {
		header, err := rehearseAsMachine(r.User, c.site.Realm(), r.SPN)
		if err != nil {
			return contextToken{}, err
		}
		raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(header, "Negotiate "))
		if err != nil {
			return contextToken{}, fmt.Errorf("reading the token: %w", err)
		}
		return contextToken{raw: raw, opaque: true}, nil
	}
	if _, err := made(); err != nil {
		return &fact.Error{Kind: fact.Refused, System: "LSA", Op: "rehearsing as " + netprobe.Clean(r.Connector), Err: fmt.Errorf("on this host: %w", err)}
	}
	r.Self, r.Proxy = &fact.Ticket{}, &fact.Ticket{ETypeName: "chosen by Windows"}
	r.Stage = StageQlik
	return c.presentWith(ctx, r, url, made)
}
