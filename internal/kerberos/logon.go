package kerberos

import (
	"crypto/x509"
	"encoding/binary"
	"runtime"

	"sensegate/internal/fact"
)

// CanUseLogon says that this system can sign in as whoever is logged on to it,
// without a password or a key being known to us: Windows, through SSPI.
func CanUseLogon() bool { return runtime.GOOS == "windows" }

// noLogon is why there is nobody to sign in as.
func noLogon(err error) error {
	return &fact.Error{
		Kind: fact.NotSignedIn, System: directorySystem, Op: "signing in to the directory as the logged-on user", Code: "logged-on",
		Text: "only Windows can do that, for a user of the domain", Err: err,
	}
}

// secChannelBindings is SEC_CHANNEL_BINDINGS: eight numbers, of which the last
// two say where the bindings lie, and the bindings. Nil where there is no TLS.
func secChannelBindings(peer *x509.Certificate) []byte {
	sum := endpointHash(peer)
	if sum == nil {
		return nil
	}
	const head = 32
	data := append([]byte(endpointPrefix), sum...)
	b := make([]byte, head, head+len(data))
	binary.LittleEndian.PutUint32(b[24:], uint32(len(data))) //nolint:gosec // at most 85
	binary.LittleEndian.PutUint32(b[28:], head)
	return append(b, data...)
}
