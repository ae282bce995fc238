package kerberos

import (
	"bytes"
	"crypto/x509"
	"fmt"
	"syscall"

	"github.com/alexbrainman/sspi"
	"golang.org/x/sys/windows"
)

// Logon is a bind as whoever is logged on (RFC 4752 over SSPI): Windows holds the
// keys and makes the tokens. It serves one bind.
type Logon struct {
	credential *sspi.Credentials
	context    *sspi.Context
	bindings   []byte
	tls        bool
	layer      *sspiLayer
}

// wrapOnly is KERB_WRAP_NO_ENCRYPT: sign and do not seal.
const wrapOnly = 0x80000001

// SASLAsLoggedOn prepares a bind with the tickets of the logged-on user; peer is
// the directory server's certificate, nil without TLS. NTLM is not offered.
func SASLAsLoggedOn(peer *x509.Certificate) (*Logon, error) {
	credential, err := sspi.AcquireCredentials("", sspi.MICROSOFT_KERBEROS_NAME, sspi.SECPKG_CRED_OUTBOUND, nil)
	if err != nil {
		return nil, noLogon(err)
	}
	flags := uint32(sspi.ISC_REQ_MUTUAL_AUTH | sspi.ISC_REQ_INTEGRITY | sspi.ISC_REQ_SEQUENCE_DETECT | sspi.ISC_REQ_REPLAY_DETECT)
	if peer == nil {
		flags |= sspi.ISC_REQ_CONFIDENTIALITY
	}
	return &Logon{
		credential: credential, context: sspi.NewClientContext(credential, flags),
		bindings: secChannelBindings(peer), tls: peer != nil,
	}, nil
}

// InitSecContext makes the AP-REQ, then checks the server's AP-REP.
func (l *Logon) InitSecContext(target string, token []byte) ([]byte, bool, error) {
	return l.InitSecContextWithOptions(target, token, nil)
}

// InitSecContextWithOptions is InitSecContext; the options are fixed, because
// mutual proof is always asked for.
func (l *Logon) InitSecContextWithOptions(target string, token []byte, _ []int) ([]byte, bool, error) {
	name, err := windows.UTF16PtrFromString(target)
	if err != nil {
		return nil, false, fmt.Errorf("naming the directory: %w", err)
	}
	const largest = 64 << 10
	out := make([]byte, largest)
	var answer [1]sspi.SecBuffer
	answer[0].Set(sspi.SECBUFFER_TOKEN, out)
	var given []sspi.SecBuffer
	for kind, content := range map[uint32][]byte{sspi.SECBUFFER_TOKEN: token, sspi.SECBUFFER_CHANNEL_BINDINGS: l.bindings} {
		if len(content) > 0 {
			var b sspi.SecBuffer
			b.Set(kind, content)
			given = append(given, b)
		}
	}
	var in *sspi.SecBufferDesc
	if len(given) > 0 {
		in = sspi.NewSecBufferDesc(given)
	}
	status := l.context.Update(name, sspi.NewSecBufferDesc(answer[:]), in)
	switch status {
	case sspi.SEC_E_OK, sspi.SEC_I_CONTINUE_NEEDED:
	default:
		return nil, false, noLogon(fmt.Errorf("asking Windows for a ticket to %s: %w", target, status))
	}
	made := bytes.Clone(out[:answer[0].BufferSize])
	if status == sspi.SEC_E_OK {
		if err := l.context.VerifySelectiveFlags(sspi.ISC_REQ_MUTUAL_AUTH | sspi.ISC_REQ_INTEGRITY); err != nil {
			return nil, false, fmt.Errorf("proving the directory server: %w", err)
		}
	}
	return made, status == sspi.SEC_I_CONTINUE_NEEDED, nil
}

// NegotiateSaslAuth declines a security layer inside TLS and demands sealing
// outside of it.
func (l *Logon) NegotiateSaslAuth(token []byte, authzid string) ([]byte, error) {
	s := &sspiLayer{context: l.context}
	offer, err := s.Open(token)
	if err != nil {
		return nil, fmt.Errorf("reading the directory's security layers: %w", err)
	}
	choice, limit, err := chooseLayer(offer, l.tls)
	if err != nil {
		return nil, err
	}
	answer, err := s.protect(append(choice, authzid...), wrapOnly)
	if err != nil {
		return nil, err
	}
	if limit > 0 {
		s.limit = limit
		l.layer = s
	}
	return answer, nil
}

// Layer is what seals the connection once the server has agreed; nil inside TLS.
func (l *Logon) Layer() Layer {
	if l.layer == nil {
		return nil
	}
	return l.layer
}

// DeleteSecContext gives the context and the credentials back to Windows, unless
// a layer still needs them: that lives as long as the program.
func (l *Logon) DeleteSecContext() error {
	if l.layer != nil {
		return nil
	}
	if l.context.Handle != nil {
		_ = l.context.Release()
	}
	return l.credential.Release() //nolint:wrapcheck // nothing was asked for
}

// sspiLayer is a Layer with keys that Windows holds. SSPI keeps the sequence.
type sspiLayer struct {
	context *sspi.Context
	limit   int
}

// Seal seals p.
func (s *sspiLayer) Seal(p []byte) ([]byte, error) { return s.protect(p, 0) }

func (s *sspiLayer) protect(p []byte, quality uint32) ([]byte, error) {
	_, _, block, trailer, err := s.context.Sizes()
	if err != nil {
		return nil, fmt.Errorf("asking for the size of a token: %w", err)
	}
	var b [3]sspi.SecBuffer
	b[0].Set(sspi.SECBUFFER_TOKEN, make([]byte, trailer))
	b[1].Set(sspi.SECBUFFER_DATA, bytes.Clone(p))
	b[2].Set(sspi.SECBUFFER_PADDING, make([]byte, block))
	if status := sspi.EncryptMessage(s.context.Handle, quality, sspi.NewSecBufferDesc(b[:]), 0); status != sspi.SEC_E_OK {
		return nil, failed("sealing a message", status)
	}
	return bytes.Join([][]byte{b[0].Bytes(), b[1].Bytes(), b[2].Bytes()}, nil), nil
}

// Open opens the other side's next token.
func (s *sspiLayer) Open(token []byte) ([]byte, error) {
	var b [2]sspi.SecBuffer
	b[0].Set(sspi.SECBUFFER_STREAM, bytes.Clone(token))
	b[1].Set(sspi.SECBUFFER_DATA, nil)
	var quality uint32
	if status := sspi.DecryptMessage(s.context.Handle, sspi.NewSecBufferDesc(b[:]), 0, &quality); status != sspi.SEC_E_OK {
		return nil, failed("opening a message", status)
	}
	return bytes.Clone(b[1].Bytes()), nil
}

// Limit is what the server takes at once.
func (s *sspiLayer) Limit() int { return s.limit }

func failed(what string, status syscall.Errno) error { return fmt.Errorf("%s: %w", what, status) }
