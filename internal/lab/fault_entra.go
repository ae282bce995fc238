package lab

import (
	"slices"

	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/entra"
)

// signInTraps break the administrator's sign-in to the tenant.
func signInTraps() []trap {
	ends := func(id string, code int, cause, title, note string) trap {
		return trap{
			Fault: Fault{ID: id, Step: "site", Check: "site.entra", Cause: cause, Title: title, Note: note},
			set:   inTenant(func(s *entra.State) { s.SignInFailures[contoso.Admin().UPN] = code }),
		}
	}
	return []trap{
		{
			Fault: Fault{
				ID: "device-code-blocked", Step: "site", Check: "site.entra", Cause: "site.entra-conditional-access",
				Title: "conditional access forbids device codes, and nothing else",
				Note:  "AADSTS53003, as soon as the code is entered. Microsoft advises this rule; the browser sign-in works.",
			},
			set: inTenant(func(s *entra.State) { s.DeviceCodesBlocked = true }),
		},
		ends("sign-in-second-factor", 50076, "site.entra-second-factor", "the administrator's sign-in asks for a second factor",
			"AADSTS50076. Whoever only has a password cannot go on; the browser asks for the second factor."),
		ends("sign-in-password-expired", 50055, "site.entra-password", "the administrator's password has expired",
			"AADSTS50055. Signing in to the portal once asks for a new one."),
		ends("sign-in-locked", 50053, "site.entra-account", "the administrator's account is locked",
			"AADSTS50053, after too many wrong passwords, one's own or somebody else's."),
		ends("sign-in-no-tenant", 50059, "site.entra-account", "the administrator signs in with an account that names no tenant",
			"AADSTS50059: a personal account, or a domain that is verified nowhere. Registering a connector with it fails the same way."),
		ends("sign-in-consent", 65001, "site.entra-consent", "nobody agreed to the permissions that are asked for",
			"AADSTS65001. In tenants where users may not agree themselves an administrator has to, once."),
		{
			Fault: Fault{
				ID: "sign-in-client", Step: "site", Check: "site.entra", Cause: "site.entra-client",
				Title: "the client to sign in with was deleted from the tenant",
				Note:  "AADSTS700016. Somebody tidied the app registrations up.",
			},
			set: inTenant(func(s *entra.State) {
				s.Clients = slices.DeleteFunc(s.Clients, func(c entra.Client) bool { return c.ID == contoso.ClientID })
			}),
		},
		{
			Fault: Fault{
				ID: "graph-busy", Step: "site", Check: "site.entra", Cause: "site.entra-busy", Unknown: true,
				Title: "Graph refuses everything for ten minutes",
				Note:  "429 with Retry-After: a script of the tenant uses up what Graph allows. Who asks again at once only makes it longer.",
			},
			set: inTenant(func(s *entra.State) { s.Throttle, s.RetryAfter = 1_000_000, 600 }),
		},
	}
}

func userTraps() []trap {
	user := func(change func(*entra.User)) func(*Lab) error {
		return inTenant(func(s *entra.State) {
			if u := s.User(contoso.TestUser().UPN); u != nil {
				change(u)
			}
		})
	}
	return []trap{
		{
			Fault: Fault{
				ID: "user-guest", Step: "sync", Check: "sync.user", Cause: "sync.user-guest",
				Title: "the test user is a guest",
				Note:  "Guests lack what synchronisation brings along; the mapping falls back to the sign-in name, and nobody on premises bears it.",
			},
			set: user(func(u *entra.User) { u.Type = "Guest" }),
		},
		{
			Fault: Fault{
				ID: "user-provisioning", Step: "sync", Check: "sync.provisioning", Cause: "sync.provisioning-error",
				Title: "a value of the test user collides with another account",
				Note:  "The synchronisation leaves the value out and goes on; only the user's page in the portal tells.",
			},
			set: user(func(u *entra.User) {
				if u.OnPremises != nil {
					u.OnPremises.ProvisioningErrors = []string{u.UPN}
				}
			}),
		},
		{
			Fault: Fault{
				ID: "user-unlicensed", Step: "sync", Check: "sync.licence", Cause: "sync.user-unlicensed",
				Title: "the test user has no licence",
				Note:  "The sign-in succeeds, and the page after it says that a Premium licence is needed.",
			},
			set: user(func(u *entra.User) { u.Plans = nil }),
		},
	}
}

func missingUserTraps() []trap {
	return []trap{
		{
			Fault: Fault{
				ID: "user-unsynchronised", Step: "sync", Check: "sync.user", Cause: "sync.user-missing",
				Title: "the test user's organisational unit is not synchronised",
				Note:  "AADSTS50034 at sign-in. The account is healthy on premises and simply not there in the tenant.",
			},
			set: inTenant(func(s *entra.State) {
				if u := s.User(contoso.TestUser().UPN); u != nil {
					u.UPN = "alice.elsewhere@" + contoso.TenantDomain
				}
			}),
		},
	}
}

func goneConnectorTraps() []trap {
	return []trap{
		{
			Fault: Fault{
				ID: "connector-group-missing", Step: "connector", Check: "connector.group", Cause: "connector.group-missing",
				Title: "the connector group of the site was deleted",
				Note:  "Its connectors are in Default again, and so are its applications. The plan of the step makes it anew; Graph answers 200 to that, where its page says 201.",
			},
			set: inTenant(func(s *entra.State) {
				g, other := s.Group(contoso.GroupName), s.DefaultGroup()
				if g == nil || other == nil {
					return
				}
				gone := g.ID
				for i := range s.Connectors {
					if s.Connectors[i].GroupID == gone {
						s.Connectors[i].GroupID = other.ID
					}
				}
				for i := range s.Applications {
					if s.Applications[i].GroupID == gone {
						s.Applications[i].GroupID = other.ID
					}
				}
				s.Groups = slices.DeleteFunc(s.Groups, func(g entra.ConnectorGroup) bool { return g.ID == gone })
			}),
		},
		{
			Fault: Fault{
				ID: "connector-gone", Step: "connector", Check: "connector.registered", Cause: "connector.not-registered",
				Title: "the second connector was away for ten days and is gone",
				Note:  "The cloud forgets connectors after ten days of silence. On the host the service runs and looks healthy; it has to be registered again.",
			},
			set: inTenant(func(s *entra.State) {
				s.Connectors = slices.DeleteFunc(s.Connectors, func(c entra.Connector) bool { return c.MachineName == second().Name })
			}),
		},
	}
}

func cloudConnectorTraps() []trap {
	return []trap{
		{
			Fault: Fault{
				ID: "proxy-disabled", Step: "connector", Check: "connector.enabled", Cause: "connector.proxy-disabled",
				Title: "application proxy is disabled in the tenant",
				Note:  "Graph answers OnPremisesPublishing_NotEnabled to every write. Connectors stay listed, and nothing that was published answers.",
			},
			set: inTenant(func(s *entra.State) { s.Tenant.ProxyEnabled = false }),
		},
		{
			Fault: Fault{
				ID: "connector-old-member", Step: "connector", Check: "connector.versions", Cause: "connector.member-old",
				Title: "the cloud sees a connector from before WebSockets",
				Note:  "Every n-th WebSocket fails, depending on which connector was drawn. The host's own files tell the truth, the portal shows what last reported.",
			},
			set: inTenant(func(s *entra.State) {
				if c := s.Connector(second().Name); c != nil {
					c.Version = "1.5.402.0"
				}
			}),
		},
	}
}

func halfMadeTraps() []trap {
	return []trap{
		{
			Fault: Fault{
				ID: "app-half-made", Step: "app", Check: "app.published", Cause: "app.half-made",
				Title: "the application was made and never published",
				Note:  "A script was stopped between two calls. Reading its publishing answers 404, as it does before the first PATCH.",
			},
			after: published,
			set: inTenant(func(s *entra.State) {
				a := ours(s)
				if a == nil {
					s.Applications = append(s.Applications, entra.Application{
						ID: labID("half made"), AppID: labID("half made app"), DisplayName: contoso.AppName, SignInAudience: "AzureADMyOrg",
					})
					return
				}
				a.Publishing, a.GroupID = nil, ""
			}),
		},
	}
}

func moreAppTraps() []trap {
	app := func(change func(*entra.State, *entra.Application)) func(*Lab) error {
		return inTenant(func(s *entra.State) {
			if a := ours(s); a != nil {
				change(s, a)
			}
		})
	}
	return []trap{
		{
			Fault: Fault{
				ID: "external-other-tenant", Step: "app", Check: "app.external", Cause: "app.external-other-tenant",
				Title: "the tenant's initial domain is another one than the external URL was made for",
				Note:  "Copied from a test tenant: publishing is refused, after the application was made.",
			},
			set: inTenant(func(s *entra.State) {
				for i := range s.Tenant.Domains {
					if d := &s.Tenant.Domains[i]; d.Initial {
						d.Name = "fabrikam.onmicrosoft.test"
					}
				}
			}),
		},
		{
			Fault: Fault{
				ID: "app-url-clash", Step: "app", Check: "app.urls", Cause: "app.url-clash",
				Title: "an application of an earlier project holds the internal URL",
				Note:  "InternalUrl_Duplicate. Orphans of Exchange's hybrid agent do the same. Each internal URL can be published once in a tenant.",
			},
			after: published,
			set: app(func(s *entra.State, a *entra.Application) {
				rival := *a
				rival.ID, rival.AppID, rival.DisplayName = labID("rival"), labID("rival app"), "Sense pilot 2019"
				url := "https://sensepilot-contoso." + contoso.ProxySuffix + "/"
				rival.IdentifierURIs, rival.Web = []string{"api://" + rival.AppID}, entra.Web{HomePageURL: &url, RedirectURIs: []string{url}}
				settings := *a.Publishing
				settings.ExternalURL, settings.SingleSignOnSettings = url, nil
				rival.Publishing = &settings
				a.Publishing.InternalURL = "https://sense2." + contoso.Domain + "/"
				s.Applications = append(s.Applications, rival)
				s.ServicePrincipals = append(s.ServicePrincipals, entra.ServicePrincipal{
					ID: labID("rival principal"), AppID: rival.AppID, DisplayName: rival.DisplayName, Enabled: true, AssignmentRequired: true,
					AppRoles: rival.AppRoles, Tags: []string{tagApp, tagOnPremis},
				})
			}),
		},
		{
			Fault: Fault{
				ID: "app-redirect-missing", Step: "app", Check: "app.redirect", Cause: "app.redirect-missing",
				Title: "the external URL is not among the redirect URIs",
				Note:  "AADSTS50011 after the password: somebody tidied the app registration up.",
			},
			after: published,
			set: app(func(_ *entra.State, a *entra.Application) {
				a.Web.RedirectURIs = []string{"https://old-contoso." + contoso.ProxySuffix + "/"}
			}),
		},
		{
			Fault: Fault{
				ID: "app-redirect-none", Step: "app", Check: "app.redirect", Cause: "app.redirect-missing",
				Title: "the application has no redirect URI at all",
				Note:  "AADSTS500113, before a password is asked for: a script replaced the list by an empty one.",
			},
			after: published,
			set:   app(func(_ *entra.State, a *entra.Application) { a.Web.RedirectURIs = []string{} }),
		},
		{
			Fault: Fault{
				ID: "app-cookie-open", Step: "app", Check: "app.cookies", Cause: "app.cookie-open",
				Title: "the access cookie also travels without TLS",
				Note:  "Found by an auditor. Browsers drop such cookies in frames, because SameSite=None asks for Secure.",
			},
			after: published,
			set:   app(func(_ *entra.State, a *entra.Application) { a.Publishing.IsSecureCookieEnabled = false }),
		},
	}
}
