package kerberos

import (
	"bytes"
	"encoding/binary"
	"errors"
	"testing"

	"github.com/jcmturner/gokrb5/v8/types"
)

// acceptorToken makes what an acceptor sends, signed or sealed, rotated as
// Windows and MIT do.
func acceptorToken(t *testing.T, s sealer, payload []byte, seal bool, rotate int) []byte {
	t.Helper()
	header := []byte{5, 4, wrapFromAcceptor, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7}
	if s.subkey {
		header[2] |= wrapSubkey
	}
	var body []byte
	if seal {
		header[2] |= wrapSealed
		ed, err := encrypt(append(bytes.Clone(payload), header...), s.key, usageAcceptorSeal, 0)
		if err != nil {
			t.Fatal(err)
		}
		body = ed.Cipher
	} else {
		sum, err := s.checksum(payload, header, usageAcceptorSeal)
		if err != nil {
			t.Fatal(err)
		}
		body = append(bytes.Clone(payload), sum...)
		binary.BigEndian.PutUint16(header[4:], uint16(len(sum)))
	}
	binary.BigEndian.PutUint16(header[6:], uint16(rotate))
	n := rotate % len(body)
	return append(header, append(bytes.Clone(body[len(body)-n:]), body[:len(body)-n]...)...)
}

func TestOpenWrapToken(t *testing.T) {
	offer := []byte{7, 0, 0x10, 0}
	for _, etype := range []int32{etypeAES128, etypeAES256} {
		key := types.EncryptionKey{KeyType: etype, KeyValue: bytes.Repeat([]byte{9}, 16*int(etype-16))}
		for _, s := range []sealer{{key: key}, {key: key, subkey: true}} {
			for _, seal := range []bool{false, true} {
				for _, rotate := range []int{0, 12, 28, 500} {
					got, err := s.open(acceptorToken(t, s, offer, seal, rotate))
					if err != nil || !bytes.Equal(got, offer) {
						t.Errorf("etype %d subkey %v seal %v rotate %d: %x, %v", etype, s.subkey, seal, rotate, got, err)
					}
				}
			}
		}
	}
}

func TestOpenWrapTokenRefuses(t *testing.T) {
	s := sealer{key: types.EncryptionKey{KeyType: etypeAES256, KeyValue: make([]byte, 32)}}
	good := acceptorToken(t, s, []byte{1, 0, 0, 0}, false, 12)
	tests := []struct {
		name   string
		change func([]byte) []byte
	}{
		{"changed payload", func(b []byte) []byte { b[len(b)-1] ^= 1; return b }},
		{"from the initiator", func(b []byte) []byte { b[2] &^= wrapFromAcceptor; return b }},
		{"of a subkey we do not have", func(b []byte) []byte { b[2] |= wrapSubkey; return b }},
		{"checksum longer than the token", func(b []byte) []byte { b[4] = 0xff; return b }},
		{"short", func(b []byte) []byte { return b[:10] }},
		{"empty body", func(b []byte) []byte { return b[:wrapHeader] }},
		{"changed sequence", func(b []byte) []byte { b[15]++; return b }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := s.open(tt.change(bytes.Clone(good))); err == nil {
				t.Error("it was opened")
			}
		})
	}
}

func TestSASLKeepsItsOrder(t *testing.T) {
	s := &SASL{tls: true}
	if _, err := s.NegotiateSaslAuth(nil, ""); !errors.Is(err, errSASLOrder) {
		t.Error(err)
	}
	if _, _, err := s.InitSecContext("ldap/x", []byte{1}); !errors.Is(err, errSASLOrder) {
		t.Error(err)
	}
	s.wrap.key = types.EncryptionKey{KeyType: etypeAES256, KeyValue: make([]byte, 32)}
	if _, err := s.NegotiateSaslAuth(acceptorToken(t, s.wrap, []byte{6, 0, 0, 0}, false, 0), ""); !errors.Is(err, errSASLLayer) {
		t.Error(err)
	}
}
