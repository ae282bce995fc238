package gss

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
)

// SASLServer is one bind with the SASL mechanism GSSAPI (RFC 4752). It offers
// no security layer unless told to, as most of its users speak TLS.
type SASLServer struct {
	acceptor *Acceptor
	state    saslState
	result   Result
	layers   bool
	layer    *Layer
}

type saslState int

const (
	saslTicket saslState = iota // an AP-REQ is to come
	saslEmpty                   // the client has the AP-REP and says nothing
	saslLayer                   // the client chooses its layer
	saslDone
)

// SASL begins a bind.
func (a *Acceptor) SASL() *SASLServer { return &SASLServer{acceptor: a} }

// OfferLayers offers signing and sealing, too.
func (s *SASLServer) OfferLayers() { s.layers = true }

// Layer is what the client chose to protect the connection with; nil for none.
func (s *SASLServer) Layer() *Layer { return s.layer }

// Bindings are the client's hash of the TLS channel it is on, zeros for none.
func (s *SASLServer) Bindings() []byte { return s.result.Bindings }

// ErrSequence says that a client went on after the end, or skipped a step.
var ErrSequence = errors.New("token out of sequence")

// Step takes the client's next token. When done is true the client is
// principal, and there is nothing more to send. A failed step ends the bind;
// its reply, if any, is the mechanism's own error token.
func (s *SASLServer) Step(token []byte) (reply []byte, done bool, principal string, err error) {
	reply, err = s.step(token)
	if err != nil {
		s.state = saslDone
		return reply, false, "", fmt.Errorf("GSSAPI bind: %w", err)
	}
	if s.state == saslDone {
		return nil, true, s.result.Principal(), nil
	}
	return reply, false, "", nil
}

func (s *SASLServer) step(token []byte) ([]byte, error) {
	switch s.state {
	case saslTicket:
		if len(token) == 0 {
			return nil, nil // the client lets the server speak first
		}
		return s.ticket(token)
	case saslEmpty:
		if len(token) != 0 {
			return nil, ErrSequence
		}
		return s.offer()
	case saslLayer:
		return nil, s.chosen(token)
	}
	return nil, ErrSequence
}

func (s *SASLServer) ticket(token []byte) ([]byte, error) {
	res, err := s.acceptor.Accept(token)
	if err != nil {
		if e, ok := errors.AsType[*Error](err); ok {
			return e.Reply, err
		}
		return nil, err
	}
	if res.SPNEGO {
		return nil, &Error{Reason: ReasonMechanism, Err: errors.New("SPNEGO where plain Kerberos belongs")}
	}
	s.result = res
	if res.Reply == nil {
		return s.offer()
	}
	s.state = saslEmpty
	return res.Reply, nil
}

// offer names the layers. A maximum size of zero goes with none, RFC 4752
// section 3.2.
func (s *SASLServer) offer() ([]byte, error) {
	s.state = saslLayer
	asserted := s.result.Reply != nil
	offered := binary.BigEndian.AppendUint32(nil, layerNone<<24)
	if s.layers {
		offered = binary.BigEndian.AppendUint32(nil, (layerNone|layerSign|layerSeal)<<24|largestToken)
	}
	return wrap(offered, s.result.subkey, asserted, s.result.seq)
}

// chosen reads the client's layer and the identity it wants to act under. Some
// clients send no layer bit at all for "none", which Windows takes as well.
func (s *SASLServer) chosen(token []byte) error {
	b, err := unwrap(token, s.result.subkey)
	if err != nil {
		return err
	}
	const head = 4
	if len(b) < head {
		return fmt.Errorf("security layer in %d bytes: %w", len(b), errWrap)
	}
	layer, err := s.agreed(b[:head], token)
	if err != nil {
		return err
	}
	if id := string(b[head:]); !s.self(id) {
		return fmt.Errorf("%s may not act as %q", s.result.Principal(), id)
	}
	s.state, s.layer = saslDone, layer
	return nil
}

// self tells whether an authorization identity is the client's own.
func (s *SASLServer) self(id string) bool {
	id = strings.TrimPrefix(strings.TrimRight(id, "\x00"), "u:")
	return id == "" || strings.EqualFold(id, s.result.Principal()) ||
		strings.EqualFold(id, s.result.Client.PrincipalNameString())
}
