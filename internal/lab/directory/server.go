// Package directory is the practice lab's directory: an LDAP server that keeps
// the objects, answers and rules of an Active Directory domain controller, as
// far as the wizard and its users' tools meet them.
package directory

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"sensegate/internal/lab/pki"
)

// GSSAcceptor is the accepting side of one SASL GSSAPI exchange, security layer
// negotiation included.
type GSSAcceptor interface {
	// Step takes the client's token and returns the next one; when done, the
	// principal is whom the exchange proved.
	Step(token []byte) (reply []byte, done bool, principal string, err error)
}

// Options say what a server is made of. Only CA is required.
type Options struct {
	CA    *pki.CA
	Store *Store           // a fresh one when nil
	Home  Home             // the forest's root domain when empty
	Clock func() time.Time // time.Now when nil; used for a fresh store
	// AcceptGSS starts a GSSAPI exchange; without it the mechanism is refused.
	AcceptGSS func() GSSAcceptor
	// Listen addresses; 127.0.0.1 with a free port when empty.
	LDAP, LDAPS, GC, GCS string
}

// State is what faults may change while the server runs.
type State struct {
	// RequireIntegrity refuses binds on connections without TLS or signing, the
	// default of new domains since Server 2025.
	RequireIntegrity bool
	// Offloaded says that a box in front ends TLS, so that this server sees
	// connections in clear.
	Offloaded bool
	// RequireBinding refuses Kerberos binds inside TLS that are not tied to the
	// channel, LdapEnforceChannelBinding 2.
	RequireBinding bool
	// NoTLS closes the ports that begin with TLS and refuses StartTLS, as where
	// the server has no certificate.
	NoTLS       bool
	GSSAPI      bool // offer the mechanism
	Catalogue   bool // serve the global catalogue
	Busy        bool // answer everything with busy
	Silent      bool // accept requests and never answer
	ClockOffset time.Duration
	// Certificate replaces the right one when set.
	Certificate     *tls.Certificate
	FunctionalLevel int
}

// Server is the running directory.
type Server struct {
	store     *Store
	home      Home
	acceptGSS func() GSSAcceptor
	tls       *tls.Config
	bindings  []byte // of our own certificate
	doors     []*door

	mu     sync.Mutex
	state  State
	conns  map[net.Conn]struct{}
	closed bool
	cancel context.CancelFunc
	wg     sync.WaitGroup
}

// door is one of the four ports.
type door struct {
	name, address      string
	encrypted, catalog bool
	listener           net.Listener
}

// New prepares a server; Start makes it listen.
func New(o Options) (*Server, error) {
	if o.CA == nil {
		return nil, errors.New("a directory needs a certificate authority")
	}
	store := o.Store
	if store == nil {
		var err error
		if store, err = NewStore(o.Clock); err != nil {
			return nil, err
		}
	}
	// Some tools cannot be told which address a name has; they connect
	// to the loopback.
	home := o.Home
	if home.Domain == "" {
		home = firstHome()
	}
	cert, err := o.CA.Server(home.Host, home.Domain, home.NetBIOS, "localhost", "127.0.0.1")
	if err != nil {
		return nil, fmt.Errorf("certifying the domain controller: %w", err)
	}
	s := &Server{
		store: store, home: home, acceptGSS: o.AcceptGSS,
		conns: map[net.Conn]struct{}{},
		state: State{RequireIntegrity: true, GSSAPI: o.AcceptGSS != nil, Catalogue: true, FunctionalLevel: 7},
		doors: []*door{
			{name: "LDAP", address: o.LDAP},
			{name: "LDAPS", address: o.LDAPS, encrypted: true},
			{name: "global catalogue", address: o.GC, catalog: true},
			{name: "global catalogue over TLS", address: o.GCS, encrypted: true, catalog: true},
		},
	}
	if s.bindings, err = channelBindings(cert.Certificate[0]); err != nil {
		return nil, fmt.Errorf("binding to the certificate: %w", err)
	}
	s.tls = &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
		if other := s.present().Certificate; other != nil {
			return other, nil
		}
		return &cert, nil
	}}
	return s, nil
}

// Start listens on all four ports and serves until Close or the end of ctx.
func (s *Server) Start(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || s.cancel != nil {
		return errors.New("the directory has been started before")
	}
	ctx, cancel := context.WithCancel(ctx)
	for _, d := range s.doors {
		if d.address == "" {
			d.address = "127.0.0.1:0"
		}
		var lc net.ListenConfig
		l, err := lc.Listen(ctx, "tcp", d.address)
		if err != nil {
			cancel()
			for _, open := range s.doors {
				if open.listener != nil {
					err = errors.Join(err, open.listener.Close())
				}
			}
			return fmt.Errorf("opening %s: %w", d.name, err)
		}
		d.listener = l
	}
	s.cancel = cancel
	for _, d := range s.doors {
		s.wg.Go(func() { s.accept(ctx, d) })
	}
	s.wg.Go(func() {
		<-ctx.Done()
		s.shut()
	})
	return nil
}

// Close stops listening, ends every connection and waits for both.
func (s *Server) Close() error {
	s.mu.Lock()
	cancel := s.cancel
	s.closed = true
	s.mu.Unlock()
	if cancel != nil {
		cancel()
	}
	s.wg.Wait()
	return nil
}

// shut ends listeners and connections.
func (s *Server) shut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	for _, d := range s.doors {
		// Nothing is lost with a listener or connection that ends badly.
		_ = d.listener.Close()
	}
	for c := range s.conns {
		_ = c.Close()
	}
}

// Store is the forest this server shows.
func (s *Server) Store() *Store { return s.store }

// AddrLDAP is the address of the LDAP port, which offers StartTLS.
func (s *Server) AddrLDAP() string { return s.doors[0].addr() }

// AddrLDAPS is the address of the LDAP port inside TLS.
func (s *Server) AddrLDAPS() string { return s.doors[1].addr() }

// AddrGC is the address of the global catalogue.
func (s *Server) AddrGC() string { return s.doors[2].addr() }

// AddrGCS is the address of the global catalogue inside TLS.
func (s *Server) AddrGCS() string { return s.doors[3].addr() }

func (d *door) addr() string {
	if d.listener == nil {
		return ""
	}
	return d.listener.Addr().String()
}

// Update changes how the server behaves.
func (s *Server) Update(change func(*State)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.state)
}

// View is how the server behaves now.
func (s *Server) View() State { return s.present() }

func (s *Server) present() State {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state
}

func (s *Server) accept(ctx context.Context, d *door) {
	for {
		c, err := d.listener.Accept()
		if err != nil {
			if errors.Is(err, net.ErrClosed) {
				return
			}
			select { // out of descriptors: others may close some
			case <-ctx.Done():
				return
			case <-time.After(20 * time.Millisecond):
			}
			continue
		}
		if !s.keep(c) {
			_ = c.Close()
			return
		}
		s.wg.Go(func() {
			defer s.drop(c)
			if st := s.present(); d.catalog && !st.Catalogue || d.encrypted && st.NoTLS {
				return
			}
			s.serve(ctx, c, d)
		})
	}
}

// keep remembers a connection so that Close can end it.
func (s *Server) keep(c net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.conns[c] = struct{}{}
	return true
}

func (s *Server) drop(c net.Conn) {
	_ = c.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, c)
}
