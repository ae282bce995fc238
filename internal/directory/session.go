package directory

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"

	"sensegate/internal/fact"
)

// session is a signed-in connection.
type session struct {
	ldap *ldap.Conn
	raw  net.Conn
	wire *wire
	peer *x509.Certificate
	host string
	// The naming contexts of the server's domain and forest.
	defaultNC, configNC string
}

// open dials, secures, signs in and learns where the domain is.
func (c *Client) open(ctx context.Context, srv server) (*session, error) {
	s, err := c.dial(ctx, srv)
	if err != nil {
		return nil, classify("connecting to "+srv.address(), err)
	}
	err = s.during(ctx, func() error {
		if err := c.bind(ctx, s); err != nil {
			return err
		}
		root, err := s.base("", "defaultNamingContext", "configurationNamingContext")
		if err != nil {
			return fmt.Errorf("reading the naming contexts: %w", err)
		}
		s.defaultNC = root.GetEqualFoldAttributeValue("defaultNamingContext")
		s.configNC = root.GetEqualFoldAttributeValue("configurationNamingContext")
		return nil
	})
	if err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (c *Client) dial(ctx context.Context, srv server) (*session, error) {
	raw, err := c.dialer.DialContext(ctx, "tcp", srv.address())
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { _ = raw.Close() })
	defer stop()
	fail := func(err error) (*session, error) {
		_ = raw.Close()
		if ctx.Err() != nil {
			err = errors.Join(ctx.Err(), err)
		}
		return nil, err
	}
	if srv.startTLS {
		if err := startTLS(raw); err != nil {
			return fail(err)
		}
	}
	secured := tls.Client(raw, c.dialer.TLSConfig(srv.host))
	if err := secured.HandshakeContext(ctx); err != nil {
		return fail(err)
	}
	w := newWire(secured)
	conn := ldap.NewConn(w, true)
	conn.Start()
	return &session{ldap: conn, raw: raw, wire: w, peer: secured.ConnectionState().PeerCertificates[0], host: srv.host}, nil
}

// startTLS asks for TLS on a plain connection. The library's own turns the
// handshake's error into text, and with it the reason for distrust.
func startTLS(conn net.Conn) error {
	const oid = "1.3.6.1.4.1.1466.20037"
	packet := ber.Encode(ber.ClassUniversal, ber.TypeConstructed, ber.TagSequence, nil, "")
	packet.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, 1, ""))
	request := ber.Encode(ber.ClassApplication, ber.TypeConstructed, ldap.ApplicationExtendedRequest, nil, "")
	request.AppendChild(ber.NewString(ber.ClassContext, ber.TypePrimitive, 0, oid, ""))
	packet.AppendChild(request)
	if _, err := conn.Write(packet.Bytes()); err != nil {
		return fmt.Errorf("asking for TLS: %w", err)
	}
	const enough = 64 << 10
	answer, err := ber.ReadPacket(io.LimitReader(conn, enough))
	if err != nil {
		return fmt.Errorf("asking for TLS: %w", err)
	}
	if err := ldap.GetLDAPError(answer); err != nil {
		return fmt.Errorf("asking for TLS: %w", err)
	}
	return nil
}

// during runs f and breaks the connection when ctx ends: the library knows no
// contexts, and a reader that is waiting notices nothing else.
func (s *session) during(ctx context.Context, f func() error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { _ = s.raw.Close() })
	defer stop()
	return f()
}

// close breaks the connection first: the library would otherwise wait for a
// writer that is stuck.
func (s *session) close() {
	_ = s.raw.Close()
	_ = s.ldap.Close()
}

// lost is what the connection died of, nil when err has another reason. The
// library tells of a lost connection in several words, so the connection itself
// is asked.
func (s *session) lost(err error) error {
	var f *fact.Error
	var e *ldap.Error
	if errors.As(err, &f) || errors.As(err, &e) && e.ResultCode < ldap.ErrorNetwork {
		return nil
	}
	if cause := s.wire.failure(); cause != nil {
		return cause
	}
	if s.ldap.IsClosing() {
		return net.ErrClosed
	}
	return nil
}
