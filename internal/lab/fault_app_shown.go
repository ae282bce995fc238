package lab

import (
	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/entra"
)

// shownTraps change where users find the application; who types its address
// notices nothing.
func shownTraps() []trap {
	return []trap{
		{
			Fault: Fault{
				ID: "app-home-internal", Step: "app", Check: "app.redirect", Cause: "app.home-page", Warning: true,
				Title: "the tile in My Apps leads to the internal URL",
				Note:  "Microsoft's own cmdlet writes the internal URL as home page. It opens in the office, where it is tried, and nowhere else.",
			},
			after: published,
			set: inTenant(func(s *entra.State) {
				if a := ours(s); a != nil {
					home := "https://" + contoso.QlikHost + "/"
					a.Web.HomePageURL = &home
				}
			}),
		},
		{
			Fault: Fault{
				ID: "app-hidden", Step: "app", Check: "app.redirect", Cause: "app.hidden", Warning: true,
				Title: "the application is hidden from users",
				Note:  "Somebody hid the sign-in application of an old release and took this one for it. The address works; nobody finds it.",
			},
			after: published,
			set: inTenant(func(s *entra.State) {
				if a := ours(s); a != nil {
					if p := s.ServicePrincipal(a.AppID); p != nil {
						p.Tags = append(p.Tags, "HideApp")
					}
				}
			}),
		},
	}
}
