package lab

import (
	"slices"

	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/entra"
)

// forever is more requests than anybody makes while a fault lasts.
const forever = 1_000_000

// writeSiteTraps refuse changes of the tenant for reasons that lie outside of
// what is changed.
func writeSiteTraps() []trap {
	return []trap{
		{
			Fault: Fault{
				ID: "role-not-in-force", Step: "site", Check: "site.role", Cause: "site.role-not-in-force", During: "app",
				Title: "the administrator's role can be read and is not in force yet",
				Note:  "Privileged Identity Management: activated a minute ago, and Graph answers 403 Authorization_RequestDenied to the first change. Waiting and signing in anew mends it; more roles do not.",
			},
			set: inTenant(func(s *entra.State) { s.WritesDenied = true }),
		},
		{
			Fault: Fault{
				ID: "graph-busy-writing", Step: "site", Check: "site.entra", Cause: "site.entra-busy", During: "app", Unknown: true,
				Title: "Graph refuses every change for ten minutes",
				Note:  "429: writes are counted apart from reads, and a script may use them up. The plan stops; applied again later it goes on where it stopped.",
			},
			set: inTenant(func(s *entra.State) { s.ThrottleWrites, s.RetryAfter = forever, 600 }),
		},
	}
}

// consentTraps are played where nothing is registered for the wizard.
func consentTraps() []trap {
	return []trap{{
		Fault: Fault{
			ID: "write-consent", Step: "site", Check: "site.entra", Cause: "site.entra-consent", During: "app", On: []string{"microsoft-client"},
			Title: "reading was agreed to, writing was not",
			Note:  "AADSTS65001 at the first change: in tenants where users may not agree themselves an administrator has to, once for each permission that is new.",
		},
		set: inTenant(func(s *entra.State) {
			for i := range s.Clients {
				s.Clients[i].AgreesAsAsked, s.Clients[i].Scopes = false, []string{"User.Read", "Directory.Read.All"}
			}
		}),
	}}
}

// writeTraps are what goes wrong while the application is made.
func writeTraps() []trap {
	return []trap{
		{
			Fault: Fault{
				ID: "app-not-readable", Step: "app", Check: "app.published", Cause: "app.not-readable", Unknown: true,
				Title: "the application is in every list, and reading it answers 404",
				Note:  "Replicas that are behind: seconds as a rule, minutes on a bad day. Whoever makes a second application in the meantime has two of them afterwards.",
			},
			set: inTenant(func(s *entra.State) {
				s.ListedFirst, s.ConsistencyReads = true, forever
				if a := ours(s); a != nil {
					a.Unseen = forever
				}
			}),
		},
		{
			Fault: Fault{
				ID: "app-url-orphan", Step: "app", Check: "app.urls", Cause: "app.url-orphan", During: "app",
				Title: "an application that nobody can see holds the internal URL",
				Note:  "InternalUrl_Duplicate though no list shows a rival: the publishing of a deleted application, or what Exchange's hybrid agent left behind. A support case with the request id, or another internal name.",
			},
			set: inTenant(func(s *entra.State) {
				s.Orphans = slices.Concat(s.Orphans, []string{"https://" + contoso.QlikHost + "/"})
			}),
		},
		{
			Fault: Fault{
				ID: "app-group-stale", Step: "app", Check: "app.group", Cause: "app.group-not-shown", During: "app", Unknown: true,
				Title: "the application's old connector group is read for hours after the change",
				Note:  "Set, accepted, and every read shows Default. What the portal shows serves the application; whoever sets it again and again only hides which answer was the last.",
			},
			set: inTenant(func(s *entra.State) { s.GroupReadsStale = forever }),
		},
	}
}
