package entra

import (
	"crypto/subtle"
	"net/url"
	"slices"
	"strings"

	"sensegate/internal/lab/contoso"
)

const loginHost = contoso.LoginHost

// party is who asks for a token: a client of the tenant or one of its own
// applications.
type party struct {
	id, name     string
	redirectURIs []string
	secrets      []string
	public       bool
	client       *Client
	app          *Application
}

func (st *State) party(id string) (party, *SignInError) {
	if c := st.Client(id); c != nil {
		return party{
			id: c.ID, name: c.Name, redirectURIs: c.RedirectURIs, secrets: c.Secrets,
			public: len(c.Secrets)+len(c.Certificates) == 0, client: c,
		}, nil
	}
	// Only the application id names an application here, not its object id.
	if a := st.Application(id); a != nil && strings.EqualFold(a.AppID, id) {
		return party{id: a.AppID, name: a.DisplayName, redirectURIs: a.Web.RedirectURIs, secrets: a.Secrets, app: a}, nil
	}
	return party{}, aadsts(700016, id, st.Tenant.DisplayName)
}

// redirect checks where the answer is wanted. A registered http://localhost
// stands for every port and path of the loopback host (RFC 8252).
func (p party) redirect(uri string) *SignInError {
	if len(p.redirectURIs) == 0 {
		return aadsts(500113)
	}
	if slices.Contains(p.redirectURIs, uri) {
		return nil
	}
	u, err := url.Parse(uri)
	if err == nil && u.Scheme == "http" && u.Fragment == "" {
		for _, r := range p.redirectURIs {
			reg, err := url.Parse(r)
			if err != nil || reg.Scheme != "http" || reg.Hostname() != u.Hostname() || !loopback(reg.Hostname()) {
				continue
			}
			if want := strings.Trim(reg.Path, "/"); want == "" || want == strings.Trim(u.Path, "/") {
				return nil
			}
		}
	}
	return aadsts(50011, uri, p.id)
}

func loopback(host string) bool { return host == "localhost" || host == "127.0.0.1" }

// authenticate checks the client's secret where it must have one.
func (p party) authenticate(secret string) *SignInError {
	if p.public {
		return nil
	}
	if secret == "" {
		return aadsts(7000218)
	}
	for _, want := range p.secrets {
		if subtle.ConstantTimeCompare([]byte(want), []byte(secret)) == 1 {
			return nil
		}
	}
	return aadsts(7000215, p.id)
}

// resource is what an access token is for.
type resource struct {
	id, name, audience string
	app                *Application // nil for Graph
}

// grant is what a request for scopes comes to.
type grant struct {
	resource resource
	scopes   []string // short names, as the token's scp lists them
	answer   string   // the scope field of the answer
	openid   bool
	offline  bool
}

// resolve reads the scope parameter for p. Every scope but those of OpenID
// must be of one resource.
func (st *State) resolve(p party, raw string) (grant, *SignInError) {
	g := grant{resource: graphResource()}
	var oidc, wanted []string
	found := false
	for s := range strings.FieldsSeq(raw) {
		if openIDScope(s) {
			g.openid = g.openid || s == "openid"
			g.offline = g.offline || s == "offline_access"
			if s != "offline_access" {
				oidc = append(oidc, s)
			}
			continue
		}
		name, perm := splitScope(s)
		res, se := st.resource(name)
		if se != nil {
			return grant{}, se
		}
		if found && res.id != g.resource.id {
			return grant{}, aadsts(28000, raw)
		}
		if perm == "" {
			return grant{}, aadsts(70011, s)
		}
		g.resource, found = res, true
		wanted = append(wanted, perm)
	}
	if !found {
		if len(oidc) == 0 {
			return grant{}, aadsts(70011, raw)
		}
		g.scopes = append(slices.Clone(oidc), "User.Read")
		g.answer = strings.Join(g.scopes, " ")
		return g, nil
	}
	allowed, se := g.resource.allowed(p)
	if se != nil {
		return grant{}, se
	}
	for _, w := range wanted {
		if w == ".default" || slices.ContainsFunc(allowed, func(a string) bool { return strings.EqualFold(a, w) }) {
			continue
		}
		if g.resource.app != nil || !knownGraphScope(w) {
			return grant{}, aadsts(650053, p.name, w, g.resource.name)
		}
		return grant{}, aadsts(65001, p.id, p.name)
	}
	g.scopes = allowed
	g.answer = scopeAnswer(raw, allowed, oidc)
	return g, nil
}

// agree lets the person who signs in agree to the permissions of Graph that are
// asked for.
func (st *State) agree(clientID, scope string) {
	c := st.Client(clientID)
	if c == nil || !c.AgreesAsAsked {
		return
	}
	for s := range strings.FieldsSeq(scope) {
		name, perm := splitScope(s)
		if openIDScope(s) || name != "" && !sameAudience(name, graphAudience) || !knownGraphScope(perm) || slices.Contains(c.Scopes, perm) {
			continue
		}
		c.Scopes = append(slices.Clone(c.Scopes), perm)
	}
}

// scopeAnswer lists what was granted under the name the client used for the
// resource, .default included when it was asked for: MSAL takes a scope it
// asked for and does not find as declined.
func scopeAnswer(raw string, allowed, oidc []string) string {
	out := slices.Clone(oidc)
	for s := range strings.FieldsSeq(raw) {
		if openIDScope(s) {
			continue
		}
		name, _ := splitScope(s)
		out = append(out, s)
		for _, a := range allowed {
			full := a
			if name != "" {
				full = name + "/" + a
			}
			if !slices.Contains(out, full) {
				out = append(out, full)
			}
		}
	}
	return strings.Join(out, " ")
}

// allowed are the delegated permissions p holds on the resource.
func (r resource) allowed(p party) ([]string, *SignInError) {
	if r.app == nil {
		if p.client == nil || len(p.client.Scopes) == 0 {
			// An application of the tenant signs its own users in and asks
			// nothing else of Graph.
			return []string{"User.Read"}, nil
		}
		return slices.Clone(p.client.Scopes), nil
	}
	own := p.app != nil && p.app.AppID == r.app.AppID
	if !own && (p.client == nil || !p.client.PublishedApps) {
		return nil, aadsts(65001, p.id, p.name)
	}
	var out []string
	for _, s := range r.app.Scopes {
		if s.IsEnabled {
			out = append(out, s.Value)
		}
	}
	return out, nil
}

func graphResource() resource {
	return resource{id: graphAppID, name: "Microsoft Graph", audience: graphAudience}
}

// resource finds what a scope's prefix names: an application by its id or one
// of its identifier URIs, never by a host that is not among them.
func (st *State) resource(name string) (resource, *SignInError) {
	if name == "" || name == graphAppID || sameAudience(name, graphAudience) {
		return graphResource(), nil
	}
	for i := range st.Applications {
		a := &st.Applications[i]
		if strings.EqualFold(a.AppID, name) ||
			slices.ContainsFunc(a.IdentifierURIs, func(u string) bool { return sameAudience(u, name) }) {
			if st.ServicePrincipal(a.AppID) == nil {
				break
			}
			return resource{id: a.AppID, name: a.DisplayName, audience: a.audience(), app: a}, nil
		}
	}
	return resource{}, aadsts(500011, name, st.Tenant.DisplayName)
}

// audience is the aud of tokens for the application.
func (a *Application) audience() string {
	if len(a.IdentifierURIs) > 0 {
		return a.IdentifierURIs[0]
	}
	return a.AppID
}

// openIDScope says whether a scope is one of OpenID Connect and of no resource.
func openIDScope(s string) bool {
	return s == "openid" || s == "profile" || s == "email" || s == "offline_access"
}

// splitScope cuts the permission from the resource: a scope without a slash
// is one of Graph's.
func splitScope(s string) (name, perm string) {
	i := strings.LastIndexByte(s, '/')
	if i < 0 {
		return "", s
	}
	return s[:i], s[i+1:]
}

// knownGraphScope says whether Graph has such a delegated permission at all,
// as far as the lab's callers may want it.
func knownGraphScope(name string) bool {
	known := append(adminScopes(), "Application.Read.All", "Directory.Read.All", "Directory.AccessAsUser.All",
		"Organization.ReadWrite.All", "User.ReadWrite.All", "User.ReadBasic.All", "LicenseAssignment.Read.All",
		"RoleManagement.Read.Directory", "Group.Read.All", "GroupMember.Read.All", "AuditLog.Read.All",
		"Policy.Read.All", "OnPremisesPublishingProfiles.ReadWrite.All", "AppRoleAssignment.Read.All",
		"DelegatedPermissionGrant.Read.All", "DelegatedPermissionGrant.ReadWrite.All")
	return slices.ContainsFunc(known, func(k string) bool { return strings.EqualFold(k, name) })
}
