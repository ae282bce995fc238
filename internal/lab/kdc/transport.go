package kdc

import (
	"errors"
	"net"
	"time"

	"github.com/jcmturner/gokrb5/v8/iana/errorcode"
	"github.com/jcmturner/gokrb5/v8/types"

	"sensegate/internal/lab/kdc/wire"
)

const acceptPause = 5 * time.Millisecond

func (s *Server) serveTCP() {
	for {
		c, err := s.tcp.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			<-time.After(acceptPause) // out of descriptors, most likely: do not spin
			continue
		}
		if !s.track(c) {
			_ = c.Close()
			continue
		}
		s.wg.Go(func() {
			defer s.untrack(c)
			s.serveConn(c)
		})
	}
}

func (s *Server) track(c net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || len(s.conns) >= maxConns {
		return false
	}
	s.conns[c] = struct{}{}
	return true
}

func (s *Server) untrack(c net.Conn) {
	_ = c.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, c)
}

// serveConn answers one message after another until the peer goes away.
func (s *Server) serveConn(c net.Conn) {
	for {
		if err := c.SetDeadline(time.Now().Add(idle)); err != nil {
			return
		}
		msg, err := wire.ReadFrame(c, maxRequest)
		if errors.Is(err, wire.ErrTooLong) {
			if b, err := krbError(refuse(errorcode.KRB_ERR_FIELD_TOOLONG), s.opt.Realm, types.PrincipalName{}, s.now()); err == nil {
				_ = wire.WriteFrame(c, b) // the connection ends either way
			}
			return
		}
		if err != nil {
			return
		}
		reply := s.answer(msg)
		if reply == nil || wire.WriteFrame(c, reply) != nil {
			return
		}
	}
}

func (s *Server) serveUDP() {
	buf := make([]byte, maxRequest)
	for {
		n, from, err := s.udp.ReadFrom(buf)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			continue
		}
		reply := s.answer(append([]byte(nil), buf[:n]...))
		if len(reply) > maxDatagram {
			b, err := krbError(refuse(errorcode.KRB_ERR_RESPONSE_TOO_BIG), s.opt.Realm, types.PrincipalName{}, s.now())
			if err != nil {
				continue
			}
			reply = b
		}
		if reply != nil {
			_, _ = s.udp.WriteTo(reply, from) // a lost datagram is the client's to repeat
		}
	}
}

// now is the KDC's own time, wrong by whatever the state says.
func (s *Server) now() time.Time {
	return s.opt.Clock().Add(s.snapshot().ClockOffset).UTC()
}
