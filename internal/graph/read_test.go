package graph_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"sensegate/internal/fact"
	"sensegate/internal/graph"
	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/entra"
)

func TestReadTheTenant(t *testing.T) {
	w := newWorld(t)
	prompts := 0
	c := w.client(t, graph.SignInOptions{Prompt: func(_ context.Context, message, url, code string) error {
		prompts++
		if message == "" || url == "" || code == "" {
			t.Errorf("prompt = %q, %q, %q", message, url, code)
		}
		return nil
	}})
	org, err := c.Organization(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if org.ID != contoso.TenantID || !org.SyncEnabled || time.Since(org.LastSync) > time.Hour || !slices.Contains(org.VerifiedDomains, contoso.TenantDomain) {
		t.Errorf("Organization() = %+v", org)
	}
	who, err := c.SignedIn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	const applicationAdministrator = "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3"
	if who.UPN != contoso.Admin().UPN || len(who.Roles) != 1 || who.Roles[0].TemplateID != applicationAdministrator ||
		!slices.Contains(who.Scopes, "Directory.ReadWrite.All") {
		t.Errorf("SignedIn() = %+v", who)
	}
	licences, err := c.Licences(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(licences) != 1 || licences[0].Enabled != 25 || !slices.Contains(licences[0].Plans, "AAD_PREMIUM") {
		t.Errorf("Licences() = %+v", licences)
	}
	user, err := c.User(t.Context(), contoso.TestUser().UPN)
	if err != nil {
		t.Fatal(err)
	}
	if user.OnPremSAM != "alice" || user.OnPremDomain != contoso.Domain || user.OnPremUPN != contoso.TestUser().UPN ||
		!user.Enabled || !user.Synced || !user.Licensed || user.Type != "Member" || user.OnPremSID == "" || user.LastSync.IsZero() {
		t.Errorf("User() = %+v", user)
	}
	if _, err := c.User(t.Context(), "nobody#EXT#@contoso.test"); kindOf(err) != fact.NotFound {
		t.Errorf("User(nobody) = %v, want not found", err)
	}
	connectors, err := c.Connectors(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	group := groupID(t, c)
	if len(connectors) != 2 {
		t.Fatalf("Connectors() = %+v", connectors)
	}
	for _, con := range connectors {
		if con.GroupID != group || !con.Active || con.Version == "" || con.Machine == "" || con.ExternalIP == "" {
			t.Errorf("connector = %+v", con)
		}
	}
	apps, err := c.PublishedApps(t.Context(), externalURL, internalURL, contoso.AppName)
	if err != nil || len(apps) != 0 {
		t.Errorf("PublishedApps() = %+v, %v, want none", apps, err)
	}
	if prompts != 1 {
		t.Errorf("asked %d times to sign in, want once", prompts)
	}
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

// Without an application of its own the site signs in with Microsoft's client,
// which is asked for single permissions: those to read first, those to write
// with the first change, and the person is asked once for both.
func TestMicrosoftsOwnClient(t *testing.T) {
	w := newWorld(t)
	w.site.Entra.ClientID = ""
	w.tenant.Update(func(s *entra.State) {
		for i := range s.Clients {
			s.Clients[i].Scopes = append(s.Clients[i].Scopes, "Directory.Read.All")
		}
	})
	prompts := 0
	c := w.client(t, graph.SignInOptions{Prompt: func(context.Context, string, string, string) error {
		prompts++
		return nil
	}})
	if app := publish(t, c); app.ExternalURL != externalURL {
		t.Errorf("Publish() = %+v", app)
	}
	if prompts != 1 {
		t.Errorf("asked %d times to sign in, want once", prompts)
	}
}

// The accounts that synchronisation makes for itself tell what feeds the tenant.
func TestSyncClients(t *testing.T) {
	w := newWorld(t)
	w.tenant.Update(func(s *entra.State) {
		for _, u := range []entra.User{
			{ID: "u1", UPN: "Sync_DC_1_0a1b2c3d4e5f@contoso.onmicrosoft.test", Enabled: true},
			{ID: "u2", UPN: "Sync_OLD_111111111111@contoso.onmicrosoft.test"},
			{ID: "u3", UPN: "ADToAADSyncServiceAccount@contoso.onmicrosoft.test", Enabled: true},
			{ID: "u4", UPN: "Sync_nobody@contoso.onmicrosoft.test", Enabled: true},
		} {
			u.Type = "Member"
			s.Users = append(s.Users, u)
		}
	})
	got, err := w.client(t, graph.SignInOptions{Prompt: ignore}).SyncClients(t.Context())
	want := []fact.SyncClient{
		{Kind: "Entra Connect", Server: "SYNC01", Enabled: true}, {Kind: "Entra Connect", Server: "DC_1", Enabled: true}, {Kind: "Entra Connect", Server: "OLD"}, {Kind: "Cloud Sync", Enabled: true},
	}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("SyncClients() = %+v, %v, want %+v", got, err, want)
	}
}

// Groups count where the user is a direct member; roles are no groups.
func TestDirectGroups(t *testing.T) {
	w := newWorld(t)
	c := w.client(t, graph.SignInOptions{Prompt: ignore})
	user, err := c.User(t.Context(), contoso.TestUser().UPN)
	if err != nil {
		t.Fatal(err)
	}
	w.tenant.Update(func(s *entra.State) {
		s.User(user.ID).Roles = []string{entra.RoleGlobalReader}
		s.DirectoryGroups = []entra.DirectoryGroup{
			{ID: "g1", Name: "Readers", Members: []string{user.ID}}, {ID: "g2", Name: "All", Members: []string{"g1"}},
		}
	})
	got, err := c.DirectGroups(t.Context(), user.ID)
	if want := []fact.CloudGroup{{ID: "g1", Name: "Readers"}}; err != nil || !slices.Equal(got, want) {
		t.Errorf("DirectGroups() = %+v, %v, want %+v", got, err, want)
	}
	enabled, err := c.ProxyEnabled(t.Context())
	if err != nil || !enabled {
		t.Errorf("ProxyEnabled() = %v, %v", enabled, err)
	}
}
