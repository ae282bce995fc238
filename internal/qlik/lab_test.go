package qlik_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"go.uber.org/goleak"

	"sensegate/internal/fact"
	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/pki"
	lab "sensegate/internal/lab/qlik"
	"sensegate/internal/netprobe"
	"sensegate/internal/qlik"
	"sensegate/internal/site"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// practice is a running practice site and its description.
type practice struct {
	*lab.Server
	site  site.Site
	front *pki.CA
	own   *pki.CA // of the Qlik site
}

func newPractice(t *testing.T) *practice {
	t.Helper()
	front, err := pki.NewCA("front")
	if err != nil {
		t.Fatal(err)
	}
	own, err := pki.NewCA("own")
	if err != nil {
		t.Fatal(err)
	}
	server, err := lab.New(lab.Options{FrontCA: front, SiteCA: own, Accept: func([]byte) (string, string, []byte, string, error) {
		return "", "", nil, "", errors.New("no tickets here")
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	cert, err := own.Client("QlikClient")
	if err != nil {
		t.Fatal(err)
	}
	certificate, key, err := pki.Encode(cert)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	return &practice{Server: server, front: front, own: own, site: site.Site{
		Qlik: site.Qlik{
			Repository:  "https://" + contoso.QlikNode + ":4242",
			Certificate: write("client.pem", certificate), Key: write("client_key.pem", key), Root: write("root.pem", own.PEM()),
		},
		Pins: []site.Pin{{Name: contoso.QlikNode + ":4242", Address: server.RepositoryAddr()}},
	}}
}

func (p *practice) client(t *testing.T) *qlik.Client {
	t.Helper()
	d, err := netprobe.New(p.site)
	if err != nil {
		t.Fatal(err)
	}
	c, err := qlik.NewClient(p.site, d)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func kindOf(err error) fact.ErrorKind {
	if e, ok := errors.AsType[*fact.Error](err); ok {
		return e.Kind
	}
	if err != nil {
		return -1
	}
	return 0
}

func TestReadTheRepository(t *testing.T) {
	c := newPractice(t).client(t)
	about, err := c.About(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(fact.QlikAbout{Build: "31.56.2.0", Schema: "About", NodeType: 1, Way: "directly, with the site's certificate"}, about); diff != "" {
		t.Errorf("About() mismatch (-want +got):\n%s", diff)
	}
	virtual, err := c.VirtualProxies(t.Context())
	if err != nil || len(virtual) != 1 {
		t.Fatalf("VirtualProxies() = %+v, %v", virtual, err)
	}
	want := fact.VirtualProxy{Description: "Central Proxy (Default)", Default: true, DevicePattern: "Windows", CookieName: "X-Qlik-Session", EngineNodes: 1}
	if diff := cmp.Diff(want, virtual[0], cmpopts.IgnoreFields(fact.VirtualProxy{}, "ID", "Modified")); diff != "" {
		t.Errorf("VirtualProxies() mismatch (-want +got):\n%s", diff)
	}
	proxies, err := c.Proxies(t.Context())
	if err != nil || len(proxies) != 1 {
		t.Fatalf("Proxies() = %+v, %v", proxies, err)
	}
	wantProxy := fact.ProxyService{Host: contoso.QlikNode, VirtualProxies: []string{virtual[0].ID}, MaxHeaderBytes: 16384, Port: 443, AuthPort: 4244, ServesCentralNode: true, ModifiedBy: `INTERNAL\sa_repository`}
	if diff := cmp.Diff(wantProxy, proxies[0], cmpopts.IgnoreFields(fact.ProxyService{}, "ID", "Modified", "CertificateSHA1")); diff != "" {
		t.Errorf("Proxies() mismatch (-want +got):\n%s", diff)
	}
}

func TestChangeTheRepository(t *testing.T) {
	c := newPractice(t).client(t)
	w := qlik.NewWriter(c)
	virtual, err := c.VirtualProxies(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	proxies, err := c.Proxies(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	id, hosts := virtual[0].ID, []string{contoso.ExternalHost, "other.contoso.test"}
	for name, change := range map[string]func() error{
		"allow list": func() error { return w.SetAllowList(t.Context(), id, hosts) },
		"pattern":    func() error { return w.SetDevicePattern(t.Context(), id, "Mozilla") },
		"Kerberos":   func() error { return w.SetKerberos(t.Context(), proxies[0].ID, true) },
	} {
		if err := change(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	virtual, err = c.VirtualProxies(t.Context())
	if err != nil || virtual[0].DevicePattern != "Mozilla" || !slices.Equal(virtual[0].AllowList, hosts) {
		t.Errorf("VirtualProxies() = %+v, %v", virtual, err)
	}
	proxies, err = c.Proxies(t.Context())
	if err != nil || !proxies[0].Kerberos {
		t.Errorf("Proxies() = %+v, %v", proxies, err)
	}
	if err := w.SetAllowList(t.Context(), id, nil); err != nil {
		t.Fatal(err)
	}
	if virtual, err = c.VirtualProxies(t.Context()); err != nil || len(virtual[0].AllowList) != 0 {
		t.Errorf("after emptying: %+v, %v", virtual, err)
	}
}

func TestRepositoryRefusals(t *testing.T) {
	tests := []struct {
		name   string
		spoil  func(*lab.State)
		change func(*site.Site)
		kind   fact.ErrorKind
		code   string
	}{
		{name: "certificate refused", spoil: func(s *lab.State) { s.Faults.RefuseCertificate = true }, kind: fact.NotSignedIn},
		{name: "query lost on the way", spoil: func(s *lab.State) { s.Faults.DropQuery = true }, kind: fact.Refused, code: "XSRF"},
		{name: "certificate for the short name", spoil: func(s *lab.State) { s.Faults.ShortNameCertificate = true }, kind: fact.Untrusted},
		{name: "another authority", change: func(s *site.Site) { s.Qlik.Root = "" }, kind: fact.Untrusted},
		{name: "nobody listens", change: func(s *site.Site) { s.Pins[0].Address = "127.0.0.1:1" }, kind: fact.Unreachable},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := newPractice(t)
			if tt.spoil != nil {
				p.Update(tt.spoil)
			}
			if tt.change != nil {
				tt.change(&p.site)
			}
			_, err := p.client(t).About(t.Context())
			var e *fact.Error
			if !errors.As(err, &e) || e.Kind != tt.kind || tt.code != "" && e.Code != tt.code {
				t.Errorf("About() error = %v (%+v), want kind %d", err, e, tt.kind)
			}
		})
	}
}

func TestServerNameInstead(t *testing.T) {
	p := newPractice(t)
	p.Update(func(s *lab.State) { s.Faults.ShortNameCertificate = true })
	p.site.Qlik.ServerName = "qlik01"
	if _, err := p.client(t).About(t.Context()); err != nil {
		t.Errorf("About() with the certificate's own name: %v", err)
	}
}

func TestWriteRefusals(t *testing.T) {
	tests := []struct {
		name  string
		spoil func(*lab.State)
		id    string
		kind  fact.ErrorKind
		left  string // Windows when empty
	}{
		{name: "somebody else saves again and again", spoil: func(s *lab.State) { s.Faults.Conflicts = 2 }, kind: fact.Conflict},
		{name: "somebody else changed the same", spoil: func(s *lab.State) { s.Faults.Conflicts, s.Faults.Rivals = 1, true }, kind: fact.Conflict, left: "Form"},
		{name: "no right", spoil: func(s *lab.State) { s.Faults.ReadOnly = true }, kind: fact.NoRight},
		{name: "no such virtual proxy", spoil: func(*lab.State) {}, id: "00000000-0000-4000-8000-000000000000", kind: fact.NotFound},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := newPractice(t)
			c := p.client(t)
			virtual, err := c.VirtualProxies(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			id := tt.id
			if id == "" {
				id = virtual[0].ID
			}
			p.Update(tt.spoil)
			if err := qlik.NewWriter(c).SetDevicePattern(t.Context(), id, "Mozilla"); kindOf(err) != tt.kind {
				t.Errorf("SetDevicePattern() error = %v, want kind %d", err, tt.kind)
			}
			if tt.left == "" {
				tt.left = "Windows"
			}
			if virtual, err = c.VirtualProxies(t.Context()); err != nil || virtual[0].DevicePattern != tt.left {
				t.Errorf("the pattern is %+v, %v, want it as it was left", virtual, err)
			}
		})
	}
}

// TestOvertaken writes while somebody else saves another field: that change has
// to survive, and ours to be stored.
func TestOvertaken(t *testing.T) {
	p := newPractice(t)
	c := p.client(t)
	virtual, err := c.VirtualProxies(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p.Update(func(s *lab.State) { s.Faults.Conflicts = 1 })
	if err := qlik.NewWriter(c).SetDevicePattern(t.Context(), virtual[0].ID, "Mozilla"); err != nil {
		t.Fatal(err)
	}
	p.View(func(s *lab.State) {
		if got := s.VirtualProxy("").Text("windowsAuthenticationEnabledDevicePattern"); got != "Mozilla" || s.Faults.Conflicts != 0 {
			t.Errorf("the pattern is %q, %d conflicts left", got, s.Faults.Conflicts)
		}
	})
}
