package entra_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/entra"
)

// TestTheCmdletsWay publishes in the order of Microsoft's PowerShell command.
func TestTheCmdletsWay(t *testing.T) {
	tn := startTenant(t, nil)
	tn.Update(func(st *entra.State) { st.ConsistencyReads = 0 })
	admin := tn.userToken(contoso.Admin(), graphAll)
	made := tn.call(admin, "POST", "/v1.0/applications", map[string]any{"displayName": "Made by hand"}).want(t, 201)
	a := app{id: made.text("id"), appID: made.text("appId")}
	tn.call(admin, "POST", "/v1.0/applications", map[string]any{"notes": "nameless"}).want(t, 400)
	tn.call(admin, "POST", "/v1.0/applications", map[string]any{"displayName": "x", "identifierUris": []string{"nonsense"}}).want(t, 400)
	if got := tn.call(admin, "GET", "/v1.0/applications", nil).want(t, 200).values(); len(got) != 1 {
		t.Fatalf("what was refused is there: %v", got)
	}
	tn.patchURIs(admin, a, externalURL)
	sp := tn.call(admin, "POST", "/v1.0/servicePrincipals", map[string]any{"appId": a.appID, "tags": []string{"HideApp"}}).want(t, 201)
	tn.call(admin, "POST", "/v1.0/servicePrincipals", map[string]any{"appId": a.appID}).want(t, 409)
	tn.call(admin, "POST", "/v1.0/servicePrincipals", map[string]any{"appId": a.id}).want(t, 400)
	tn.call(admin, "PATCH", "/beta/applications/"+a.id, publishing(internalURL, externalURL)).want(t, 204)

	// No role is defined and none is required: the default one can be given.
	path := "/v1.0/servicePrincipals/" + sp.text("id")
	tn.call(admin, "POST", path+"/appRoleAssignedTo", map[string]any{
		"principalId": tn.userID(contoso.TestUser()), "resourceId": sp.text("id"), "appRoleId": "00000000-0000-0000-0000-000000000000",
	}).want(t, 201)
	p, ok := tn.PublishedByHost(contoso.ExternalHost)
	if !ok || p.AssignmentRequired || !p.MayEnter("anybody") || p.Group.Name != "Default" {
		t.Errorf("published as %+v", p)
	}
	tn.call(admin, "PATCH", path, map[string]any{"appRoleAssignmentRequired": true, "accountEnabled": true, "displayName": "Renamed"}).want(t, 204)
	tn.call(admin, "PATCH", path, map[string]any{"appId": "other"}).want(t, 400)
	if p, _ := tn.PublishedByHost(contoso.ExternalHost); p.MayEnter("anybody") {
		t.Error("assignment is not required")
	}
	tn.call(admin, "DELETE", path, nil).want(t, 204)
	if _, ok := tn.PublishedByHost(contoso.ExternalHost); ok {
		t.Error("published without an enterprise application")
	}
}

func TestPatchesMerge(t *testing.T) {
	tn := startTenant(t, nil)
	admin := tn.userToken(contoso.Admin(), graphAll)
	a := tn.publishApp(admin)
	object := "/v1.0/applications/" + a.id
	tn.call(admin, "PATCH", object, map[string]any{"web": map[string]any{"logoutUrl": externalURL + "?appproxy=logout"}}).want(t, 204)
	got := tn.call(admin, "GET", object, nil).want(t, 200)
	want := map[string]any{
		"homePageUrl": externalURL + "hub/", "logoutUrl": externalURL + "?appproxy=logout", "redirectUris": []any{externalURL},
		"implicitGrantSettings": map[string]any{"enableAccessTokenIssuance": false, "enableIdTokenIssuance": false},
	}
	if diff := cmp.Diff(want, got.body["web"]); diff != "" {
		t.Errorf("web (-want +got):\n%s", diff)
	}

	// Only the mapping is named: the SPN stays.
	tn.call(admin, "PATCH", "/beta/applications/"+a.id, kerberos(contoso.SPN, "userPrincipalName")).want(t, 204)
	tn.call(admin, "PATCH", "/beta/applications/"+a.id, map[string]any{"onPremisesPublishing": map[string]any{"singleSignOnSettings": map[string]any{
		"kerberosSignOnSettings": map[string]any{"kerberosSignOnMappingAttributeType": "onPremisesSAMAccountName"},
	}}}).want(t, 204)
	p, _ := tn.PublishedByHost(contoso.ExternalHost)
	if k, on := p.Kerberos(); !on || k.ServicePrincipalName != contoso.SPN || k.MappingAttributeType != entra.MapOnPremSAM {
		t.Errorf("single sign-on %+v", k)
	}

	// A new external URL is registered for the sign-in beside the old one.
	moved := "https://qlik-contoso." + contoso.ProxySuffix + "/"
	tn.call(admin, "PATCH", "/beta/applications/"+a.id, map[string]any{"onPremisesPublishing": map[string]any{"externalUrl": moved}}).want(t, 204)
	p, ok := tn.PublishedByHost("qlik-contoso." + contoso.ProxySuffix)
	if diff := cmp.Diff([]string{externalURL, moved}, p.RedirectURIs); !ok || diff != "" {
		t.Errorf("redirect addresses (-want +got):\n%s", diff)
	}
}

func TestIdentifierURIs(t *testing.T) {
	tn := startTenant(t, nil)
	admin := tn.userToken(contoso.Admin(), graphAll)
	a := tn.instantiate(admin, "Identified")
	for _, tc := range []struct {
		name, uri string
		status    int
		code      string
	}{
		{"by id", "api://" + a.appID, 204, ""},
		{"by external URL", "https://" + contoso.ExternalHost, 204, ""},
		{"in a verified domain", "https://sense.contoso.test", 204, ""},
		{"in another's", "https://sense.fabrikam.test", 400, "HostNameNotOnVerifiedDomain"},
		{"not a URI", "sense", 400, "Request_BadRequest"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := tn.call(admin, "PATCH", "/v1.0/applications/"+a.id, map[string]any{"identifierUris": []string{tc.uri}}).want(t, tc.status)
			if got.code() != tc.code {
				t.Errorf("code %q", got.code())
			}
		})
	}
}

func TestTemplatesAndSingles(t *testing.T) {
	tn := startTenant(t, nil)
	admin := tn.userToken(contoso.Admin(), graphAll)
	found := tn.call(admin, "GET", "/v1.0/applicationTemplates?$filter=displayName eq 'Custom'", nil).want(t, 200).values()
	if len(found) != 1 {
		t.Fatalf("templates %v", found)
	}
	id, _ := found[0]["id"].(string)
	var home string
	tn.View(func(st *entra.State) { home = st.Group(contoso.GroupName).ID })
	groups := "/beta/onPremisesPublishingProfiles/applicationProxy/connectorGroups"
	for _, tc := range []struct {
		method, path string
		body         any
		status       int
	}{
		{"GET", "/v1.0/applicationTemplates/" + id, nil, 200},
		{"GET", "/v1.0/applicationTemplates/x", nil, 404},
		{"POST", "/v1.0/applicationTemplates/x/instantiate", map[string]any{"displayName": "x"}, 404},
		{"GET", "/v1.0/organization/" + contoso.TenantID, nil, 200},
		{"GET", "/v1.0/organization/other", nil, 404},
		{"GET", "/v1.0/users?$filter=userPrincipalName eq 'alice@contoso.test'", nil, 200},
		{"GET", groups + "?$filter=name eq 'Default'", nil, 200},
		{"GET", groups + "/" + home, nil, 200},
		{"GET", groups + "/x", nil, 404},
		{"PATCH", groups + "/" + home, map[string]any{"region": "nam"}, 400},
		{"POST", groups, map[string]any{"name": contoso.GroupName}, 409},
		{"POST", groups, map[string]any{"region": "eur"}, 400},
		{"DELETE", groups + "/" + home, nil, 400},
	} {
		t.Run(tc.method+" "+tc.path, func(t *testing.T) {
			tn.call(admin, tc.method, tc.path, tc.body).want(t, tc.status)
		})
	}
	t.Run("wrong queries of an empty list", func(t *testing.T) {
		tn.call(admin, "GET", "/v1.0/applications?$select=shoeSize", nil).want(t, 400)
		tn.call(admin, "GET", "/v1.0/applications?$filter=onPremisesPublishing/externalUrl eq 'x'", nil).want(t, 400)
		tn.call(admin, "GET", "/beta/servicePrincipals?$filter=displayName/any(t:t eq 'x')", nil).want(t, 400)
	})
	t.Run("application proxy off", func(t *testing.T) {
		a := tn.instantiate(admin, "Too early")
		tn.patchURIs(admin, a, externalURL)
		tn.Update(func(st *entra.State) { st.Tenant.ProxyEnabled = false })
		got := tn.call(admin, "PATCH", "/beta/applications/"+a.id, publishing(internalURL, externalURL)).want(t, 404)
		if got.code() != "OnPremisesPublishing_NotEnabled" {
			t.Errorf("code %q", got.code())
		}
	})
}

func FuzzFilter(f *testing.F) {
	for _, seed := range []string{
		"displayName eq 'x'", "tags/any(t:t eq 'a''b')", "(a eq 1 or b eq null) and startswith(c,'d')", "((", "'", "any(", "a eq",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(_ *testing.T, text string) { entra.TryFilter(text) })
}
