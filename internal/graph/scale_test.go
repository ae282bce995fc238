package graph_test

import (
	"fmt"
	"slices"
	"testing"

	"sensegate/internal/graph"
	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/entra"
)

// A large tenant: applications, those of them that are published, connectors
// and their groups.
const (
	manyApps       = 10_000
	manyPublished  = 2_000
	manyConnectors = 500
	manyGroups     = 12
)

// crowd fills the tenant; the practice application is the last one when it is
// there at all.
func crowd(s *entra.State) {
	for i := range manyGroups - len(s.Groups) {
		s.Groups = append(s.Groups, entra.ConnectorGroup{ID: fmt.Sprintf("9a000000-0000-4000-8000-%012d", i), Name: fmt.Sprintf("Group %d", i), Region: "eur"})
	}
	for i := range manyConnectors - len(s.Connectors) {
		s.Connectors = append(s.Connectors, entra.Connector{
			ID: fmt.Sprintf("9b000000-0000-4000-8000-%012d", i), MachineName: fmt.Sprintf("edge%d.contoso.test", i),
			Status: "active", Version: "1.5.4522.0", ExternalIP: "203.0.113.99", GroupID: s.Groups[i%len(s.Groups)].ID,
		})
	}
	for i := range manyApps {
		a := entra.Application{
			ID: fmt.Sprintf("9c000000-0000-4000-8000-%012d", i), AppID: fmt.Sprintf("9d000000-0000-4000-8000-%012d", i),
			DisplayName: fmt.Sprintf("Application %d", i), SignInAudience: "AzureADMyOrg",
		}
		sp := entra.ServicePrincipal{ID: fmt.Sprintf("9e000000-0000-4000-8000-%012d", i), AppID: a.AppID, DisplayName: a.DisplayName, Enabled: true}
		if i < manyPublished {
			host := fmt.Sprintf("app%d-contoso.msappproxy.test", i)
			a.Web.RedirectURIs = []string{"https://" + host + "/"}
			a.GroupID = s.Groups[i%len(s.Groups)].ID
			a.Publishing = &entra.Publishing{
				ExternalURL: "https://" + host + "/", InternalURL: fmt.Sprintf("https://app%d.contoso.test/", i),
				ExternalAuthenticationType: entra.PreAuthEntra, IsOnPremPublishingEnabled: true,
			}
			sp.Tags = []string{"WindowsAzureActiveDirectoryOnPremApp"}
		}
		s.Applications = append(s.Applications, a)
		s.ServicePrincipals = append(s.ServicePrincipals, sp)
	}
}

// large is a client of a large tenant, with the wire that counts its requests.
func large(t testing.TB) (*graph.Client, *wire) {
	t.Helper()
	w := newWorld(t)
	x := newWire(t, w)
	c := w.client(t, graph.SignInOptions{Prompt: ignore})
	publish(t, c)
	w.tenant.Update(func(s *entra.State) {
		ours, sp := s.Applications[0], s.ServicePrincipals[0]
		s.Applications, s.ServicePrincipals = nil, nil
		crowd(s)
		s.Applications, s.ServicePrincipals = append(s.Applications, ours), append(s.ServicePrincipals, sp)
	})
	return c, x
}

// TestLargeTenant counts what is asked of a tenant with 10,000 applications and
// 500 connectors.
func TestLargeTenant(t *testing.T) {
	c, x := large(t)
	tests := []struct {
		name  string
		limit int64
		ask   func() (found int, err error)
		want  int
	}{
		{"our application", 12, func() (int, error) {
			apps, err := c.PublishedApps(t.Context(), externalURL, internalURL, contoso.AppName)
			return len(apps), err
		}, 1},
		{"who holds an internal URL", 180, func() (int, error) {
			apps, err := c.PublishedApps(t.Context(), "", "https://app1999.contoso.test/", "")
			return len(apps), err
		}, 1},
		{"that nobody holds either URL", 180, func() (int, error) {
			apps, err := c.PublishedApps(t.Context(), "https://new-contoso.msappproxy.test/", "https://new.contoso.test/", "New")
			return len(apps), err
		}, 0},
		{"every connector with its group", 30, func() (int, error) {
			all, err := c.Connectors(t.Context())
			for _, k := range all {
				if k.GroupID == "" {
					t.Errorf("%s is in no group", k.Machine)
				}
			}
			return len(all), err
		}, manyConnectors},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			x.served.Store(0)
			found, err := tt.ask()
			if err != nil {
				t.Fatal(err)
			}
			n := x.served.Load()
			t.Logf("%d requests", n)
			if found != tt.want || n > tt.limit {
				t.Errorf("found %d with %d requests, want %d with at most %d", found, n, tt.want, tt.limit)
			}
		})
	}
}

// TestBatchThrottled reads one by one what a batch does not answer.
func TestBatchThrottled(t *testing.T) {
	w := newWorld(t)
	c := w.client(t, graph.SignInOptions{Prompt: ignore})
	publish(t, c)
	w.tenant.Update(func(s *entra.State) {
		for i := range 30 {
			a := s.Applications[0]
			a.ID, a.AppID, a.DisplayName = fmt.Sprintf("9c000000-0000-4000-8000-%012d", i), fmt.Sprintf("9d000000-0000-4000-8000-%012d", i), "Twin"
			pub := *a.Publishing
			pub.InternalURL, pub.ExternalURL = fmt.Sprintf("https://twin%d.contoso.test/", i), fmt.Sprintf("https://twin%d-contoso.msappproxy.test/", i)
			a.Publishing = &pub
			a.Web.RedirectURIs = slices.Clone(a.Web.RedirectURIs)
			s.Applications = append(s.Applications, a)
		}
		s.RetryAfter, s.ThrottleBatched = 0, 7
	})
	apps, err := c.PublishedApps(t.Context(), "", "", "Twin")
	if err != nil || len(apps) != 30 {
		t.Errorf("%d applications, %v", len(apps), err)
	}
}

// BenchmarkLargeTenant tells time and requests of the two questions that every
// check asks.
func BenchmarkLargeTenant(b *testing.B) {
	c, x := large(b)
	b.Run("application", func(b *testing.B) {
		x.served.Store(0)
		for b.Loop() {
			if apps, err := c.PublishedApps(b.Context(), externalURL, internalURL, contoso.AppName); err != nil || len(apps) != 1 {
				b.Fatal(apps, err)
			}
		}
		b.ReportMetric(float64(x.served.Load())/float64(b.N), "requests/op")
	})
	b.Run("clash", func(b *testing.B) {
		x.served.Store(0)
		for b.Loop() {
			if apps, err := c.PublishedApps(b.Context(), "", "https://app1999.contoso.test/", ""); err != nil || len(apps) != 1 {
				b.Fatal(apps, err)
			}
		}
		b.ReportMetric(float64(x.served.Load())/float64(b.N), "requests/op")
	})
	b.Run("connectors", func(b *testing.B) {
		x.served.Store(0)
		for b.Loop() {
			if all, err := c.Connectors(b.Context()); err != nil || len(all) != manyConnectors {
				b.Fatal(len(all), err)
			}
		}
		b.ReportMetric(float64(x.served.Load())/float64(b.N), "requests/op")
	})
}
