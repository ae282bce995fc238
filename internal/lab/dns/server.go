package dns

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"
)

const (
	idle      = 10 * time.Second // of a TCP connection
	portTries = 8
)

// Server answers on one address, over UDP and TCP.
type Server struct {
	address string

	mu    sync.Mutex
	zone  Zone
	udp   net.PacketConn
	tcp   net.Listener
	conns map[net.Conn]struct{}
	ended bool

	stop    func() bool
	working sync.WaitGroup
}

// New makes a server for a zone that will listen on address, on a free port of
// the loopback when empty.
func New(z Zone, address string) *Server {
	if address == "" {
		address = "127.0.0.1:0"
	}
	return &Server{address: address, zone: z.clone(), conns: map[net.Conn]struct{}{}}
}

// Update changes the zone, at once and for every later question.
func (s *Server) Update(change func(*Zone)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.zone)
}

// View is a copy of the zone.
func (s *Server) View() Zone {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.zone.clone()
}

// Start listens and returns; the server runs until Close or until ctx is done.
func (s *Server) Start(ctx context.Context) error {
	var errs error
	for range portTries {
		err := s.listen(ctx)
		if err == nil {
			break
		}
		// Another program may have the same number over the other protocol.
		errs = errors.Join(errs, err)
	}
	if s.tcp == nil {
		return fmt.Errorf("opening the name server's port: %w", errs)
	}
	s.working.Go(s.datagrams)
	s.working.Go(s.connections)
	s.stop = context.AfterFunc(ctx, func() { _ = s.Close() })
	return nil
}

func (s *Server) listen(ctx context.Context) error {
	var l net.ListenConfig
	udp, err := l.ListenPacket(ctx, "udp", s.address)
	if err != nil {
		return err //nolint:wrapcheck // Start says what for
	}
	tcp, err := l.Listen(ctx, "tcp", udp.LocalAddr().String())
	if err != nil {
		_ = udp.Close()
		return err //nolint:wrapcheck // as above
	}
	s.udp, s.tcp = udp, tcp
	return nil
}

// Addr is where the server listens.
func (s *Server) Addr() string {
	if s.udp == nil {
		return ""
	}
	return s.udp.LocalAddr().String()
}

// Close ends the server and every connection.
func (s *Server) Close() error {
	s.mu.Lock()
	if !s.ended {
		s.ended = true
		if s.tcp != nil {
			_, _ = s.tcp.Close(), s.udp.Close()
		}
		for c := range s.conns {
			_ = c.Close()
		}
	}
	s.mu.Unlock()
	if s.stop != nil {
		s.stop()
	}
	s.working.Wait()
	return nil
}

func (s *Server) datagrams() {
	buf := make([]byte, 4096)
	for {
		n, from, err := s.udp.ReadFrom(buf)
		if err != nil {
			return
		}
		if answer := reply(s.View(), buf[:n], maxDatagram); answer != nil {
			_, _ = s.udp.WriteTo(answer, from)
		}
	}
}

func (s *Server) connections() {
	for {
		c, err := s.tcp.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		if s.ended {
			_ = c.Close()
		} else {
			s.conns[c] = struct{}{}
			s.working.Go(func() { s.stream(c) })
		}
		s.mu.Unlock()
	}
}

// stream answers the messages of one connection, each behind its length.
func (s *Server) stream(c net.Conn) {
	defer func() {
		_ = c.Close()
		s.mu.Lock()
		delete(s.conns, c)
		s.mu.Unlock()
	}()
	for {
		_ = c.SetDeadline(time.Now().Add(idle))
		var size [2]byte
		if _, err := io.ReadFull(c, size[:]); err != nil {
			return
		}
		raw := make([]byte, binary.BigEndian.Uint16(size[:]))
		if _, err := io.ReadFull(c, raw); err != nil {
			return
		}
		answer := reply(s.View(), raw, 0)
		if answer == nil {
			return
		}
		framed := binary.BigEndian.AppendUint16(nil, uint16(len(answer))) //nolint:gosec // a message is at most 64 KiB
		if _, err := c.Write(append(framed, answer...)); err != nil {
			return
		}
	}
}
