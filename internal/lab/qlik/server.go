// Package qlik is the Qlik Sense site of the practice lab: the repository
// service, the proxy with its sign-in and the engine, over the protocols and
// with the quirks of the real one.
package qlik

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// Server is one site; make it with New, run it with Start.
type Server struct {
	opt   Options
	kinds map[string]kind

	mu       sync.Mutex
	state    State
	live     *live
	reloads  map[string]time.Time // node -> end of its reload
	cold     map[string]bool      // nodes and "repository": the next answer is slow
	sessions map[string]*session
	sockets  map[*socket]struct{}
	ended    []parting // sockets to be closed once the lock is free
	tickets  *expiring[ticket]
	targets  *expiring[target]
	engine   engine
	audit    []AuditRow
	rows     int       // written to the log since the start
	logFile  io.Writer // nil where no log is written; guarded by mu

	certs     certificates
	listeners map[port]net.Listener
	servers   []*http.Server
	stop      []func() // what Close calls first; guarded by mu
	working   sync.WaitGroup
	closing   bool // guarded by mu
	closed    sync.Once
}

// New prepares a site in its unfinished state: empty allow list, pattern
// "Windows", Kerberos off, everything else healthy.
func New(o Options) (*Server, error) {
	o, err := o.complete()
	if err != nil {
		return nil, err
	}
	s := &Server{
		opt: o, kinds: kinds(), state: newState(o),
		reloads: map[string]time.Time{}, cold: map[string]bool{"repository": true},
		sessions: map[string]*session{}, sockets: map[*socket]struct{}{},
		tickets: newExpiring[ticket](time.Minute), targets: newExpiring[target](10 * time.Minute),
		engine:    engine{sessions: map[string]*engineSession{}},
		listeners: map[port]net.Listener{},
	}
	s.state.normalise()
	s.live = s.state.build()
	for _, n := range s.live.nodes {
		s.cold[n.host] = true
	}
	return s, nil
}

// Update changes the site's state. It takes effect at once: this is the lab's
// own door, not an administrator's, whose changes take a reload. Neither here
// nor in View may fn call the Server.
func (s *Server) Update(fn func(*State)) {
	s.locked(func() {
		fn(&s.state)
		s.state.normalise()
		if !s.state.Faults.Deaf {
			s.live = s.state.build()
		}
	})
}

// View shows the site's state; what it shows must not be kept or changed.
func (s *Server) View(fn func(*State)) {
	s.locked(func() { fn(&s.state) })
}

// Start listens on every port and returns; the site runs until Close or until
// ctx is done.
func (s *Server) Start(ctx context.Context) error {
	if err := s.certs.prepare(s); err != nil {
		return err
	}
	if err := s.openLog(); err != nil {
		return err
	}
	for _, p := range ports() {
		l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", p.address(s.opt.Listen))
		if err != nil {
			_ = s.Close()
			return fmt.Errorf("opening the Qlik site's %s port: %w", p, err)
		}
		s.listeners[p] = l
	}
	base, cancel := context.WithCancel(context.WithoutCancel(ctx))
	for _, p := range ports() {
		s.serve(base, p, s.listeners[p])
	}
	s.locked(func() {
		unwatch := context.AfterFunc(ctx, func() { _ = s.Close() })
		s.stop = append(s.stop, cancel, func() { unwatch() })
	})
	return nil
}

// Close ends every listener, connection and goroutine of the site.
func (s *Server) Close() error {
	s.closed.Do(func() {
		var sockets []*socket
		var stop []func()
		s.locked(func() {
			s.closing, stop = true, s.stop
			for sock := range s.sockets {
				sockets = append(sockets, sock)
			}
		})
		for _, f := range stop {
			f()
		}
		for _, sock := range sockets {
			sock.cut()
		}
		for _, l := range s.listeners {
			_ = l.Close()
		}
		for _, srv := range s.servers {
			_ = srv.Close()
		}
	})
	s.working.Wait()
	return nil
}

// locked runs fn with the state to itself and closes afterwards the sockets
// that fn ended, because that writes to the network.
func (s *Server) locked(fn func()) {
	s.mu.Lock()
	fn()
	ended := s.ended
	s.ended = nil
	s.mu.Unlock()
	for _, p := range ended {
		p.socket.end(p.topic)
	}
}

// enter counts a request in; false says that the site is closing.
func (s *Server) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return false
	}
	s.working.Add(1)
	return true
}

// present is what the proxies go by now. The lock must be held.
func (s *Server) present() *live {
	now := time.Now()
	for host, until := range s.reloads {
		if !now.Before(until) {
			delete(s.reloads, host)
			s.live = s.state.build()
		}
	}
	return s.live
}

// reload takes proxies away for a moment and ends the sessions on them, as
// saving in the management console does. The lock must be held.
func (s *Server) reload(hosts []string) {
	if s.state.Faults.Deaf {
		return
	}
	until := time.Now().Add(s.state.Reload)
	for _, host := range hosts {
		s.reloads[host] = until
		s.cold[host] = true
		for _, n := range s.live.nodes {
			if n.host != host {
				continue
			}
			for _, vp := range n.proxies {
				s.endSessions(func(ses *session) bool { return ses.proxy == vp.id }, "OnSessionClosed")
			}
		}
	}
}
