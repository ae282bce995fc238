package kdc

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/jcmturner/gokrb5/v8/types"

	"sensegate/internal/lab/kdc/wire"
)

// Options configures a Server.
type Options struct {
	Realm    string   // upper-cased
	Accounts Accounts // required
	// Clock is the KDC's own time; nil means time.Now.
	Clock func() time.Time
	// Keys may be shared with those who need the same keys; nil makes a new cache.
	Keys *KeyCache
	// Addr is where to listen, TCP and UDP; empty means a free loopback port.
	Addr string
	// MaxLife and MaxRenew bound the tickets; zero means 10 hours and 7 days.
	MaxLife, MaxRenew time.Duration
	// BadPassword is told of each account whose pre-authentication failed, as a
	// domain controller counts it; nil counts nothing.
	BadPassword func(account string)
}

// State is what can be changed while the server runs.
type State struct {
	// ClockOffset is added to the clock: a domain controller that is wrong.
	ClockOffset time.Duration
	// Unavailable makes every answer error 29.
	Unavailable bool
	// Behind is a service name that this domain controller has not learned of.
	Behind string
	// RefuseSelf and RefuseProxy are the errors that S4U2Self and S4U2Proxy end
	// with whatever the accounts allow; zero refuses nothing.
	RefuseSelf, RefuseProxy int32
	// PreferRC4 seals service tickets with the RC4 key of an account that allows
	// RC4 beside AES.
	PreferRC4 bool
}

// Server is a KDC for one realm.
type Server struct {
	opt    Options
	tgsKey types.EncryptionKey

	mu     sync.Mutex
	state  State
	tcp    net.Listener
	udp    net.PacketConn
	conns  map[net.Conn]struct{}
	closed bool
	wg     sync.WaitGroup
	unhook func() bool
}

const (
	maxSkew     = 5 * time.Minute
	idle        = 30 * time.Second
	maxConns    = 256
	maxRequest  = 64 << 10
	maxDatagram = 65507
	tgsKVNO     = 2
	portTries   = 8
)

// New checks the options and makes the realm's own key.
func New(opt Options) (*Server, error) {
	if opt.Realm == "" || opt.Accounts == nil {
		return nil, errors.New("making a KDC: a realm and accounts are needed")
	}
	opt.Realm = strings.ToUpper(opt.Realm)
	if opt.Clock == nil {
		opt.Clock = time.Now
	}
	if opt.Keys == nil {
		opt.Keys = new(KeyCache)
	}
	if opt.MaxLife == 0 {
		opt.MaxLife = 10 * time.Hour
	}
	if opt.MaxRenew == 0 {
		opt.MaxRenew = 7 * 24 * time.Hour
	}
	key, err := wire.NewKey(AES256)
	if err != nil {
		return nil, fmt.Errorf("making the key of the realm: %w", err)
	}
	return &Server{opt: opt, tgsKey: key, conns: make(map[net.Conn]struct{})}, nil
}

// Start listens on TCP and on UDP of the same port and serves until Close or
// the end of ctx.
func (s *Server) Start(ctx context.Context) error {
	tcp, udp, err := listen(ctx, s.opt.Addr)
	if err != nil {
		return fmt.Errorf("starting the KDC: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || s.tcp != nil {
		return errors.Join(errors.New("starting the KDC: it was started before"), tcp.Close(), udp.Close())
	}
	s.tcp, s.udp = tcp, udp
	s.wg.Go(s.serveTCP)
	s.wg.Go(s.serveUDP)
	s.unhook = context.AfterFunc(ctx, func() { _ = s.Close() })
	return nil
}

// listen takes a TCP port whose UDP twin is free as well.
func listen(ctx context.Context, addr string) (net.Listener, net.PacketConn, error) {
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	var lc net.ListenConfig
	var last error
	for range portTries {
		tcp, err := lc.Listen(ctx, "tcp", addr)
		if err != nil {
			return nil, nil, fmt.Errorf("listening on %s: %w", addr, err)
		}
		udp, err := lc.ListenPacket(ctx, "udp", tcp.Addr().String())
		if err == nil {
			return tcp, udp, nil
		}
		last = errors.Join(err, tcp.Close())
		if !strings.HasSuffix(addr, ":0") {
			break
		}
	}
	return nil, nil, fmt.Errorf("listening on %s: %w", addr, last)
}

// Addr is the host:port the server listens on, empty before Start.
func (s *Server) Addr() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.tcp == nil {
		return ""
	}
	return s.tcp.Addr().String()
}

// Realm is the upper-case realm served.
func (s *Server) Realm() string { return s.opt.Realm }

// Keys is the cache the server derives long-term keys in.
func (s *Server) Keys() *KeyCache { return s.opt.Keys }

// Update changes the state for all later requests.
func (s *Server) Update(f func(*State)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(&s.state)
}

// View is the state as it is now.
func (s *Server) View() State { return s.snapshot() }

func (s *Server) snapshot() State {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state
}

// Close stops the listeners, ends all connections and waits for them.
func (s *Server) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		s.wg.Wait()
		return nil
	}
	s.closed = true
	var errs []error
	if s.tcp != nil {
		s.unhook()
		errs = append(errs, s.tcp.Close(), s.udp.Close())
	}
	for c := range s.conns {
		_ = c.Close() // its reader reports nothing worth hearing now
	}
	s.mu.Unlock()
	s.wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("closing the KDC: %w", err)
	}
	return nil
}
