// Package netprobe is the way out: connections that honour the site's pins and
// trust, the probes of the Qlik front, and the engine's WebSocket. The other
// adapters dial through it, so that a pin or a private authority holds for all
// of them.
package netprobe

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"time"

	"sensegate/internal/site"
)

// BrowserUA is the user agent that probes send: that of a current Edge on
// Windows. The Qlik proxy decides by it whether Windows authentication is
// offered, and Go's own would always get the form.
const BrowserUA = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 " +
	"(KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0"

const (
	dialTimeout      = 20 * time.Second
	handshakeTimeout = 20 * time.Second
	// patience is the deadline of a call whose context has none: a cold Qlik
	// proxy takes up to twenty seconds for its first answer.
	patience = 60 * time.Second
)

// Dialer opens connections as one site wants them.
type Dialer struct {
	site  site.Site
	roots *x509.CertPool
	net   net.Dialer
	bare  net.Dialer // knows no name server: it reaches the one
}

// New makes a Dialer that trusts the system's authorities and those that the
// site names.
func New(s site.Site) (*Dialer, error) {
	roots, err := x509.SystemCertPool()
	if err != nil {
		// A system without a store is not an error as long as the site brings
		// its own; every handshake says so otherwise.
		roots = x509.NewCertPool()
	}
	for _, file := range s.Trust.CA {
		raw, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("reading the trusted authority: %w", err)
		}
		if !roots.AppendCertsFromPEM(raw) {
			return nil, fmt.Errorf("reading the trusted authority: %s holds no PEM certificate", file)
		}
	}
	d := &Dialer{site: s, roots: roots, net: net.Dialer{Timeout: dialTimeout}, bare: net.Dialer{Timeout: dialTimeout}}
	d.net.Resolver = d.NameService()
	return d, nil
}

// DialContext connects to addr, or to the address that is pinned for it.
func (d *Dialer) DialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	return d.net.DialContext(ctx, network, d.site.Resolve(addr)) //nolint:wrapcheck // net.OpError says it all
}

// TLSConfig verifies a server called serverName against the site's trust; with
// an empty name the caller's library fills it in.
func (d *Dialer) TLSConfig(serverName string) *tls.Config {
	return &tls.Config{RootCAs: d.roots, ServerName: serverName, MinVersion: tls.VersionTLS12}
}

// Roots are the authorities that the site trusts.
func (d *Dialer) Roots() *x509.CertPool { return d.roots.Clone() }

// Pinned says whether connections to hostport go to an address of the site's.
func (d *Dialer) Pinned(hostport string) bool { return d.site.Resolve(hostport) != hostport }

// Transport is a new transport of its own, HTTP/1.1 only: connection-bound
// authentication must not leak from one probe into another. Whoever asks for
// it closes its idle connections.
func (d *Dialer) Transport() *http.Transport {
	return &http.Transport{
		Proxy:                  d.proxy,
		DialContext:            d.DialContext,
		TLSClientConfig:        d.TLSConfig(""),
		TLSHandshakeTimeout:    handshakeTimeout,
		MaxIdleConnsPerHost:    4,
		IdleConnTimeout:        30 * time.Second,
		MaxResponseHeaderBytes: 256 << 10,
	}
}

// proxy is the environment's, except where a pin says where to go.
func (d *Dialer) proxy(r *http.Request) (*url.URL, error) {
	if d.Pinned(hostPort(r.URL)) {
		return nil, nil
	}
	return http.ProxyFromEnvironment(r) //nolint:wrapcheck // the transport says for what
}

// hostPort is the address that a URL leads to, with the scheme's own port
// where it names none.
func hostPort(u *url.URL) string {
	port := u.Port()
	if port == "" {
		switch u.Scheme {
		case "http", "ws":
			port = "80"
		default:
			port = "443"
		}
	}
	return net.JoinHostPort(u.Hostname(), port)
}
