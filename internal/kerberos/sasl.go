package kerberos

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"

	"github.com/jcmturner/gokrb5/v8/types"

	"sensegate/internal/fact"
	"sensegate/internal/netprobe"
)

const directorySystem = "directory"

// SASL is the client's side of a GSSAPI bind (RFC 4752): it implements go-ldap's
// GSSAPIClient. Unlike that library's own it binds the TLS channel, which
// hardened domain controllers demand, or signs and seals where there is none;
// it proves the server and keeps the KDC's error codes. It serves one bind.
type SASL struct {
	client   *Client
	ctx      context.Context //nolint:containedctx // the interface has no room for one
	bindings [16]byte
	// ticketFor obtains the ticket to the directory.
	ticketFor func(target string) (ticket, error)

	context contextToken
	wrap    sealer
	tls     bool
	layer   Layer
}

var (
	errSASLOrder = errors.New("the directory skipped a step of the sign-in")
	errSASLLayer = errors.New("the directory demands signing inside TLS")
)

// SASL prepares a bind as user with the key from keytab. peer is the directory
// server's certificate, nil without TLS.
func (c *Client) SASL(ctx context.Context, user, keytab string, peer *x509.Certificate) (*SASL, error) {
	cred, err := c.fromKeytab(user, keytab)
	if err != nil {
		return nil, err
	}
	return c.bindAs(ctx, cred, peer), nil
}

// SASLWithPassword prepares a bind as user with a password.
func (c *Client) SASLWithPassword(ctx context.Context, user, password string, peer *x509.Certificate) *SASL {
	return c.bindAs(ctx, withPassword(user, c.site.Realm(), password), peer)
}

// SASLWithCache prepares a bind with the ticket-granting ticket that kinit put
// into a file cache.
func (c *Client) SASLWithCache(ctx context.Context, cache string, peer *x509.Certificate) (*SASL, error) {
	tgt, err := c.fromCache(cache)
	if err != nil {
		return nil, &fact.Error{Kind: fact.NotSignedIn, System: kdcSystem, Op: "signing in with the tickets of " + netprobe.Clean(cache), Code: "ccache", Err: err}
	}
	return &SASL{
		client: c, ctx: ctx, bindings: channelBindings(peer), tls: peer != nil,
		ticketFor: func(target string) (ticket, error) { return c.ticketWith(ctx, tgt, target) },
	}, nil
}

func (c *Client) bindAs(ctx context.Context, cred credential, peer *x509.Certificate) *SASL {
	return &SASL{
		client: c, ctx: ctx, bindings: channelBindings(peer), tls: peer != nil,
		ticketFor: func(target string) (ticket, error) { return c.ticketAs(ctx, cred, target) },
	}
}

// InitSecContext sends the AP-REQ, then checks the server's AP-REP.
func (s *SASL) InitSecContext(target string, token []byte) ([]byte, bool, error) {
	return s.InitSecContextWithOptions(target, token, nil)
}

// InitSecContextWithOptions is InitSecContext; the options are fixed, because
// mutual proof is always asked for.
func (s *SASL) InitSecContextWithOptions(target string, token []byte, _ []int) ([]byte, bool, error) {
	if token == nil {
		t, err := s.ticketFor(target)
		if err != nil {
			return nil, false, err
		}
		s.context, err = s.client.establish(t, s.bindings)
		return s.context.raw, true, err
	}
	if s.context.raw == nil {
		return nil, false, errSASLOrder
	}
	const op = "proving the directory server"
	t, err := ParseToken(token)
	if err != nil {
		return nil, false, &fact.Error{Kind: fact.Refused, System: directorySystem, Op: op, Err: err}
	}
	subkey, err := s.context.answered(directorySystem, op, t)
	if err != nil {
		return nil, false, err
	}
	s.wrap = sealer{key: s.context.key, sequence: uint64(s.context.auth.SeqNumber)} //nolint:gosec // thirty bits
	if len(subkey.KeyValue) > 0 {
		s.wrap.key, s.wrap.subkey = subkey, true
	}
	return []byte{}, false, nil
}

// NegotiateSaslAuth declines a security layer inside TLS and demands sealing
// outside of it.
func (s *SASL) NegotiateSaslAuth(token []byte, authzid string) ([]byte, error) {
	if len(s.wrap.key.KeyValue) == 0 {
		return nil, errSASLOrder
	}
	offer, err := s.wrap.open(token)
	if err != nil {
		return nil, fmt.Errorf("reading the directory's security layers: %w", err)
	}
	choice, limit, err := chooseLayer(offer, s.tls)
	if err != nil {
		return nil, err
	}
	if limit > 0 {
		s.layer = layerAfter(s.wrap, token, limit)
	}
	return s.wrap.sign(append(choice, authzid...))
}

// Layer is what signs and seals the connection once the server has agreed; nil
// inside TLS, where nothing has to.
func (s *SASL) Layer() Layer { return s.layer }

// DeleteSecContext forgets the keys.
func (s *SASL) DeleteSecContext() error {
	s.context, s.wrap = contextToken{}, sealer{key: types.EncryptionKey{}}
	return nil
}
