package lab

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/directory"
	"sensegate/internal/lab/entra"
	"sensegate/internal/lab/qlik"
)

const (
	externalURL = "https://" + contoso.ExternalHost + "/"
	internalURL = "https://" + contoso.QlikHost + "/"
	// devicePattern is in the name of every usual browser.
	devicePattern = "Mozilla"
)

// labID is the same for the same names in every run.
func labID(parts ...string) string {
	var name string
	var nameSb25 strings.Builder
	for _, p := range parts {
		nameSb25.WriteString("/" + p)
	}
	name += nameSb25.String()
	return uuid.NewSHA1(uuid.MustParse(contoso.TenantID), []byte("lab"+name)).String()
}

// SetUp finishes the lab: everything that the steps of the procedure would set
// up, by the back door and at once.
func (l *Lab) SetUp() error {
	l.entra.Update(publish(l))
	l.qlik.Update(func(s *qlik.State) {
		s.SetAllowList(l.form.prefix, l.form.allow...)
		s.SetPattern(l.form.prefix, devicePattern)
		s.SetKerberos("", true)
	})
	err := l.store.Update(func(tx *directory.Tx) error {
		if err := tx.Add(contoso.ServiceAccount, "servicePrincipalName", contoso.SPN); err != nil {
			return fmt.Errorf("registering %s: %w", contoso.SPN, err)
		}
		for _, h := range contoso.Connectors() {
			if err := tx.Add(h.Account, "msDS-AllowedToDelegateTo", contoso.SPN); err != nil {
				return fmt.Errorf("delegating to %s: %w", h.Account, err)
			}
			if err := tx.SetFlag(h.Account, directory.TrustedToAuthForDelegat, true); err != nil {
				return fmt.Errorf("delegating to %s: %w", h.Account, err)
			}
		}
		return nil
	})
	if err == nil {
		err = l.each("setting up", func(v variation) func(*Lab) error { return v.setUp })
	}
	if err != nil {
		return fmt.Errorf("finishing the practice lab: %w", err)
	}
	l.mu.Lock()
	l.finished = true
	l.mu.Unlock()
	return nil
}

// Roles and tags that the template for custom applications brings along.
const (
	roleUser    = "18d14569-c3bd-439b-9a66-3a2aee01d14f"
	roleMSIAM   = "b9632174-c057-4f7e-951b-be3adc52bfe6"
	tagSSO      = "WindowsAzureActiveDirectoryCustomSingleSignOnApplication"
	tagApp      = "WindowsAzureActiveDirectoryIntegratedApp"
	tagOnPremis = "WindowsAzureActiveDirectoryOnPremApp"
)

// publish makes the enterprise application as the steps leave it.
func publish(l *Lab) func(*entra.State) {
	now := l.clock().UTC()
	return func(s *entra.State) {
		if ours(s) != nil {
			return
		}
		appID, objectID := labID("app"), labID("application")
		externalURL, internalURL := l.form.externalURL, l.form.internalURL
		home, logout := externalURL, externalURL+"?appproxy=logout"
		roles := []entra.AppRole{templateRole(roleUser, "User"), templateRole(roleMSIAM, "msiam_access")}
		app := entra.Application{
			ID: objectID, AppID: appID, DisplayName: contoso.AppName, Created: now, SignInAudience: "AzureADMyOrg",
			IdentifierURIs: []string{"api://" + appID}, AppRoles: roles,
			Web: entra.Web{
				HomePageURL: &home, LogoutURL: &logout, RedirectURIs: []string{externalURL},
				ImplicitGrantSettings: entra.ImplicitGrant{EnableIDTokenIssuance: true},
			},
			Scopes: []entra.PermissionScope{{
				ID: labID("scope"), Value: "user_impersonation", Type: "User", IsEnabled: true,
				AdminConsentDisplayName: "Access " + contoso.AppName,
				AdminConsentDescription: "Allow the application to access " + contoso.AppName + " on behalf of the signed-in user.",
				UserConsentDisplayName:  "Access " + contoso.AppName,
				UserConsentDescription:  "Allow the application to access " + contoso.AppName + " on your behalf.",
			}},
			Publishing: &entra.Publishing{
				ApplicationServerTimeout: entra.TimeoutDefault, ExternalAuthenticationType: entra.PreAuthEntra,
				ExternalURL: externalURL, InternalURL: internalURL,
				IsBackendCertificateValidationEnabled: true, IsHTTPOnlyCookieEnabled: true, IsSecureCookieEnabled: true,
				IsOnPremPublishingEnabled: true, IsTranslateHostHeaderEnabled: true,
				SingleSignOnSettings: &entra.SingleSignOn{
					SingleSignOnMode: entra.SSOKerberos,
					KerberosSignOnSettings: &entra.Kerberos{
						ServicePrincipalName: contoso.SPN, MappingAttributeType: entra.MapUPN,
					},
				},
			},
		}
		if g := s.Group(contoso.GroupName); g != nil {
			app.GroupID = g.ID
		}
		sp := entra.ServicePrincipal{
			ID: labID("service principal"), AppID: appID, DisplayName: contoso.AppName, Enabled: true,
			AssignmentRequired: true, AppRoles: roles, Tags: []string{tagSSO, tagApp, tagOnPremis},
		}
		if u := s.User(contoso.TestUser().UPN); u != nil {
			sp.Assignments = []entra.Assignment{{ID: labID("assignment"), PrincipalID: u.ID, AppRoleID: roleUser, Created: now}}
		}
		s.Applications = append(s.Applications, app)
		s.ServicePrincipals = append(s.ServicePrincipals, sp)
	}
}

func templateRole(id, name string) entra.AppRole {
	return entra.AppRole{
		ID: id, AllowedMemberTypes: []string{"User"}, DisplayName: name, Description: name, IsEnabled: true, Origin: "Application",
	}
}

// unpublish deletes the application and its service principal.
func unpublish(s *entra.State) {
	a := ours(s)
	if a == nil {
		return
	}
	appID := a.AppID
	s.Applications = slices.DeleteFunc(s.Applications, func(a entra.Application) bool { return a.AppID == appID })
	s.ServicePrincipals = slices.DeleteFunc(s.ServicePrincipals, func(p entra.ServicePrincipal) bool { return p.AppID == appID })
}

// The conditions below say how far the installation has come; traps wait for
// them.

func published(l *Lab) (yes bool) {
	l.entra.View(func(s *entra.State) {
		a := ours(s)
		if a == nil {
			return
		}
		g, p := s.Group(contoso.GroupName), s.ServicePrincipal(a.AppID)
		yes = g != nil && a.GroupID == g.ID && p != nil && len(p.Assignments) > 0
	})
	return yes
}

func signedOn(l *Lab) (yes bool) {
	l.entra.View(func(s *entra.State) {
		a := ours(s)
		yes = a != nil && a.Publishing.SingleSignOnSettings != nil &&
			a.Publishing.SingleSignOnSettings.SingleSignOnMode == entra.SSOKerberos
	})
	return yes
}

func listed(l *Lab) (yes bool) {
	l.qlik.View(func(s *qlik.State) { yes = slices.Contains(s.AllowList(l.form.prefix), hostOf(l.form.externalURL)) })
	return yes
}

func negotiating(l *Lab) (yes bool) {
	l.qlik.View(func(s *qlik.State) {
		p := s.ProxyService(contoso.QlikNode)
		yes = p != nil && p.Object("settings").Flag("kerberosAuthentication") &&
			s.VirtualProxy(l.form.prefix).Text("windowsAuthenticationEnabledDevicePattern") == devicePattern
	})
	return yes
}

func registered(l *Lab) bool {
	return slices.Contains(l.store.Values(contoso.ServiceAccount, "servicePrincipalName"), contoso.SPN)
}

func delegated(l *Lab) bool {
	for _, h := range contoso.Connectors() {
		a, ok := l.store.Find(h.Account)
		if !ok || !a.TrustedToAuth || !slices.Contains(a.DelegateTo, contoso.SPN) {
			return false
		}
	}
	return true
}
