package netprobe_test

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"go.uber.org/goleak"

	"sensegate/internal/lab/pki"
	"sensegate/internal/netprobe"
	"sensegate/internal/site"
)

const (
	frontName = "sense.example.test"
	frontURL  = "https://sense.example.test/"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// serve runs handler over TLS under name and returns a Dialer that is pinned
// to it and trusts it.
func serve(t *testing.T, name string, handler http.Handler) *netprobe.Dialer {
	t.Helper()
	ca, err := pki.NewCA("netprobe test")
	if err != nil {
		t.Fatal(err)
	}
	cert, err := ca.Server(name)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewUnstartedServer(handler)
	srv.TLS = &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
	srv.StartTLS()
	t.Cleanup(srv.Close)
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, ca.PEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	d, err := netprobe.New(site.Site{
		Trust: site.Trust{CA: []string{file}},
		Pins:  []site.Pin{{Name: frontName + ":443", Address: u.Host}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}
