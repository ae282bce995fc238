package entra

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

func applicationShape() shape {
	return shape{typ: "microsoft.graph.application", set: "applications", hidden: []string{"onPremisesPublishing"}}
}

func templateShape() shape {
	return shape{typ: "microsoft.graph.applicationTemplate", set: "applicationTemplates"}
}

func (c *call) applicationRecord(a *Application) record {
	r := record{
		"id": a.ID, "appId": a.AppID, "displayName": a.DisplayName, "createdDateTime": stamp(a.Created), "deletedDateTime": nil,
		"signInAudience": a.SignInAudience, "publisherDomain": c.st.Tenant.Domains[0].Name, "notes": orNull(a.Notes),
		"description": nil, "groupMembershipClaims": nil, "isFallbackPublicClient": nil, "applicationTemplateId": templateID,
		"identifierUris": texts(a.IdentifierURIs), "tags": texts(a.Tags),
		"web": record{
			"homePageUrl": deref(a.Web.HomePageURL), "logoutUrl": deref(a.Web.LogoutURL), "redirectUris": texts(a.Web.RedirectURIs),
			"implicitGrantSettings": a.Web.ImplicitGrantSettings,
		},
		"api": record{
			"acceptMappedClaims": nil, "requestedAccessTokenVersion": nil, "knownClientApplications": []string{},
			"preAuthorizedApplications": []record{}, "oauth2PermissionScopes": slices.Clone(a.Scopes),
		},
		"appRoles": slices.Clone(a.AppRoles), "requiredResourceAccess": []record{}, "keyCredentials": []record{},
		"passwordCredentials": []record{}, "publicClient": record{"redirectUris": []string{}},
	}
	if c.beta() {
		r["onPremisesPublishing"] = nil
		if a.Publishing != nil {
			r["onPremisesPublishing"] = a.Publishing.record()
		}
	}
	return r
}

// application finds an application by the id in the path, unless it is still on its
// way through the directory; every look brings it nearer.
func (c *call) application() (*Application, *graphError) {
	a := c.st.Application(c.ids[0])
	if a == nil || !arrived(&a.Unseen) {
		return nil, notFound(c.ids[0])
	}
	return a, nil
}

func arrived(unseen *int) bool {
	if *unseen > 0 {
		*unseen--
		return false
	}
	return true
}

func listTemplates(c *call) (reply, *graphError) {
	return c.list(templateShape(), customTemplate(), []record{customTemplate()})
}

func getTemplate(c *call) (reply, *graphError) {
	if c.ids[0] != templateID {
		return reply{}, notFound(c.ids[0])
	}
	return c.one(templateShape(), customTemplate())
}

func customTemplate() record {
	return record{
		"id": templateID, "displayName": "Custom", "publisher": nil, "homePageUrl": nil, "logoUrl": nil, "description": nil,
		"categories": []string{}, "supportedProvisioningTypes": []string{},
		"supportedSingleSignOnModes": []string{"password", "saml", "external"},
	}
}

func instantiate(c *call) (reply, *graphError) {
	if c.ids[0] != templateID {
		return reply{}, notFound(c.ids[0])
	}
	var body struct {
		DisplayName                string  `json:"displayName"`
		ServiceManagementReference *string `json:"serviceManagementReference"`
	}
	if ge := c.decode(&body); ge != nil {
		return reply{}, ge
	}
	if strings.TrimSpace(body.DisplayName) == "" {
		return reply{}, badRequest("Value cannot be null or empty. Parameter name: displayName")
	}
	app := c.st.addApplication(body.DisplayName, c.now)
	sp := c.st.addServicePrincipal(app, true, tagCustomSSO, tagIntegrated)
	app.Unseen, sp.Unseen = c.st.ConsistencyReads, c.st.ConsistencyReads
	return created(record{
		"@odata.context":   graphAudience + "/" + c.version + "/$metadata#microsoft.graph.applicationServicePrincipal",
		"application":      c.applicationRecord(app),
		"servicePrincipal": c.servicePrincipalRecord(sp),
	})
}

func listApplications(c *call) (reply, *graphError) {
	var all []record
	for i := range c.st.Applications {
		if a := &c.st.Applications[i]; c.st.ListedFirst || arrived(&a.Unseen) {
			all = append(all, c.applicationRecord(a))
		}
	}
	return c.list(applicationShape(), c.applicationRecord(&Application{}), all)
}

func getApplication(c *call) (reply, *graphError) {
	a, ge := c.application()
	if ge != nil {
		return reply{}, ge
	}
	return c.one(applicationShape(), c.applicationRecord(a))
}

// applicationPatch is what may be written. The pointers of complex values
// lead to copies of the present ones, so that what the body leaves out stays.
type applicationPatch struct {
	DisplayName          *string     `json:"displayName"`
	Notes                *string     `json:"notes"`
	SignInAudience       *string     `json:"signInAudience"`
	IdentifierURIs       *[]string   `json:"identifierUris"`
	Tags                 *[]string   `json:"tags"`
	Web                  *Web        `json:"web"`
	AppRoles             *[]AppRole  `json:"appRoles"`
	API                  *apiPatch   `json:"api"`
	OnPremisesPublishing *Publishing `json:"onPremisesPublishing"`
}

type apiPatch struct {
	OAuth2PermissionScopes      *[]PermissionScope `json:"oauth2PermissionScopes"`
	RequestedAccessTokenVersion *int               `json:"requestedAccessTokenVersion"`
}

func createApplication(c *call) (reply, *graphError) {
	var patch applicationPatch
	if ge := c.decode(&patch); ge != nil {
		return reply{}, ge
	}
	if patch.DisplayName == nil || *patch.DisplayName == "" {
		return reply{}, badRequest("A value is required for the property 'displayName' of resource 'Application'.")
	}
	app := c.st.addApplication(*patch.DisplayName, c.now)
	app.AppRoles, app.Scopes = nil, nil
	if ge := c.write(app, &patch); ge != nil {
		c.st.Applications = c.st.Applications[:len(c.st.Applications)-1]
		return reply{}, ge
	}
	app.Unseen = c.st.ConsistencyReads
	return created(c.applicationRecord(app))
}

func patchApplication(c *call) (reply, *graphError) {
	app, ge := c.application()
	if ge != nil {
		return reply{}, ge
	}
	web := app.Web
	web.RedirectURIs = slices.Clone(web.RedirectURIs)
	patch := applicationPatch{Web: &web}
	publishing := app.publishingToPatch()
	if names, ge := c.names(); ge != nil {
		return reply{}, ge
	} else if names["onpremisespublishing"] {
		patch.OnPremisesPublishing = &publishing
	}
	if ge := c.decode(&patch); ge != nil {
		return reply{}, ge
	}
	if patch.Web == nil {
		patch.Web = &Web{}
	}
	if ge := c.write(app, &patch); ge != nil {
		return reply{}, ge
	}
	return done()
}

// write judges the patch as a whole before it changes anything.
func (c *call) write(app *Application, patch *applicationPatch) *graphError {
	next := *app
	if patch.DisplayName != nil {
		next.DisplayName = *patch.DisplayName
	}
	if patch.Notes != nil {
		next.Notes = *patch.Notes
	}
	if patch.SignInAudience != nil {
		next.SignInAudience = *patch.SignInAudience
	}
	if patch.Tags != nil {
		next.Tags = *patch.Tags
	}
	if patch.AppRoles != nil {
		next.AppRoles = *patch.AppRoles
	}
	if patch.API != nil && patch.API.OAuth2PermissionScopes != nil {
		next.Scopes = *patch.API.OAuth2PermissionScopes
	}
	if patch.Web != nil {
		next.Web = *patch.Web
	}
	if patch.IdentifierURIs != nil {
		next.IdentifierURIs = *patch.IdentifierURIs
		if ge := c.st.checkIdentifiers(&next); ge != nil {
			return ge
		}
	}
	if patch.OnPremisesPublishing != nil {
		if ge := c.publish(&next, *patch.OnPremisesPublishing); ge != nil {
			return ge
		}
	}
	*app = next
	return nil
}

func (st *State) checkIdentifiers(app *Application) *graphError {
	for _, uri := range app.IdentifierURIs {
		u, err := url.Parse(uri)
		switch {
		case err != nil || u.Scheme == "" || u.Host == "":
			return badRequest("Values of identifierUris property must be URIs: '%s' is not.", uri)
		case u.Scheme != "api" && !st.owns(u.Hostname()):
			return refused(http.StatusBadRequest, "HostNameNotOnVerifiedDomain",
				"Values of identifierUris property must use a verified domain of the organization or its subdomain: '%s'", uri)
		}
		for i := range st.Applications {
			other := &st.Applications[i]
			if other.ID != app.ID && slices.ContainsFunc(other.IdentifierURIs, func(u string) bool { return sameAudience(u, uri) }) {
				return badRequest("Another object with the same value for property identifierUris already exists.")
			}
		}
	}
	return nil
}

// owns says whether a host is in a verified domain or one the service gives out.
func (st *State) owns(host string) bool {
	domains := []string{proxySuffix}
	for _, d := range st.Tenant.Domains {
		domains = append(domains, d.Name)
	}
	return slices.ContainsFunc(domains, func(d string) bool {
		return strings.EqualFold(host, d) || strings.HasSuffix(strings.ToLower(host), "."+strings.ToLower(d))
	})
}

func deleteApplication(c *call) (reply, *graphError) {
	app, ge := c.application()
	if ge != nil {
		return reply{}, ge
	}
	id, appID := app.ID, app.AppID
	c.st.Applications = slices.DeleteFunc(c.st.Applications, func(a Application) bool { return a.ID == id })
	c.st.ServicePrincipals = slices.DeleteFunc(c.st.ServicePrincipals, func(p ServicePrincipal) bool { return p.AppID == appID })
	return done()
}

func deref(s *string) any {
	if s == nil {
		return nil
	}
	return *s
}
