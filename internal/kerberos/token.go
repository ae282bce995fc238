package kerberos

import (
	"bytes"
	"encoding/asn1"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// TokenKind is the outer form of a Negotiate token.
type TokenKind string

// The forms that occur in an Authorization or WWW-Authenticate header.
const (
	RawKerberos TokenKind = "kerberos" // GSS-API Kerberos without SPNEGO
	SPNEGOInit  TokenKind = "negTokenInit"
	SPNEGOResp  TokenKind = "negTokenResp"
	RawNTLM     TokenKind = "ntlm"
)

// Identifiers of a Kerberos token inside its GSS-API frame, RFC 4121 4.1.
const (
	IDAPRequest = 0x0100
	IDAPReply   = 0x0200
	IDError     = 0x0300
)

// Token is a Negotiate token, taken apart by its object identifiers. First
// bytes are no guide: SPNEGO wraps NTLM as well as Kerberos.
type Token struct {
	Kind  TokenKind
	Mechs []string // names of the offered or chosen mechanisms
	// State is negState of a negTokenResp: 0 completed, 1 incomplete, 2 reject,
	// 3 request-mic; -1 when absent.
	State int
	// Mechanism is whose token is inside: kerberos, ntlm, other, or empty.
	Mechanism string
	// ID and Body are the Kerberos message inside, where there is one.
	ID   uint16
	Body []byte
}

var errToken = errors.New("it is no Negotiate token")

const maxToken = 64 << 10

func oidSPNEGO() asn1.ObjectIdentifier   { return asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 2} }
func oidKerberos() asn1.ObjectIdentifier { return asn1.ObjectIdentifier{1, 2, 840, 113554, 1, 2, 2} }

func mechName(oid asn1.ObjectIdentifier) string {
	switch s := oid.String(); s {
	case "1.2.840.113554.1.2.2":
		return "kerberos"
	case "1.2.840.48018.1.2.2":
		return "kerberos (microsoft)"
	case "1.2.840.113554.1.2.2.3":
		return "kerberos user-to-user"
	case "1.3.6.1.4.1.311.2.2.10":
		return "ntlm"
	case "1.3.6.1.4.1.311.2.2.30":
		return "negoex"
	case "1.3.6.1.5.5.2":
		return "spnego"
	default:
		return s
	}
}

// DecodeToken is ParseToken for the text that stands in a header, with or
// without the scheme before it.
func DecodeToken(text string) (Token, error) {
	text = strings.TrimSpace(text)
	if _, rest, ok := strings.Cut(text, " "); ok {
		text = strings.TrimSpace(rest)
	}
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return Token{}, fmt.Errorf("decoding the token: %w", err)
	}
	return ParseToken(raw)
}

// ParseToken takes a Negotiate token apart.
func ParseToken(raw []byte) (Token, error) {
	if len(raw) > maxToken {
		return Token{}, errToken
	}
	switch {
	case isNTLM(raw):
		return Token{Kind: RawNTLM, State: -1, Mechs: []string{"ntlm"}, Mechanism: "ntlm"}, nil
	case len(raw) > 0 && raw[0] == 0x60:
		return parseFramed(raw)
	case len(raw) > 0 && raw[0] == 0xa1:
		return parseResp(raw)
	case len(raw) > 0 && (raw[0] == 0x6f || raw[0] == 0x7e):
		t := Token{Kind: RawKerberos, State: -1, Mechs: []string{"kerberos"}}
		t.inner(raw)
		return t, nil
	}
	return Token{}, errToken
}

func isNTLM(raw []byte) bool { return bytes.HasPrefix(raw, []byte("NTLMSSP\x00")) }

// parseFramed reads the GSS-API initial token, RFC 2743 3.1.
func parseFramed(raw []byte) (Token, error) {
	oid, rest, ok := unframe(raw)
	if !ok {
		return Token{}, errToken
	}
	if oid.Equal(oidSPNEGO()) {
		return parseInit(rest)
	}
	t := Token{Kind: RawKerberos, State: -1, Mechs: []string{mechName(oid)}}
	if !oid.Equal(oidKerberos()) {
		return Token{}, errToken
	}
	t.inner(raw)
	if t.Mechanism == "" {
		return Token{}, errToken
	}
	return t, nil
}

func unframe(raw []byte) (oid asn1.ObjectIdentifier, rest cryptobyte.String, ok bool) {
	in := cryptobyte.String(raw)
	ok = in.ReadASN1(&rest, cbasn1.Tag(0).Constructed()|0x40) && in.Empty() && rest.ReadASN1ObjectIdentifier(&oid)
	return oid, rest, ok
}

func parseInit(in cryptobyte.String) (Token, error) {
	t := Token{Kind: SPNEGOInit, State: -1}
	var choice, seq, list, value cryptobyte.String
	var present bool
	if !in.ReadASN1(&choice, explicit(0)) || !choice.ReadASN1(&seq, cbasn1.SEQUENCE) {
		return Token{}, errToken
	}
	if !seq.ReadASN1(&value, explicit(0)) || !value.ReadASN1(&list, cbasn1.SEQUENCE) {
		return Token{}, errToken
	}
	for !list.Empty() {
		var oid asn1.ObjectIdentifier
		if !list.ReadASN1ObjectIdentifier(&oid) {
			return Token{}, errToken
		}
		t.Mechs = append(t.Mechs, mechName(oid))
	}
	if !seq.SkipOptionalASN1(explicit(1)) || !seq.ReadOptionalASN1(&value, &present, explicit(2)) {
		return Token{}, errToken
	}
	if present {
		var octets cryptobyte.String
		if !value.ReadASN1(&octets, cbasn1.OCTET_STRING) {
			return Token{}, errToken
		}
		t.inner(octets)
	}
	return t, nil
}

func parseResp(raw []byte) (Token, error) {
	t := Token{Kind: SPNEGOResp, State: -1}
	in := cryptobyte.String(raw)
	var choice, seq, value cryptobyte.String
	var present bool
	if !in.ReadASN1(&choice, explicit(1)) || !in.Empty() || !choice.ReadASN1(&seq, cbasn1.SEQUENCE) {
		return Token{}, errToken
	}
	if !seq.ReadOptionalASN1(&value, &present, explicit(0)) {
		return Token{}, errToken
	}
	if present && !value.ReadASN1Enum(&t.State) {
		return Token{}, errToken
	}
	if !seq.ReadOptionalASN1(&value, &present, explicit(1)) {
		return Token{}, errToken
	}
	if present {
		var oid asn1.ObjectIdentifier
		if !value.ReadASN1ObjectIdentifier(&oid) {
			return Token{}, errToken
		}
		t.Mechs = []string{mechName(oid)}
	}
	if !seq.ReadOptionalASN1(&value, &present, explicit(2)) {
		return Token{}, errToken
	}
	if present {
		var octets cryptobyte.String
		if !value.ReadASN1(&octets, cbasn1.OCTET_STRING) {
			return Token{}, errToken
		}
		t.inner(octets)
	}
	return t, nil
}

// inner recognises the mechanism's own token. Some acceptors leave the frame
// of an AP-REP or KRB-ERROR away.
func (t *Token) inner(raw []byte) {
	switch {
	case len(raw) == 0:
	case isNTLM(raw):
		t.Mechanism = "ntlm"
	case raw[0] == 0x6f:
		t.Mechanism, t.ID, t.Body = "kerberos", IDAPReply, raw
	case raw[0] == 0x7e:
		t.Mechanism, t.ID, t.Body = "kerberos", IDError, raw
	default:
		t.Mechanism = "other"
		oid, rest, ok := unframe(raw)
		if ok && oid.Equal(oidKerberos()) && len(rest) > 2 {
			t.Mechanism, t.ID, t.Body = "kerberos", binary.BigEndian.Uint16(rest), rest[2:]
		}
	}
}

// frame puts a Kerberos message into its GSS-API frame.
func frame(id uint16, body []byte) ([]byte, error) {
	return framed(oidKerberos(), func(b *cryptobyte.Builder) {
		b.AddUint16(id)
		b.AddBytes(body)
	})
}

// offer wraps a framed Kerberos token into SPNEGO. Kerberos is the only
// mechanism offered, so that nothing can fall back to NTLM.
func offer(mechToken []byte) ([]byte, error) {
	return framed(oidSPNEGO(), func(b *cryptobyte.Builder) {
		b.AddASN1(explicit(0), func(b *cryptobyte.Builder) {
			b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1(explicit(0), func(b *cryptobyte.Builder) {
					b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) { b.AddASN1ObjectIdentifier(oidKerberos()) })
				})
				b.AddASN1(explicit(2), func(b *cryptobyte.Builder) { b.AddASN1OctetString(mechToken) })
			})
		})
	})
}

func framed(oid asn1.ObjectIdentifier, fill cryptobyte.BuilderContinuation) ([]byte, error) {
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.Tag(0).Constructed()|0x40, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(oid)
		fill(b)
	})
	der, err := b.Bytes()
	if err != nil {
		return nil, fmt.Errorf("encoding the token: %w", err)
	}
	return der, nil
}
