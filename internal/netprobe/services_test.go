package netprobe_test

import (
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sensegate/internal/fact"
	"sensegate/internal/lab/dns"
	"sensegate/internal/netprobe"
	"sensegate/internal/site"
)

// TestDomainControllers asks a real name server.
func TestDomainControllers(t *testing.T) {
	here := netip.MustParseAddr("127.0.0.1")
	s := dns.New(dns.Zone{
		Apexes:   []string{"example.test"},
		Hosts:    map[string]netip.Addr{"dc1.example.test": here, "dc2.example.test": here},
		Services: map[string][]dns.Service{"_ldap._tcp.dc._msdcs.example.test": {{Host: "dc1.example.test", Port: 389}, {Host: "dc2.example.test", Port: 389}}},
	}, "")
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	r := netprobe.NewResolver(plainDialer(t, site.Site{DNS: s.Addr()}))
	got, err := r.DomainControllers(t.Context(), "Example.TEST.")
	if d := cmp.Diff([]string{"dc1.example.test", "dc2.example.test"}, got); err != nil || d != "" {
		t.Errorf("%v, %s", err, d)
	}
	for _, none := range []string{"", "sales.example.test"} {
		if got, err := r.DomainControllers(t.Context(), none); err != nil || len(got) > 0 {
			t.Errorf("%q: %v, %v", none, got, err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := r.DomainControllers(t.Context(), "example.test"); kindOf(err) != fact.Unreachable && kindOf(err) != fact.TimedOut {
		t.Errorf("nobody answers: %v", err)
	}
}
