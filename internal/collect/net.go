package collect

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Net is how connections are made; the zero value is the system's own way.
type Net struct {
	// Dial and Lookup replace the system's; Roots its certificate store.
	Dial   func(ctx context.Context, network, address string) (net.Conn, error)
	Lookup func(ctx context.Context, host string) (chain, addresses []string, err error)
	Roots  *x509.CertPool
	// Timeout is for one endpoint, 8 s when zero.
	Timeout time.Duration
}

func (n Net) timeout() time.Duration {
	if n.Timeout > 0 {
		return n.Timeout
	}
	return 8 * time.Second
}

func (n Net) dial(ctx context.Context, network, address string) (net.Conn, error) {
	if n.Dial != nil {
		return n.Dial(ctx, network, address)
	}
	var d net.Dialer
	conn, err := d.DialContext(ctx, network, address)
	if err != nil {
		return nil, fmt.Errorf("connecting: %w", err)
	}
	return conn, nil
}

// lookup follows a name: the canonical names it leads through, and its
// addresses.
func (n Net) lookup(ctx context.Context, host string) (chain, addresses []string, err error) {
	if n.Lookup != nil {
		return n.Lookup(ctx, host)
	}
	return resolve(ctx, host)
}

func (n Net) resolves(ctx context.Context, host string) bool {
	ctx, cancel := context.WithTimeout(ctx, n.timeout())
	defer cancel()
	_, addresses, err := n.lookup(ctx, host)
	return err == nil && len(addresses) > 0
}

// refusal is a proxy that does not let through.
type refusal struct {
	status int
	text   string
}

func (r *refusal) Error() string { return "the proxy answered " + r.text }

// hurried lets reading and writing end with the context, also when that is
// cancelled; what it returns lets go of it.
func hurried(ctx context.Context, conn net.Conn) (stop func() bool) {
	return context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) }) // a connection that cannot is closed by its owner
}

// through opens a way to an address, by CONNECT where a proxy is named.
func (n Net) through(ctx context.Context, proxy, address string) (net.Conn, error) {
	if proxy == "" {
		return n.dial(ctx, "tcp", address)
	}
	at := proxy
	if u, err := url.Parse(proxy); err == nil && u.Host != "" {
		at = net.JoinHostPort(u.Hostname(), strconv.Itoa(number(u.Port(), 80)))
	}
	conn, err := n.dial(ctx, "tcp", at)
	if err != nil {
		return nil, fmt.Errorf("reaching the proxy %s: %w", at, err)
	}
	defer hurried(ctx, conn)()
	req := &http.Request{Method: http.MethodConnect, URL: &url.URL{Opaque: address}, Host: address, Header: http.Header{}}
	if err := req.Write(conn); err != nil {
		return nil, errors.Join(fmt.Errorf("asking the proxy %s: %w", at, err), conn.Close())
	}
	answer := bufio.NewReaderSize(conn, 4096)
	res, err := http.ReadResponse(answer, req)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("asking the proxy %s: %w", at, err), conn.Close())
	}
	// What follows a CONNECT is the tunnel, in which the other end never speaks
	// first: whatever comes instead is a page of the proxy's.
	page := res.ContentLength > 0 || answer.Buffered() > 0 || strings.HasPrefix(res.Header.Get("Content-Type"), "text/")
	if res.StatusCode/100 == 2 && !page {
		_ = res.Body.Close() // it has none
		return conn, nil
	}
	refused := &refusal{status: res.StatusCode, text: res.Status}
	if res.StatusCode/100 == 2 {
		refused.text += " with a page of its own in the place of a way through"
	}
	err = conn.Close()
	_ = res.Body.Close() // nobody reads it
	return nil, errors.Join(refused, err)
}

// certificates are what a host shows; whether they are trusted is judged apart.
func (n Net) certificates(ctx context.Context, conn net.Conn, host string) ([]*x509.Certificate, error) {
	// The chain is wanted whoever signed it: what is read over this connection
	// is the certificate alone.
	c := tls.Client(conn, &tls.Config{ServerName: host, InsecureSkipVerify: true, MinVersion: tls.VersionTLS12}) //nolint:gosec // see above
	if err := c.HandshakeContext(ctx); err != nil {
		if other, ok := errors.AsType[tls.RecordHeaderError](err); ok {
			return nil, fmt.Errorf("what answers there speaks no TLS; it says %q", other.RecordHeader)
		}
		return nil, fmt.Errorf("TLS: %w", err)
	}
	return c.ConnectionState().PeerCertificates, nil
}

// trust holds a chain against the machine's store.
func (n Net) trust(chain []*x509.Certificate, host string, now time.Time) error {
	if len(chain) == 0 {
		return errors.New("no certificate was shown")
	}
	if n.Roots == nil {
		return machineTrust(chain, host, now)
	}
	return verified(chain, host, now, n.Roots)
}

// verified holds a chain against some roots, the system's own when nil.
func verified(chain []*x509.Certificate, host string, now time.Time, roots *x509.CertPool) error {
	between := x509.NewCertPool()
	for _, c := range chain[1:] {
		between.AddCert(c)
	}
	_, err := chain[0].Verify(x509.VerifyOptions{DNSName: host, Roots: roots, Intermediates: between, CurrentTime: now})
	return err //nolint:wrapcheck // it says it all
}

// issuer is the authority's own name for itself.
func issuer(c *x509.Certificate) string {
	name := c.Issuer.CommonName
	if len(c.Issuer.Organization) > 0 && !slices.Contains(c.Issuer.Organization, name) {
		return strings.TrimSpace(name + " (" + c.Issuer.Organization[0] + ")")
	}
	return name
}
