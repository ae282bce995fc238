package access

import (
	"slices"

	"sensegate/checks"
)

// Causes explains why an assertion of this step may not hold.
func Causes() []checks.Cause {
	return append(slices.Concat(directoryCauses(), qlikCauses(), entraCauses()), []checks.Cause{
		{
			ID: "site.fact-missing", Title: "A fact of the site is missing",
			Because: "A question of this step has no answer yet.",
			More:    "The site file holds what only you can know: tenant, URLs, accounts. Nothing is guessed in its place.",
			Fixes:   []checks.Fix{{Who: checks.Yourself, Text: "Answer {fact} in the form, or write it into the site file."}},
		},
		{
			ID: "site.fact-wrong", Title: "A fact of the site cannot be right",
			Because: "The value has not the form that its system asks for.",
			More:    "Each value is compared with the form that its system demands: URLs with a scheme, service names as HTTP/host, accounts as DOMAIN\\name.",
			Fixes:   []checks.Fix{{Who: checks.Yourself, Text: "Correct {fact} in the form or in the site file."}},
		},
		{
			ID: "site.clock-skew", Title: "The clocks differ too much for Kerberos",
			Because: "One of the machines does not take its time from the domain.",
			More: "A Kerberos ticket carries a time. A server more than five minutes away from it answers KRB_AP_ERR_SKEW (37), and " +
				"sign-in falls back to NTLM, which application proxy cannot pass on. The domain controller that holds the PDC role is the clock of the domain.",
			Fixes: []checks.Fix{
				{Who: checks.ADAdmin, Text: "Synchronise {who} with the domain's time source.", Command: "w32tm /resync /rediscover", Shell: checks.Cmd},
				{Who: checks.Yourself, Text: "Look where this machine takes its time from.", Command: "w32tm /query /status", Shell: checks.Cmd},
			},
			Docs: "https://learn.microsoft.com/windows-server/networking/windows-time-service/windows-time-service-tools-and-settings",
		},
		{
			ID: "site.directory-refused", Title: "The directory refused the sign-in",
			Because: "The account, its password or keytab, or the way of signing in was not accepted.",
			More:    "The directory's own code tells more: 52e wrong password, 525 no such account, 533 disabled, 775 locked out, 8 the server demands an encrypted connection.",
			Fixes: []checks.Fix{
				{Who: checks.Yourself, Text: "Check the account in directory.user and its keytab or password. One wrong password is never tried twice."},
				{Who: checks.ADAdmin, Text: "See whether the account is locked or disabled.", Command: "Get-ADUser {directory-user} -Properties LockedOut,Enabled,PasswordExpired", Shell: checks.PowerShell},
			},
		},
		{
			ID: "site.directory-other-domain", Title: "The domain controller serves another domain",
			Because: "directory.server and directory.domain do not belong together.",
			More:    "Accounts, service names and delegation are read from the domain of the Qlik service account. A controller of another domain knows only part of them.",
			Fixes:   []checks.Fix{{Who: checks.Yourself, Text: "Name a domain controller of {domain}.", Command: "nltest /dsgetdc:{domain}", Shell: checks.Cmd}},
		},
		{
			ID: "site.repository-refused", Title: "The Qlik repository refused the certificate",
			Because: "The client certificate is not one of this Qlik site, or its files do not belong together.",
			More: "The repository service on port 4242 trusts only certificates of its own site. Export them in the QMC (Start > Certificates), " +
				"format PEM. The server's own certificate is issued for the name given at installation, often the short one: set qlik.server_name where it differs.",
			Fixes: []checks.Fix{
				{Who: checks.QlikAdmin, Text: "Export client.pem, client_key.pem and root.pem and name them in the site.", Command: "QMC > Certificates > machine name, platform independent PEM > Export", Shell: checks.QMC},
			},
			Docs: "Qlik help: Export certificates through the QMC",
		},
		{
			ID: "site.role-not-in-force", Title: "Graph refuses the change: the right is not in force",
			Because: "Reading was allowed and writing is not: the role was activated a moment ago, has ended meanwhile, or the permission to write was not agreed to.",
			More:    "A role that is activated for some hours (Privileged Identity Management) takes some minutes to be in force everywhere, and ends by itself. A sign-in from before the activation does not have it: sign in anew. Graph answers 403 Authorization_RequestDenied for a missing role as for a missing permission.",
			Fixes: []checks.Fix{
				{Who: checks.Yourself, Text: "Activate Application Administrator, wait five minutes, sign in again and apply once more.", Command: "Entra admin center > Identity Governance > Privileged Identity Management > My roles", Shell: checks.Portal},
				{Who: checks.EntraAdmin, Text: "Agree to the permissions to write for the client that the wizard signs in with.", Command: "Entra admin center > Enterprise applications > Permissions > Grant admin consent", Shell: checks.Portal},
			},
			Docs: "https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference",
		},
		{
			ID: "site.entra-refused", Title: "Entra refused the sign-in",
			Because: "The account or the way of signing in was not accepted; the AADSTS code says which.",
			More:    "`sensegate explain` with the code tells more, and so does the sign-in log of the tenant.",
			Fixes: []checks.Fix{
				{Who: checks.Yourself, Text: "Sign in another way: set entra.sign_in to browser or azure-cli.", Command: "az login --tenant {tenant}", Shell: checks.PowerShell},
				{Who: checks.EntraAdmin, Text: "Look the sign-in up and see which rule refused it.", Command: "Entra admin center > Monitoring > Sign-in logs > failed", Shell: checks.Portal},
			},
			Docs: "https://learn.microsoft.com/entra/identity-platform/reference-error-codes",
		},
		{
			ID: "site.entra-other-tenant", Title: "You are signed in to another tenant",
			Because: "The account belongs to another tenant than the site names.",
			More:    "A connector is always registered in the home tenant of the administrator who installs it, and the application must be registered in the same one.",
			Fixes:   []checks.Fix{{Who: checks.Yourself, Text: "Sign in with an account of {tenant}, or correct entra.tenant."}},
		},
		{
			ID: "site.role-missing", Title: "The role for application proxy is missing",
			Because: "The signed-in account is not an Application Administrator now.",
			More: "Application proxy settings may be written by Application Administrators and Global Administrators. Cloud Application Administrators may not. " +
				"If your roles are given for a time only (Privileged Identity Management), activate the role first.",
			Fixes: []checks.Fix{
				{Who: checks.Yourself, Text: "Activate the role if it is given to you for a time only.", Command: "Entra admin center > Identity governance > Privileged Identity Management > My roles", Shell: checks.Portal},
				{Who: checks.EntraAdmin, Text: "Assign Application Administrator to {signed-in}.", Command: "Entra admin center > Roles & admins > Application Administrator > Add assignments", Shell: checks.Portal},
			},
		},
		{
			ID: "site.licence-missing", Title: "The tenant has no licence for application proxy",
			Because: "No subscription with Entra ID P1 or P2 is active.",
			More:    "Application proxy needs Entra ID P1 or P2 for the users who go through it. A trial is enough to set it up.",
			Fixes:   []checks.Fix{{Who: checks.EntraAdmin, Text: "Buy or try Entra ID P1.", Command: "Microsoft 365 admin center > Billing > Purchase services > Microsoft Entra ID P1", Shell: checks.Portal}},
		},
	}...)
}
