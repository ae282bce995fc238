package qlik_test

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"sensegate/internal/fact"
	"sensegate/internal/lab/contoso"
	lab "sensegate/internal/lab/qlik"
	"sensegate/internal/netprobe"
	"sensegate/internal/qlik"
	"sensegate/internal/site"
)

// TestServerNameOfEachNode asks two nodes whose certificates bear the short
// names they were installed with: what was said of one is not expected of the
// other.
func TestServerNameOfEachNode(t *testing.T) {
	const second = "qlik02.contoso.test"
	tests := []struct {
		name  string
		first string
		of    map[string]string
		want  fact.ErrorKind
		says  string
	}{
		{name: "both given", first: "qlik01", of: map[string]string{"QLIK02.contoso.test": "qlik02"}},
		{name: "the second not", first: "qlik01", want: fact.Untrusted, says: "qlik.server_names"},
		{name: "a wrong one for the second", first: "qlik01", of: map[string]string{second: "qlik03"}, want: fact.Untrusted, says: "for another name"},
		{name: "the first not", of: map[string]string{second: "qlik02"}, want: fact.Untrusted, says: "under qlik.server_name"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := newPractice(t)
			p.Update(func(s *lab.State) {
				s.AddNode(second)
				s.Link("", second)
				s.Unlink("", contoso.QlikNode) // only the second node serves it
				s.Faults.ShortNameCertificate = true
			})
			p.site.Publish.InternalURL = "https://" + contoso.QlikHost + "/"
			p.site.TestUser.SAM = contoso.TestUser().SAM
			p.site.Directory.Domain = contoso.Domain
			p.site.Qlik.ServerName, p.site.Qlik.ServerNames = tt.first, tt.of
			p.site.Pins = []site.Pin{
				{Name: contoso.QlikNode + ":4242", Address: p.RepositoryAddr()},
				{Name: contoso.QlikNode + ":4243", Address: p.firstNode(t)},
				{Name: second + ":4243", Address: p.ProxyAPIAddr()},
			}
			d, err := netprobe.New(p.site)
			if err != nil {
				t.Fatal(err)
			}
			ticket, err := qlik.NewDoor(p.client(t), d, p.site).Ticket(t.Context(), "")
			if kindOf(err) != tt.want || (err == nil) != (len(ticket) == 16) || err != nil && !strings.Contains(err.Error(), tt.says) {
				t.Errorf("Ticket() = %q, %v", ticket, err)
			}
		})
	}
}

// firstNode is a proxy interface that knows no virtual proxy, under the short
// name of the first node.
func (p *practice) firstNode(t *testing.T) string {
	t.Helper()
	shown, err := p.own.Server("qlik01")
	if err != nil {
		t.Fatal(err)
	}
	bare := httptest.NewUnstartedServer(http.NotFoundHandler())
	bare.TLS = &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{shown}}
	bare.StartTLS()
	t.Cleanup(bare.Close)
	return bare.Listener.Addr().String()
}
