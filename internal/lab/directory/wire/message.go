// Package wire reads LDAP requests off a connection and writes the answers
// (RFC 4511). It knows the shape of messages and nothing of a directory.
package wire

import (
	"errors"
	"fmt"
	"io"

	ber "github.com/go-asn1-ber/asn1-ber"
)

// MaxMessage is the largest request that is read; a larger one ends the
// connection, as it does on a domain controller (whose own limit is higher).
const MaxMessage = 1 << 20

const maxNesting = 64

// ErrTooLarge reports a request whose announced length exceeds MaxMessage.
var ErrTooLarge = errors.New("the message is larger than this server accepts")

// ErrMalformed reports bytes that are not an LDAP message.
var ErrMalformed = errors.New("not an LDAP message")

// Read takes one whole message off r: header and contents, undecoded. It never
// reads past the message, so a TLS handshake may follow on the same stream.
func Read(r io.Reader) ([]byte, error) {
	head := make([]byte, 2, 6)
	if _, err := io.ReadFull(r, head); err != nil {
		return nil, fmt.Errorf("reading a message header: %w", err)
	}
	if head[0] != 0x30 {
		return nil, fmt.Errorf("%w: it begins with %#02x", ErrMalformed, head[0])
	}
	length := int(head[1])
	if head[1]&0x80 != 0 {
		n := int(head[1] & 0x7f)
		if n == 0 || n > 4 {
			return nil, fmt.Errorf("%w: a length of %d bytes", ErrMalformed, n)
		}
		head = head[:2+n]
		if _, err := io.ReadFull(r, head[2:]); err != nil {
			return nil, fmt.Errorf("reading a message length: %w", err)
		}
		length = 0
		for _, b := range head[2:] {
			length = length<<8 | int(b)
		}
	}
	if length > MaxMessage || length < 0 {
		return nil, fmt.Errorf("%w: %d bytes", ErrTooLarge, length)
	}
	out := make([]byte, len(head)+length)
	copy(out, head)
	if _, err := io.ReadFull(r, out[len(head):]); err != nil {
		return nil, fmt.Errorf("reading a message of %d bytes: %w", length, err)
	}
	return out, nil
}

// Message is one decoded request.
type Message struct {
	ID       int64
	Op       any // one of the …Request types of this package
	Controls []Control
}

// Control is an LDAP control as it arrived or is to be sent.
type Control struct {
	OID      string
	Critical bool
	Value    []byte
}

// Decode understands the bytes that Read returned. When the envelope can be
// read but not its operation, the message comes back with its ID and an error,
// so that the peer can be told which request was wrong.
func Decode(raw []byte) (Message, error) {
	if err := checkNesting(raw, 0); err != nil {
		return Message{}, err
	}
	p, err := ber.DecodePacketErr(raw)
	if err != nil {
		return Message{}, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	if len(p.Children) < 2 || len(p.Children) > 3 {
		return Message{}, fmt.Errorf("%w: %d parts", ErrMalformed, len(p.Children))
	}
	id, ok := integer(p.Children[0], ber.TagInteger)
	if !ok || id < 0 || id > 1<<31-1 {
		return Message{}, fmt.Errorf("%w: no message number", ErrMalformed)
	}
	m := Message{ID: id}
	if m.Op, err = operation(p.Children[1]); err != nil {
		return m, err
	}
	if len(p.Children) == 3 {
		if m.Controls, err = controls(p.Children[2]); err != nil {
			return m, err
		}
	}
	return m, nil
}

func operation(p *ber.Packet) (any, error) {
	if p.ClassType != ber.ClassApplication {
		return nil, fmt.Errorf("%w: operation of class %d", ErrMalformed, p.ClassType)
	}
	switch p.Tag {
	case TagBindRequest:
		return bindRequest(p)
	case TagUnbindRequest:
		return UnbindRequest{}, nil
	case TagSearchRequest:
		return searchRequest(p)
	case TagModifyRequest:
		return modifyRequest(p)
	case TagAddRequest:
		return addRequest(p)
	case TagDelRequest:
		return DelRequest{DN: p.Data.String()}, nil
	case TagModifyDNRequest:
		return modifyDNRequest(p)
	case TagCompareRequest:
		return compareRequest(p)
	case TagAbandonRequest:
		return AbandonRequest{}, nil
	case TagExtendedRequest:
		return extendedRequest(p)
	}
	return nil, fmt.Errorf("%w: operation %d", ErrMalformed, p.Tag)
}

func controls(p *ber.Packet) ([]Control, error) {
	if p.ClassType != ber.ClassContext || p.Tag != 0 {
		return nil, fmt.Errorf("%w: controls expected", ErrMalformed)
	}
	out := make([]Control, 0, len(p.Children))
	for _, c := range p.Children {
		if len(c.Children) == 0 || len(c.Children) > 3 {
			return nil, fmt.Errorf("%w: a control of %d parts", ErrMalformed, len(c.Children))
		}
		oid, ok := octets(c.Children[0])
		if !ok {
			return nil, fmt.Errorf("%w: a control without a name", ErrMalformed)
		}
		ctl := Control{OID: string(oid)}
		for _, part := range c.Children[1:] {
			if critical, isBool := part.Value.(bool); isBool {
				ctl.Critical = critical
			} else if value, isOctets := octets(part); isOctets {
				ctl.Value = value
			} else {
				return nil, fmt.Errorf("%w: control %s", ErrMalformed, ctl.OID)
			}
		}
		out = append(out, ctl)
	}
	return out, nil
}

// checkNesting refuses what would make the decoder copy its input once for
// every level.
func checkNesting(raw []byte, depth int) error {
	if depth > maxNesting {
		return fmt.Errorf("%w: nested more than %d deep", ErrMalformed, maxNesting)
	}
	for len(raw) > 0 {
		body, rest, constructed, err := element(raw)
		if err != nil {
			return err
		}
		if constructed {
			if err := checkNesting(body, depth+1); err != nil {
				return err
			}
		}
		raw = rest
	}
	return nil
}

func element(raw []byte) (body, rest []byte, constructed bool, err error) {
	if len(raw) < 2 {
		return nil, nil, false, fmt.Errorf("%w: cut short", ErrMalformed)
	}
	if raw[0]&0x1f == 0x1f {
		return nil, nil, false, fmt.Errorf("%w: a long tag", ErrMalformed)
	}
	length, at := int(raw[1]), 2
	if raw[1]&0x80 != 0 {
		n := int(raw[1] & 0x7f)
		if n == 0 || n > 4 || len(raw) < 2+n {
			return nil, nil, false, fmt.Errorf("%w: a length of %d bytes", ErrMalformed, n)
		}
		length = 0
		for _, b := range raw[2 : 2+n] {
			length = length<<8 | int(b)
		}
		at += n
	}
	if length < 0 || length > len(raw)-at {
		return nil, nil, false, fmt.Errorf("%w: an element longer than its container", ErrMalformed)
	}
	return raw[at : at+length], raw[at+length:], raw[0]&0x20 != 0, nil
}

func integer(p *ber.Packet, tag ber.Tag) (int64, bool) {
	if p.ClassType != ber.ClassUniversal || p.Tag != tag || p.TagType != ber.TypePrimitive {
		return 0, false
	}
	v, ok := p.Value.(int64)
	return v, ok && len(p.ByteValue) > 0
}

func octets(p *ber.Packet) ([]byte, bool) {
	if p.ClassType != ber.ClassUniversal || p.Tag != ber.TagOctetString || p.TagType != ber.TypePrimitive {
		return nil, false
	}
	return p.ByteValue, true
}
