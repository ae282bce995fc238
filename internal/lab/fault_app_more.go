package lab

import (
	"slices"

	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/entra"
	"sensegate/internal/site"
)

// readers is the group that the site of a variant names beside the test user.
const readers = "Qlik readers"

// assignedBesides has a group and another person assigned beside the test user.
func assignedBesides() variation {
	return variation{
		Variant: Variant{
			ID: "assigned-besides", Title: "a group and another person are assigned beside the test user",
			Note: "The site names them under publish.assign; the plan assigns them too. A group counts for its direct members.",
		},
		build: inTenant(func(s *entra.State) {
			g := entra.DirectoryGroup{ID: labID("group", "named readers"), Name: readers}
			if u := s.User(contoso.Admin().UPN); u != nil {
				g.Members = []string{u.ID}
			}
			s.DirectoryGroups = append(s.DirectoryGroups, g)
		}),
		setUp: inTenant(func(s *entra.State) {
			a := ours(s)
			if a == nil {
				return
			}
			p, g, u := s.ServicePrincipal(a.AppID), s.DirectoryGroup(readers), s.User(contoso.Admin().UPN)
			for i, id := range []string{g.ID, u.ID} {
				p.Assignments = append(p.Assignments, entra.Assignment{ID: labID("besides", string(rune('a'+i))), PrincipalID: id, AppRoleID: roleUser, Created: a.Created})
			}
		}),
		site: func(_ *Lab, s *site.Site) { s.Publish.Assign = []string{readers, contoso.Admin().UPN} },
	}
}

// assignTraps break who is assigned, and what the second application of an old
// release has to be.
func assignTraps() []trap {
	const old = "old-release"
	second := func(change func(*entra.State, *entra.Application, *entra.ServicePrincipal)) func(*Lab) error {
		return inTenant(func(s *entra.State) {
			if a := s.PublishedAt(authHost); a != nil {
				if p := s.ServicePrincipal(a.AppID); p != nil {
					change(s, a, p)
				}
			}
		})
	}
	secondThere := func(l *Lab) (yes bool) {
		l.entra.View(func(s *entra.State) { yes = s.PublishedAt(authHost) != nil })
		return yes
	}
	return []trap{
		{
			Fault: Fault{
				ID: "app-other-unassigned", Step: "app", Check: "app.assigned", Cause: "app.other-not-assigned", On: []string{"assigned-besides"},
				Title: "the group that the site names is not assigned",
				Note:  "The test user gets in, the colleagues read AADSTS50105. Often the group was assigned to the application of an earlier try.",
			},
			after: published,
			set: inTenant(func(s *entra.State) {
				if a, g := ours(s), s.DirectoryGroup(readers); a != nil && g != nil {
					p := s.ServicePrincipal(a.AppID)
					p.Assignments = slices.DeleteFunc(p.Assignments, func(x entra.Assignment) bool { return x.PrincipalID == g.ID })
				}
			}),
		},
		{
			Fault: Fault{
				ID: "second-app-unassigned", Step: "app", Check: "app.second", Cause: "app.second-wrong", On: []string{old},
				Title: "the test user is assigned to the first application and not to the second",
				Note:  "Sign-in succeeds, the hub redirects to the sign-in port, and there AADSTS50105 names an application nobody has heard of: the second one is hidden.",
			},
			after: secondThere,
			set:   second(func(_ *entra.State, _ *entra.Application, p *entra.ServicePrincipal) { p.Assignments = nil }),
		},
		{
			Fault: Fault{
				ID: "second-app-sso", Step: "app", Check: "app.second", Cause: "app.second-sso", On: []string{old},
				Title: "single sign-on was switched on at the second application",
				Note:  "The tutorial leaves it off there: the page that signs people in must be reached without a ticket.",
			},
			after: secondThere,
			set: second(func(_ *entra.State, a *entra.Application, _ *entra.ServicePrincipal) {
				a.Publishing.SingleSignOnSettings = &entra.SingleSignOn{
					SingleSignOnMode:       entra.SSOKerberos,
					KerberosSignOnSettings: &entra.Kerberos{ServicePrincipalName: contoso.SPN, MappingAttributeType: entra.MapUPN},
				}
			}),
		},
		{
			Fault: Fault{
				ID: "second-app-visible", Step: "app", Check: "app.second", Cause: "app.second-visible", On: []string{old},
				Title: "users see the second application in My Apps",
				Note:  "They open it, land on a bare sign-in page, and call. The tag HideApp is what Visible to users = No writes.",
			},
			after: secondThere,
			set: second(func(_ *entra.State, _ *entra.Application, p *entra.ServicePrincipal) {
				p.Tags = slices.DeleteFunc(slices.Clone(p.Tags), func(t string) bool { return t == "HideApp" })
			}),
		},
	}
}
