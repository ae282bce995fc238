package kerberos

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// cacheBytes writes a cache as MIT's library does, version 4.
func cacheBytes(until time.Time, server ...string) []byte {
	text := func(b []byte, s string) []byte {
		return append(binary.BigEndian.AppendUint32(b, uint32(len(s))), s...)
	}
	name := func(b []byte, realm string, parts ...string) []byte {
		b = binary.BigEndian.AppendUint32(b, 1)
		b = text(binary.BigEndian.AppendUint32(b, uint32(len(parts))), realm)
		for _, p := range parts {
			b = text(b, p)
		}
		return b
	}
	b := name([]byte{5, 4, 0, 12, 0, 1, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0}, "LAB.TEST", "alice")
	b = name(name(b, "LAB.TEST", "alice"), "LAB.TEST", server...)
	b = text(binary.BigEndian.AppendUint16(b, 18), strings.Repeat("k", 32))
	for _, at := range []time.Time{until.Add(-time.Hour), until.Add(-time.Hour), until, until} {
		b = binary.BigEndian.AppendUint32(b, uint32(at.Unix()))
	}
	b = binary.BigEndian.AppendUint32(append(b, 0), 0x40e10000)
	b = binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(b, 0), 0)
	return text(text(b, "no ticket"), "")
}

// Trap 14: an empty or a cut cache is an error, neither a panic nor a shorter
// cache.
func TestTrapCutCache(t *testing.T) {
	whole := cacheBytes(time.Now().Add(time.Hour), "HTTP", "sense.lab.test")
	list, err := parseCache(whole)
	if err != nil || len(list) != 1 || list[0].server.String() != "HTTP/sense.lab.test@LAB.TEST" || list[0].client.String() != "alice@LAB.TEST" {
		t.Fatalf("%+v, %v", list, err)
	}
	for n := range whole {
		if got, err := parseCache(whole[:n]); err == nil && len(got) > 0 {
			t.Errorf("the first %d of %d bytes were taken for a whole cache", n, len(whole))
		}
	}
}

func TestTrapEmptyCache(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, b []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	c := clientFor(t, "127.0.0.1:1", nil)
	tests := []struct{ name, cache, want string }{
		{"empty", write("empty", nil), "no credential cache"},
		{"not there", filepath.Join(dir, "none"), "no such file"},
		{"no ticket-granting ticket", "FILE:" + write("other", cacheBytes(time.Now().Add(time.Hour), "HTTP", "x")), "run kinit"},
		{"expired", write("old", cacheBytes(time.Now().Add(-time.Minute), "krbtgt", "LAB.TEST")), "expired"},
		{"spoilt ticket", write("spoilt", cacheBytes(time.Now().Add(time.Minute), "krbtgt", "LAB.TEST")), "reading the cached ticket"},
		{"another kind", "KCM:0", "kind KCM"},
		{"a keyring", "KEYRING:persistent:0", "run kinit -c"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := c.SASLWithCache(t.Context(), tt.cache, nil); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func FuzzCache(f *testing.F) {
	f.Add(cacheBytes(time.Unix(1800000000, 0), "krbtgt", "LAB.TEST"))
	f.Add([]byte{5, 3, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(_ *testing.T, b []byte) {
		list, err := parseCache(b)
		if err != nil {
			return
		}
		for _, e := range list {
			_, _ = e.usable(time.Unix(0, 0))
		}
	})
}
