package graph

import (
	"context"
	"net/url"
	"strings"
	"time"

	"sensegate/internal/fact"
	"sensegate/internal/netprobe"
)

// Tags of service principals.
const (
	tagOnPremApp = "WindowsAzureActiveDirectoryOnPremApp"
	tagHidden    = "HideApp"
)

const (
	appFields       = "id,appId,displayName,identifierUris,web"
	principalFields = "id,appId,displayName,tags,appRoleAssignmentRequired,appRoles"
)

// application is Graph's application object, as far as it matters here.
type application struct {
	ID             string      `json:"id"`
	AppID          string      `json:"appId"`
	Name           string      `json:"displayName"`
	IdentifierURIs []string    `json:"identifierUris"`
	Web            web         `json:"web"`
	Publishing     *publishing `json:"onPremisesPublishing"`
	unread         bool        // a list shows it, and reading it answers 404
}

type web struct {
	HomePage     string   `json:"homePageUrl"`
	RedirectURIs []string `json:"redirectUris"`
}

// publishing is onPremisesPublishing. Newer releases add members; what is not
// known here is never sent.
type publishing struct {
	PreAuthentication string        `json:"externalAuthenticationType"`
	InternalURL       string        `json:"internalUrl"`
	ExternalURL       string        `json:"externalUrl"`
	Timeout           string        `json:"applicationServerTimeout"`
	ValidateCert      bool          `json:"isBackendCertificateValidationEnabled"`
	HTTPOnly          bool          `json:"isHttpOnlyCookieEnabled"`
	Secure            bool          `json:"isSecureCookieEnabled"`
	Persistent        bool          `json:"isPersistentCookieEnabled"`
	TranslateHost     bool          `json:"isTranslateHostHeaderEnabled"`
	TranslateLinks    bool          `json:"isTranslateLinksInBodyEnabled"`
	SSO               *singleSignOn `json:"singleSignOnSettings"`
	Certificate       *uploaded     `json:"verifiedCustomDomainCertificatesMetadata"`
}

// uploaded is what is told of a custom domain's certificate.
type uploaded struct {
	Thumbprint string     `json:"thumbprint"`
	Subject    string     `json:"subjectName"`
	Issuer     string     `json:"issuerName"`
	Expires    *time.Time `json:"expiryDate"`
}

type singleSignOn struct {
	Mode     string            `json:"singleSignOnMode"`
	Kerberos *kerberosSettings `json:"kerberosSignOnSettings"`
}

type kerberosSettings struct {
	SPN     string `json:"kerberosServicePrincipalName"`
	Mapping string `json:"kerberosSignOnMappingAttributeType"`
}

// principal is Graph's service principal: the enterprise application.
type principal struct {
	ID                 string    `json:"id"`
	AppID              string    `json:"appId"`
	Name               string    `json:"displayName"`
	Tags               []string  `json:"tags"`
	AssignmentRequired bool      `json:"appRoleAssignmentRequired"`
	AppRoles           []appRole `json:"appRoles"`
}

type appRole struct {
	ID      string   `json:"id"`
	Name    string   `json:"displayName"`
	Enabled bool     `json:"isEnabled"`
	Members []string `json:"allowedMemberTypes"`
}

// application reads an application with its publishing; publishing is nil when
// there is none yet.
func (n connection) application(ctx context.Context, objectID string) (application, error) {
	const op = "reading the application"
	path := "/beta/applications/" + url.PathEscape(objectID)
	var a application
	err := n.get(ctx, op, path, url.Values{"$select": {appFields + ",onPremisesPublishing"}}, &a)
	if neverRegistered(err) {
		// The publishing service answers for the whole object when it knows
		// nothing of it.
		a = application{}
		err = n.get(ctx, op, path, url.Values{"$select": {appFields}}, &a)
	}
	a.settle()
	return a, err
}

// settle takes a publishing without addresses for none.
func (a *application) settle() {
	if p := a.Publishing; p != nil && p.ExternalURL == "" && p.InternalURL == "" {
		a.Publishing = nil
	}
}

// applications reads many at once; those that are not there are left out of
// the answer's values. What the publishing service does not want to answer is
// asked for without it.
func (n connection) applications(ctx context.Context, objectIDs []string) ([]application, error) {
	query := "?$select=" + url.QueryEscape(appFields+",onPremisesPublishing")
	found, err := batched[application](ctx, n, "reading applications", len(objectIDs), func(i int) string {
		return "/applications/" + url.PathEscape(objectIDs[i]) + query
	})
	if err != nil {
		return nil, err
	}
	for i := range found {
		if found[i].ID == "" {
			a, err := n.application(ctx, objectIDs[i])
			if err != nil && !isNotFound(err) {
				return nil, err
			}
			found[i] = a
		}
		found[i].settle()
	}
	return found, nil
}

// principal finds the service principal of an application.
func (n connection) principal(ctx context.Context, appID string) (principal, error) {
	const op = "reading the enterprise application"
	found, err := list[principal](ctx, n, op, "/v1.0/servicePrincipals", url.Values{
		"$filter": {"appId eq " + quote(appID)}, "$select": {principalFields},
	})
	switch {
	case err != nil:
		return principal{}, err
	case len(found) == 0:
		return principal{}, &fact.Error{Kind: fact.NotFound, System: graphSystem, Op: op, Text: "the application has no service principal"}
	}
	return found[0], nil
}

// assigned are the ids of the users and groups that the enterprise application
// is assigned to.
func (n connection) assigned(ctx context.Context, principalID string) ([]string, error) {
	type assignment struct {
		PrincipalID string `json:"principalId"`
	}
	found, err := list[assignment](ctx, n, "reading who is assigned", "/v1.0/servicePrincipals/"+url.PathEscape(principalID)+"/appRoleAssignedTo", url.Values{"$top": {"999"}})
	if err != nil {
		return nil, err
	}
	ids := make([]string, 0, len(found))
	for _, f := range found {
		ids = append(ids, netprobe.Clean(f.PrincipalID))
	}
	return ids, nil
}

// group is the connector group that an application points at; empty when the
// application is not published.
func (n connection) group(ctx context.Context, objectID string) (id, name string, err error) {
	var g struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	}
	err = n.get(ctx, "reading the application's connector group", "/beta/applications/"+url.PathEscape(objectID)+"/connectorGroup", nil, &g)
	if isNotFound(err) {
		return "", "", nil
	}
	return netprobe.Clean(g.ID), netprobe.Clean(g.Name), err
}

// describe completes what is known of an application into a fact. A service
// principal that is missing leaves its fields empty: the application is only
// half made.
func (n connection) describe(ctx context.Context, a application) (fact.PublishedApp, error) {
	out := a.fact()
	if a.unread {
		out.NotReadable = true
		return out, nil
	}
	if !out.PublishingNotAvailable {
		var err error
		if out.GroupID, out.GroupName, err = n.group(ctx, a.ID); err != nil {
			return fact.PublishedApp{}, err
		}
	}
	sp, err := n.principal(ctx, a.AppID)
	if isNotFound(err) {
		return out, nil
	}
	if err != nil {
		return fact.PublishedApp{}, err
	}
	out.ServicePrincipalID, out.AssignmentRequired = netprobe.Clean(sp.ID), sp.AssignmentRequired
	out.HiddenFromUsers, out.Tags = containsFold(sp.Tags, tagHidden), cleanAll(sp.Tags)
	out.AssignedPrincipalIDs, err = n.assigned(ctx, sp.ID)
	if err != nil {
		return fact.PublishedApp{}, err
	}
	return out, nil
}

func (a application) fact() fact.PublishedApp {
	out := fact.PublishedApp{
		ObjectID: netprobe.Clean(a.ID), AppID: netprobe.Clean(a.AppID), Name: netprobe.Clean(a.Name),
		HomePage: netprobe.CleanURL(a.Web.HomePage), RedirectURIs: cleanAll(a.Web.RedirectURIs), IdentifierURIs: cleanAll(a.IdentifierURIs),
		PublishingNotAvailable: a.Publishing == nil,
	}
	p := a.Publishing
	if p == nil {
		return out
	}
	out.ExternalURL, out.InternalURL = netprobe.CleanURL(p.ExternalURL), netprobe.CleanURL(p.InternalURL)
	out.PreAuthentication, out.BackendTimeout = netprobe.Clean(p.PreAuthentication), netprobe.Clean(p.Timeout)
	out.TranslateHostHeader, out.TranslateLinks = p.TranslateHost, p.TranslateLinks
	out.ValidateBackendCert, out.HTTPOnlyCookie = p.ValidateCert, p.HTTPOnly
	out.SecureCookie, out.PersistentCookie = p.Secure, p.Persistent
	if c := p.Certificate; c != nil && c.Thumbprint != "" {
		out.Certificate = &fact.DomainCertificate{
			Subject: netprobe.Clean(c.Subject), Issuer: netprobe.Clean(c.Issuer), Thumbprint: netprobe.Clean(c.Thumbprint), Expires: moment(c.Expires),
		}
	}
	out.SSOMode = "none"
	if s := p.SSO; s != nil && s.Mode != "" {
		out.SSOMode = netprobe.Clean(s.Mode)
		if s.Kerberos != nil {
			out.SPN, out.Mapping = netprobe.Clean(s.Kerberos.SPN), netprobe.Clean(s.Kerberos.Mapping)
		}
	}
	return out
}

// quote makes an OData string literal.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

func cleanAll(in []string) []string {
	var out []string
	for _, s := range in {
		out = append(out, netprobe.Clean(s))
	}
	return out
}

func containsFold(list []string, want string) bool {
	for _, s := range list {
		if strings.EqualFold(s, want) {
			return true
		}
	}
	return false
}
