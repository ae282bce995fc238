package qlik

import (
	"context"
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

type port string

const (
	portFront      port = "front"
	portPlain      port = "plain"
	portAuth       port = "authentication"
	portPlainAuth  port = "plain authentication"
	portRepository port = "repository"
	portProxyAPI   port = "proxy API"
	portAbout      port = "about"
)

func ports() []port {
	return []port{portFront, portPlain, portAuth, portPlainAuth, portRepository, portProxyAPI, portAbout}
}

func (p port) address(l Listen) string {
	return map[port]string{
		portFront: l.Front, portPlain: l.Plain, portAuth: l.Auth, portPlainAuth: l.PlainAuth,
		portRepository: l.Repository, portProxyAPI: l.ProxyAPI, portAbout: l.About,
	}[p]
}

// FrontAddr is where the proxy's HTTPS port (443) listens.
func (s *Server) FrontAddr() string { return s.addr(portFront) }

// PlainAddr is where its HTTP port (80) listens; connections are reset while
// HTTP is not allowed.
func (s *Server) PlainAddr() string { return s.addr(portPlain) }

// AuthAddr is where the old authentication port (4244) listens; connections
// are reset from April 2018 on.
func (s *Server) AuthAddr() string { return s.addr(portAuth) }

// PlainAuthAddr is the same for 4248.
func (s *Server) PlainAuthAddr() string { return s.addr(portPlainAuth) }

// RepositoryAddr is where the repository service (4242) listens.
func (s *Server) RepositoryAddr() string { return s.addr(portRepository) }

// ProxyAPIAddr is where the proxy's administration (4243) listens.
func (s *Server) ProxyAPIAddr() string { return s.addr(portProxyAPI) }

// AboutAddr is where the about service (9032) listens.
func (s *Server) AboutAddr() string { return s.addr(portAbout) }

func (s *Server) addr(p port) string {
	if l := s.listeners[p]; l != nil {
		return l.Addr().String()
	}
	return ""
}

func (s *Server) serve(base context.Context, p port, l net.Listener) {
	l = gated{Listener: l, open: func() bool { return s.open(p) }}
	var h http.Handler
	switch p {
	case portFront, portPlain:
		h = http.HandlerFunc(s.front)
	case portAuth, portPlainAuth:
		h = http.HandlerFunc(s.authPort)
	case portRepository:
		h = http.HandlerFunc(s.repository)
	case portProxyAPI:
		h = http.HandlerFunc(s.proxyAPI)
	case portAbout:
		h = http.HandlerFunc(s.aboutService)
	}
	switch p {
	case portFront, portAuth:
		l = tls.NewListener(l, s.certs.front(s))
	case portRepository, portProxyAPI, portAbout:
		l = tls.NewListener(l, s.certs.service(s))
	}
	var turn atomic.Int64
	srv := &http.Server{
		Handler:           s.counted(h),
		ReadHeaderTimeout: 20 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    1 << 20, // the proxy's own limits are lower and answer differently
		ErrorLog:          log.New(io.Discard, "", 0),
		BaseContext:       func(net.Listener) context.Context { return base },
		ConnContext: func(ctx context.Context, _ net.Conn) context.Context {
			return context.WithValue(ctx, turnKey{}, int(turn.Add(1)-1))
		},
	}
	s.servers = append(s.servers, srv)
	s.working.Go(func() { _ = srv.Serve(l) })
}

// counted lets Close wait for the requests that are being answered.
func (s *Server) counted(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.enter() {
			panic(http.ErrAbortHandler)
		}
		defer s.working.Done()
		h.ServeHTTP(w, r)
	})
}

// turnKey finds the number of a connection in its context.
type turnKey struct{}

// open says whether a port takes connections in the present state.
func (s *Server) open(p port) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	plain := false
	for _, n := range s.present().nodes {
		plain = plain || n.plain
	}
	old := s.state.Release.secondPort()
	switch p {
	case portPlain:
		return plain
	case portAuth:
		return old
	case portPlainAuth:
		return old && plain
	}
	return true
}

// gated resets connections while its port is closed: the address stays taken,
// so that a port which opens later is found where it was announced.
type gated struct {
	net.Listener
	open func() bool
}

// Accept returns the next connection made while the port is open.
func (g gated) Accept() (net.Conn, error) {
	for {
		c, err := g.Listener.Accept()
		if err != nil || g.open() {
			return c, err //nolint:wrapcheck // http.Server compares it
		}
		if t, ok := c.(*net.TCPConn); ok {
			_ = t.SetLinger(0)
		}
		_ = c.Close()
	}
}
