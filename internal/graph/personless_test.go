package graph_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sensegate/internal/fact"
	"sensegate/internal/graph"
	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/entra"
)

const (
	readerID     = "5a3b0c6e-1111-4222-8333-444455556666"
	readerSecret = "practice-reader-secret"
)

// reader registers an application that may read, and signs the site in as it.
func (w *world) reader(t *testing.T, way string) graph.SignInOptions {
	t.Helper()
	cert, file := selfSigned(t)
	w.tenant.Update(func(s *entra.State) {
		s.Clients = append(s.Clients, entra.Client{
			ID: readerID, Name: "Reader", Secrets: []string{readerSecret}, Certificates: []*x509.Certificate{cert},
			AppRoles: []string{"Application.Read.All", "Directory.Read.All", "User.Read.All", "Organization.Read.All"},
		})
	})
	w.site.Entra.SignIn, w.site.Entra.ClientID, w.site.Entra.Certificate = way, readerID, file
	return graph.SignInOptions{Secret: func(name string) (string, bool) { return readerSecret, name == "SENSEGATE_ENTRA_SECRET" }}
}

func selfSigned(t *testing.T) (*x509.Certificate, string) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "reader"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	raw := append(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
	file := filepath.Join(t.TempDir(), "reader.pem")
	if err := os.WriteFile(file, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert, file
}

// TestWithoutAPerson reads what Graph documents for applications, and neither
// asks nor tries the rest.
func TestWithoutAPerson(t *testing.T) {
	for _, way := range []string{graph.ByCertificate, graph.BySecret} {
		t.Run(way, func(t *testing.T) {
			w := newWorld(t)
			person := w.client(t, graph.SignInOptions{Prompt: ignore})
			published := publish(t, person)
			o := w.reader(t, way)
			c := w.client(t, o)
			who, err := c.SignedIn(t.Context())
			if err != nil || !who.AppOnly {
				t.Fatalf("SignedIn() = %+v, %v", who, err)
			}
			if org, err := c.Organization(t.Context()); err != nil || org.ID != contoso.TenantID || org.InitialDomain == "" {
				t.Errorf("Organization() = %+v, %v", org, err)
			}
			if user, err := c.User(t.Context(), contoso.TestUser().UPN); err != nil || !user.Licensed {
				t.Errorf("User() = %+v, %v", user, err)
			}
			apps, err := c.PublishedApps(t.Context(), externalURL, internalURL, contoso.AppName)
			if err != nil || len(apps) != 1 || apps[0].ObjectID != published.ObjectID || apps[0].InternalURL != internalURL || len(apps[0].AssignedPrincipalIDs) != 1 {
				t.Errorf("PublishedApps() = %+v, %v", apps, err)
			}
			x := newWire(t, w) // nothing of what follows may be sent
			c = w.client(t, o)
			_, groups := c.ConnectorGroups(t.Context())
			_, connectors := c.Connectors(t.Context())
			_, enabled := c.ProxyEnabled(t.Context())
			_, publish := graph.NewWriter(c).Publish(t.Context(), fact.PublishWish{Name: "Other", ExternalURL: "https://other-contoso.msappproxy.test/"})
			for what, err := range map[string]error{
				"groups": groups, "connectors": connectors, "enabled": enabled, "publish": publish,
				"sso":       graph.NewWriter(c).SetSSO(t.Context(), published.ObjectID, fact.SSOWish{Mode: "none"}),
				"unpublish": graph.NewWriter(c).Unpublish(t.Context(), published.ObjectID),
			} {
				if kindOf(err) != fact.Unsupported || !strings.Contains(err.Error(), "for people only") {
					t.Errorf("%s: %v", what, err)
				}
			}
			if n := x.served.Load(); n != 0 {
				t.Errorf("%d requests were sent", n)
			}
		})
	}
}

func TestWithoutAPersonRefused(t *testing.T) {
	tests := []struct {
		name   string
		change func(*testing.T, *world, *graph.SignInOptions)
		code   string
	}{
		{"a wrong secret", func(_ *testing.T, _ *world, o *graph.SignInOptions) {
			o.Secret = func(string) (string, bool) { return "wrong", true }
		}, "AADSTS7000215"},
		{"a certificate that is not registered", func(t *testing.T, w *world, _ *graph.SignInOptions) {
			w.site.Entra.SignIn = graph.ByCertificate
			_, w.site.Entra.Certificate = selfSigned(t)
		}, "AADSTS700027"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			o := w.reader(t, graph.BySecret)
			tt.change(t, w, &o)
			err := w.client(t, o).SignIn(t.Context())
			if kindOf(err) != fact.NotSignedIn || !strings.Contains(err.Error(), tt.code) {
				t.Errorf("SignIn() = %v, want %s", err, tt.code)
			}
		})
	}
	w := newWorld(t)
	w.reader(t, graph.BySecret)
	if _, err := graph.NewClient(w.site, w.dialer(t), graph.SignInOptions{}); err == nil || !strings.Contains(err.Error(), "SENSEGATE_ENTRA_SECRET") {
		t.Errorf("without a secret: %v", err)
	}
	w.site.Entra.SignIn, w.site.Entra.Certificate = graph.ByCertificate, "nowhere.pem"
	if _, err := graph.NewClient(w.site, w.dialer(t), graph.SignInOptions{}); err == nil {
		t.Error("without a certificate: no error")
	}
}
