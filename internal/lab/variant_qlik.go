package lab

import (
	"fmt"
	"time"

	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/entra"
	"sensegate/internal/lab/qlik"
	"sensegate/internal/site"
)

const (
	// secondNode is a proxy node besides the central one.
	secondNode = "qlik02.contoso.test"
	// publishedPrefix is that of a virtual proxy made for publishing.
	publishedPrefix = "outside"
	// authHost is where the sign-in port of an old release is published.
	authHost = "sensesignin-contoso." + contoso.ProxySuffix
)

func qlikVariations() []variation {
	installed := func(label string) func(*Lab) error {
		return func(l *Lab) error {
			r, ok := qlik.ReleaseByLabel(label)
			if !ok {
				return fmt.Errorf("there is no release %q", label)
			}
			return inQlik(func(s *qlik.State) { s.Release = r })(l)
		}
	}
	return []variation{
		{
			Variant: Variant{
				ID: "old-release", Title: "Qlik Sense February 2018, which signs in on a second port",
				Note: "Before April 2018 the Windows module listened on 4244. It needs an application of its own, hidden and without single sign-on.",
			},
			form:  func(f *form) { f.secondApp = true },
			build: installed("February 2018"),
			setUp: publishAuthPort,
		},
		{
			Variant: Variant{
				ID: "before-csrf", Title: "Qlik Sense May 2024, whose WebSockets want no token",
				Note: "The CSRF token in the WebSocket's address came with November 2024; older releases do not know the path that gives it.",
			},
			build: installed("May 2024 Patch 8"),
		},
		{
			Variant: Variant{
				ID: "multi-node", Title: "two proxy nodes behind one name",
				Note: "Kerberos is a switch of each node, the allow list is shared. A name served by turns hides a node that was forgotten.",
			},
			form: func(f *form) { f.nodes = append(f.nodes, secondNode) },
		},
		{
			Variant: Variant{
				ID: "prefix", Title: "a virtual proxy of its own, with a prefix, is published",
				Note: "Leaves everybody's sign-in on the default virtual proxy as it is. It has to be linked to the central proxy.",
			},
			form: func(f *form) {
				f.prefix = publishedPrefix
				f.externalURL += publishedPrefix + "/"
				f.internalURL += publishedPrefix + "/"
			},
		},
		{
			Variant: Variant{
				ID: "http", Title: "Qlik is published over plain HTTP inside",
				Note: "The proxy allows HTTP; session cookies are then named apart. Kerberos does not mind, the network between connector and Qlik should.",
			},
			form:  func(f *form) { f.internalURL = "http://" + contoso.QlikHost + "/" },
			build: inQlik(func(s *qlik.State) { s.SetProxy("", "allowHttp", true) }),
		},
		{
			Variant: Variant{
				ID: "suffix-listed", Title: "the allow list holds the domain, not the host",
				Note: "Qlik compares the end of the name, as far as is known; whether it does here is proved by the probes.",
			},
			form: func(f *form) { f.allow = []string{contoso.ProxySuffix} },
		},
		{
			Variant: Variant{
				ID: "custom-certificate", Title: "the front's certificate comes from the company's own authority",
				Note: "Connector hosts trust it through the domain; a machine outside the domain has to be told.",
			},
			form: func(f *form) { f.companyCA = true },
			site: func(l *Lab, s *site.Site) { s.Trust.CA = append(s.Trust.CA, l.file(companyCAFile)) },
		},
		{
			Variant: Variant{
				ID: "repository-closed", Title: "the repository's port is closed to this machine",
				Note: "Many networks open nothing but 443. The repository is then asked through the proxy, on a session, and changes are made the same way.",
			},
			site: func(_ *Lab, s *site.Site) {
				for i, p := range s.Pins {
					if p.Name == contoso.QlikNode+":4242" {
						s.Pins[i].Address = "127.0.0.1:1" // tcpmux: nobody listens
					}
				}
			},
		},
		{
			Variant: Variant{
				ID: "cold", Title: "the proxy takes its time for the first answer",
				Note: "After a night or a restart the first answer takes 15 to 21 seconds. The lab makes it one.",
			},
			build: inQlik(func(s *qlik.State) { s.Faults.ColdStart = time.Second }),
		},
		{
			Variant: Variant{
				ID: "lazy-engine", Title: "the engine greets only after the client has spoken",
				Note: "Qlik's help describes it so; most servers greet at once. Both are right.",
			},
			build: inQlik(func(s *qlik.State) { s.Rules.LazyGreeting = true }),
		},
		{
			Variant: Variant{
				ID: "negotiate-only", Title: "the Windows module offers Negotiate alone",
				Note: "Whether NTLM is offered beside it differs; for delegation only Negotiate counts.",
			},
			build: inQlik(func(s *qlik.State) { s.Rules.NegotiateOnly = true }),
		},
	}
}

// publishAuthPort makes the second application that an old release needs.
func publishAuthPort(l *Lab) error {
	now := l.clock().UTC()
	l.entra.Update(func(s *entra.State) {
		if s.PublishedAt(authHost) != nil {
			return
		}
		url, appID := "https://"+authHost+"/", labID("auth app")
		app := entra.Application{
			ID: labID("auth application"), AppID: appID, DisplayName: contoso.AppName + " sign-in", Created: now,
			SignInAudience: "AzureADMyOrg", IdentifierURIs: []string{"api://" + appID},
			AppRoles: []entra.AppRole{templateRole(roleUser, "User"), templateRole(roleMSIAM, "msiam_access")},
			Web:      entra.Web{HomePageURL: &url, RedirectURIs: []string{url}},
			Publishing: &entra.Publishing{
				ApplicationServerTimeout: entra.TimeoutDefault, ExternalAuthenticationType: entra.PreAuthEntra,
				ExternalURL: url, InternalURL: "https://" + contoso.QlikHost + ":4244/",
				IsBackendCertificateValidationEnabled: true, IsSecureCookieEnabled: true,
				IsOnPremPublishingEnabled: true, IsTranslateHostHeaderEnabled: true,
				SingleSignOnSettings: &entra.SingleSignOn{SingleSignOnMode: entra.SSONone},
			},
		}
		sp := entra.ServicePrincipal{
			ID: labID("auth service principal"), AppID: appID, DisplayName: app.DisplayName, Enabled: true,
			AssignmentRequired: true, AppRoles: app.AppRoles, Tags: []string{tagSSO, tagApp, tagOnPremis, "HideApp"},
		}
		if g := s.Group(contoso.GroupName); g != nil {
			app.GroupID = g.ID
		}
		if u := s.User(contoso.TestUser().UPN); u != nil {
			sp.Assignments = []entra.Assignment{{ID: labID("auth assignment"), PrincipalID: u.ID, AppRoleID: roleUser, Created: now}}
		}
		s.Applications = append(s.Applications, app)
		s.ServicePrincipals = append(s.ServicePrincipals, sp)
	})
	return nil
}
