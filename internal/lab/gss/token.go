// Package gss is the accepting side of Kerberos for the lab's servers: it reads
// what a client puts behind "Negotiate" or into a SASL bind, checks the ticket
// and answers with the proof that mutual authentication asks for.
package gss

import (
	"bytes"
	"encoding/asn1"
	"errors"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
	casn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// Kind is what a token turned out to be.
type Kind int

// The kinds of token a client may open with.
const (
	KindKerberos Kind = iota + 1 // a Kerberos GSS token without SPNEGO
	KindInit                     // SPNEGO NegTokenInit
	KindResp                     // SPNEGO NegTokenResp
	KindNTLM                     // a bare NTLM message
)

// Token is the outer layer of a client's token.
type Token struct {
	Kind  Kind
	Mechs []asn1.ObjectIdentifier // of a NegTokenInit, in the client's order
	Inner []byte                  // the mechanism's own token; for KindKerberos the whole token
	State int                     // negState of a NegTokenResp, -1 when absent
}

// ErrMalformed says that bytes are no token of any known kind.
var ErrMalformed = errors.New("not a GSS, SPNEGO or NTLM token")

// OIDKerberos names Kerberos, as the standard does.
func OIDKerberos() asn1.ObjectIdentifier {
	return asn1.ObjectIdentifier{1, 2, 840, 113554, 1, 2, 2}
}

// OIDMicrosoft is Kerberos under the number Windows 2000 mistyped, which
// appears in mechanism lists only.
func OIDMicrosoft() asn1.ObjectIdentifier {
	return asn1.ObjectIdentifier{1, 2, 840, 48018, 1, 2, 2}
}

// OIDNTLM is the NTLM mechanism.
func OIDNTLM() asn1.ObjectIdentifier {
	return asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 2, 2, 10}
}

// OIDSPNEGO is the negotiation mechanism itself.
func OIDSPNEGO() asn1.ObjectIdentifier { return asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 2} }

func isKerberos(o asn1.ObjectIdentifier) bool {
	return o.Equal(OIDKerberos()) || o.Equal(OIDMicrosoft())
}

func isNTLM(b []byte) bool { return bytes.HasPrefix(b, []byte("NTLMSSP\x00")) }

// The outer tags: GSS framing, and the two choices of a negotiation token.
const (
	tagGSS  = casn1.Tag(0x60)
	tagInit = casn1.Tag(0xa0)
	tagResp = casn1.Tag(0xa1)
)

func context(n int) casn1.Tag { return casn1.Tag(n).ContextSpecific().Constructed() }

// Parse reads the outer layer of a client's token.
func Parse(b []byte) (Token, error) {
	if isNTLM(b) {
		return Token{Kind: KindNTLM, Inner: b}, nil
	}
	in := cryptobyte.String(b)
	switch {
	case in.PeekASN1Tag(tagResp):
		return parseResp(in)
	case in.PeekASN1Tag(tagGSS):
		var body cryptobyte.String
		var oid asn1.ObjectIdentifier
		if !in.ReadASN1(&body, tagGSS) || !body.ReadASN1ObjectIdentifier(&oid) {
			return Token{}, ErrMalformed
		}
		if oid.Equal(OIDKerberos()) {
			return Token{Kind: KindKerberos, Inner: b}, nil
		}
		if oid.Equal(OIDSPNEGO()) {
			return parseInit(body)
		}
		return Token{}, fmt.Errorf("mechanism %s: %w", oid, ErrMalformed)
	}
	return Token{}, ErrMalformed
}

func parseInit(in cryptobyte.String) (Token, error) {
	t := Token{Kind: KindInit, State: -1}
	var outer, seq, list, mechs cryptobyte.String
	if !in.ReadASN1(&outer, tagInit) || !outer.ReadASN1(&seq, casn1.SEQUENCE) {
		return t, fmt.Errorf("NegTokenInit: %w", ErrMalformed)
	}
	var has bool
	if !seq.ReadOptionalASN1(&list, &has, context(0)) || (has && !list.ReadASN1(&mechs, casn1.SEQUENCE)) {
		return t, fmt.Errorf("mechanisms of NegTokenInit: %w", ErrMalformed)
	}
	for !mechs.Empty() {
		var oid asn1.ObjectIdentifier
		if !mechs.ReadASN1ObjectIdentifier(&oid) {
			return t, fmt.Errorf("mechanisms of NegTokenInit: %w", ErrMalformed)
		}
		t.Mechs = append(t.Mechs, oid)
	}
	if !seq.SkipOptionalASN1(context(1)) || !seq.ReadOptionalASN1OctetString(&t.Inner, &has, context(2)) {
		return t, fmt.Errorf("token of NegTokenInit: %w", ErrMalformed)
	}
	return t, nil
}

func parseResp(in cryptobyte.String) (Token, error) {
	t := Token{Kind: KindResp, State: -1}
	var outer, seq, state cryptobyte.String
	var has bool
	if !in.ReadASN1(&outer, tagResp) || !outer.ReadASN1(&seq, casn1.SEQUENCE) ||
		!seq.ReadOptionalASN1(&state, &has, context(0)) || (has && !state.ReadASN1Enum(&t.State)) ||
		!seq.SkipOptionalASN1(context(1)) || !seq.ReadOptionalASN1OctetString(&t.Inner, &has, context(2)) {
		return t, fmt.Errorf("NegTokenResp: %w", ErrMalformed)
	}
	return t, nil
}

// The token ids that follow the mechanism in a Kerberos GSS token.
const (
	idAPReq    = 0x0100
	idAPRep    = 0x0200
	idKRBError = 0x0300
)

// parseKerberos splits a Kerberos GSS token into its id and message.
func parseKerberos(b []byte) (uint16, []byte, error) {
	in := cryptobyte.String(b)
	var body cryptobyte.String
	var oid asn1.ObjectIdentifier
	var id uint16
	if !in.ReadASN1(&body, tagGSS) || !body.ReadASN1ObjectIdentifier(&oid) || !oid.Equal(OIDKerberos()) || !body.ReadUint16(&id) {
		return 0, nil, fmt.Errorf("a Kerberos token: %w", ErrMalformed)
	}
	return id, body, nil
}

// frameKerberos is the reverse of parseKerberos.
func frameKerberos(id uint16, msg []byte) ([]byte, error) {
	var b cryptobyte.Builder
	b.AddASN1(tagGSS, func(c *cryptobyte.Builder) {
		c.AddASN1ObjectIdentifier(OIDKerberos())
		c.AddUint16(id)
		c.AddBytes(msg)
	})
	return finish(&b)
}

// FrameAPReq wraps a marshaled AP-REQ as a Kerberos GSS token.
func FrameAPReq(msg []byte) ([]byte, error) { return frameKerberos(idAPReq, msg) }

// NegTokenInit wraps a mechanism token for SPNEGO. The first mechanism is the
// one the token belongs to.
func NegTokenInit(inner []byte, mechs ...asn1.ObjectIdentifier) ([]byte, error) {
	var b cryptobyte.Builder
	b.AddASN1(tagGSS, func(c *cryptobyte.Builder) {
		c.AddASN1ObjectIdentifier(OIDSPNEGO())
		c.AddASN1(tagInit, func(c *cryptobyte.Builder) {
			c.AddASN1(casn1.SEQUENCE, func(c *cryptobyte.Builder) {
				c.AddASN1(context(0), func(c *cryptobyte.Builder) {
					c.AddASN1(casn1.SEQUENCE, func(c *cryptobyte.Builder) {
						for _, m := range mechs {
							c.AddASN1ObjectIdentifier(m)
						}
					})
				})
				if inner != nil {
					c.AddASN1(context(2), func(c *cryptobyte.Builder) { c.AddASN1OctetString(inner) })
				}
			})
		})
	})
	return finish(&b)
}

// The states of a NegTokenResp.
const (
	StateCompleted  = 0
	StateIncomplete = 1
	StateReject     = 2
)

// NegTokenResp is the acceptor's half of SPNEGO. A nil mech or token is left out.
func NegTokenResp(state int, mech asn1.ObjectIdentifier, inner []byte) ([]byte, error) {
	var b cryptobyte.Builder
	b.AddASN1(tagResp, func(c *cryptobyte.Builder) {
		c.AddASN1(casn1.SEQUENCE, func(c *cryptobyte.Builder) {
			c.AddASN1(context(0), func(c *cryptobyte.Builder) { c.AddASN1Enum(int64(state)) })
			if mech != nil {
				c.AddASN1(context(1), func(c *cryptobyte.Builder) { c.AddASN1ObjectIdentifier(mech) })
			}
			if inner != nil {
				c.AddASN1(context(2), func(c *cryptobyte.Builder) { c.AddASN1OctetString(inner) })
			}
		})
	})
	return finish(&b)
}

func finish(b *cryptobyte.Builder) ([]byte, error) {
	out, err := b.Bytes()
	if err != nil {
		return nil, fmt.Errorf("building a token: %w", err)
	}
	return out, nil
}

// AnswerToken takes an acceptor's answer apart, wrapped for SPNEGO or not, and
// gives the AP-REP or KRB-ERROR in it.
func AnswerToken(b []byte) ([]byte, error) {
	t, err := Parse(b)
	if err != nil {
		return nil, err
	}
	if t.Kind == KindResp && len(t.Inner) == 0 {
		return nil, fmt.Errorf("negotiation state %d without a token: %w", t.State, ErrMalformed)
	}
	if t.Kind != KindResp && t.Kind != KindKerberos {
		return nil, fmt.Errorf("answer: %w", ErrMalformed)
	}
	id, msg, err := parseKerberos(t.Inner)
	if err != nil {
		return nil, err
	}
	if id != idAPRep && id != idKRBError {
		return nil, fmt.Errorf("answer with token id %04x: %w", id, ErrMalformed)
	}
	return msg, nil
}
