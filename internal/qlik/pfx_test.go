package qlik_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sensegate/internal/netprobe"
	"sensegate/internal/qlik"
	"sensegate/internal/site"
)

// FuzzPFX reads files that only look like what a console exports: none of them
// is taken, and none ends the program. Those that are right are made by OpenSSL
// in the integration tests.
func FuzzPFX(f *testing.F) {
	f.Add([]byte(nil), "")
	f.Add([]byte("no PFX"), "practice")
	f.Add([]byte("\x30\x16\x02\x01\x03\x30\x11\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01\xa0\x04\x04\x02\x30\x00"), "")
	f.Add([]byte("\x30\x03\x02\x01\x03"), "x")
	f.Fuzz(func(t *testing.T, raw []byte, password string) {
		s := site.Site{Qlik: site.Qlik{Repository: "https://qlik01.contoso.test:4242", Certificate: filepath.Join(t.TempDir(), "client.pfx")}}
		if err := os.WriteFile(s.Qlik.Certificate, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		d, err := netprobe.New(s)
		if err != nil {
			t.Fatal(err)
		}
		_, err = qlik.NewClientWith(s, d, func() (string, bool) { return password, password != "" })
		if err == nil || !strings.Contains(err.Error(), "client certificate") {
			t.Errorf("NewClientWith() = %v", err)
		}
	})
}
