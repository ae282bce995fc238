package netprobe_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"sensegate/internal/fact"
	"sensegate/internal/lab/dns"
	"sensegate/internal/netprobe"
	"sensegate/internal/site"
)

func TestCanonicalNameOfAPin(t *testing.T) {
	d, err := netprobe.New(site.Site{Pins: []site.Pin{{Name: frontName + ":443", Address: "127.0.0.1:1"}}})
	if err != nil {
		t.Fatal(err)
	}
	got, err := netprobe.NewResolver(d).CanonicalName(t.Context(), "SENSE.example.test.")
	if err != nil || got != frontName {
		t.Errorf("CanonicalName() = %q, %v", got, err)
	}
	if _, err := netprobe.NewResolver(d).CanonicalName(t.Context(), "nobody.invalid"); kindOf(err) != fact.Unreachable && kindOf(err) != fact.TimedOut {
		t.Errorf("CanonicalName(nobody.invalid) error = %v", err)
	}
}

// served is a site whose name server is the lab's.
func served(t *testing.T) site.Site {
	t.Helper()
	here := netip.MustParseAddr("127.0.0.1")
	s := dns.New(dns.Zone{
		Apexes:  []string{"example.test"},
		Hosts:   map[string]netip.Addr{"plain.example.test": here, "qlik01.example.test": here},
		Aliases: map[string]string{"sense.example.test": "bi.example.test", "bi.example.test": "qlik01.example.test"},
	}, "")
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return site.Site{DNS: s.Addr()}
}

// TestCanonicalName follows aliases over real DNS, and asks even for a name that
// is pinned: where to connect is another question.
func TestCanonicalName(t *testing.T) {
	s := served(t)
	s.Pins = []site.Pin{{Name: "sense.example.test:443", Address: "127.0.0.1:1"}}
	r := netprobe.NewResolver(plainDialer(t, s))
	for host, want := range map[string]string{
		"plain.example.test": "plain.example.test", "BI.example.test": "qlik01.example.test",
		"sense.example.test": "qlik01.example.test", "127.0.0.1": "127.0.0.1",
	} {
		if got, err := r.CanonicalName(t.Context(), host); err != nil || got != want {
			t.Errorf("CanonicalName(%s) = %q, %v, want %q", host, got, err, want)
		}
	}
	for _, host := range []string{"nobody.example.test"} {
		if got, err := r.CanonicalName(t.Context(), host); kindOf(err) != fact.Unreachable {
			t.Errorf("CanonicalName(%s) = %q, %v", host, got, err)
		}
	}
}

// TestConnectionsAskTheNameServer reaches a server by a name that the site's
// name server alone knows, and the tester tells of the alias.
func TestConnectionsAskTheNameServer(t *testing.T) {
	srv := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(srv.Close)
	_, port, err := net.SplitHostPort(srv.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	d := plainDialer(t, served(t))
	page, err := netprobe.Get(t.Context(), d.HTTPClient(netprobe.ClientOptions{}), "http://plain.example.test:"+port+"/", nil)
	if err != nil || page.Status != http.StatusNotFound {
		t.Errorf("Get() = %d, %v", page.Status, err)
	}
	chain, err := netprobe.NewEngine(d).Chain(t.Context(), netprobe.OpenOptions{URL: "http://sense.example.test:" + port + "/"}, 0)
	if err != nil || len(chain.Stages) < 2 || !chain.Stages[0].OK || !chain.Stages[1].OK ||
		!strings.Contains(chain.Stages[0].Text, "an alias of qlik01.example.test, is 127.0.0.1") {
		t.Errorf("Chain() = %+v, %v", chain, err)
	}
}
