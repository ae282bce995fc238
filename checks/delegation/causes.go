package delegation

import "sensegate/checks"

// Causes explains why an assertion of this step may not hold.
func Causes() []checks.Cause {
	tab := "ADUC > {connector} > Delegation > Trust this computer for delegation to specified services only > Use any authentication protocol > Add > {account} > {spn}"
	list := []checks.Fix{
		{Who: checks.ADAdmin, Text: "Let {connector} delegate to Qlik's name.", Command: "Set-ADComputer -Identity {connector} -Add @{'msDS-AllowedToDelegateTo'={spn}}", Shell: checks.PowerShell},
		{Who: checks.ADAdmin, Text: "The same by hand.", Command: tab, Shell: checks.Portal},
	}
	transition := checks.Fix{Who: checks.ADAdmin, Text: "Allow any authentication protocol.", Command: "Set-ADAccountControl -Identity {computer} -TrustedToAuthForDelegation $true", Shell: checks.PowerShell}
	return append([]checks.Cause{
		{
			ID: "delegation.connector-forgotten", Title: "A connector was forgotten",
			Because: "{host} serves the same group, but the site does not name it.",
			More:    "Requests are spread over all connectors of the group. A host without the delegation fails for some users, some of the time.",
			Fixes:   []checks.Fix{{Who: checks.Yourself, Text: "Add {host} to connector.hosts and give it the same delegation, or move it to another group."}},
		},
		{
			ID: "delegation.no-computer", Title: "The computer account is missing or disabled",
			Because: "{host} has no computer account of that name that is in use.",
			More:    "Delegation is given to the computer account, because the connector runs as Network Service.",
			Fixes:   []checks.Fix{{Who: checks.ADAdmin, Text: "Look for the computer account, and correct connector.hosts.account if it bears another name.", Command: "Get-ADComputer -Filter \"DNSHostName -like '*'\" | Select-Object SamAccountName,DNSHostName,Enabled", Shell: checks.PowerShell}},
		},
		{
			ID: "delegation.unconstrained", Title: "A connector may delegate to everything",
			Because: "{connector} is trusted for delegation to any service.",
			More:    "With unconstrained delegation every user who reaches the machine leaves a ticket-granting ticket there. Auditors' tools report it as a grave finding. Constrained delegation is what this needs.",
			Fixes:   []checks.Fix{{Who: checks.ADAdmin, Text: "Take it away and choose \"specified services only\".", Command: "Set-ADAccountControl -Identity {computer} -TrustedForDelegation $false", Shell: checks.PowerShell}},
		},
		{
			ID: "delegation.missing", Title: "A connector has no delegation",
			Because: "{connector} was never allowed to ask for tickets to Qlik on behalf of users.",
			More: "Kerberos constrained delegation (KCD) is a list on the connector's computer account: the names it may ask tickets for in users' names. " +
				"The list must hold exactly the name that the application is given in Entra. Every connector of the group needs it.",
			Fixes: append(append([]checks.Fix{}, list...), transition),
			Docs:  "https://learn.microsoft.com/entra/identity/app-proxy/how-to-configure-sso-with-kcd",
		},
		{
			ID: "delegation.other-spn", Title: "The delegation is for another name",
			Because: "The list of {connector} does not hold {spn}, and the comparison is literal.",
			More:    "FQDN and short name are different names, HOST does not cover HTTP, and a port makes another name too.",
			Fixes:   list,
		},
		{
			ID: "delegation.extra", Title: "A connector may delegate to more than Qlik",
			Because: "{connector} serves other applications too, or has entries left over.",
			More:    "More entries do no harm to Qlik, but each is a right that somebody should own.",
			Fixes:   []checks.Fix{{Who: checks.ADAdmin, Text: "Look through the list and remove what nobody needs.", Command: "Get-ADComputer -Identity {connector} -Properties msDS-AllowedToDelegateTo", Shell: checks.PowerShell}},
		},
		{
			ID: "delegation.kerberos-only", Title: "Only Kerberos is allowed as the first sign-in",
			Because: "\"Use Kerberos only\" is chosen, but users arrive with a cloud token.",
			More:    "The connector first makes a ticket for a user who never typed a password in the domain. That is protocol transition, and it asks for \"Use any authentication protocol\".",
			Fixes:   []checks.Fix{transition, {Who: checks.ADAdmin, Text: "The same by hand.", Command: tab, Shell: checks.Portal}},
		},
		{
			ID: "delegation.user-sensitive", Title: "The test user must not be delegated",
			Because: "\"Account is sensitive and cannot be delegated\" is ticked for {test-sam}.",
			More:    "Administrators are often protected this way, rightly. Choose a test user like the people who will use Qlik.",
			Fixes: []checks.Fix{
				{Who: checks.Yourself, Text: "Choose an ordinary user as the test user."},
				{Who: checks.ADAdmin, Text: "Or take the mark away, if it is there by mistake.", Command: "Set-ADAccountControl -Identity {test-sam} -AccountNotDelegated $false", Shell: checks.PowerShell},
			},
		},
		{
			ID: "delegation.user-protected", Title: "The test user is a protected user",
			Because: "Members of Protected Users are never delegated, whatever else is set.",
			More:    "The group is meant for administrators. Ordinary users do not belong there; its members cannot use Qlik through application proxy with single sign-on.",
			Fixes:   []checks.Fix{{Who: checks.Yourself, Text: "Choose a test user outside of Protected Users."}, {Who: checks.ADAdmin, Text: "Or take the user out of the group.", Command: "Remove-ADGroupMember -Identity 'Protected Users' -Members {test-sam}", Shell: checks.PowerShell}},
		},
		{
			ID: "delegation.computer-refused", Title: "The connector's own sign-in was refused",
			Because: "The key given for {connector} is not the computer account's present one.",
			More:    "A domain computer changes its password every 30 days, and keytabs made before that no longer fit.",
			Fixes:   []checks.Fix{{Who: checks.ADAdmin, Text: "Make the keytab again, or rehearse with an account of known password and the same delegation."}},
		},
		{
			ID: "delegation.self-refused", Title: "The connector gets no ticket in the user's name",
			Because: "The user is unknown or disabled there, or {connector} may not read the user's groups.",
			More:    "KDC_ERR_C_PRINCIPAL_UNKNOWN (6) in this stage often means that the connector cannot read tokenGroupsGlobalAndUniversal: make it a member of Windows Authorization Access Group.",
			Fixes:   []checks.Fix{{Who: checks.ADAdmin, Text: "Let the connectors read users' groups.", Command: "Add-ADGroupMember -Identity 'Windows Authorization Access Group' -Members {computer}", Shell: checks.PowerShell}},
		},
		{
			ID: "delegation.proxy-refused", Title: "The domain controller refuses the delegation",
			Because: "The NTSTATUS says which attribute: the list, the name in it, the protocol, or the user.",
			More: "STATUS_NOT_SUPPORTED: no delegation at all. STATUS_NO_MATCH: the list lacks this name. STATUS_ACCOUNT_RESTRICTION: the user is sensitive or protected, or only Kerberos is allowed. " +
				"STATUS_NOT_FOUND: neither the list nor the resource-based descriptor allows it.",
			Fixes: append(append([]checks.Fix{}, list...), transition),
		},
		{
			ID: "delegation.qlik-refused", Title: "Qlik refuses the delegated ticket",
			Because: "The ticket was given, but Qlik did not open a session for the user with it.",
			More:    "Qlik accepted an ordinary ticket in the step before. What differs is who asked: look at Qlik's proxy log for the user's name.",
			Fixes:   []checks.Fix{{Who: checks.QlikAdmin, Text: "Read the proxy's audit log for the time of the rehearsal.", Command: `Get-Content C:\ProgramData\Qlik\Sense\Log\Proxy\Audit\*_AuditSecurity_Proxy.txt -Tail 20`, Shell: checks.PowerShell}},
		},
	}, append(rehearsalCauses(), listCauses()...)...)
}
