package wine_test

import (
	"bufio"
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
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// authority signs certificates for the ways that the machine takes.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T, organisation string) authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "CA", Organization: []string{organisation}},
		NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: time.Now().Add(48 * time.Hour), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	raw, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	if c, err = x509.ParseCertificate(raw); err != nil {
		t.Fatal(err)
	}
	return authority{c, key}
}

// leaf is a server's certificate for a name that ends at a time.
func (a authority) leaf(t *testing.T, name string, end time.Time) *tls.Certificate {
	t.Helper()
	c := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: time.Now().Add(-24 * time.Hour), NotAfter: end, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	raw, err := x509.CreateCertificate(rand.Reader, c, a.cert, &a.key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Certificate{Certificate: [][]byte{raw, a.cert.Raw}, PrivateKey: a.key}
}

// listen answers connections on loopback until the test is over.
func listen(t *testing.T, answer func(net.Conn)) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			context.AfterFunc(ctx, func() { _ = conn.Close() })
			go func() { answer(conn); _ = conn.Close() }()
		}
	}()
	t.Cleanup(func() { cancel(); _ = l.Close(); <-done })
	return l.Addr().String()
}

// backends has the machine look at Qlik's certificate: only what the machine
// itself trusts counts, and not what its user does.
func (d *desk) backends(t *testing.T) {
	site := newAuthority(t, "Qlik Site")
	root := filepath.Join(d.p.work, "root.der")
	if err := os.WriteFile(root, site.cert.Raw, 0o600); err != nil {
		t.Fatal(err)
	}
	var shown atomic.Pointer[tls.Certificate]
	address := listen(t, func(conn net.Conn) {
		_ = tls.Server(conn, &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{*shown.Load()}}).HandshakeContext(t.Context()) // whoever asks hangs up
	})
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	before := d.facts
	defer func() { d.facts = before }()
	d.facts.Publish.InternalURL = "https://localhost:" + port + "/"
	const check = "connector.backend"
	later, earlier := time.Now().Add(24*time.Hour), time.Now().Add(-time.Hour)
	trust := func(whose string) func() { return func() { d.p.order(t, []string{"trust", whose, windowsPath(root)}) } }
	for _, tt := range []struct {
		name string
		make func()
		leaf *tls.Certificate
		want finding
	}{
		{"nobody trusts it", nil, site.leaf(t, "localhost", later), fail(check, "connector.backend-untrusted", "does not hold")},
		{"the user trusts it", trust("user"), site.leaf(t, "localhost", later), fail(check, "connector.backend-untrusted", "does not hold")},
		{"the machine trusts it", trust("machine"), site.leaf(t, "localhost", later), pass(check, "Qlik Site")},
		{"it has run out", nil, site.leaf(t, "localhost", earlier), fail(check, "connector.backend-certificate", "has expired")},
		{"it is for another name", nil, site.leaf(t, "qlik01", later), fail(check, "connector.backend-certificate", "qlik01")},
	} {
		if tt.make != nil {
			tt.make()
		}
		shown.Store(tt.leaf)
		d.judged(t, tt.name, d.collected(t, "--without", "egress", "--backend", "localhost:"+port), tt.want)
	}
	d.facts.Publish.InternalURL = "https://localhost:1/"
	d.judged(t, "nothing listens", d.collected(t, "--without", "egress", "--backend", "localhost:1"), fail(check, "connector.backend-unreached", "localhost:1 not reached"))
}

// wayOut has the machine go out by a proxy that it names, which lets it through,
// forbids it, asks for a sign-in, or opens TLS.
func (d *desk) wayOut(t *testing.T) {
	public, box := newAuthority(t, "DigiCert Inc").leaf(t, "service", time.Now().Add(time.Hour)), newAuthority(t, "Contoso Inspection").leaf(t, "service", time.Now().Add(time.Hour))
	type rule func(host string) (status string, shown *tls.Certificate)
	var now atomic.Pointer[rule]
	address := listen(t, func(conn net.Conn) {
		req, err := http.ReadRequest(bufio.NewReader(conn))
		if err != nil {
			return
		}
		status, shown := (*now.Load())(req.Host)
		if _, err := io.WriteString(conn, "HTTP/1.1 "+status+"\r\n\r\n"); err != nil || !strings.HasPrefix(status, "200") {
			return
		}
		if strings.HasSuffix(req.Host, ":443") {
			_ = tls.Server(conn, &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{*shown}}).HandshakeContext(t.Context()) // whoever asks hangs up
		}
		_, _ = io.Copy(io.Discard, conn)
	})
	for _, path := range []string{carrierPath, updaterPath} {
		d.p.file(t, path+".config", strings.ReplaceAll(namedProxy, "proxy:8080", address))
	}
	d.p.registry(t, winHTTP(address))
	defer func() {
		d.p.remove(t, carrierPath+".config", updaterPath+".config")
		d.p.registry(t, healthy()...)
	}()
	const open, check = "200 Connection established", "connector.egress"
	always := func(status string, shown *tls.Certificate) rule {
		return func(string) (string, *tls.Certificate) { return status, shown }
	}
	for _, tt := range []struct {
		name string
		rule rule
		want finding
	}{
		{"let through", always(open, public), pass(check, "certificate from CA (DigiCert Inc); through http://"+address)},
		{"asked for a sign-in", always("407 Proxy Authentication Required", nil), fail(check, "connector.proxy-authentication", "407")},
		{"forbidden", always("403 Forbidden", nil), warn(check, "connector.proxy-refused", "403 Forbidden")},
		{"opened", always(open, box), fail(check, "connector.tls-inspected", "Contoso Inspection")},
		{"one host alone is forbidden", func(host string) (string, *tls.Certificate) {
			if strings.HasPrefix(host, "updater.") {
				return "403 Forbidden", nil
			}
			return open, public
		}, warn(check, "connector.proxy-refused", "updater.msappproxy.net:443")},
	} {
		now.Store(&tt.rule)
		r := d.collected(t, "--tenant", d.facts.Entra.Tenant)
		d.judged(t, tt.name, r, tt.want)
		d.judged(t, tt.name, r, pass("connector.proxy", address))
	}
}
