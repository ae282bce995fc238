// Package entra plays a Microsoft Entra tenant on loopback: the sign-in
// endpoints of the login host and the part of Microsoft Graph that publishing
// an application needs. Both speak HTTPS under their public names; a client
// reaches them by pinning those names to LoginAddr and GraphAddr.
package entra

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/pki"
)

// Options is what a Server stands on.
type Options struct {
	// CA issues the certificate of both hosts; required.
	CA *pki.CA
	// Clock tells the time, time.Now when nil.
	Clock func() time.Time
	// LoginAddress and GraphAddress are where to listen, 127.0.0.1:0 when empty.
	LoginAddress string
	GraphAddress string
	// DeviceUser decides who enters a device code in the lab: nobody when ok is
	// false. When nil, the test user answers for a published application and
	// the administrator for everything else. State.DeviceCodesWait switches the
	// answers off, whoever gives them.
	DeviceUser func(clientID string, scopes []string) (upn string, ok bool)
}

// Server is the tenant. Its zero value is not usable; call New.
type Server struct {
	opts  Options
	clock func() time.Time
	cert  tls.Certificate
	key   signingKey
	// routes are Graph's operations; they do not change.
	routes []route

	mu     sync.Mutex
	state  State
	grants grants

	login, graph listener
}

// New makes a tenant in its starting state: licensed and synchronised, with
// two connectors in a group, and no application published.
func New(opts Options) (*Server, error) {
	if opts.CA == nil {
		return nil, errors.New("making the practice tenant: no certificate authority given")
	}
	if opts.Clock == nil {
		opts.Clock = time.Now
	}
	cert, err := opts.CA.Server(contoso.LoginHost, contoso.GraphHost)
	if err != nil {
		return nil, fmt.Errorf("making the certificate of the practice tenant: %w", err)
	}
	key, err := newSigningKey()
	if err != nil {
		return nil, err
	}
	return &Server{
		opts:   opts,
		clock:  opts.Clock,
		cert:   cert,
		key:    key,
		routes: routes(),
		state:  newState(opts.Clock()),
		grants: newGrants(),
	}, nil
}

// Start listens on both addresses and returns; ctx bounds the start only.
func (s *Server) Start(ctx context.Context) error {
	handler := s.byHost()
	if err := s.login.start(ctx, s.opts.LoginAddress, s.cert, handler); err != nil {
		return fmt.Errorf("starting the practice sign-in host: %w", err)
	}
	if err := s.graph.start(ctx, s.opts.GraphAddress, s.cert, handler); err != nil {
		return errors.Join(fmt.Errorf("starting the practice Graph host: %w", err), s.login.close())
	}
	return nil
}

// LoginAddr is where contoso.LoginHost listens, host:port.
func (s *Server) LoginAddr() string { return s.login.addr() }

// GraphAddr is where contoso.GraphHost listens, host:port.
func (s *Server) GraphAddr() string { return s.graph.addr() }

// Close stops listening and returns when every connection is gone.
func (s *Server) Close() error {
	return errors.Join(s.login.close(), s.graph.close())
}

// Update changes the tenant; the next answer reflects it. f must not call s.
func (s *Server) Update(f func(*State)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(&s.state)
}

// View shows the tenant to f, which must neither keep nor change it nor call s.
func (s *Server) View(f func(*State)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(&s.state)
}

func (s *Server) byHost() http.Handler {
	login, graph := s.loginHandler(), http.HandlerFunc(s.serveGraph)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
		switch hostname(r.Host) {
		case contoso.LoginHost:
			login.ServeHTTP(w, r)
		case contoso.GraphHost:
			graph.ServeHTTP(w, r)
		default:
			http.Error(w, "Bad Request - Invalid Hostname", http.StatusBadRequest)
		}
	})
}

func hostname(hostport string) string {
	if h, _, err := net.SplitHostPort(hostport); err == nil {
		hostport = h
	}
	return strings.ToLower(hostport)
}

// listener is one HTTPS server that can be closed to the last goroutine.
type listener struct {
	ln      net.Listener
	srv     *http.Server
	serving sync.WaitGroup
	conns   sync.WaitGroup
}

func (l *listener) start(ctx context.Context, address string, cert tls.Certificate, h http.Handler) error {
	if l.ln != nil {
		return errors.New("started twice")
	}
	if address == "" {
		address = "127.0.0.1:0"
	}
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", address)
	if err != nil {
		return fmt.Errorf("listening on %s: %w", address, err)
	}
	l.ln = ln
	l.srv = &http.Server{
		Handler:           h,
		TLSConfig:         &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12},
		ReadHeaderTimeout: 10 * time.Second,
		// A client that distrusts the certificate is part of the practice, not
		// something to print over the wizard's screen.
		ErrorLog: log.New(io.Discard, "", 0),
		ConnState: func(_ net.Conn, st http.ConnState) {
			switch st {
			case http.StateNew:
				l.conns.Add(1)
			case http.StateClosed, http.StateHijacked:
				l.conns.Done()
			default:
			}
		},
	}
	l.serving.Go(func() {
		// Serve ends with ErrServerClosed when close asks it to, and with
		// nothing else while the listener lives.
		_ = l.srv.ServeTLS(ln, "", "")
	})
	return nil
}

func (l *listener) addr() string {
	if l.ln == nil {
		return ""
	}
	return l.ln.Addr().String()
}

func (l *listener) close() error {
	if l.srv == nil {
		return nil
	}
	err := l.srv.Close()
	l.serving.Wait()
	l.conns.Wait()
	if err != nil && !errors.Is(err, net.ErrClosed) {
		return fmt.Errorf("closing %s: %w", l.addr(), err)
	}
	return nil
}
