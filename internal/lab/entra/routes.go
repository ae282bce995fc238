package entra

// profilesSegment is where Graph keeps application proxy itself.
const profilesSegment = "onPremisesPublishingProfiles"

// Permissions, any of which lets an operation through. The least one stands
// first.
func scopesDirectoryRead() []string {
	return []string{"Directory.Read.All", "Directory.ReadWrite.All", "Directory.AccessAsUser.All"}
}

func scopesDirectoryWrite() []string {
	return []string{"Directory.ReadWrite.All", "Directory.AccessAsUser.All"}
}

func scopesAppRead() []string {
	return append([]string{"Application.Read.All", "Application.ReadWrite.All"}, scopesDirectoryRead()...)
}

func scopesAppWrite() []string {
	return append([]string{"Application.ReadWrite.All"}, scopesDirectoryWrite()...)
}

func scopesUserRead() []string {
	return append([]string{"User.Read.All", "User.ReadWrite.All"}, scopesDirectoryRead()...)
}

// Directory roles. Cloud Application Administrator may do everything to an
// application but publish it.
func rolesApps() []string {
	return []string{RoleApplicationAdministrator, RoleCloudApplicationAdministrator, RoleGlobalAdministrator}
}

func rolesProxyWrite() []string {
	return []string{RoleApplicationAdministrator, RoleGlobalAdministrator}
}

func rolesProxyRead() []string {
	return []string{RoleApplicationAdministrator, RoleGlobalAdministrator, RoleGlobalReader}
}

// routes is every operation of the lab's Graph.
func routes() []route {
	out := directoryRoutes()
	out = append(out, applicationRoutes()...)
	out = append(out, servicePrincipalRoutes()...)
	return append(out, proxyRoutes()...)
}

func directoryRoutes() []route {
	organization := append([]string{"User.Read", "Organization.Read.All", "Organization.ReadWrite.All"}, scopesDirectoryRead()...)
	me := append([]string{"User.Read"}, scopesUserRead()...)
	return []route{
		{method: "GET", pattern: "organization", scopes: organization, appRoles: organization[1:], handle: listOrganization},
		{method: "GET", pattern: "organization/{id}", scopes: organization, appRoles: organization[1:], handle: getOrganization},
		{
			method: "GET", pattern: "domains", scopes: append([]string{"Domain.Read.All", "Domain.ReadWrite.All"}, scopesDirectoryRead()...),
			appRoles: append([]string{"Domain.Read.All"}, scopesDirectoryRead()...), handle: listDomains,
		},
		{
			method: "GET", pattern: "subscribedSkus",
			scopes:   append([]string{"LicenseAssignment.Read.All", "Organization.Read.All"}, scopesDirectoryRead()...),
			appRoles: append([]string{"LicenseAssignment.Read.All", "Organization.Read.All"}, scopesDirectoryRead()...),
			handle:   listSKUs,
		},
		{method: "GET", pattern: "users", scopes: scopesUserRead(), appRoles: scopesUserRead(), handle: listUsers},
		{method: "GET", pattern: "users/{id}", scopes: scopesUserRead(), appRoles: scopesUserRead(), handle: getUser},
		{method: "GET", pattern: "users/{id}/memberOf", scopes: scopesUserRead(), appRoles: scopesUserRead(), handle: listMemberOf},
		{
			method: "GET", pattern: "groups", scopes: append([]string{"GroupMember.Read.All", "Group.Read.All"}, scopesDirectoryRead()...),
			appRoles: append([]string{"GroupMember.Read.All", "Group.Read.All"}, scopesDirectoryRead()...), handle: listDirectoryGroups,
		},
		{method: "GET", pattern: "me", scopes: me, handle: getMe},
		{method: "GET", pattern: "me/memberOf", scopes: me, handle: listMyRoles},
		{method: "GET", pattern: "me/transitiveMemberOf", scopes: me, handle: listMyRoles},
		{method: "GET", pattern: "me/transitiveMemberOf/microsoft.graph.directoryRole", scopes: scopesDirectoryRead(), handle: listMyRoles},
	}
}

func applicationRoutes() []route {
	read, write := scopesAppRead(), scopesAppWrite()
	apps, owned := rolesApps(), []string{"Application.ReadWrite.OwnedBy", "Application.ReadWrite.All"}
	return []route{
		{method: "GET", pattern: "applicationTemplates", scopes: append(read, "User.Read"), appRoles: read, handle: listTemplates},
		{method: "GET", pattern: "applicationTemplates/{id}", scopes: append(read, "User.Read"), appRoles: read, handle: getTemplate},
		{method: "POST", pattern: "applicationTemplates/{id}/instantiate", scopes: write, roles: apps, appRoles: owned, handle: instantiate},
		{method: "GET", pattern: "applications", scopes: read, appRoles: read, handle: listApplications},
		{method: "POST", pattern: "applications", scopes: write, roles: apps, appRoles: owned, handle: createApplication},
		{method: "GET", pattern: "applications/{id}", scopes: read, appRoles: read, handle: getApplication},
		{method: "PATCH", pattern: "applications/{id}", scopes: write, roles: apps, appRoles: owned, handle: patchApplication},
		{method: "DELETE", pattern: "applications/{id}", scopes: write, roles: apps, appRoles: owned, handle: deleteApplication},
		{method: "GET", pattern: "applications/{id}/onPremisesPublishing", betaOnly: true, scopes: read, appRoles: read, handle: getPublishing},
		{method: "PATCH", pattern: "applications/{id}/onPremisesPublishing", betaOnly: true, scopes: write, roles: rolesProxyWrite(), handle: patchPublishing},
		{method: "GET", pattern: "applications/{id}/connectorGroup", betaOnly: true, scopes: scopesDirectoryRead(), roles: rolesProxyRead(), handle: getApplicationGroup},
		{method: "PUT", pattern: "applications/{id}/connectorGroup/$ref", betaOnly: true, scopes: scopesDirectoryWrite(), roles: rolesProxyWrite(), handle: putApplicationGroup},
		{method: "DELETE", pattern: "applications/{id}/connectorGroup/$ref", betaOnly: true, scopes: scopesDirectoryWrite(), roles: rolesProxyWrite(), handle: deleteApplicationGroup},
	}
}

func servicePrincipalRoutes() []route {
	read, write, apps := scopesAppRead(), scopesAppWrite(), rolesApps()
	assign := []string{"AppRoleAssignment.ReadWrite.All", "Directory.AccessAsUser.All"}
	return []route{
		{method: "GET", pattern: "servicePrincipals", scopes: read, appRoles: read, handle: listServicePrincipals},
		{method: "POST", pattern: "servicePrincipals", scopes: write, roles: apps, appRoles: []string{"Application.ReadWrite.All"}, handle: createServicePrincipal},
		{method: "GET", pattern: "servicePrincipals/{id}", scopes: read, appRoles: read, handle: getServicePrincipal},
		{method: "PATCH", pattern: "servicePrincipals/{id}", scopes: write, roles: apps, appRoles: write, handle: patchServicePrincipal},
		{method: "DELETE", pattern: "servicePrincipals/{id}", scopes: write, roles: apps, appRoles: write, handle: deleteServicePrincipal},
		{method: "GET", pattern: "servicePrincipals/{id}/appRoleAssignedTo", scopes: read, appRoles: read, handle: listAssignments},
		{method: "POST", pattern: "servicePrincipals/{id}/appRoleAssignedTo", scopes: assign, roles: apps, appRoles: assign, handle: createAssignment},
		{method: "DELETE", pattern: "servicePrincipals/{id}/appRoleAssignedTo/{id}", scopes: assign, roles: apps, appRoles: assign, handle: deleteAssignment},
	}
}

// proxyRoutes are for people only: no application permission opens them.
func proxyRoutes() []route {
	const base = profilesSegment + "/applicationProxy"
	read := func(pattern string, h func(*call) (reply, *graphError)) route {
		return route{method: "GET", pattern: base + pattern, betaOnly: true, scopes: scopesDirectoryRead(), roles: rolesProxyRead(), handle: h}
	}
	write := func(method, pattern string, h func(*call) (reply, *graphError)) route {
		return route{method: method, pattern: base + pattern, betaOnly: true, scopes: scopesDirectoryWrite(), roles: rolesProxyWrite(), handle: h}
	}
	return []route{
		read("", getProfile),
		read("/connectors", listConnectors),
		read("/connectors/{id}", getConnector),
		read("/connectors/{id}/memberOf", listConnectorGroupsOf),
		write("POST", "/connectors/{id}/memberOf/$ref", moveConnector),
		read("/connectorGroups", listGroups),
		write("POST", "/connectorGroups", createGroup),
		read("/connectorGroups/{id}", getGroup),
		write("PATCH", "/connectorGroups/{id}", patchGroup),
		write("DELETE", "/connectorGroups/{id}", deleteGroup),
		read("/connectorGroups/{id}/members", listGroupMembers),
		write("POST", "/connectorGroups/{id}/members/$ref", addGroupMember),
		read("/connectorGroups/{id}/applications", listGroupApplications),
	}
}
