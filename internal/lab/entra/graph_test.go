package entra_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/entra"
)

func TestPublishingJourney(t *testing.T) {
	tn := startTenant(t, nil)
	admin := tn.userToken(contoso.Admin(), graphAll)

	if _, ok := tn.PublishedByHost(contoso.ExternalHost); ok {
		t.Fatal("the lab starts with an application published")
	}
	a := tn.publishApp(admin)
	object := "/beta/applications/" + a.id

	// A group that was just moved shows the old one once.
	first := tn.call(admin, "GET", object+"/connectorGroup", nil).want(t, 200)
	second := tn.call(admin, "GET", object+"/connectorGroup", nil).want(t, 200)
	if first.text("name") != "Default" || second.text("name") != contoso.GroupName {
		t.Errorf("groups read: %q then %q", first.text("name"), second.text("name"))
	}

	// The tag is not there by itself; it is added to the others.
	sp := tn.call(admin, "GET", "/v1.0/servicePrincipals/"+a.spID, nil).want(t, 200)
	tags, _ := sp.body["tags"].([]any)
	tags = append(tags, "WindowsAzureActiveDirectoryOnPremApp")
	tn.call(admin, "PATCH", "/v1.0/servicePrincipals/"+a.spID, map[string]any{"tags": tags}).want(t, 204)
	found := tn.call(admin, "GET", "/beta/servicePrincipals?$filter=tags/any(t:t eq 'WindowsAzureActiveDirectoryOnPremApp')&$select=id,appId", nil).want(t, 200)
	if diff := cmp.Diff([]map[string]any{{"id": a.spID, "appId": a.appID}}, found.values()); diff != "" {
		t.Errorf("published applications (-want +got):\n%s", diff)
	}

	tn.call(admin, "PATCH", object, kerberos(contoso.SPN, "userPrincipalName")).want(t, 204)
	p, ok := tn.PublishedByHost(contoso.ExternalHost + ":8443")
	if !ok {
		t.Fatal("the application is not published")
	}
	k, on := p.Kerberos()
	if !on || k.ServicePrincipalName != contoso.SPN || len(p.Connectors) != 2 || p.Group.Name != contoso.GroupName {
		t.Errorf("published as %+v", p)
	}
	if p.Publishing.InternalURL != internalURL || !p.Publishing.IsTranslateHostHeaderEnabled || !p.Publishing.IsHTTPOnlyCookieEnabled {
		t.Errorf("the patch of single sign-on changed more: %+v", p.Publishing)
	}
	if !p.MayEnter(tn.userID(contoso.TestUser())) || p.MayEnter(tn.userID(contoso.Qlik())) {
		t.Error("the wrong people may enter")
	}

	// Off again: the Kerberos settings go with the mode.
	tn.call(admin, "PATCH", object+"/onPremisesPublishing", map[string]any{
		"singleSignOnSettings": map[string]any{"singleSignOnMode": "none"},
	}).want(t, 204)
	got := tn.call(admin, "GET", object+"?$select=id,onPremisesPublishing", nil).want(t, 200)
	pub, _ := got.body["onPremisesPublishing"].(map[string]any)
	want := map[string]any{"singleSignOnMode": "none", "kerberosSignOnSettings": nil}
	if diff := cmp.Diff(want, pub["singleSignOnSettings"]); diff != "" {
		t.Errorf("single sign-on off (-want +got):\n%s", diff)
	}

	tn.call(admin, "DELETE", "/v1.0/applications/"+a.id, nil).want(t, 204)
	tn.call(admin, "GET", "/v1.0/servicePrincipals/"+a.spID, nil).want(t, 404)
}

func TestPublishingIsNotThereBefore(t *testing.T) {
	tn := startTenant(t, nil)
	admin := tn.userToken(contoso.Admin(), graphAll)
	a := tn.instantiate(admin, "Early")
	var group string
	tn.View(func(st *entra.State) { group = st.DefaultGroup().ID })

	for _, tc := range []struct {
		name, method, path string
		body               any
		status             int
		code               string
	}{
		{"reading it", "GET", "/onPremisesPublishing", nil, 404, "Application_NotFound"},
		{"pointing at a group", "PUT", "/connectorGroup/$ref", groupRef(group), 404, "Application_NotFound"},
		{"publishing without URIs", "PATCH", "", publishing(internalURL, externalURL), 400, "Request_BadRequest"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := tn.call(admin, tc.method, "/beta/applications/"+a.id+tc.path, tc.body).want(t, tc.status)
			if got.code() != tc.code {
				t.Errorf("code %q, want %q", got.code(), tc.code)
			}
		})
	}
	// Selected, it is null; not selected, it is left out.
	got := tn.call(admin, "GET", "/beta/applications/"+a.id+"?$select=onPremisesPublishing", nil).want(t, 200)
	if v, there := got.body["onPremisesPublishing"]; !there || v != nil {
		t.Errorf("selected: %v", got.body)
	}
	got = tn.call(admin, "GET", "/beta/applications/"+a.id, nil).want(t, 200)
	if _, there := got.body["onPremisesPublishing"]; there {
		t.Errorf("shown without being selected: %v", got.body)
	}
}

func TestNewObjectsAppearLate(t *testing.T) {
	tn := startTenant(t, nil)
	admin := tn.userToken(contoso.Admin(), graphAll)
	made := tn.call(admin, "POST", "/v1.0/applicationTemplates/8adf8e6e-67b2-4cf2-a259-e3dc5476c621/instantiate",
		map[string]any{"displayName": "Late"}).want(t, 201)
	object := "/v1.0/applications/" + made.text("application", "id")
	tn.call(admin, "PATCH", object, map[string]any{"displayName": "Later"}).want(t, 404)
	if got := tn.call(admin, "GET", "/v1.0/applications", nil).want(t, 200); len(got.values()) != 0 {
		t.Errorf("listed too early: %v", got.values())
	}
	tn.call(admin, "GET", object, nil).want(t, 200)

	tn.Update(func(st *entra.State) { st.ConsistencyReads = 0 })
	made = tn.call(admin, "POST", "/beta/applicationTemplates/8adf8e6e-67b2-4cf2-a259-e3dc5476c621/instantiate",
		map[string]any{"displayName": "At once"}).want(t, 201)
	tn.call(admin, "GET", "/v1.0/applications/"+made.text("application", "id"), nil).want(t, 200)
}

func TestClashes(t *testing.T) {
	tn := startTenant(t, nil)
	admin := tn.userToken(contoso.Admin(), graphAll)
	tn.publishApp(admin)
	other := tn.instantiate(admin, "Another")
	otherURL := "https://another-contoso." + contoso.ProxySuffix + "/"
	tn.patchURIs(admin, other, otherURL)
	for _, tc := range []struct {
		name, internal, external, code string
	}{
		{"internal", "https://SENSE.contoso.test:443/", otherURL, "InternalUrl_Duplicate"},
		{"external", "https://other.contoso.test/", externalURL, "ExternalUrl_Duplicate"},
		{"not the tenant's", "https://other.contoso.test/", "https://another-fabrikam." + contoso.ProxySuffix + "/", "Request_BadRequest"},
		{"port outside", "https://other.contoso.test/", "https://another-contoso." + contoso.ProxySuffix + ":8443/", "Request_BadRequest"},
		{"no slash", "https://other.contoso.test", otherURL, "Request_BadRequest"},
		{"address", "https://10.0.0.1/", otherURL, "Request_BadRequest"},
		{"domain not verified", "https://other.contoso.test/", "https://sense.fabrikam.test/", "Request_BadRequest"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := tn.call(admin, "PATCH", "/beta/applications/"+other.id, publishing(tc.internal, tc.external)).want(t, 400)
			if got.code() != tc.code {
				t.Errorf("code %q (%s), want %q", got.code(), got.message(), tc.code)
			}
		})
	}
	// A port inside is fine, and nothing was changed by what was refused.
	tn.call(admin, "GET", "/beta/applications/"+other.id+"/onPremisesPublishing", nil).want(t, 404)
	tn.call(admin, "PATCH", "/beta/applications/"+other.id, publishing("https://sense.contoso.test:4244/", otherURL)).want(t, 204)
}

func TestAssignments(t *testing.T) {
	tn := startTenant(t, nil)
	admin := tn.userToken(contoso.Admin(), graphAll)
	a := tn.publishApp(admin)
	path := "/v1.0/servicePrincipals/" + a.spID + "/appRoleAssignedTo"
	user := tn.userID(contoso.TestUser())

	body := map[string]any{"principalId": user, "resourceId": a.spID, "appRoleId": "18d14569-c3bd-439b-9a66-3a2aee01d14f"}
	if got := tn.call(admin, "POST", path, body).want(t, 400); got.message() != "Permission being assigned already exists on the object" {
		t.Errorf("a second time: %s", got.message())
	}
	body["appRoleId"] = "00000000-0000-0000-0000-000000000000"
	tn.call(admin, "POST", path, body).want(t, 400)

	list := tn.call(admin, "GET", path+"?$filter=principalId eq "+user, nil).want(t, 200).values()
	if len(list) != 1 || list[0]["principalDisplayName"] != contoso.TestUser().Name {
		t.Fatalf("assignments: %v", list)
	}
	id, _ := list[0]["id"].(string)
	tn.call(admin, "DELETE", path+"/"+id, nil).want(t, 204)
	tn.call(admin, "DELETE", path+"/"+id, nil).want(t, 404)
}

func TestConnectorsAndGroups(t *testing.T) {
	tn := startTenant(t, nil)
	admin := tn.userToken(contoso.Admin(), graphAll)
	const base = "/beta/onPremisesPublishingProfiles/applicationProxy"

	profile := tn.call(admin, "GET", "/beta/onPremisesPublishingProfiles/APPLICATIONPROXY", nil).want(t, 200)
	if profile.body["isEnabled"] != true {
		t.Errorf("profile: %v", profile.body)
	}
	connectors := tn.call(admin, "GET", base+"/connectors", nil).want(t, 200).values()
	if len(connectors) != 2 || connectors[0]["machineName"] != "conn01.contoso.test" || connectors[0]["version"] != "1.5.4892.0" {
		t.Fatalf("connectors: %v", connectors)
	}
	conn, _ := connectors[0]["id"].(string)

	// The live service answers 200 here, and ignores what it decides itself.
	made := tn.call(admin, "POST", base+"/connectorGroups", map[string]any{"name": "Spare", "isDefault": true, "region": "japan"}).want(t, 200)
	if made.body["isDefault"] != false || made.text("region") != "japan" {
		t.Errorf("created: %v", made.body)
	}
	spare := made.text("id")
	tn.call(admin, "PATCH", base+"/connectorGroups/"+spare, map[string]any{"name": "Spare part"}).want(t, 204)
	tn.call(admin, "POST", base+"/connectors/"+conn+"/memberOf/$ref", groupRef(spare)).want(t, 204)
	if got := tn.call(admin, "GET", base+"/connectors/"+conn+"/memberOf", nil).want(t, 200).values(); len(got) != 1 || got[0]["name"] != "Spare part" {
		t.Errorf("memberOf: %v", got)
	}
	tn.call(admin, "DELETE", base+"/connectorGroups/"+spare, nil).want(t, 400)

	var home string
	tn.View(func(st *entra.State) { home = st.Group(contoso.GroupName).ID })
	tn.call(admin, "POST", base+"/connectorGroups/"+home+"/members/$ref", map[string]any{
		"@odata.id": graphBase + base + "/connectors/" + conn,
	}).want(t, 204)
	if got := tn.call(admin, "GET", base+"/connectorGroups/"+home+"/members", nil).want(t, 200).values(); len(got) != 2 {
		t.Errorf("members: %v", got)
	}
	tn.call(admin, "DELETE", base+"/connectorGroups/"+spare, nil).want(t, 204)

	a := tn.publishApp(admin)
	apps := tn.call(admin, "GET", base+"/connectorGroups/"+home+"/applications", nil).want(t, 200).values()
	if len(apps) != 1 || apps[0]["id"] != a.id {
		t.Errorf("applications: %v", apps)
	}
	tn.call(admin, "DELETE", "/beta/applications/"+a.id+"/connectorGroup/$ref", nil).want(t, 204)
	tn.call(admin, "GET", "/beta/applications/"+a.id+"/connectorGroup", nil).want(t, 200)
	if got := tn.call(admin, "GET", "/beta/applications/"+a.id+"/connectorGroup", nil).want(t, 200); got.body["isDefault"] != true {
		t.Errorf("group after the assignment was deleted: %v", got.body)
	}
	tn.call(admin, "PUT", "/beta/applications/"+a.id+"/connectorGroup/$ref", map[string]any{"@odata.id": "https://graph.example/x"}).want(t, http.StatusBadRequest)
}
