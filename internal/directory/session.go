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
	peer *x509.Certificate // nil without TLS
	host string
	to   server
	// instead is the refusal of the ordinary way, where this is another.
	instead *fact.Error
	layer   *layered
	// The naming contexts of the server's domain and forest.
	defaultNC, configNC string
}

// open dials, secures, signs in and learns where the domain is.
// more says that there are others to try, for which time is left.
func (c *Client) open(ctx context.Context, srv server, more bool) (*session, error) {
	dialing, cancel := withPatience(ctx, more)
	s, err := c.dial(dialing, srv)
	cancel()
	if err != nil {
		return nil, classify("connecting to "+srv.String(), err)
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
	out := &session{raw: raw, host: srv.host, to: srv}
	switch srv.way {
	case sealing:
		out.layer = newLayered(raw)
		out.over(out.layer)
		return out, nil
	case startingTLS:
		if err := startTLS(raw); err != nil {
			return fail(err)
		}
	case overTLS:
	}
	secured := tls.Client(raw, c.dialer.TLSConfig(srv.host))
	if err := secured.HandshakeContext(ctx); err != nil {
		return fail(err)
	}
	out.peer = secured.ConnectionState().PeerCertificates[0]
	out.over(secured)
	return out, nil
}

// over lets the library speak on a connection that is prepared.
func (s *session) over(conn net.Conn) {
	s.wire = newWire(conn)
	s.ldap = ldap.NewConn(s.wire, s.to.way != sealing)
	s.ldap.Start()
}

// errStartTLS marks an error as one of asking for TLS.
var errStartTLS = errors.New("asking for TLS")

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
		return fmt.Errorf("%w: %w", errStartTLS, err)
	}
	const enough = 64 << 10
	answer, err := ber.ReadPacket(io.LimitReader(conn, enough))
	if err != nil {
		return fmt.Errorf("%w: %w", errStartTLS, err)
	}
	if err := ldap.GetLDAPError(answer); err != nil {
		return fmt.Errorf("%w: %w", errStartTLS, err)
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
