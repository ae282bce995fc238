package kerberos

import (
	"encoding/binary"
	"testing"
	"time"
	"unicode/utf16"
)

const lsaBase = 0x7ff012340000

// lsaAnswer lays tickets out as the LSA does: records, then the strings that
// they point at.
func lsaAnswer(servers ...string) []byte {
	b := make([]byte, lsaHeaderSize+lsaRecordSize*len(servers))
	binary.LittleEndian.PutUint32(b, lsaQueryCacheEx)
	binary.LittleEndian.PutUint32(b[4:], uint32(len(servers)))
	for i, server := range servers {
		at := lsaHeaderSize + i*lsaRecordSize
		for j, text := range []string{"alice", "LAB.TEST", server, "LAB.TEST"} {
			units := utf16.Encode([]rune(text))
			field := at + j*lsaStringSize
			binary.LittleEndian.PutUint16(b[field:], uint16(2*len(units)))
			binary.LittleEndian.PutUint16(b[field+2:], uint16(2*len(units)))
			binary.LittleEndian.PutUint64(b[field+8:], lsaBase+uint64(len(b)))
			for _, u := range units {
				b = binary.LittleEndian.AppendUint16(b, u)
			}
		}
		rest := b[at+4*lsaStringSize:]
		binary.LittleEndian.PutUint64(rest, 134400000000000000)
		binary.LittleEndian.PutUint64(rest[8:], 134400360000000000)
		binary.LittleEndian.PutUint32(rest[24:], 18)
		binary.LittleEndian.PutUint32(rest[28:], 0x40a10000)
	}
	return b
}

func TestLSAAnswer(t *testing.T) {
	list, err := parseLSA(lsaAnswer("krbtgt/LAB.TEST", "HTTP/sense.lab.test"), lsaBase)
	if err != nil || len(list) != 2 {
		t.Fatalf("%+v, %v", list, err)
	}
	got := list[1]
	if got.client != "alice" || got.server != "HTTP/sense.lab.test" || got.serverRealm != "LAB.TEST" || got.etype != 18 || got.end.Sub(got.start) != 10*time.Hour {
		t.Errorf("%+v", got)
	}
	whole := lsaAnswer("HTTP/sense.lab.test")
	for n := range whole {
		if _, err := parseLSA(whole[:n], lsaBase); err == nil {
			t.Errorf("the first %d of %d bytes were taken for an answer", n, len(whole))
		}
	}
	if _, err := parseLSA(whole, lsaBase+1<<20); err == nil {
		t.Error("strings outside of the answer were read")
	}
}

// The layouts are those of ntsecapi.h on 64-bit Windows.
func TestLSALayouts(t *testing.T) {
	if n := len(lsaRequest()); n != 12 {
		t.Errorf("the request has %d bytes", n)
	}
	b := s4uLogon("alice@lab.test", "LAB.TEST", lsaBase)
	if kind := binary.LittleEndian.Uint32(b); kind != 12 {
		t.Errorf("message %d", kind)
	}
	for i, want := range []string{"alice@lab.test", "LAB.TEST"} {
		if got, err := lsaString(b, 8+i*lsaStringSize, lsaBase); err != nil || got != want {
			t.Errorf("%q, %v", got, err)
		}
	}
	if want := 40 + 2*len("alice@lab.testLAB.TEST"); len(b) != want {
		t.Errorf("%d bytes, want %d", len(b), want)
	}
}

func FuzzLSA(f *testing.F) {
	f.Add(lsaAnswer("HTTP/sense.lab.test"), uint64(lsaBase))
	f.Fuzz(func(_ *testing.T, b []byte, base uint64) { _, _ = parseLSA(b, base) })
}

func FuzzToken(f *testing.F) {
	f.Add([]byte("NTLMSSP\x00"))
	f.Add([]byte{0x60, 0x06, 0x06, 0x04, 0x2b, 0x06, 0x01, 0x05})
	f.Add([]byte{0xa1, 0x07, 0x30, 0x05, 0xa0, 0x03, 0x0a, 0x01, 0x02})
	f.Fuzz(func(_ *testing.T, b []byte) { _, _ = ParseToken(b) })
}

func FuzzError(f *testing.F) {
	f.Add([]byte{0x7e, 0x02, 0x30, 0x00}, []byte{0x30, 0x15, 0xa1, 0x03, 0x02, 0x01, 0x03})
	f.Fuzz(func(_ *testing.T, message, edata []byte) {
		_, _ = parseError(message)
		_, _ = ntstatus(edata)
		_ = etypeInfos(edata)
	})
}
