package dns_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"testing"
	"time"

	"go.uber.org/goleak"

	"sensegate/internal/lab/dns"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func zone() dns.Zone {
	z := dns.Zone{
		Apexes:  []string{"contoso.test"},
		Hosts:   map[string]netip.Addr{"qlik01.contoso.test": netip.MustParseAddr("127.0.0.1"), "six.contoso.test": netip.MustParseAddr("::1")},
		Aliases: map[string]string{"sense.contoso.test": "bi.contoso.test", "bi.contoso.test": "qlik01.contoso.test", "loop.contoso.test": "loop.contoso.test", "lost.contoso.test": "nobody.contoso.test"},
		Services: map[string][]dns.Service{
			"_ldap._tcp.contoso.test": {{Host: "dc1.contoso.test", Port: 389}, {Host: "dc2.contoso.test", Port: 389}},
		},
	}
	for i := range 40 {
		name := "_many._tcp.contoso.test"
		z.Services[name] = append(z.Services[name], dns.Service{Host: fmt.Sprintf("host%02d.contoso.test", i), Port: 88})
	}
	return z
}

// resolver is the standard library's own, sent to the server.
func resolver(t *testing.T, s *dns.Server, over string) *net.Resolver {
	t.Helper()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		if over != "" {
			network = over
		}
		return new(net.Dialer).DialContext(ctx, network, s.Addr())
	}}
}

func start(t *testing.T) *dns.Server {
	t.Helper()
	s := dns.New(zone(), "")
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestAnswers(t *testing.T) {
	s := start(t)
	for _, over := range []string{"", "tcp"} {
		r := resolver(t, s, over)
		if got, err := r.LookupCNAME(t.Context(), "Bi.contoso.test."); err != nil || got != "qlik01.contoso.test." {
			t.Errorf("over %q: LookupCNAME() = %q, %v", over, got, err)
		}
		if got, err := r.LookupHost(t.Context(), "sense.contoso.test."); err != nil || !slices.Equal(got, []string{"127.0.0.1"}) {
			t.Errorf("over %q: LookupHost() = %v, %v", over, got, err)
		}
		if got, err := r.LookupHost(t.Context(), "six.contoso.test."); err != nil || !slices.Equal(got, []string{"::1"}) {
			t.Errorf("over %q: LookupHost() = %v, %v", over, got, err)
		}
		_, got, err := r.LookupSRV(t.Context(), "ldap", "tcp", "contoso.test.")
		if err != nil || len(got) != 2 || got[0].Port != 389 || got[0].Priority != 0 {
			t.Errorf("over %q: LookupSRV() = %v, %v", over, got, err)
		}
		for name, gone := range map[string]bool{"nobody.contoso.test.": true, "lost.contoso.test.": true, "example.test.": false} {
			_, err := r.LookupHost(t.Context(), name)
			dnsErr, ok := errors.AsType[*net.DNSError](err)
			if !ok || dnsErr.IsNotFound != gone {
				t.Errorf("over %q: LookupHost(%s): %v", over, name, err)
			}
		}
	}
}

// TestLongAnswer does not fit into a datagram: the client comes back over TCP.
func TestLongAnswer(t *testing.T) {
	s := start(t)
	_, got, err := resolver(t, s, "").LookupSRV(t.Context(), "many", "tcp", "contoso.test.")
	if err != nil || len(got) != 40 {
		t.Errorf("%d records, %v", len(got), err)
	}
}

func TestUpdate(t *testing.T) {
	s := start(t)
	s.Update(func(z *dns.Zone) {
		delete(z.Aliases, "bi.contoso.test")
		z.Hosts["bi.contoso.test"] = netip.MustParseAddr("127.0.0.2")
	})
	if got, err := resolver(t, s, "").LookupCNAME(t.Context(), "sense.contoso.test."); err != nil || got != "bi.contoso.test." {
		t.Errorf("LookupCNAME() = %q, %v", got, err)
	}
}

// TestRubbish sends what is no question: the server goes on.
func TestRubbish(t *testing.T) {
	s := start(t)
	for _, network := range []string{"udp", "tcp"} {
		c, err := new(net.Dialer).DialContext(t.Context(), network, s.Addr())
		if err != nil {
			t.Fatal(err)
		}
		_ = c.SetDeadline(time.Now().Add(5 * time.Second))
		for _, raw := range []string{"\x00", "\x00\x0crubbish 1234", "\x00\x02ab"} {
			_, _ = c.Write([]byte(raw))
		}
		_ = c.Close()
	}
	if _, err := resolver(t, s, "").LookupHost(t.Context(), "qlik01.contoso.test."); err != nil {
		t.Error(err)
	}
}

func TestEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := dns.New(zone(), "")
	if err := s.Start(ctx); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if err := dns.New(zone(), "203.0.113.1:0").Start(t.Context()); err == nil {
		t.Error("it listens on an address of somebody else")
	}
}
