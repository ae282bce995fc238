package entra

import (
	"net/http"
	"slices"
	"strings"
)

func servicePrincipalShape() shape {
	return shape{typ: "microsoft.graph.servicePrincipal", set: "servicePrincipals"}
}

func assignmentShape() shape {
	return shape{typ: "microsoft.graph.appRoleAssignment", set: "appRoleAssignments"}
}

func (c *call) servicePrincipalRecord(p *ServicePrincipal) record {
	r := record{
		"id": p.ID, "appId": p.AppID, "displayName": p.DisplayName, "appDisplayName": p.DisplayName, "deletedDateTime": nil,
		"accountEnabled": p.Enabled, "appRoleAssignmentRequired": p.AssignmentRequired, "servicePrincipalType": "Application",
		"appOwnerOrganizationId": c.st.Tenant.ID, "applicationTemplateId": templateID, "signInAudience": "AzureADMyOrg",
		"preferredSingleSignOnMode": nil, "loginUrl": nil, "logoutUrl": nil, "homepage": nil, "notes": nil, "description": nil,
		"replyUrls": []string{}, "servicePrincipalNames": []string{p.AppID}, "oauth2PermissionScopes": []PermissionScope{},
		"tags": texts(p.Tags), "appRoles": slices.Clone(p.AppRoles), "keyCredentials": []record{}, "passwordCredentials": []record{},
	}
	if app := c.registration(p.AppID); app != nil {
		r["homepage"], r["logoutUrl"] = deref(app.Web.HomePageURL), deref(app.Web.LogoutURL)
		r["replyUrls"], r["oauth2PermissionScopes"] = texts(app.Web.RedirectURIs), slices.Clone(app.Scopes)
		r["servicePrincipalNames"] = append([]string{p.AppID}, app.IdentifierURIs...)
	}
	return r
}

// registration finds the registration of an enterprise application. A list
// looks them all up: they are indexed once.
func (c *call) registration(appID string) *Application {
	if appID == "" {
		return nil
	}
	if c.byAppID == nil {
		c.byAppID = make(map[string]*Application, len(c.st.Applications))
		for i := range c.st.Applications {
			a := &c.st.Applications[i]
			c.byAppID[strings.ToLower(a.AppID)] = a
		}
	}
	return c.byAppID[strings.ToLower(appID)]
}

func (c *call) servicePrincipal() (*ServicePrincipal, *graphError) {
	p := c.st.ServicePrincipal(c.ids[0])
	if p == nil || !arrived(&p.Unseen) {
		return nil, notFound(c.ids[0])
	}
	return p, nil
}

func listServicePrincipals(c *call) (reply, *graphError) {
	var all []record
	for i := range c.st.ServicePrincipals {
		if p := &c.st.ServicePrincipals[i]; arrived(&p.Unseen) {
			all = append(all, c.servicePrincipalRecord(p))
		}
	}
	return c.list(servicePrincipalShape(), c.servicePrincipalRecord(&ServicePrincipal{}), all)
}

func getServicePrincipal(c *call) (reply, *graphError) {
	p, ge := c.servicePrincipal()
	if ge != nil {
		return reply{}, ge
	}
	return c.one(servicePrincipalShape(), c.servicePrincipalRecord(p))
}

type servicePrincipalPatch struct {
	AppID                     *string   `json:"appId"`
	DisplayName               *string   `json:"displayName"`
	AccountEnabled            *bool     `json:"accountEnabled"`
	AppRoleAssignmentRequired *bool     `json:"appRoleAssignmentRequired"`
	Tags                      *[]string `json:"tags"`
}

func (patch *servicePrincipalPatch) apply(p *ServicePrincipal) {
	if patch.DisplayName != nil {
		p.DisplayName = *patch.DisplayName
	}
	if patch.AccountEnabled != nil {
		p.Enabled = *patch.AccountEnabled
	}
	if patch.AppRoleAssignmentRequired != nil {
		p.AssignmentRequired = *patch.AppRoleAssignmentRequired
	}
	if patch.Tags != nil { // the whole list is replaced
		p.Tags = *patch.Tags
	}
}

func createServicePrincipal(c *call) (reply, *graphError) {
	var patch servicePrincipalPatch
	if ge := c.decode(&patch); ge != nil {
		return reply{}, ge
	}
	if patch.AppID == nil {
		return reply{}, badRequest("A value is required for the property 'appId' of resource 'ServicePrincipal'.")
	}
	app := c.st.Application(*patch.AppID)
	if app == nil || !strings.EqualFold(app.AppID, *patch.AppID) {
		return reply{}, badRequest("The appId '%s' of the service principal does not reference a valid application object.", *patch.AppID)
	}
	if c.st.ServicePrincipal(app.AppID) != nil {
		return reply{}, refused(http.StatusConflict, "Request_MultipleObjectsWithSameKeyValue",
			"The service principal cannot be created: one with the appId '%s' exists already.", app.AppID)
	}
	p := c.st.addServicePrincipal(app, false)
	patch.apply(p)
	p.Unseen = c.st.ConsistencyReads
	return created(c.servicePrincipalRecord(p))
}

func patchServicePrincipal(c *call) (reply, *graphError) {
	p, ge := c.servicePrincipal()
	if ge != nil {
		return reply{}, ge
	}
	var patch servicePrincipalPatch
	if ge := c.decode(&patch); ge != nil {
		return reply{}, ge
	}
	if patch.AppID != nil && *patch.AppID != p.AppID {
		return reply{}, badRequest("Property 'appId' is read-only and cannot be set.")
	}
	patch.apply(p)
	return done()
}

func deleteServicePrincipal(c *call) (reply, *graphError) {
	p, ge := c.servicePrincipal()
	if ge != nil {
		return reply{}, ge
	}
	id := p.ID
	c.st.ServicePrincipals = slices.DeleteFunc(c.st.ServicePrincipals, func(p ServicePrincipal) bool { return p.ID == id })
	return done()
}

func (c *call) assignmentRecord(p *ServicePrincipal, a Assignment) record {
	r := record{
		"id": a.ID, "appRoleId": a.AppRoleID, "createdDateTime": stamp(a.Created), "deletedDateTime": nil,
		"principalId": a.PrincipalID, "principalDisplayName": nil, "principalType": "User",
		"resourceId": p.ID, "resourceDisplayName": p.DisplayName,
	}
	if u := c.st.User(a.PrincipalID); u != nil {
		r["principalDisplayName"] = u.DisplayName
	} else if g := c.st.DirectoryGroup(a.PrincipalID); g != nil {
		r["principalDisplayName"], r["principalType"] = g.Name, "Group"
	}
	return r
}

func listAssignments(c *call) (reply, *graphError) {
	p, ge := c.servicePrincipal()
	if ge != nil {
		return reply{}, ge
	}
	var all []record
	for _, a := range p.Assignments {
		all = append(all, c.assignmentRecord(p, a))
	}
	return c.list(assignmentShape(), c.assignmentRecord(p, Assignment{}), all)
}

func createAssignment(c *call) (reply, *graphError) {
	// Writing assignments also reads the application: a second permission.
	if !c.who.AppOnly && !overlap(scopesAppRead(), c.who.Scopes) {
		return reply{}, denied()
	}
	p, ge := c.servicePrincipal()
	if ge != nil {
		return reply{}, ge
	}
	var body struct {
		PrincipalID string `json:"principalId"`
		ResourceID  string `json:"resourceId"`
		AppRoleID   string `json:"appRoleId"`
	}
	if ge := c.decode(&body); ge != nil {
		return reply{}, ge
	}
	principal := ""
	if u := c.st.User(body.PrincipalID); u != nil {
		principal = u.ID
	} else if g := c.st.DirectoryGroup(body.PrincipalID); g != nil {
		principal = g.ID
	}
	switch {
	case !strings.EqualFold(body.ResourceID, p.ID):
		return reply{}, badRequest("The resourceId '%s' does not match the service principal '%s'.", body.ResourceID, p.ID)
	case principal == "" || !strings.EqualFold(principal, body.PrincipalID):
		return reply{}, notFound(body.PrincipalID)
	case !p.hasRole(body.AppRoleID):
		return reply{}, badRequest("Permission being assigned was not found on application '%s'.", p.AppID)
	}
	for _, a := range p.Assignments {
		if a.PrincipalID == principal && strings.EqualFold(a.AppRoleID, body.AppRoleID) {
			return reply{}, badRequest("Permission being assigned already exists on the object")
		}
	}
	a := Assignment{ID: c.st.newID("assignment"), PrincipalID: principal, AppRoleID: body.AppRoleID, Created: c.now}
	p.Assignments = append(p.Assignments, a)
	return created(c.assignmentRecord(p, a))
}

// hasRole says whether users can be given the role: one that the application
// defines, or the default one where it defines none for users.
func (p *ServicePrincipal) hasRole(id string) bool {
	forUsers := false
	for _, r := range p.AppRoles {
		if r.IsEnabled && slices.Contains(r.AllowedMemberTypes, "User") {
			forUsers = true
			if strings.EqualFold(r.ID, id) {
				return true
			}
		}
	}
	return !forUsers && id == defaultRole
}

func deleteAssignment(c *call) (reply, *graphError) {
	p, ge := c.servicePrincipal()
	if ge != nil {
		return reply{}, ge
	}
	kept := slices.DeleteFunc(slices.Clone(p.Assignments), func(a Assignment) bool { return a.ID == c.ids[1] })
	if len(kept) == len(p.Assignments) {
		return reply{}, notFound(c.ids[1])
	}
	p.Assignments = kept
	return done()
}
