package sso

import "sensegate/checks"

// Causes explains why an assertion of this step may not hold.
func Causes() []checks.Cause {
	page := "Entra admin center > Enterprise applications > {app} > Single sign-on > Integrated Windows authentication"
	return []checks.Cause{
		{
			ID: "sso.off", Title: "Single sign-on is off",
			Because: "The application only pre-authenticates; the connector asks no ticket for anybody.",
			More:    "This is the last switch, and deliberately so: set before Kerberos and delegation are proved, it only shows error pages. Switching it off again is Microsoft's own first step when something is wrong.",
			Fixes:   []checks.Fix{{Who: checks.EntraAdmin, Text: "Choose integrated Windows authentication and enter {spn}.", Command: page, Shell: checks.Portal}},
			Docs:    "https://learn.microsoft.com/entra/identity/app-proxy/how-to-configure-sso-with-kcd",
		},
		{
			ID: "sso.spn-differs", Title: "Entra names another service",
			Because: "The internal application SPN in Entra is not the name that the directory holds.",
			More:    "The connector asks for a ticket to the name typed in Entra, letter by letter. The directory must hold it, and the connectors' delegation lists must too.",
			Fixes:   []checks.Fix{{Who: checks.EntraAdmin, Text: "Set the internal application SPN to {spn}.", Command: page, Shell: checks.Portal}},
		},
		{
			ID: "sso.mapping-wrong", Title: "The delegated login identity leads nowhere",
			Because: "The name that the connector makes of the user is not one of the directory's.",
			More:    "Entra knows five ways to name the user to the directory. Where the sign-in name differs from the directory's, choose the on-premises name.",
			Fixes:   []checks.Fix{{Who: checks.EntraAdmin, Text: "Set the delegated login identity to {mapping}.", Command: page, Shell: checks.Portal}},
		},
	}
}
