package lab

import (
	"time"

	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/entra"
	"sensegate/internal/lab/qlik"
)

// clockAhead is beyond the five minutes that Kerberos tolerates.
const clockAhead = 12 * time.Minute

func siteTraps() []trap {
	return []trap{
		{
			Fault: Fault{
				ID: "clock-skew", Step: "site", Check: "site.clocks", Cause: "site.clock-skew",
				Title: "the domain controller's clock is 12 minutes ahead",
				Note:  "Kerberos tolerates five minutes. Every ticket request ends with KRB_AP_ERR_SKEW (37), connectors log 13019, and nothing names the clock.",
			},
			set: func(l *Lab) error { l.dcClock.set(clockAhead); return nil },
		},
		{
			Fault: Fault{
				ID: "role-missing", Step: "site", Check: "site.role", Cause: "site.role-missing",
				Title: "the administrator is Cloud Application Administrator and Global Reader",
				Note:  "A tutorial names the first role as enough. It is not: everything can be read, and publishing is refused with 403 Authorization_RequestDenied. Application Administrator is the least that works.",
			},
			set: inTenant(func(s *entra.State) {
				if u := s.User(contoso.Admin().UPN); u != nil {
					u.Roles = []string{entra.RoleCloudApplicationAdministrator, entra.RoleGlobalReader}
				}
			}),
		},
		{
			Fault: Fault{
				ID: "licence-missing", Step: "site", Check: "site.licence", Cause: "site.licence-missing",
				Title: "the tenant's subscription to Entra ID P1 has run out",
				Note:  "Users keep their licences for a while and nothing is noticed; then application proxy is switched off and its configuration kept for a year. Users read that they need a Premium licence.",
			},
			set: inTenant(func(s *entra.State) { s.SKUs = nil }),
		},
		{
			Fault: Fault{
				ID: "sign-in-blocked", Step: "site", Check: "site.entra", Cause: "site.entra-conditional-access",
				Title: "conditional access blocks the administrator's sign-in",
				Note:  "AADSTS53003. Many tenants block the device code flow as such; the browser sign-in may still be allowed.",
			},
			set: inTenant(func(s *entra.State) { s.SignInFailures[contoso.Admin().UPN] = 53003 }),
		},
		{
			Fault: Fault{
				ID: "repository-refuses", Step: "site", Check: "site.repository", Cause: "site.repository-refused",
				Title: "the Qlik repository refuses the client certificate",
				Note:  "Certificates exported from another site, or from before a reinstallation: the TLS handshake ends with an alert and no page.",
			},
			set: inQlik(func(s *qlik.State) { s.Faults.RefuseCertificate = true }),
		},
	}
}

func syncTraps() []trap {
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
				ID: "sync-off", Step: "sync", Check: "sync.on", Cause: "sync.off",
				Title: "directory synchronisation is switched off",
				Note:  "onPremisesSyncEnabled is false. Accounts that were synchronised stay and look healthy, but new ones never come.",
			},
			set: inTenant(func(s *entra.State) {
				off := false
				s.Tenant.SyncEnabled = &off
			}),
		},
		{
			Fault: Fault{
				ID: "sync-stale", Step: "sync", Check: "sync.fresh", Cause: "sync.stale",
				Title: "the last synchronisation is two days old",
				Note:  "Often a second server was promoted and the first left in staging mode, an open Connect wizard suspends the schedule, or the version is below the one Microsoft still serves.",
			},
			set: func(l *Lab) error {
				l.entra.Update(func(s *entra.State) {
					s.Tenant.LastSync, s.Tenant.SyncEvery = l.clock().Add(-50*time.Hour).UTC().Truncate(time.Second), 0
				})
				return nil
			},
		},
		{
			Fault: Fault{
				ID: "user-cloud-only", Step: "sync", Check: "sync.user", Cause: "sync.user-cloud-only",
				Title: "the test user was made in the cloud",
				Note:  "Pre-authentication succeeds, and by its principal name the user may even reach an account on premises that happens to be called the same; every other mapping has nothing to send: event 13016.",
			},
			set: user(func(u *entra.User) { u.OnPremises = nil }),
		},
		{
			Fault: Fault{
				ID: "user-disabled", Step: "sync", Check: "sync.user", Cause: "sync.user-disabled",
				Title: "the test user is disabled in the tenant",
				Note:  "AADSTS50057 at sign-in, although the account on premises is enabled: somebody blocked the sign-in in the portal.",
			},
			set: user(func(u *entra.User) { u.Enabled = false }),
		},
		{
			Fault: Fault{
				ID: "user-renamed", Step: "sync", Check: "sync.joined", Cause: "sync.renamed", Warning: true,
				Title: "the tenant still has the on-premises name that the test user had before",
				Note:  "Renamed on premises, and in the cloud by hand because it had to be quick: the synchronised name follows with the next cycle. A login identity made of it sends a name that the domain does not know.",
			},
			set: user(func(u *entra.User) {
				if u.OnPremises != nil {
					u.OnPremises.UPN = "alice.maiden@" + contoso.Domain
				}
			}),
		},
		{
			Fault: Fault{
				ID: "user-not-joined", Step: "sync", Check: "sync.joined", Cause: "sync.not-joined",
				Title: "the cloud account belongs to another account on premises",
				Note:  "Same name, other security identifier: the account was deleted and made again, and the cloud object still stands for the old one.",
			},
			set: user(func(u *entra.User) {
				if u.OnPremises != nil {
					u.OnPremises.SID = contoso.DomainSID + "-1977"
				}
			}),
		},
	}
}

func appTraps() []trap {
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
				ID: "app-deleted", Step: "app", Check: "app.published", Cause: "app.missing",
				Title: "the enterprise application was deleted",
				Note:  "Everything on premises stays as it was; the external name answers with a page that no application is published there.",
			},
			after: published,
			set:   inTenant(unpublish),
		},
		{
			Fault: Fault{
				ID: "app-internal-url", Step: "app", Check: "app.urls", Cause: "app.internal-url-wrong",
				Title: "the internal URL still names the server that was replaced",
				Note:  "BadGateway: the connector cannot resolve the name (0x80072ee7). Typical after a migration, when people use the new name and the application the old one.",
			},
			after: published,
			set: app(func(_ *entra.State, a *entra.Application) {
				a.Publishing.InternalURL = "https://qlikold." + contoso.Domain + "/"
			}),
		},
		{
			Fault: Fault{
				ID: "app-old-port", Step: "app", Check: "app.urls", Cause: "app.internal-url-old-port",
				Title: "the internal URL ends in :4244, as on Microsoft's page",
				Note:  "That port belongs to releases before April 2018, and there to a second application. On today's nothing listens: BadGateway.",
			},
			after: published,
			set: app(func(_ *entra.State, a *entra.Application) {
				a.Publishing.InternalURL = "https://" + contoso.QlikHost + ":4244/"
			}),
		},
		{
			Fault: Fault{
				ID: "second-app-missing", Step: "app", Check: "app.count", Cause: "app.second-missing",
				Title: "Qlik Sense February 2018, and only one application",
				Note:  "After Entra's sign-in the browser is sent on to port 4244, which is not published: it waits until it gives up.",
			},
			after: published,
			set:   oldRelease,
		},
		{
			Fault: Fault{
				ID: "app-passthrough", Step: "app", Check: "app.preauthentication", Cause: "app.passthrough",
				Title: "the application lets everybody through to Qlik's sign-in",
				Note:  "Passthrough: no Entra sign-in, no conditional access, and no delegation, because nobody is known. Qlik's own sign-in page is on the internet.",
			},
			after: published,
			set: app(func(_ *entra.State, a *entra.Application) {
				a.Publishing.ExternalAuthenticationType = entra.PreAuthNone
			}),
		},
		{
			Fault: Fault{
				ID: "app-wrong-group", Step: "app", Check: "app.group", Cause: "app.group-wrong",
				Title: "the application uses the Default connector group, which has no connector",
				Note:  "GatewayTimeout: the service finds no live connector. Easily made, because new applications start in Default.",
			},
			after: published,
			set: app(func(s *entra.State, a *entra.Application) {
				if g := s.DefaultGroup(); g != nil {
					a.GroupID = g.ID
				}
			}),
		},
		{
			Fault: Fault{
				ID: "app-unassigned", Step: "app", Check: "app.assigned", Cause: "app.not-assigned",
				Title: "the test user is not assigned to the application",
				Note:  "AADSTS50105 at sign-in. Assigning a group helps its direct members only: nested groups are not followed.",
			},
			after: published,
			set: app(func(s *entra.State, a *entra.Application) {
				if p := s.ServicePrincipal(a.AppID); p != nil {
					p.Assignments = nil
				}
			}),
		},
	}
}

func ssoTraps() []trap {
	settings := func(change func(*entra.SingleSignOn)) func(*Lab) error {
		return inTenant(func(s *entra.State) {
			if a := ours(s); a != nil && a.Publishing.SingleSignOnSettings != nil {
				change(a.Publishing.SingleSignOnSettings)
			}
		})
	}
	kerberos := func(change func(*entra.Kerberos)) func(*Lab) error {
		return settings(func(s *entra.SingleSignOn) {
			if s.KerberosSignOnSettings != nil {
				change(s.KerberosSignOnSettings)
			}
		})
	}
	return []trap{
		{
			Fault: Fault{
				ID: "sso-off", Step: "sso", Check: "sso.mode", Cause: "sso.off",
				Title: "single sign-on is switched off",
				Note:  "The first thing Microsoft's own troubleshooting does, and easily left behind: the page loads, and Qlik asks for a password.",
			},
			after: signedOn,
			set: settings(func(s *entra.SingleSignOn) {
				s.SingleSignOnMode, s.KerberosSignOnSettings = entra.SSONone, nil
			}),
		},
		{
			Fault: Fault{
				ID: "sso-other-spn", Step: "sso", Check: "sso.spn", Cause: "sso.spn-differs",
				Title: "the application asks for tickets to the machine's name",
				Note:  "The SPN in the portal is compared letter for letter with the delegation list: HTTP/qlik01 is not HTTP/sense. BadGateway, event 13019.",
			},
			after: signedOn,
			set:   kerberos(func(k *entra.Kerberos) { k.ServicePrincipalName = "HTTP/" + contoso.QlikNode }),
		},
		{
			Fault: Fault{
				ID: "sso-mapping", Step: "sso", Check: "sso.mapping", Cause: "sso.mapping-wrong",
				Title: "the login identity is a bare name that the domain does not know",
				Note:  "On premises the user is alice, the principal name there begins with alice.example; the mapping sends the latter without its domain. Event 12027: not a properly formed account name.",
			},
			after: signedOn,
			set: all(
				renameOnPremises,
				kerberos(func(k *entra.Kerberos) { k.MappingAttributeType = entra.MapOnPremName }),
			),
		},
	}
}
