package egress_test

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"sensegate/checks"
	"sensegate/checks/connector"
	"sensegate/internal/collect"
	"sensegate/internal/fact"
	"sensegate/internal/site"
)

const host = "conn01.contoso.test"

// collected is the evidence of the one host.
type collected struct{ fact.HostEvidence }

func (c collected) Host(context.Context, string) (fact.HostEvidence, error) {
	return c.HostEvidence, nil
}

// judged collects, and asks the wizard's own check what it makes of the way out.
func judged(t *testing.T, o collect.Options) (checks.Result, fact.HostEvidence, time.Duration) {
	t.Helper()
	o.Clock, o.Tool, o.Without = time.Now, "test", []string{fact.SectionClock}
	start := time.Now()
	e, err := collect.Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	took := time.Since(start)
	if why := e.Missing(fact.SectionEgress); why != "" {
		t.Fatal(why)
	}
	env := checks.NewEnv(site.Site{Connector: site.Connector{Hosts: []site.ConnectorHost{{Name: host}}}}, time.Now, nil)
	for _, c := range connector.HostChecks(collected{e}) {
		if c.ID == "connector.egress" {
			return c.Run(t.Context(), env), e, took
		}
	}
	t.Fatal("there is no check of the way out")
	return checks.Result{}, e, 0
}

// signedBy is a TLS server on loopback whose certificate an organisation signed.
func signedBy(t *testing.T, organisation string) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ca := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "TLS CA", Organization: []string{organisation}},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	leaf := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "service"}, NotBefore: ca.NotBefore, NotAfter: ca.NotAfter, DNSNames: []string{"localhost"}}
	raw, err := x509.CreateCertificate(rand.Reader, leaf, ca, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{{Certificate: [][]byte{raw}, PrivateKey: key}}})
	if err != nil {
		t.Fatal(err)
	}
	return serve(t, l, func(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) })
}

// serve answers every connection until the test is over.
func serve(t *testing.T, l net.Listener, answer func(net.Conn)) string {
	t.Helper()
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

func listening(t *testing.T, answer func(net.Conn)) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return serve(t, l, answer)
}

func portOf(t *testing.T, address string) int {
	t.Helper()
	_, p, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(p)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func wants(t *testing.T, r checks.Result, status checks.Status, cause checks.CauseID, seen string) {
	t.Helper()
	if r.Status != status || r.Cause != cause || !strings.Contains(r.Seen, seen) {
		t.Errorf("it is %s because of %q (%s), want %s because of %q (%s)\n%+v", r.Status, r.Cause, r.Seen, status, cause, seen, r.Evidence)
	}
}

// TestThroughAProxyJudged goes through a real proxy and has the check judge what
// comes of it: one host that a rule blocks, an inspecting box behind the proxy,
// a service that the proxy itself does not reach.
func TestThroughAProxyJudged(t *testing.T) {
	public, box := signedBy(t, "DigiCert Inc"), signedBy(t, "Contoso Inspection")
	filter := filepath.Join(t.TempDir(), "filter")
	if err := os.WriteFile(filter, []byte("^localhost$\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	at := func(host, address string) collect.Endpoint {
		return collect.Endpoint{Host: host, Port: portOf(t, address)}
	}
	tests := []struct {
		name, rules string
		probes      []collect.Endpoint
		status      checks.Status
		cause       checks.CauseID
		seen        string
	}{
		{"everything open", "", []collect.Endpoint{at("127.0.0.1", public), at("localhost", public)}, checks.Pass, "", host},
		{"one host blocked by a rule", "Filter \"" + filter + "\"", []collect.Endpoint{at("127.0.0.1", public), at("localhost", public)}, checks.Warn, "connector.proxy-refused", "localhost"},
		{"a box that opens TLS", "", []collect.Endpoint{at("127.0.0.1", public), at("localhost", box)}, checks.Fail, "connector.tls-inspected", "Contoso Inspection"},
		{"nothing listens there", "", []collect.Endpoint{at("127.0.0.1", public), {Host: "127.0.0.1", Port: free(t)}}, checks.Warn, "connector.proxy-refused", "the proxy answered 5"},
		{"asked for a sign-in", "BasicAuth user hidden", []collect.Endpoint{at("127.0.0.1", public)}, checks.Fail, "connector.proxy-authentication", "407"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, _, _ := judged(t, collect.Options{
				Machine: behind{collect.Local(), tinyproxy(t, tt.rules)}, Probes: tt.probes, Net: collect.Net{Timeout: 20 * time.Second, Roots: x509.NewCertPool()},
			})
			wants(t, r, tt.status, tt.cause, tt.seen)
		})
	}
}

// TestBrokenProxies answer CONNECT in ways that no proxy of good faith does.
func TestBrokenProxies(t *testing.T) {
	says := func(text string) func(net.Conn) {
		return func(conn net.Conn) {
			if _, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
				_, _ = io.WriteString(conn, text)
			}
		}
	}
	tests := []struct {
		name   string
		answer func(net.Conn)
		cause  checks.CauseID
		seen   string
	}{
		{"bad gateway", says("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 3\r\n\r\nno!"), "connector.proxy-refused", "502"},
		{"a page in the place of a tunnel", says("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>"), "connector.proxy-refused", "a page of its own"},
		{"a page without its length", says("HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n<html>sign in"), "connector.proxy-refused", "a page of its own"},
		{"a refusal whose page never ends", func(conn net.Conn) {
			says("HTTP/1.1 403 Forbidden\r\nContent-Length: 1000000\r\n\r\n<html>")(conn)
			_, _ = io.Copy(io.Discard, conn)
		}, "connector.proxy-refused", "403"},
		{"nothing", func(net.Conn) {}, "connector.egress-blocked", "asking the proxy"},
		{"silence", func(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) }, "connector.egress-blocked", "asking the proxy"},
		{"a tunnel into silence", func(conn net.Conn) {
			says("HTTP/1.1 200 Connection established\r\n\r\n")(conn)
			_, _ = io.Copy(io.Discard, conn)
		}, "connector.egress-blocked", "no certificate"},
		{"another protocol", says("220 mail.contoso.test ESMTP\r\n"), "connector.egress-blocked", "asking the proxy"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, _, took := judged(t, collect.Options{
				Machine: behind{collect.Local(), "http://" + listening(t, tt.answer)}, Probes: []collect.Endpoint{{Host: "service.example.com", Port: 443}},
				Net: collect.Net{Timeout: time.Second, Roots: x509.NewCertPool(), Lookup: nowhere},
			})
			wants(t, r, checks.Warn, tt.cause, tt.seen)
			if took > 10*time.Second {
				t.Errorf("it took %s, and one second was allowed", took)
			}
		})
	}
}

// TestNamesBehindAProxy: a name server inside that never answers costs nothing
// where the proxy looks names up.
func TestNamesBehindAProxy(t *testing.T) {
	r, e, _ := judged(t, collect.Options{
		Machine: behind{collect.Local(), tinyproxy(t, "")}, Probes: []collect.Endpoint{{Host: "127.0.0.1", Port: portOf(t, signedBy(t, "DigiCert Inc"))}},
		Net: collect.Net{Timeout: 2 * time.Second, Roots: x509.NewCertPool(), Lookup: func(ctx context.Context, _ string) (chain, addresses []string, err error) {
			<-ctx.Done()
			return nil, nil, ctx.Err()
		}},
	})
	wants(t, r, checks.Pass, "", host)
	if len(e.Egress) != 1 || !e.Egress[0].Reached {
		t.Errorf("got %+v", e.Egress)
	}
}

func nowhere(context.Context, string) (chain, addresses []string, err error) {
	return nil, nil, errors.New("no such host")
}

// TestDirect goes out without a proxy: servers that stall, names that lead
// elsewhere, revocation lists that are blocked. None of it is proof.
func TestDirect(t *testing.T) {
	public := signedBy(t, "DigiCert Inc")
	stalled := listening(t, func(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) })
	plain := listening(t, func(conn net.Conn) {
		_, _ = http.ReadRequest(bufio.NewReader(conn))
		_, _ = io.WriteString(conn, "HTTP/1.1 400 Bad Request\r\n\r\n")
	})
	closed := net.JoinHostPort("127.0.0.1", strconv.Itoa(free(t)))
	tests := []struct {
		name string
		// to is where each name really leads; addresses what its name server says.
		to        map[string]string
		addresses []string
		status    checks.Status
		cause     checks.CauseID
		seen      string
	}{
		{"open", map[string]string{"login.example.com:443": public, "crl.example.com:80": public}, []string{"203.0.113.7"}, checks.Pass, "", host},
		{"one host alone is blocked", map[string]string{"login.example.com:443": public, "updater.example.com:443": closed}, []string{"203.0.113.7"}, checks.Warn, "connector.egress-blocked", "updater.example.com:443 not reached"},
		{"revocation is blocked", map[string]string{"login.example.com:443": public, "crl.example.com:80": closed}, []string{"203.0.113.7"}, checks.Warn, "connector.revocation-blocked", "crl.example.com:80"},
		{"a server that stalls", map[string]string{"login.example.com:443": public, "updater.example.com:443": stalled}, []string{"203.0.113.7"}, checks.Warn, "connector.egress-blocked", "deadline"},
		{"a server that speaks no TLS", map[string]string{"updater.example.com:443": plain}, []string{"203.0.113.7"}, checks.Warn, "connector.egress-blocked", "no TLS"},
		{"a name server that leads astray", map[string]string{"updater.example.com:443": closed}, []string{"10.0.0.1"}, checks.Warn, "connector.egress-blocked", "10.0.0.1, which is no address of the internet"},
		{"IPv6 alone", map[string]string{"updater.example.com:443": closed}, []string{"2001:db8::1"}, checks.Warn, "connector.egress-blocked", "IPv6 addresses alone"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := collect.Options{Machine: collect.Local(), Net: collect.Net{
				Timeout: time.Second, Roots: x509.NewCertPool(),
				Lookup: func(context.Context, string) (chain, addresses []string, err error) {
					return []string{"front.example.net"}, tt.addresses, nil
				},
				Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
					return (&net.Dialer{}).DialContext(ctx, network, tt.to[address])
				},
			}}
			for name := range tt.to {
				h, p, err := net.SplitHostPort(name)
				if err != nil {
					t.Fatal(err)
				}
				n, err := strconv.Atoi(p)
				if err != nil {
					t.Fatal(err)
				}
				o.Probes = append(o.Probes, collect.Endpoint{Host: h, Port: n})
			}
			r, _, took := judged(t, o)
			wants(t, r, tt.status, tt.cause, tt.seen)
			if took > 10*time.Second {
				t.Errorf("it took %s, and one second was allowed", took)
			}
		})
	}
}
