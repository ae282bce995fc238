package entra

import (
	"strings"
	"time"
)

// What every application made from the custom template gets.
const (
	templateID       = "8adf8e6e-67b2-4cf2-a259-e3dc5476c621"
	roleUser         = "18d14569-c3bd-439b-9a66-3a2aee01d14f"
	roleMSIAM        = "b9632174-c057-4f7e-951b-be3adc52bfe6"
	defaultRole      = "00000000-0000-0000-0000-000000000000"
	tagCustomSSO     = "WindowsAzureActiveDirectoryCustomSingleSignOnApplication"
	tagIntegrated    = "WindowsAzureActiveDirectoryIntegratedApp"
	scopeImpersonate = "user_impersonation"
)

// Application is an app registration.
type Application struct {
	ID, AppID, DisplayName string
	Created                time.Time
	SignInAudience         string
	Notes                  string
	IdentifierURIs         []string
	Tags                   []string
	Web                    Web
	AppRoles               []AppRole
	Scopes                 []PermissionScope
	// Secrets let it redeem codes at the token endpoint as a web application.
	Secrets []string
	// Publishing is nil until the application is published for the first time.
	Publishing *Publishing
	// GroupID is the connector group of a published application.
	GroupID string
	// Unseen is how many more requests still miss the new object.
	Unseen int
	// StaleGroupID is what StaleReads more reads of the group still show.
	StaleGroupID string
	StaleReads   int
}

// Web is the web part of an app registration.
type Web struct {
	HomePageURL           *string       `json:"homePageUrl"`
	LogoutURL             *string       `json:"logoutUrl"`
	RedirectURIs          []string      `json:"redirectUris"`
	ImplicitGrantSettings ImplicitGrant `json:"implicitGrantSettings"`
}

// ImplicitGrant says which tokens the authorize endpoint may give directly.
type ImplicitGrant struct {
	EnableAccessTokenIssuance bool `json:"enableAccessTokenIssuance"`
	EnableIDTokenIssuance     bool `json:"enableIdTokenIssuance"`
}

// AppRole is a role that users are assigned to.
type AppRole struct {
	ID                 string   `json:"id"`
	AllowedMemberTypes []string `json:"allowedMemberTypes"`
	Description        string   `json:"description"`
	DisplayName        string   `json:"displayName"`
	IsEnabled          bool     `json:"isEnabled"`
	Origin             string   `json:"origin"`
	Value              *string  `json:"value"`
}

// PermissionScope is a delegated permission the application offers.
type PermissionScope struct {
	ID                      string `json:"id"`
	AdminConsentDescription string `json:"adminConsentDescription"`
	AdminConsentDisplayName string `json:"adminConsentDisplayName"`
	IsEnabled               bool   `json:"isEnabled"`
	Type                    string `json:"type"`
	UserConsentDescription  string `json:"userConsentDescription"`
	UserConsentDisplayName  string `json:"userConsentDisplayName"`
	Value                   string `json:"value"`
}

// ServicePrincipal is an application's presence in the tenant: the enterprise
// application.
type ServicePrincipal struct {
	ID, AppID, DisplayName string
	Enabled                bool
	AssignmentRequired     bool
	Tags                   []string
	AppRoles               []AppRole
	Assignments            []Assignment
	Unseen                 int // as Application.Unseen
}

// Assignment gives a user a role of an enterprise application.
type Assignment struct {
	ID, PrincipalID, AppRoleID string
	Created                    time.Time
}

// Application finds an application by object id or application id; nil when
// there is none.
func (st *State) Application(key string) *Application {
	for i := range st.Applications {
		if a := &st.Applications[i]; strings.EqualFold(a.ID, key) || strings.EqualFold(a.AppID, key) {
			return a
		}
	}
	return nil
}

// ServicePrincipal finds an enterprise application by object id or
// application id; nil when there is none.
func (st *State) ServicePrincipal(key string) *ServicePrincipal {
	for i := range st.ServicePrincipals {
		if p := &st.ServicePrincipals[i]; strings.EqualFold(p.ID, key) || strings.EqualFold(p.AppID, key) {
			return p
		}
	}
	return nil
}

// PublishedAt finds the application published under an external host.
func (st *State) PublishedAt(host string) *Application {
	for i := range st.Applications {
		a := &st.Applications[i]
		if a.Publishing != nil && urlHost(a.Publishing.ExternalURL) == hostname(host) {
			return a
		}
	}
	return nil
}

// Assigned says whether the user holds a role of the enterprise application.
func (p *ServicePrincipal) Assigned(userID string) bool {
	for _, a := range p.Assignments {
		if strings.EqualFold(a.PrincipalID, userID) {
			return true
		}
	}
	return false
}

// addApplication registers an application with what the custom template gives.
func (st *State) addApplication(name string, now time.Time) *Application {
	st.Applications = append(st.Applications, Application{
		ID: st.newID("application"), AppID: st.newID("appId"), DisplayName: name,
		Created: now.UTC().Truncate(time.Second), SignInAudience: "AzureADMyOrg",
		AppRoles: templateRoles(),
		Scopes: []PermissionScope{{
			ID: st.newID("scope"), Value: scopeImpersonate, Type: "User", IsEnabled: true,
			AdminConsentDisplayName: "Access " + name,
			AdminConsentDescription: "Allow the application to access " + name + " on behalf of the signed-in user.",
			UserConsentDisplayName:  "Access " + name,
			UserConsentDescription:  "Allow the application to access " + name + " on your behalf.",
		}},
	})
	return &st.Applications[len(st.Applications)-1]
}

// addServicePrincipal makes the enterprise application of a registration.
func (st *State) addServicePrincipal(app *Application, assignmentRequired bool, tags ...string) *ServicePrincipal {
	st.ServicePrincipals = append(st.ServicePrincipals, ServicePrincipal{
		ID: st.newID("servicePrincipal"), AppID: app.AppID, DisplayName: app.DisplayName, Enabled: true,
		AssignmentRequired: assignmentRequired, Tags: tags, AppRoles: app.AppRoles,
	})
	return &st.ServicePrincipals[len(st.ServicePrincipals)-1]
}

func templateRoles() []AppRole {
	return []AppRole{
		{
			ID: roleUser, AllowedMemberTypes: []string{"User"}, DisplayName: "User", Description: "User",
			IsEnabled: true, Origin: "Application",
		},
		{
			ID: roleMSIAM, AllowedMemberTypes: []string{"User"}, DisplayName: "msiam_access", Description: "msiam_access",
			IsEnabled: true, Origin: "Application",
		},
	}
}
