package lab

import (
	"time"

	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/entra"
	"sensegate/internal/site"
)

// entraVariations are tenants that are set up in another right way.
func entraVariations() []variation {
	principal := func(change func(*entra.State, *entra.ServicePrincipal)) func(*Lab) error {
		return inTenant(func(s *entra.State) {
			if a := ours(s); a != nil {
				if p := s.ServicePrincipal(a.AppID); p != nil {
					change(s, p)
				}
			}
		})
	}
	return []variation{
		customDomainVariation(),
		cloudSyncVariation(),
		assignedBesides(),
		{
			Variant: Variant{
				ID: "microsoft-client", Title: "the administrator signs in with Microsoft's own client for Graph",
				Note: "Nothing is registered for the wizard. Permissions are asked for when a step needs them: to read at first, to write when a plan is applied. An administrator agreed once that it may open the published application.",
			},
			build: inTenant(func(s *entra.State) {
				for i := range s.Clients {
					c := &s.Clients[i]
					c.PublishedApps, c.AgreesAsAsked, c.Scopes = true, true, []string{"User.Read"}
				}
			}),
			site: func(_ *Lab, s *site.Site) { s.Entra.ClientID = "" },
		},
		{
			Variant: Variant{
				ID: "assigned-by-group", Title: "a group is assigned to the application, not its users",
				Note: "The usual form with P1. Direct members get in; members of a group in the group do not.",
			},
			setUp: principal(func(s *entra.State, p *entra.ServicePrincipal) {
				g := entra.DirectoryGroup{ID: labID("group", "readers"), Name: "Qlik readers"}
				for _, a := range p.Assignments {
					g.Members = append(g.Members, a.PrincipalID)
				}
				s.DirectoryGroups = append(s.DirectoryGroups, g)
				p.Assignments = []entra.Assignment{{ID: labID("group assignment"), PrincipalID: g.ID, AppRoleID: roleUser, Created: s.Applications[0].Created}}
			}),
		},
		{
			Variant: Variant{
				ID: "open-to-all", Title: "the application asks for no assignment",
				Note: "Everybody in the tenant may open it; Qlik's own licences decide who sees anything.",
			},
			setUp: principal(func(_ *entra.State, p *entra.ServicePrincipal) { p.AssignmentRequired, p.Assignments = false, nil }),
		},
		{
			Variant: Variant{
				ID: "portal-made", Title: "the application was made in the portal, years ago",
				Note: "The portal names it by its external URL, and applications made before 2022 do not check the back end's certificate.",
			},
			setUp: inTenant(func(s *entra.State) {
				if a := ours(s); a != nil {
					a.IdentifierURIs = []string{"https://" + contoso.ExternalHost}
					a.Publishing.IsBackendCertificateValidationEnabled = false
				}
			}),
		},
		{
			Variant: Variant{
				ID: "slow-replicas", Title: "the tenant's replicas are slow",
				Note: "After an object was made its reads answer 404 for a while, and a group that was changed still shows the old one. Minutes are not unusual; the lab makes it eight reads.",
			},
			build: inTenant(func(s *entra.State) { s.ConsistencyReads = 8 }),
			site:  func(_ *Lab, s *site.Site) { s.Entra.Patience = 2 * time.Minute },
		},
	}
}
