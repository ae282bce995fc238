package collect_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ocsp"

	"sensegate/internal/collect"
	"sensegate/internal/fact"
)

// authority is a public one in small: it signs, publishes a list of what it has
// revoked, and answers by OCSP.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	// spoils, when set, answers in its place: a portal, an error.
	spoils http.HandlerFunc
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	key := newKey(t)
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test TLS CA", Organization: []string{"DigiCert Inc"}}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: written.Add(-time.Hour), NotAfter: written.AddDate(1, 0, 0), KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &authority{cert: cert, key: key}
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func (a *authority) server(t *testing.T, name string) tls.Certificate {
	t.Helper()
	key := newKey(t)
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name}, NotBefore: written.Add(-time.Hour), NotAfter: written.AddDate(0, 1, 0),
		CRLDistributionPoints: []string{"http://crl.example.net/list.crl", "ldap:///CN=never"}, OCSPServer: []string{"http://ocsp.example.net/"},
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, a.cert, &key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der, a.cert.Raw}, PrivateKey: key}
}

func (a *authority) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if a.spoils != nil {
		a.spoils(w, r)
		return
	}
	if r.Method == http.MethodPost {
		raw, err := io.ReadAll(r.Body)
		ask, perr := ocsp.ParseRequest(raw)
		if err != nil || perr != nil || r.Header.Get("Content-Type") != "application/ocsp-request" {
			http.Error(w, "no question", http.StatusBadRequest)
			return
		}
		answer, err := ocsp.CreateResponse(a.cert, a.cert, ocsp.Response{Status: ocsp.Good, SerialNumber: ask.SerialNumber, ThisUpdate: written, NextUpdate: written.Add(time.Hour)}, a.key)
		if err == nil {
			_, _ = w.Write(answer)
		}
		return
	}
	list, err := x509.CreateRevocationList(rand.Reader, &x509.RevocationList{
		Number: big.NewInt(7), ThisUpdate: written, NextUpdate: written.Add(time.Hour),
		RevokedCertificateEntries: []x509.RevocationListEntry{{SerialNumber: big.NewInt(9), RevocationTime: written}},
	}, a.cert, a.key)
	if err == nil {
		_, _ = w.Write(list)
	}
}

// world connects a collector to the authority and to a server that it signed.
func (a *authority) world(t *testing.T) collect.Options {
	t.Helper()
	front := httptest.NewUnstartedServer(http.NotFoundHandler())
	front.TLS = &tls.Config{Certificates: []tls.Certificate{a.server(t, "login.example.com")}, MinVersion: tls.VersionTLS12}
	front.StartTLS()
	t.Cleanup(front.Close)
	lists := httptest.NewServer(a)
	t.Cleanup(lists.Close)
	o := options(healthy())
	o.Probes = []collect.Endpoint{{Host: "login.example.com", Port: 443}}
	o.Net = collect.Net{
		Timeout: 20 * time.Second,
		Lookup: func(context.Context, string) (chain, addresses []string, err error) {
			return []string{"front.example.net"}, []string{"127.0.0.1"}, nil
		},
		Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
			if strings.HasSuffix(address, ":80") {
				return (&net.Dialer{}).DialContext(ctx, network, lists.Listener.Addr().String())
			}
			return (&net.Dialer{}).DialContext(ctx, network, front.Listener.Addr().String())
		},
	}
	return o
}

// TestRevocationIsFetched shows that the places which the seen certificates
// name are asked, and that what comes is looked at.
func TestRevocationIsFetched(t *testing.T) {
	tests := []struct {
		name          string
		spoils        http.HandlerFunc
		list, inquiry string // what was fetched, or part of the problem
		reached       bool
	}{
		{"both answer", nil, "a list of 1 revoked certificates, of 2026-11-21", "an OCSP answer of 2026-11-21", true},
		{"a portal answers", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "<html>please sign in</html>")
		}, "no list of revoked certificates, but text/html", "no OCSP answer, but text/html", false},
		{"refused", func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", http.StatusForbidden) }, "403", "403", false},
		{"sent elsewhere", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://portal.example.net/", http.StatusFound)
		}, "302", "302", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := newAuthority(t)
			a.spoils = tt.spoils
			got := run(t, a.world(t)).Egress
			if len(got) != 3 {
				t.Fatalf("rows %+v", got)
			}
			for i, want := range []string{tt.list, tt.inquiry} {
				e := got[1+i]
				if e.Reached != tt.reached || !strings.Contains(e.Fetched+e.Problem, want) || e.Port != 80 || e.URL == "" {
					t.Errorf("%+v, want %q", e, want)
				}
			}
		})
	}
}

// TestNothingIsFetchedOfABox shows that the places which an inspecting box
// writes into its certificates are left alone.
func TestNothingIsFetchedOfABox(t *testing.T) {
	a := newAuthority(t)
	a.cert.Subject.Organization = []string{"Contoso"}
	a.cert.RawSubject = nil
	if got := run(t, a.world(t)).Egress; len(got) != 1 || !got[0].Inspected {
		t.Errorf("rows %+v", got)
	}
}

// TestDiscovery shows what is told of WPAD: the name, what DHCP and DNS bring,
// and whether the service's account looks at all.
func TestDiscovery(t *testing.T) {
	m := healthy()
	m.pac = "http://user:hidden@wpad.contoso.test/wpad.dat"
	m.texts[`HKU\S-1-5-20\Software\Microsoft\Windows\CurrentVersion\Internet Settings\Connections\DefaultConnectionSettings`] = "\x46\x00\x00\x00\x05\x00\x00\x00\x09\x00\x00\x00\x00\x00\x00\x00"
	got := run(t, options(m)).Proxy
	want := fact.HostProxy{PAC: "http://wpad.contoso.test/wpad.dat", AutoDetect: true}
	if got.PAC != want.PAC || !got.AutoDetect || got.Discovery {
		t.Errorf("got %+v", got)
	}
	if got := run(t, options(healthy())).Proxy; got.PAC != "" || got.AutoDetect {
		t.Errorf("without: %+v", got)
	}
}
