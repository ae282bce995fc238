package kerberos

import "sensegate/checks"

// Causes explains why an assertion of this step may not hold.
func Causes() []checks.Cause {
	return []checks.Cause{
		{
			ID: "kerberos.pattern-narrow", Title: "Only some browsers are offered Windows sign-in",
			Because: "The Windows authentication pattern matches Windows browsers alone; all others see a form.",
			More:    "Qlik compares the pattern with the browser's user agent. \"Windows\" is the default and leaves out Macs, phones and tablets. \"Mozilla\" is in all of them.",
			Fixes:   []checks.Fix{{Who: checks.QlikAdmin, Text: "Set the Windows authentication pattern to Mozilla.", Command: "QMC > Virtual proxies > edit > Authentication > Windows authentication pattern: Mozilla", Shell: checks.QMC}},
		},
		{
			ID: "kerberos.switch-off", Title: "Kerberos is off at a Qlik proxy",
			Because: "The proxy {proxy} offers NTLM alone, and NTLM cannot be delegated.",
			More:    "The switch belongs to the proxy service of each node, not to the virtual proxy. Switching it makes the proxy open its listeners again and ends open sessions.",
			Fixes:   []checks.Fix{{Who: checks.QlikAdmin, Text: "Switch on Kerberos authentication at {proxy}.", Command: "QMC > Proxies > edit > Ports > Kerberos authentication", Shell: checks.QMC}},
		},
		{
			ID: "kerberos.switch-reset", Title: "Kerberos was switched on and is off again",
			Because: "The wizard set it at {proxy}; since then something else has saved the proxy with the switch off.",
			More: "Scripts that write a whole proxy do this: Update-QlikProxy of Qlik's command line tools, for one, takes every switch that it is not given for off, Kerberos and allow HTTP among them. " +
				"It comes back each time the script runs. The line \"last saved\" tells who did it and when.",
			Fixes: []checks.Fix{
				{Who: checks.QlikAdmin, Text: "Find the script or task that saves the proxy, and have it name the switch.", Command: "Update-QlikProxy -id <id> -KerberosAuthentication $true -AllowHttp <as it was>", Shell: checks.PowerShell},
				{Who: checks.QlikAdmin, Text: "Then switch on Kerberos authentication at {proxy} again; sessions end.", Command: "QMC > Proxies > edit > Ports > Kerberos authentication", Shell: checks.QMC},
			},
		},
		{
			ID: "kerberos.edited-meanwhile", Title: "Somebody else saves the proxy at the same time",
			Because: "Qlik answered 409: it was changed after it was read, and a second attempt was overtaken too.",
			More:    "Qlik takes a change only from whoever has read the latest version. The wizard tries once more over a change of something else, and never over a change of the same setting.",
			Fixes: []checks.Fix{
				{Who: checks.QlikAdmin, Text: "See who saved last (Modified by), and agree on who goes first.", Command: "QMC > Proxies > column selector > Last modified, Modified by", Shell: checks.QMC},
				{Who: checks.Yourself, Text: "Then show the plan of this step again: it starts from what is stored by then."},
			},
		},
		{
			ID: "kerberos.pattern-shared", Title: "Only some browsers are offered Windows sign-in, and others use this virtual proxy",
			Because: "The pattern matches some browsers alone, and changing it changes the sign-in of everybody who opens Qlik without a prefix: {others} too.",
			More: "The default virtual proxy serves whoever opens Qlik without a prefix. Its allow list names pages of others, which embed or open Qlik. With Mozilla their users, too, are signed in through Windows instead of seeing the form; " +
				"who relies on the form, kiosks and people without an account in the domain, is shut out.",
			Fixes: []checks.Fix{
				{Who: checks.QlikAdmin, Text: "Ask those who run {others} whether Windows sign-in suits their users; if so, set the Windows authentication pattern to Mozilla.", Command: "QMC > Virtual proxies > edit > Authentication > Windows authentication pattern: Mozilla", Shell: checks.QMC},
				{Who: checks.QlikAdmin, Text: "If not, make a virtual proxy with a prefix of its own for outside, link it to the proxy, and give its prefix as qlik.prefix.", Command: "QMC > Virtual proxies > Create new", Shell: checks.QMC},
			},
		},
		{
			ID: "kerberos.ntlm-only", Title: "Qlik still offers NTLM alone",
			Because: "The switch is stored, but the running proxy has not taken it.",
			More:    "The proxy reads its settings 10 to 30 seconds after a change. If it does not, restart the service of the node that answers.",
			Fixes:   []checks.Fix{{Who: checks.QlikAdmin, Text: "Restart the proxy service; sessions end.", Command: "Restart-Service QlikSenseProxyService", Shell: checks.PowerShell}},
		},
		{
			ID: "kerberos.other-module", Title: "Another identity provider answers",
			Because: "The virtual proxy signs users in through SAML, OIDC or a module of its own, not through Windows.",
			More:    "Kerberos single sign-on needs the built-in Windows module. Publish another virtual proxy, or use that identity provider behind application proxy without delegation.",
			Fixes:   []checks.Fix{{Who: checks.QlikAdmin, Text: "Publish a virtual proxy whose authentication method is Ticket.", Command: "QMC > Virtual proxies > Authentication > Authentication method: Ticket", Shell: checks.QMC}},
		},
		{
			ID: "kerberos.headers-too-long", Title: "Large tickets do not fit through",
			Because: "The proxy, or a box in front of it, reads shorter headers than a ticket of somebody in many groups needs.",
			More: "A Kerberos ticket travels in a header and carries the user's groups. Qlik reads 16384 bytes as it comes; 32768 or 65536 leave room. " +
				"Who is in few groups notices nothing, so the error looks personal: 400 or 431 for some people only.",
			Fixes: []checks.Fix{
				{Who: checks.QlikAdmin, Text: "Raise the largest header to 32768 bytes; sessions end.", Command: "QMC > Proxies > edit > Advanced > Max header size (bytes)", Shell: checks.QMC},
				{Who: checks.NetworkAdmin, Text: "Raise the header limit of every box between the connector hosts and {internal-host}."},
			},
		},
		{
			ID: "kerberos.no-ticket", Title: "The domain controller gives no ticket for Qlik",
			Because: "The code says why: 7 means that nobody or two accounts hold the name, 14 that no encryption fits.",
			More:    "KDC_ERR_S_PRINCIPAL_UNKNOWN (7) also stands for a duplicate. KDC_ERR_ETYPE_NOSUPP (14) means an account without AES keys. KDC_ERR_CLIENT_REVOKED (18) is about the user, not about Qlik.",
			Fixes:   []checks.Fix{{Who: checks.ADAdmin, Text: "Ask for a ticket as a domain user and read the answer.", Command: "klist get {spn}", Shell: checks.Cmd}},
		},
		{
			ID: "kerberos.weak-ticket", Title: "The ticket is encrypted with RC4",
			Because: "The service account still allows RC4, or has no AES keys.",
			More:    "RC4 tickets end with the hardening of 2026. What works today stops at an update of the domain controllers.",
			Fixes:   []checks.Fix{{Who: checks.ADAdmin, Text: "Allow AES for the account and set its password again.", Command: "Set-ADUser -Identity {account-name} -KerberosEncryptionType AES128,AES256", Shell: checks.PowerShell}},
		},
		{
			ID: "kerberos.keytab-stale", Title: "The keytab is older than the account's password",
			Because: "The password was set after the keytab was written, so its keys open no ticket that is made now.",
			More: "KRB_AP_ERR_BADKEYVER (44) and KRB_AP_ERR_NOKEY (45) mean the same at a service that reads a keytab. Each time a password is set the key version counts up, and a keytab keeps the version it was written with. " +
				"Qlik itself uses no keytab: if Qlik accepts the ticket, only this file has to be written again.",
			Fixes: []checks.Fix{{
				Who: checks.ADAdmin, Text: "Write the keytab of {account-name} again, or leave kerberos.service_keytab out of the site. With these two switches ktpass sets neither a password nor a principal name; it asks for the present password.",
				Command: "ktpass.exe -princ {spn}@{realm} -mapuser {account} -crypto AES256-SHA1 -ptype KRB5_NT_PRINCIPAL -pass * -SetPass -SetUpn -out qlik.keytab", Shell: checks.Cmd,
			}},
		},
		{
			ID: "kerberos.other-key", Title: "The ticket is made with another key",
			Because: "Neither the account's key nor that of the name opens it: the password in the keytab is not the account's.",
			More: "KRB_AP_ERR_MODIFIED (41) is what a service answers then. The owner of the name was proved before, so either the keytab was made with a mistyped password, " +
				"or it was made for another account, or a domain controller has not learned of the last password yet.",
			Fixes: []checks.Fix{
				{Who: checks.ADAdmin, Text: "See when the account's password was set, and its key version, on each domain controller.", Command: "Get-ADUser {account-name} -Properties PasswordLastSet,msDS-KeyVersionNumber", Shell: checks.PowerShell},
				{Who: checks.ADAdmin, Text: "Write the keytab again with the account's present password."},
			},
		},
		{
			ID: "kerberos.refused", Title: "Qlik refuses the ticket",
			Because: "Qlik cannot open it: the service runs with another account or an older password than the name's owner.",
			More: "KRB_AP_ERR_MODIFIED (41) means that the key does not fit. Compare the account that runs QlikSenseProxyService with the owner of the name, " +
				"and think of a password that was changed in the directory but not in the services.",
			Fixes: []checks.Fix{
				{Who: checks.QlikAdmin, Text: "Look which account runs the proxy; it must be {account}.", Command: "Get-CimInstance Win32_Service -Filter \"Name='QlikSenseProxyService'\" | Select-Object StartName", Shell: checks.PowerShell},
				{Who: checks.QlikAdmin, Text: "Enter the account's present password in all Qlik services and restart them.", Command: "services.msc", Shell: checks.Cmd},
			},
		},
		{
			ID: "kerberos.ntlm-fallback", Title: "The sign-in fell back to NTLM",
			Because: "No ticket was used, though the sign-in worked: that is not enough for delegation.",
			More:    "A browser hides the fallback. The connector cannot fall back: it has only Kerberos.",
			Fixes:   []checks.Fix{{Who: checks.ADAdmin, Text: "See whether a ticket for Qlik is in the cache after a sign-in.", Command: "klist tickets", Shell: checks.Cmd}},
		},
		{
			ID: "kerberos.other-user", Title: "Qlik sees another user",
			Because: "The session belongs to somebody else than the one who signed in.",
			More:    "Qlik takes the user from the ticket. Another user here means a session cookie of an earlier sign-in, or a virtual proxy that maps users.",
			Fixes:   []checks.Fix{{Who: checks.QlikAdmin, Text: "End the user's sessions and look at the virtual proxy's authentication settings.", Command: "QMC > Virtual proxies > Authentication", Shell: checks.QMC}},
		},
	}
}
