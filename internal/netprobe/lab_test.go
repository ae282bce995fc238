package netprobe_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sensegate/internal/fact"
	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/pki"
	"sensegate/internal/lab/qlik"
	"sensegate/internal/netprobe"
	"sensegate/internal/site"
)

const iPhone = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1"

// practice is the practice site's front.
func practice(t *testing.T) (*qlik.Server, *netprobe.Front) {
	t.Helper()
	ca, err := pki.NewCA("front")
	if err != nil {
		t.Fatal(err)
	}
	own, err := pki.NewCA("own")
	if err != nil {
		t.Fatal(err)
	}
	server, err := qlik.New(qlik.Options{FrontCA: ca, SiteCA: own, Accept: func([]byte) (string, string, []byte, string, error) {
		return "", "", nil, "", errors.New("no tickets here")
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, ca.PEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	d, err := netprobe.New(site.Site{
		Trust: site.Trust{CA: []string{file}},
		Pins: []site.Pin{
			{Name: contoso.QlikHost + ":443", Address: server.FrontAddr()},
			{Name: contoso.QlikHost + ":4244", Address: server.AuthAddr()},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return server, netprobe.NewFront(d)
}

func TestFrontOfThePracticeSite(t *testing.T) {
	const inside, outside = "https://" + contoso.QlikHost + "/", "https://" + contoso.ExternalHost
	server, front := practice(t)
	flow, err := front.LoginFlow(t.Context(), inside, "")
	if err != nil || flow.Forms || flow.SecondApp || flow.Foreign || !cmp.Equal(flow.Schemes, []string{"NTLM"}) {
		t.Errorf("Windows, Kerberos off: %+v, %v", flow, err)
	}
	if flow, err = front.LoginFlow(t.Context(), inside, iPhone); err != nil || !flow.Forms {
		t.Errorf("a phone, pattern Windows: %+v, %v", flow, err)
	}
	product, err := front.Product(t.Context(), inside)
	if err != nil || product.Label == "" || product.Version == "" {
		t.Errorf("Product() = %+v, %v", product, err)
	}
	verdict, err := front.Target(t.Context(), inside, "", outside+"/hub/")
	if err != nil || verdict.LoginURI != "" || verdict.Session != "inactive" {
		t.Errorf("Target(), empty list = %+v, %v", verdict, err)
	}
	server.Update(func(s *qlik.State) {
		s.VirtualProxies[0].Set("websocketCrossOriginWhiteList", []any{contoso.ExternalHost})
		s.VirtualProxies[0].Set("windowsAuthenticationEnabledDevicePattern", "Mozilla")
		s.Rules.CSRF = qlik.CSRFNever
	})
	if verdict, err = front.Target(t.Context(), inside, "", outside+"/hub/"); err != nil || verdict.LoginURI == "" {
		t.Errorf("Target(), listed = %+v, %v", verdict, err)
	}
	if flow, err = front.LoginFlow(t.Context(), inside, iPhone); err != nil || flow.Forms {
		t.Errorf("a phone, pattern Mozilla: %+v, %v", flow, err)
	}
	for origin, want := range map[string]int{outside: 101, "https://evil.example.test": 403} {
		probe, err := front.Origin(t.Context(), inside, "", origin)
		if err != nil || probe.Status != want {
			t.Errorf("Origin(%s) = %+v, %v, want %d", origin, probe, err, want)
		}
	}
	if _, err := front.Target(t.Context(), inside, "no-such-prefix", outside); kindOf(err) != fact.Refused {
		t.Errorf("unknown prefix: %v", err)
	}
}

func TestFrontBeforeApril2018(t *testing.T) {
	server, front := practice(t)
	server.Update(func(s *qlik.State) { s.Release = qlik.Release{Label: "November 2017", Version: "11.24.0"} })
	flow, err := front.LoginFlow(t.Context(), "https://"+contoso.QlikHost+"/", "")
	if err != nil || !flow.SecondApp || flow.Forms || !cmp.Equal(flow.Schemes, []string{"NTLM"}) {
		t.Errorf("LoginFlow() = %+v, %v", flow, err)
	}
}
