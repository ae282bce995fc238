package graph_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"go.uber.org/goleak"

	"sensegate/internal/fact"
	"sensegate/internal/graph"
	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/entra"
	"sensegate/internal/lab/pki"
	"sensegate/internal/netprobe"
	"sensegate/internal/site"
)

const (
	externalURL = "https://" + contoso.ExternalHost + "/"
	internalURL = "https://" + contoso.QlikHost + "/"
)

func TestMain(m *testing.M) {
	if actAsBrowser() {
		return
	}
	goleak.VerifyTestMain(m)
}

// world is a practice tenant and the site that describes it.
type world struct {
	tenant *entra.Server
	ca     *pki.CA
	site   site.Site
}

func newWorld(t testing.TB) *world {
	t.Helper()
	ca, err := pki.NewCA("graph test")
	if err != nil {
		t.Fatal(err)
	}
	tenant, err := entra.New(entra.Options{CA: ca})
	if err != nil {
		t.Fatal(err)
	}
	if err := tenant.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := tenant.Close(); err != nil {
			t.Errorf("closing the tenant: %v", err)
		}
	})
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, ca.PEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	return &world{tenant: tenant, ca: ca, site: site.Site{
		Entra: site.Entra{
			Tenant: contoso.TenantID, Authority: "https://" + contoso.LoginHost, Graph: "https://" + contoso.GraphHost,
			ClientID: contoso.ClientID, SignIn: graph.ByDeviceCode, DisableInstanceDiscovery: true,
		},
		Publish:  site.Publish{AppName: contoso.AppName, ExternalURL: externalURL, InternalURL: internalURL, ConnectorGroup: contoso.GroupName},
		TestUser: site.TestUser{UPN: contoso.TestUser().UPN},
		Trust:    site.Trust{CA: []string{file}},
		Pins: []site.Pin{
			{Name: contoso.LoginHost + ":443", Address: tenant.LoginAddr()},
			{Name: contoso.GraphHost + ":443", Address: tenant.GraphAddr()},
		},
	}}
}

// dialer is made from the site as it is now.
func (w *world) dialer(t testing.TB) *netprobe.Dialer {
	t.Helper()
	d, err := netprobe.New(w.site)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func (w *world) client(t testing.TB, o graph.SignInOptions) *graph.Client {
	t.Helper()
	c, err := graph.NewClient(w.site, w.dialer(t), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// ignore takes device codes and shows them to nobody: the practice tenant
// answers them itself.
func ignore(context.Context, string, string, string) error { return nil }

// groupID is the id of the practice connector group.
func groupID(t testing.TB, c *graph.Client) string {
	t.Helper()
	groups, err := c.ConnectorGroups(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range groups {
		if g.Name == contoso.GroupName {
			return g.ID
		}
	}
	t.Fatalf("no group %s in %+v", contoso.GroupName, groups)
	return ""
}

// publish publishes the practice application for the test user.
func publish(t testing.TB, c *graph.Client) fact.PublishedApp {
	t.Helper()
	user, err := c.User(t.Context(), contoso.TestUser().UPN)
	if err != nil {
		t.Fatal(err)
	}
	app, err := graph.NewWriter(c).Publish(t.Context(), fact.PublishWish{
		Name: contoso.AppName, ExternalURL: externalURL, InternalURL: internalURL, GroupID: groupID(t, c), AssignUserID: user.ID,
	})
	if err != nil {
		t.Fatal(err)
	}
	return app
}
