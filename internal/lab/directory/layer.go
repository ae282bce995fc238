package directory

import (
	"bufio"
	"bytes"
	"crypto/md5" //nolint:gosec // RFC 4121 names it for the bindings
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/binary"
	"fmt"
	"hash"
	"io"
	"net"

	"sensegate/internal/lab/gss"
)

// layered is an acceptor that can protect the connection itself.
type layered interface {
	OfferLayers()
	Layer() *gss.Layer
	Bindings() []byte
}

func layerOf(a GSSAcceptor) *gss.Layer {
	if l, ok := a.(layered); ok {
		return l.Layer()
	}
	return nil
}

// private says whether nobody can read along, as this server sees it.
func (ss *session) private(st State) bool { return ss.encrypted && !st.Offloaded }

// bindsChannel says whether the bind is tied to the TLS channel, where it has
// to be.
func (ss *session) bindsChannel(st State) bool {
	if !st.RequireBinding || !ss.private(st) {
		return true
	}
	l, ok := ss.gss.(layered)
	return ok && bytes.Equal(l.Bindings(), ss.server.bindings)
}

// protect puts the agreed layer on the connection, once the bind is answered.
func (ss *session) protect() {
	if ss.agreed == nil {
		return
	}
	ss.conn = &sealedConn{Conn: ss.conn, in: ss.in, layer: ss.agreed}
	ss.in, ss.agreed = bufio.NewReader(ss.conn), nil
}

// sealedConn frames wrap tokens with their length in four bytes, RFC 4752
// section 3.
type sealedConn struct {
	net.Conn
	in      *bufio.Reader
	layer   *gss.Layer
	pending []byte
}

// Read gives what is in the next token.
func (c *sealedConn) Read(p []byte) (int, error) {
	for len(c.pending) == 0 {
		var head [4]byte
		if _, err := io.ReadFull(c.in, head[:]); err != nil {
			return 0, err //nolint:wrapcheck // a reader's io.EOF must stay what it is
		}
		const most = 0xa00000
		n := binary.BigEndian.Uint32(head[:])
		if n == 0 || n > most {
			return 0, fmt.Errorf("a token of %d bytes", n)
		}
		token := make([]byte, n)
		if _, err := io.ReadFull(c.in, token); err != nil {
			return 0, fmt.Errorf("reading a token: %w", err)
		}
		var err error
		if c.pending, err = c.layer.Unwrap(token); err != nil {
			return 0, fmt.Errorf("opening a token: %w", err)
		}
	}
	n := copy(p, c.pending)
	c.pending = c.pending[n:]
	return n, nil
}

// Write sends p in as many tokens as the client's limit asks for.
func (c *sealedConn) Write(p []byte) (int, error) {
	sent := 0
	for len(p) > 0 {
		piece := p[:min(len(p), c.layer.Limit())]
		token, err := c.layer.Wrap(piece)
		if err != nil {
			return sent, fmt.Errorf("sealing an answer: %w", err)
		}
		framed := append(binary.BigEndian.AppendUint32(nil, uint32(len(token))), token...)
		if _, err := c.Conn.Write(framed); err != nil {
			return sent, err
		}
		sent += len(piece)
		p = p[len(piece):]
	}
	return sent, nil
}

// channelBindings is what a client on a channel with that certificate has to
// send: RFC 5929 section 4 in the form of RFC 4121 section 4.1.1.2.
func channelBindings(der []byte) ([]byte, error) {
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("reading the certificate: %w", err)
	}
	var h hash.Hash
	switch leaf.SignatureAlgorithm {
	case x509.SHA384WithRSA, x509.ECDSAWithSHA384, x509.SHA384WithRSAPSS:
		h = sha512.New384()
	case x509.SHA512WithRSA, x509.ECDSAWithSHA512, x509.SHA512WithRSAPSS:
		h = sha512.New()
	default:
		h = sha256.New()
	}
	h.Write(der)
	data := append([]byte("tls-server-end-point:"), h.Sum(nil)...)
	sum := md5.Sum(append(binary.LittleEndian.AppendUint32(make([]byte, 16), uint32(len(data))), data...)) //nolint:gosec // named by the RFC
	return sum[:], nil
}
