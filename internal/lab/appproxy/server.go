// Package appproxy is the practice lab's application proxy: the cloud's entry
// for every external host, and behind it the private network connectors that
// carry each request to the published application.
//
// The entry signs people in with the lab's Entra before anything passes. A
// connector obtains the user's ticket by S4U2Self and S4U2Proxy with its own
// computer account and sends it unasked with the first request of a session.
// WebSocket upgrades pass without single sign-on, and cookies set on the
// upgrade's answer are dropped, as Microsoft documents it.
package appproxy

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Options are what a Server stands on.
type Options struct {
	Clock func() time.Time
	// Certificate is shown for every external host.
	Certificate tls.Certificate
	// CertificateOf is what was uploaded for a host in a domain of the tenant's
	// own: nil for all others. It may be nil itself.
	CertificateOf func(host string) *tls.Certificate
	// Roots validate the published application's certificate.
	Roots *x509.CertPool
	// LoginURL is the sign-in host's origin, https://login.entra.test.
	LoginURL string
	Cloud    Cloud
	Tickets  Tickets
	// Resolve says where host:port really listens.
	Resolve func(hostport string) string
	// Record receives the events that connectors log; it may be nil.
	Record func(Event)
	// Address to listen on, 127.0.0.1:0 when empty.
	Address string
}

// State is what faults change while the server runs.
type State struct {
	// Callback is where Entra is asked to come back to; the external URL when
	// empty.
	Callback string
	// StripUpgrade is a box in the path that removes the WebSocket upgrade.
	StripUpgrade bool
	// IdleCut ends sockets that were silent for so long; zero never does.
	IdleCut time.Duration
	// BackendUnreachable keeps every connector from reaching the application.
	BackendUnreachable bool
	// BearerCookie gives the access cookie to callers with a token too.
	BearerCookie bool
	// SPNEGO names the connectors with UseSpnegoAuthentication set.
	SPNEGO map[string]bool
	// SessionLife is how long an access cookie is good.
	SessionLife time.Duration
	// DefaultTimeout and LongTimeout bound the application's answer.
	DefaultTimeout, LongTimeout time.Duration
}

// Server is the cloud's entry with the connectors behind it.
type Server struct {
	opts Options

	mu    sync.Mutex
	state State
	turn  map[string]int // next connector by group

	sessions *sessions
	checked  *http.Transport // validates the application's certificate
	trusting *http.Transport // does not

	listener net.Listener
	http     *http.Server
	stop     context.CancelFunc
	running  sync.WaitGroup
}

// New makes a server that does not listen yet.
func New(o Options) (*Server, error) {
	if o.Cloud == nil || o.Tickets == nil || o.Clock == nil {
		return nil, errors.New("making the application proxy: cloud, tickets and clock are needed")
	}
	if o.Address == "" {
		o.Address = "127.0.0.1:0"
	}
	if o.Resolve == nil {
		o.Resolve = func(hostport string) string { return hostport }
	}
	if o.Record == nil {
		o.Record = func(Event) {}
	}
	s := &Server{
		opts: o,
		turn: map[string]int{},
		state: State{
			BearerCookie:   true,
			SPNEGO:         map[string]bool{},
			SessionLife:    time.Hour,
			DefaultTimeout: 85 * time.Second,
			LongTimeout:    180 * time.Second,
		},
		sessions: newSessions(o.Clock),
	}
	s.checked = s.transport(&tls.Config{RootCAs: o.Roots, MinVersion: tls.VersionTLS12})
	s.trusting = s.transport(&tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS12}) //nolint:gosec // what isBackendCertificateValidationEnabled=false means
	return s, nil
}

// Start listens; it returns as soon as requests are accepted.
func (s *Server) Start(ctx context.Context) error {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", s.opts.Address)
	if err != nil {
		return fmt.Errorf("listening for the application proxy on %s: %w", s.opts.Address, err)
	}
	base, stop := context.WithCancel(context.WithoutCancel(ctx))
	s.listener, s.stop = l, stop
	s.http = &http.Server{
		Handler:           s,
		ReadHeaderTimeout: 30 * time.Second,
		ErrorLog:          log.New(io.Discard, "", 0),
		BaseContext:       func(net.Listener) context.Context { return base },
	}
	// HTTP/1.1 only: an upgrade needs a connection of its own.
	tl := tls.NewListener(l, &tls.Config{
		Certificates: []tls.Certificate{s.opts.Certificate},
		GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
			if s.opts.CertificateOf == nil {
				return nil, nil //nolint:nilnil // the one for every host
			}
			return s.opts.CertificateOf(strings.ToLower(hello.ServerName)), nil
		},
		MinVersion: tls.VersionTLS12,
		NextProtos: []string{"http/1.1"},
	})
	s.running.Go(func() {
		// Serve always returns an error; Close is the only way out.
		_ = s.http.Serve(tl)
	})
	return nil
}

// Addr is where the server listens.
func (s *Server) Addr() string {
	if s.listener == nil {
		return ""
	}
	return s.listener.Addr().String()
}

// Close stops listening and ends every connection, sockets included.
func (s *Server) Close() error {
	if s.http == nil {
		return nil
	}
	s.stop()
	err := s.http.Close()
	s.running.Wait()
	s.checked.CloseIdleConnections()
	s.trusting.CloseIdleConnections()
	if err != nil {
		return fmt.Errorf("closing the application proxy: %w", err)
	}
	return nil
}

// Update changes the state; requests that follow see it.
func (s *Server) Update(change func(*State)) {
	s.mu.Lock()
	change(&s.state)
	s.mu.Unlock()
}

// View returns the state as it is.
func (s *Server) View() State {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.state
	st.SPNEGO = make(map[string]bool, len(s.state.SPNEGO))
	maps.Copy(st.SPNEGO, s.state.SPNEGO)
	return st
}

// SignOut forgets every session, as a new start of the cloud would.
func (s *Server) SignOut() { s.sessions.clear() }

func (s *Server) transport(conf *tls.Config) *http.Transport {
	dialer := &net.Dialer{Timeout: 10 * time.Second}
	return &http.Transport{
		TLSClientConfig:    conf,
		DisableCompression: true,
		IdleConnTimeout:    30 * time.Second,
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			return dialer.DialContext(ctx, network, s.opts.Resolve(addr))
		},
	}
}
