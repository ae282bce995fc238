package entra

import (
	"fmt"
	"net/url"
	"strings"

	"sensegate/internal/lab/contoso"
)

// Published is an application as the application proxy serves it.
type Published struct {
	AppID, ObjectID, ServicePrincipalID, Name string
	IdentifierURIs, RedirectURIs              []string
	// Publishing holds both addresses, pre-authentication, cookies, header and
	// link translation, timeout and single sign-on.
	Publishing Publishing
	Group      ConnectorGroup
	Connectors []Connector // those of Group, inactive ones included
	// AssignmentRequired with AssignedUsers says who may enter; the ids are
	// object ids of users.
	AssignmentRequired bool
	AssignedUsers      []string
}

// PublishedByHost finds the application published under an external host,
// which may carry a port. What it returns shares nothing with the tenant.
func (s *Server) PublishedByHost(externalHost string) (Published, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := &s.state
	app := st.PublishedAt(externalHost)
	if app == nil || !st.Tenant.ProxyEnabled || !app.Publishing.IsOnPremPublishingEnabled {
		return Published{}, false
	}
	p := Published{
		AppID: app.AppID, ObjectID: app.ID, Name: app.DisplayName,
		IdentifierURIs: append([]string(nil), app.IdentifierURIs...),
		RedirectURIs:   append([]string(nil), app.Web.RedirectURIs...),
		Publishing:     app.Publishing.clone(),
		Connectors:     st.Members(app.GroupID),
	}
	if g := st.Group(app.GroupID); g != nil {
		p.Group = *g
	}
	sp := st.ServicePrincipal(app.AppID)
	if sp == nil || !sp.Enabled {
		return Published{}, false
	}
	p.ServicePrincipalID, p.AssignmentRequired = sp.ID, sp.AssignmentRequired
	p.AssignedUsers = st.assignedUsers(sp)
	return p, true
}

// PublishedHosts are the external URLs of all published applications by their
// internal hosts, in lower case and with a port where they have one.
func (s *Server) PublishedHosts() map[string]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[string]string{}
	for i := range s.state.Applications {
		p := s.state.Applications[i].Publishing
		if p == nil || !p.IsOnPremPublishingEnabled {
			continue
		}
		if u, err := url.Parse(p.InternalURL); err == nil && u.Host != "" {
			out[strings.ToLower(u.Host)] = p.ExternalURL
		}
	}
	return out
}

// Audiences are the audiences of access tokens meant for the application.
func (p Published) Audiences() []string {
	return append([]string{p.AppID, p.Publishing.ExternalURL}, p.IdentifierURIs...)
}

// MayEnter says whether the user with that object id may use the application.
func (p Published) MayEnter(objectID string) bool {
	if !p.AssignmentRequired {
		return true
	}
	for _, id := range p.AssignedUsers {
		if strings.EqualFold(id, objectID) {
			return true
		}
	}
	return false
}

// Kerberos is the single sign-on of the application; ok is false while it is off.
func (p Published) Kerberos() (settings Kerberos, ok bool) {
	sso := p.Publishing.SingleSignOnSettings
	if sso == nil || sso.SingleSignOnMode != SSOKerberos || sso.KerberosSignOnSettings == nil {
		return Kerberos{}, false
	}
	return *sso.KerberosSignOnSettings, true
}

// AuthorizeURL is where a browser without a session is sent. The answer
// carries a code in the query of redirectURI, for RedeemCode.
func (p Published) AuthorizeURL(redirectURI, state, nonce string) string {
	q := url.Values{
		"client_id": {p.AppID}, "redirect_uri": {redirectURI}, "response_type": {"code"},
		"scope": {"openid profile"}, "state": {state}, "nonce": {nonce}, "response_mode": {"query"},
	}
	return "https://" + contoso.LoginHost + "/" + contoso.TenantID + "/oauth2/v2.0/authorize?" + q.Encode()
}

// RedeemCode uses up an authorization code that a published application was
// given: the application proxy needs no secret for its own applications. The
// claims are those of the user; their Audience and AppID are the application.
func (s *Server) RedeemCode(code, redirectURI string) (Claims, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := &s.state
	app := st.Application(s.grants.codes[code].client)
	if app == nil || app.Publishing == nil {
		return Claims{}, fmt.Errorf("redeeming a code: %w", aadsts(70008))
	}
	c, refusal := s.takeCode(code, app.AppID, redirectURI)
	if refusal != nil {
		return Claims{}, fmt.Errorf("redeeming a code: %w", refusal)
	}
	u := st.User(c.userID)
	if u == nil {
		return Claims{}, fmt.Errorf("redeeming a code: %w", aadsts(50034, c.userID, st.Tenant.DisplayName))
	}
	if refusal := st.mayUse(u); refusal != nil {
		return Claims{}, fmt.Errorf("redeeming a code: %w", refusal)
	}
	return Claims{
		Audience: app.AppID, Issuer: issuer, TenantID: st.Tenant.ID, ObjectID: u.ID, UPN: u.UPN, Name: u.DisplayName,
		AppID: app.AppID, Nonce: c.nonce, Expires: s.clock().Add(accessLifetime),
	}, nil
}

// DelegatedIdentity is the name by which the connector asks for a ticket on
// behalf of the user: the mapping attribute applied to the user's present
// attributes.
func (s *Server) DelegatedIdentity(objectID, mapping string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.state.User(objectID)
	if u == nil {
		return "", fmt.Errorf("mapping user %q: no such user", objectID)
	}
	onPrem := OnPremises{}
	if u.OnPremises != nil {
		onPrem = *u.OnPremises
	}
	var name string
	switch mapping {
	case MapUPN:
		name = u.UPN
	case MapUserName:
		name, _, _ = strings.Cut(u.UPN, "@")
	case MapOnPremUPN:
		name = onPrem.UPN
	case MapOnPremName:
		name, _, _ = strings.Cut(onPrem.UPN, "@")
	case MapOnPremSAM:
		name = onPrem.SAM
	default:
		return "", fmt.Errorf("mapping user %s: unknown attribute %q", u.UPN, mapping)
	}
	if name == "" {
		return "", fmt.Errorf("mapping user %s: it has no %s", u.UPN, mapping)
	}
	return name, nil
}

// UserByID is a copy of a user, found by object id or user principal name.
func (s *Server) UserByID(key string) (User, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.state.User(key)
	if u == nil {
		return User{}, false
	}
	c := *u
	c.Roles = append([]string(nil), u.Roles...)
	c.Plans = append([]string(nil), u.Plans...)
	if u.OnPremises != nil {
		o := *u.OnPremises
		o.ProvisioningErrors = append([]string(nil), o.ProvisioningErrors...)
		c.OnPremises = &o
	}
	return c, true
}

// Licensed says whether the user holds a plan that application proxy needs
// and the tenant still has the subscription.
func (s *Server) Licensed(objectID string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.state.User(objectID)
	return u != nil && premium(u.Plans) && s.state.premium()
}
