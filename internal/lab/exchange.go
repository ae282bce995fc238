package lab

import (
	"strings"

	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/entra"
)

// exchange is what Exchange's hybrid agent has published in the tenant: an
// application that bears the tag of application proxy like any other, and that
// nobody but Exchange may touch.
func exchange(s *entra.State) {
	id := labID("exchange")
	external := "https://" + id + ".resource.mailboxmigration.his." + contoso.ProxySuffix + "/"
	app := entra.Application{
		ID: labID("exchange application"), AppID: labID("exchange app"), DisplayName: id, SignInAudience: "AzureADMyOrg",
		IdentifierURIs: []string{strings.TrimRight(external, "/")}, Web: entra.Web{HomePageURL: &external, RedirectURIs: []string{external}},
		Publishing: &entra.Publishing{
			ApplicationServerTimeout: entra.TimeoutDefault, ExternalAuthenticationType: entra.PreAuthNone,
			ExternalURL: external, InternalURL: "https://mail." + contoso.Domain + "/", IsOnPremPublishingEnabled: true,
		},
	}
	if g := s.DefaultGroup(); g != nil {
		app.GroupID = g.ID
	}
	s.Applications = append(s.Applications, app)
	s.ServicePrincipals = append(s.ServicePrincipals, entra.ServicePrincipal{
		ID: labID("exchange principal"), AppID: app.AppID, DisplayName: id, Enabled: true, Tags: []string{tagApp, tagOnPremis},
	})
}
