package entra_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/entra"
)

const connectorsPath = "/beta/onPremisesPublishingProfiles/applicationProxy/connectors"

func TestWhoMayDoWhat(t *testing.T) {
	tn := startTenant(t, nil)
	admin := tn.userToken(contoso.Admin(), graphAll)
	a := tn.publishApp(admin)
	group := func(g string) any { return groupRef(g) }
	var home string
	tn.View(func(st *entra.State) { home = st.Group(contoso.GroupName).ID })

	type op struct {
		name, method, path string
		body               any
	}
	reads := op{"read connectors", "GET", connectorsPath, nil}
	publishes := op{"publish", "PATCH", "/beta/applications/" + a.id, kerberos(contoso.SPN, "userPrincipalName")}
	nested := op{"publish nested", "PATCH", "/beta/applications/" + a.id + "/onPremisesPublishing", map[string]any{"isHttpOnlyCookieEnabled": true}}
	moves := op{"point at group", "PUT", "/beta/applications/" + a.id + "/connectorGroup/$ref", group(home)}
	writes := op{"write the application", "PATCH", "/v1.0/applications/" + a.id, map[string]any{"notes": "n"}}
	users := op{"read users", "GET", "/v1.0/users", nil}

	all := []op{reads, publishes, nested, moves, writes, users}
	for _, tc := range []struct {
		name    string
		roles   []string
		scopes  []string // nil for all of the client's
		refused []op
	}{
		{"application administrator", []string{entra.RoleApplicationAdministrator}, nil, nil},
		{"global administrator", []string{entra.RoleGlobalAdministrator}, nil, nil},
		{"cloud application administrator", []string{entra.RoleCloudApplicationAdministrator}, nil, []op{reads, publishes, nested, moves}},
		{"global reader", []string{entra.RoleGlobalReader}, nil, []op{publishes, nested, moves, writes}},
		{"nobody special", nil, nil, []op{reads, publishes, nested, moves, writes}},
		{"administrator with little consent", []string{entra.RoleApplicationAdministrator}, []string{"User.Read"}, all},
		{"administrator who only reads", []string{entra.RoleApplicationAdministrator}, []string{"Directory.Read.All"}, []op{publishes, nested, moves, writes}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var had []string
			tn.Update(func(st *entra.State) {
				st.User(contoso.Admin().UPN).Roles = tc.roles
				had = st.Client(contoso.ClientID).Scopes
				if tc.scopes != nil {
					st.Client(contoso.ClientID).Scopes = tc.scopes
				}
			})
			defer tn.Update(func(st *entra.State) { st.Client(contoso.ClientID).Scopes = had })
			token := tn.userToken(contoso.Admin(), graphAll)
			for _, o := range all {
				got := tn.call(token, o.method, o.path, o.body)
				refused := false
				for _, r := range tc.refused {
					refused = refused || r.name == o.name
				}
				if refused && (got.status != 403 || got.code() != "Authorization_RequestDenied") {
					t.Errorf("%s: %d %v, want a refusal", o.name, got.status, got.body)
				}
				if !refused && got.status >= 300 {
					t.Errorf("%s: %d %v", o.name, got.status, got.body)
				}
			}
		})
	}
}

func TestTokensThatGraphRefuses(t *testing.T) {
	tn := startTenant(t, nil)
	good := tn.userToken(contoso.TestUser(), graphAll)
	_, body := tn.post(tokenURL, passwordForm(contoso.TestUser().UPN, contoso.TestUser().Password, "openid"))
	id, _ := body["id_token"].(string)
	for _, tc := range []struct{ name, token, message string }{
		{"none", "", "Access token is empty."},
		{"nonsense", "not.a.token", "CompactToken parsing failed or the signature is invalid."},
		{"tampered", good[:len(good)-8] + "AAAAAAAA", "CompactToken parsing failed or the signature is invalid."},
		{"unsigned", strings.Join(append([]string{"eyJhbGciOiJub25lIn0"}, strings.Split(good, ".")[1], ""), "."), "CompactToken parsing failed or the signature is invalid."},
		{"an id_token", id, "Access token validation failure. Invalid audience."},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := tn.call(tc.token, "GET", "/v1.0/me", nil).want(t, http.StatusUnauthorized)
			if got.code() != "InvalidAuthenticationToken" || got.message() != tc.message {
				t.Errorf("%v", got.body)
			}
			if !strings.HasPrefix(got.header.Get("WWW-Authenticate"), "Bearer ") {
				t.Errorf("WWW-Authenticate %q", got.header.Get("WWW-Authenticate"))
			}
		})
	}
	t.Run("of a user disabled since", func(t *testing.T) {
		tn.Update(func(st *entra.State) { st.User(contoso.TestUser().UPN).Enabled = false })
		tn.call(good, "GET", "/v1.0/me", nil).want(t, http.StatusUnauthorized)
	})
}

func TestGraphErrorShapes(t *testing.T) {
	tn := startTenant(t, nil)
	admin := tn.userToken(contoso.Admin(), graphAll)
	a := tn.publishApp(admin)
	object := "/beta/applications/" + a.id
	for _, tc := range []struct {
		name, method, path string
		body               any
		status             int
		code, says         string
	}{
		{"no such object", "GET", "/v1.0/applications/44444444-0000-0000-0000-000000000000", nil, 404, "Request_ResourceNotFound", "44444444"},
		{"no such user", "GET", "/v1.0/users/bob@contoso.test", nil, 404, "Request_ResourceNotFound", "bob"},
		{"no such connector", "GET", connectorsPath + "/conn01.contoso.test", nil, 404, "Request_ResourceNotFound", ""},
		{"no such version", "GET", "/v2.0/me", nil, 400, "BadRequest", "Invalid version: v2.0"},
		{"no such segment", "GET", "/v1.0/unicorns", nil, 400, "BadRequest", "segment 'unicorns'"},
		{"no such segment below", "GET", "/v1.0/me/unicorns", nil, 400, "BadRequest", "segment 'unicorns'"},
		{"half a path", "GET", "/v1.0/applicationTemplates/x/instantiate/now", nil, 400, "BadRequest", "segment"},
		{"beta only", "GET", "/v1.0/onPremisesPublishingProfiles/applicationProxy", nil, 400, "BadRequest", "segment 'onPremisesPublishingProfiles'"},
		{"relayed nowhere", "GET", "/beta/onPremisesPublishingProfiles/applicationProxy/agents", nil, 404, "", "No HTTP resource was found"},
		{"method", "DELETE", "/v1.0/organization", nil, 405, "Request_BadRequest", "method"},
		{"v1.0 does not know publishing", "PATCH", "/v1.0/applications/" + a.id, publishing(internalURL, externalURL), 400, "Request_BadRequest", "onPremisesPublishing"},
		{"not to be selected either", "GET", "/v1.0/applications/" + a.id + "?$select=onPremisesPublishing", nil, 400, "BadRequest", "onPremisesPublishing"},
		{"no body", "PATCH", object, nil, 400, "Request_BadRequest", "Empty Payload"},
		{"not JSON", "PATCH", object, "{", 400, "Request_BadRequest", "Unable to read JSON"},
		{"unknown property", "PATCH", object, map[string]any{"colour": "red"}, 400, "Request_BadRequest", "'colour'"},
		{"wrong type", "PATCH", object, map[string]any{"identifierUris": "api://x"}, 400, "Request_BadRequest", "identifierUris"},
		{"unknown mode", "PATCH", object, map[string]any{"onPremisesPublishing": map[string]any{"singleSignOnSettings": map[string]any{"singleSignOnMode": "magic"}}}, 400, "Request_BadRequest", "magic"},
		{"Kerberos without its settings", "PATCH", object, map[string]any{"onPremisesPublishing": map[string]any{"singleSignOnSettings": map[string]any{"singleSignOnMode": "onPremisesKerberos"}}}, 400, "Request_BadRequest", "required"},
		{"unknown mapping", "PATCH", object, kerberos(contoso.SPN, "shoeSize"), 400, "Request_BadRequest", "shoeSize"},
		{"no name for the application", "POST", "/v1.0/applicationTemplates/8adf8e6e-67b2-4cf2-a259-e3dc5476c621/instantiate", map[string]any{}, 400, "Request_BadRequest", "displayName"},
		{"reference elsewhere", "PUT", object + "/connectorGroup/$ref", map[string]any{"@odata.id": "https://graph.example/beta/x"}, 400, "Request_BadRequest", "@odata.id"},
		{"reference to a connector", "PUT", object + "/connectorGroup/$ref", map[string]any{"@odata.id": graphBase + connectorsPath + "/x"}, 400, "Request_BadRequest", "connectorGroups"},
		{"reference to nothing", "PUT", object + "/connectorGroup/$ref", groupRef("x"), 404, "Request_ResourceNotFound", ""},
		{"filter operator", "GET", "/v1.0/users?$filter=displayName ne 'x'", nil, 400, "BadRequest", "'ne'"},
		{"filter property", "GET", "/v1.0/users?$filter=shoeSize eq 'x'", nil, 400, "BadRequest", "shoeSize"},
		{"filter cut short", "GET", "/v1.0/users?$filter=displayName eq 'x", nil, 400, "BadRequest", "unterminated"},
		{"option", "GET", "/v1.0/users?$orderby=displayName", nil, 400, "Request_UnsupportedQuery", "$orderby"},
		{"top", "GET", "/v1.0/users?$top=0", nil, 400, "BadRequest", "$top"},
		{"page token", "GET", "/v1.0/users?$skiptoken=zzz", nil, 400, "Directory_ExpiredPageToken", ""},
		{"identifier of another", "PATCH", "/v1.0/applications/" + tn.instantiate(admin, "Copy").id, map[string]any{"identifierUris": []string{"api://" + a.appID}}, 400, "Request_BadRequest", "same value"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := tn.call(admin, tc.method, tc.path, tc.body).want(t, tc.status)
			if got.code() != tc.code || !strings.Contains(got.message(), tc.says) {
				t.Errorf("%q %q, want %q with %q", got.code(), got.message(), tc.code, tc.says)
			}
			inner, _ := got.body["error"].(map[string]any)["innerError"].(map[string]any)
			if inner["date"] == "" || inner["request-id"] != got.header.Get("request-id") || inner["client-request-id"] == "" {
				t.Errorf("innerError %v", inner)
			}
		})
	}
}

func TestPagingAndFilters(t *testing.T) {
	tn := startTenant(t, nil)
	tn.Update(func(st *entra.State) { st.ConsistencyReads = 0 })
	admin := tn.userToken(contoso.Admin(), graphAll)
	for i := range 5 {
		tn.instantiate(admin, "App "+strconv.Itoa(i))
	}
	tn.Update(func(st *entra.State) { st.PageSize = 2 })
	names := func(path string) (out []string, pages int) {
		for next := path; next != ""; pages++ {
			got := tn.call(admin, "GET", next, nil).want(t, 200)
			for _, v := range got.values() {
				n, _ := v["displayName"].(string)
				out = append(out, n)
			}
			next = got.text("@odata.nextLink")
		}
		return out, pages
	}
	for _, tc := range []struct {
		name, query string
		want        []string
		pages       int
	}{
		{"everything", "", []string{"App 0", "App 1", "App 2", "App 3", "App 4"}, 3},
		{"top", "$top=4&$select=displayName", []string{"App 0", "App 1", "App 2", "App 3", "App 4"}, 2},
		{"or", "$filter=displayName eq 'app 1' or displayName eq 'App 3'", []string{"App 1", "App 3"}, 1},
		{"and binds tighter", "$filter=displayName eq 'App 1' or startsWith(displayName,'App') and displayName eq 'App 2'", []string{"App 1", "App 2"}, 1},
		{"parentheses", "$filter=(displayName eq 'App 1' or displayName eq 'App 2') and startswith(displayName,'App 2')", []string{"App 2"}, 1},
		{"null", "$filter=web/homePageUrl eq null and displayName eq 'App 0'", []string{"App 0"}, 1},
		{"quote", "$filter=displayName eq 'it''s'", nil, 1},
		{"filter over pages", "$filter=startswith(displayName,'App')", []string{"App 0", "App 1", "App 2", "App 3", "App 4"}, 3},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, pages := names("/v1.0/applications?" + tc.query)
			if diff := cmp.Diff(tc.want, got); diff != "" || pages != tc.pages {
				t.Errorf("%d pages (-want +got):\n%s", pages, diff)
			}
		})
	}
	counted := tn.call(admin, "GET", "/v1.0/applications?$count=true&$top=1", nil).want(t, 200)
	if counted.body["@odata.count"] != float64(5) {
		t.Errorf("count %v", counted.body["@odata.count"])
	}
	appID := tn.call(admin, "GET", "/v1.0/applications?$top=1", nil).values()[0]["appId"].(string)
	byKey := tn.call(admin, "GET", "/v1.0/Applications(appId='"+appID+"')?$select=displayName", nil).want(t, 200)
	if byKey.text("displayName") != "App 0" || byKey.text("@odata.context") != graphBase+"/v1.0/$metadata#applications(displayName)/$entity" {
		t.Errorf("by appId: %v", byKey.body)
	}
}

func TestThrottling(t *testing.T) {
	tn := startTenant(t, nil)
	admin := tn.userToken(contoso.Admin(), graphAll)
	tn.Update(func(st *entra.State) { st.Throttle, st.RetryAfter = 2, 7 })
	for range 2 {
		got := tn.call(admin, "GET", "/v1.0/me", nil).want(t, http.StatusTooManyRequests)
		if got.header.Get("Retry-After") != "7" || got.code() == "" {
			t.Errorf("%v %v", got.header, got.body)
		}
	}
	tn.call(admin, "GET", "/v1.0/me", nil).want(t, 200)
}

func TestTenantAndPeople(t *testing.T) {
	tn := startTenant(t, nil)
	admin := tn.userToken(contoso.Admin(), graphAll)
	org := tn.call(admin, "GET", "/v1.0/organization?$select=id,onPremisesSyncEnabled,onPremisesLastSyncDateTime,verifiedDomains", nil).want(t, 200).values()[0]
	if org["id"] != contoso.TenantID || org["onPremisesSyncEnabled"] != true || org["onPremisesLastSyncDateTime"] == nil {
		t.Errorf("organization %v", org)
	}
	skus := tn.call(admin, "GET", "/v1.0/subscribedSkus", nil).want(t, 200).values()
	if len(skus) != 1 || skus[0]["skuPartNumber"] != "AAD_PREMIUM" {
		t.Errorf("subscribedSkus %v", skus)
	}
	roles := tn.call(admin, "GET", "/v1.0/me/transitiveMemberOf/microsoft.graph.directoryRole?$select=displayName,roleTemplateId", nil).want(t, 200).values()
	want := []map[string]any{{"displayName": "Application Administrator", "roleTemplateId": entra.RoleApplicationAdministrator}}
	if diff := cmp.Diff(want, roles); diff != "" {
		t.Errorf("roles (-want +got):\n%s", diff)
	}
	if got := tn.call(admin, "GET", "/v1.0/domains", nil).want(t, 200).values(); len(got) != 2 {
		t.Errorf("domains %v", got)
	}

	plain := tn.call(admin, "GET", "/v1.0/users/"+contoso.TestUser().UPN, nil).want(t, 200)
	if _, shown := plain.body["onPremisesUserPrincipalName"]; shown || plain.text("displayName") != contoso.TestUser().Name {
		t.Errorf("without $select: %v", plain.body)
	}
	selected := "?$select=" + url.QueryEscape("accountEnabled,userType,onPremisesUserPrincipalName,onPremisesSamAccountName,assignedPlans")
	full := tn.call(admin, "GET", "/v1.0/users/"+contoso.TestUser().UPN+selected, nil).want(t, 200)
	if full.text("onPremisesSamAccountName") != "alice" || full.body["accountEnabled"] != true || full.text("userType") != "Member" {
		t.Errorf("with $select: %v", full.body)
	}
	// User.Read alone shows the organisation without its synchronisation.
	tn.Update(func(st *entra.State) { st.Client(contoso.ClientID).Scopes = []string{"User.Read"} })
	little := tn.userToken(contoso.TestUser(), graphAll)
	if org := tn.call(little, "GET", "/v1.0/organization", nil).want(t, 200).values()[0]; org["onPremisesSyncEnabled"] != nil {
		t.Errorf("shown to anybody: %v", org)
	}
}
