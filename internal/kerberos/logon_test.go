package kerberos

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/binary"
	"testing"
)

// TestChannelBindingsOfWindows holds the structure that SSPI takes against the
// documented layout of SEC_CHANNEL_BINDINGS: eight numbers and the data.
func TestChannelBindingsOfWindows(t *testing.T) {
	peer := &x509.Certificate{Raw: []byte("test-cert-der"), SignatureAlgorithm: x509.SHA256WithRSA}
	b := secChannelBindings(peer)
	sum := sha256.Sum256(peer.Raw)
	want := append([]byte("tls-server-end-point:"), sum[:]...)
	length, offset := binary.LittleEndian.Uint32(b[24:]), binary.LittleEndian.Uint32(b[28:])
	if !bytes.Equal(b[:24], make([]byte, 24)) || offset != 32 || int(length) != len(want) || !bytes.Equal(b[offset:offset+length], want) {
		t.Errorf("% x", b)
	}
	if secChannelBindings(nil) != nil || secChannelBindings(&x509.Certificate{SignatureAlgorithm: x509.PureEd25519}) != nil {
		t.Error("bindings of a channel that has none")
	}
}

// TestChooseLayer is the last step of a sign-in, on every system alike.
func TestChooseLayer(t *testing.T) {
	for _, tt := range []struct {
		name   string
		offer  []byte
		tls    bool
		choice byte
		limit  int
		bad    bool
	}{
		{name: "none inside TLS", offer: []byte{7, 0, 0x40, 0}, tls: true, choice: layerNone},
		{name: "none is not offered inside TLS", offer: []byte{6, 0, 0x40, 0}, tls: true, bad: true},
		{name: "sealing without", offer: []byte{7, 0xa0, 0, 0}, choice: layerSeal, limit: 0xa00000 - sealing},
		{name: "signing alone is not enough", offer: []byte{3, 0xa0, 0, 0}, bad: true},
		{name: "too little room", offer: []byte{4, 0, 0, 100}, bad: true},
		{name: "too short", offer: []byte{4}, bad: true},
	} {
		choice, limit, err := chooseLayer(tt.offer, tt.tls)
		if (err != nil) != tt.bad || err == nil && (choice[0] != tt.choice || limit != tt.limit) {
			t.Errorf("%s: % x %d %v", tt.name, choice, limit, err)
		}
	}
}
