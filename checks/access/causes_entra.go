package access

import "sensegate/checks"

// entraCauses explains the refusals of Entra that have a code of their own.
func entraCauses() []checks.Cause {
	const logs = "Entra admin center > Monitoring > Sign-in logs > failed"
	look := checks.Fix{Who: checks.EntraAdmin, Text: "Look the sign-in up and see which rule refused it.", Command: logs, Shell: checks.Portal}
	browser := checks.Fix{Who: checks.Yourself, Text: "Sign in with the browser on this machine: set entra.sign_in to browser."}
	return []checks.Cause{
		{
			ID: "site.entra-conditional-access", Title: "Conditional Access refuses this sign-in",
			Because: "A rule of the tenant forbids it; many tenants forbid device codes as such and allow the browser.",
			More: "A device code can be typed by anybody who is talked into it, so Microsoft itself advises to block that way (AADSTS53003). " +
				"The browser on this machine shows the device and its state, and is usually allowed. 53000 and 53001 ask for a managed device: run the wizard on one.",
			Fixes: []checks.Fix{
				browser,
				{Who: checks.Yourself, Text: "Or use the session of Azure's command line, signed in from a managed device.", Command: "az login --tenant {tenant}", Shell: checks.PowerShell},
				look,
			},
			Docs: "https://learn.microsoft.com/entra/identity/conditional-access/policy-block-authentication-flows",
		},
		{
			ID: "site.entra-second-factor", Title: "A second factor is asked for",
			Because: "The sign-in needs multifactor authentication, which was not given or is not set up.",
			More:    "AADSTS50076 and 50074 ask for the second factor, 50072 and 50079 ask to register one first. The browser leads through both.",
			Fixes:   []checks.Fix{browser, {Who: checks.Yourself, Text: "Register a second factor.", Command: "https://aka.ms/mfasetup", Shell: checks.Portal}},
		},
		{
			ID: "site.entra-password", Title: "Entra does not accept the password",
			Because: "The password is wrong, or has expired.",
			More:    "AADSTS50126 is a wrong password, 50055 an expired one. A wrong password is never tried twice by the wizard.",
			Fixes:   []checks.Fix{{Who: checks.Yourself, Text: "Sign in once in a browser and change the password there.", Command: "https://myaccount.microsoft.com", Shell: checks.Portal}},
		},
		{
			ID: "site.entra-account", Title: "Entra does not let this account in",
			Because: "The account is not in the tenant, locked or disabled.",
			More:    "AADSTS50034 means that the tenant does not know the name, 50020 that the account belongs to another tenant, 50053 that it is locked, 50057 that it is disabled. A guest cannot register connectors: use an account of the tenant itself.",
			Fixes: []checks.Fix{
				{Who: checks.Yourself, Text: "Sign in with a work account of {tenant}."},
				{Who: checks.EntraAdmin, Text: "See whether the account is enabled and not locked.", Command: logs, Shell: checks.Portal},
			},
		},
		{
			ID: "site.entra-consent", Title: "Nobody agreed to the permissions",
			Because: "The client the wizard signs in with has not been given what it asks for.",
			More:    "The first sign-in with a client asks for agreement. Where users may not agree themselves (AADSTS90094), an administrator does it once for all.",
			Fixes:   []checks.Fix{{Who: checks.EntraAdmin, Text: "Agree for the organisation.", Command: "Entra admin center > Enterprise applications > Microsoft Graph Command Line Tools > Permissions > Grant admin consent", Shell: checks.Portal}},
		},
		{
			ID: "site.entra-client", Title: "The tenant refuses the client the wizard signs in with",
			Because: "The application in entra.client_id is not in this tenant, is disabled, or its secret is not accepted.",
			More:    "AADSTS700016 means that the tenant does not know the application, 7000112 that it is disabled, 7000215 and 7000222 that its secret is wrong or has expired. Without entra.client_id the wizard uses Microsoft's own client for Graph.",
			Fixes: []checks.Fix{
				{Who: checks.Yourself, Text: "Correct entra.client_id, or leave it empty for Microsoft's own client."},
				{Who: checks.EntraAdmin, Text: "See that the application is enabled for sign-in.", Command: "Entra admin center > Enterprise applications > Properties > Enabled for users to sign-in", Shell: checks.Portal},
			},
		},
		{
			ID: "site.entra-unknown-tenant", Title: "There is no such tenant in this cloud",
			Because: "entra.tenant is misspelled, or the tenant lives in another cloud.",
			More:    "Tenants of US Government sign in at login.microsoftonline.us: set entra.cloud.",
			Fixes:   []checks.Fix{{Who: checks.Yourself, Text: "Correct entra.tenant or entra.cloud."}},
		},
		{
			ID: "site.entra-busy", Title: "Graph asks to come back later",
			Because: "So much is asked of this tenant that Graph refuses more for a while.",
			More:    "Graph limits requests for each application and tenant; a script or a synchronisation may use it up. The wizard waits as Graph asks it to, but not beyond a check's deadline.",
			Fixes:   []checks.Fix{{Who: checks.Yourself, Text: "Wait a few minutes and check again."}, look},
			Docs:    "https://learn.microsoft.com/graph/throttling",
		},
	}
}
