package delegation

import "sensegate/checks"

// rehearsalCauses are what only the rehearsal brings to light.
func rehearsalCauses() []checks.Cause {
	return []checks.Cause{
		{
			ID: "delegation.user-unknown", Title: "The domain does not know the user by that name",
			Because: "The connector asks for the user by the name that Entra hands over, and no account bears it.",
			More:    "KDC_ERR_C_PRINCIPAL_UNKNOWN (6) in S4U2Self. The delegated login identity in Entra chooses which name is sent; its suffix must be one of the forest's.",
			Fixes: []checks.Fix{
				{Who: checks.ADAdmin, Text: "Look for the name in the forest.", Command: "Get-ADUser -LDAPFilter ('(userPrincipalName=' + {test-user} + ')')", Shell: checks.PowerShell},
				{Who: checks.EntraAdmin, Text: "Or choose another delegated login identity in the application's single sign-on."},
			},
		},
		{
			ID: "delegation.groups-unreadable", Title: "The connector may not read the user's groups",
			Because: "The user exists, and yet the domain controller says unknown: {connector} cannot read tokenGroupsGlobalAndUniversal.",
			More: "Ordinarily every account reads it through Pre-Windows 2000 Compatible Access. Where that group was emptied, as hardening guides advise, " +
				"the connectors have to be in Windows Authorization Access Group. Restart the connector service afterwards.",
			Fixes: []checks.Fix{{Who: checks.ADAdmin, Text: "Let the connectors read users' groups.", Command: "Add-ADGroupMember -Identity 'Windows Authorization Access Group' -Members {computer}", Shell: checks.PowerShell}},
			Docs:  "https://learn.microsoft.com/troubleshoot/windows-server/windows-security/kdc-err-c-principal-unknown-s4u2self-request",
		},
		{
			ID: "delegation.user-disabled", Title: "The test user's account is disabled or locked",
			Because: "No ticket is made in the name of a disabled, locked or expired account.",
			More:    "KDC_ERR_CLIENT_REVOKED (18). An expired password does not matter here: the user never types it.",
			Fixes:   []checks.Fix{{Who: checks.ADAdmin, Text: "Look at the account.", Command: "Get-ADUser {test-sam} -Properties Enabled,LockedOut,AccountExpirationDate", Shell: checks.PowerShell}},
		},
		{
			ID: "delegation.no-own-name", Title: "The connector has no service principal name of its own",
			Because: "{connector} holds none, and only services may ask for tickets in users' names.",
			More:    "A domain member registers HOST/name by itself at start. Where that is gone, the computer could not write it: reset its secure channel, or register the names.",
			Fixes:   []checks.Fix{{Who: checks.ADAdmin, Text: "Register the computer's own names again.", Command: "setspn.exe -R {connector}", Shell: checks.Cmd}},
		},
		{
			ID: "delegation.computer-no-aes", Title: "The connector's account has no AES keys",
			Because: "The domain controller finds no encryption that both it and {connector} allow.",
			More:    "KDC_ERR_ETYPE_NOSUPP (14) or KDC_ERR_NULL_KEY (9). Computers get AES keys with their next password; the list of allowed encryption is in msDS-SupportedEncryptionTypes.",
			Fixes:   []checks.Fix{{Who: checks.ADAdmin, Text: "Allow AES for the computer, and let it change its password.", Command: "Set-ADComputer -Identity {connector} -KerberosEncryptionType AES128,AES256", Shell: checks.PowerShell}},
		},
		{
			ID: "delegation.policy", Title: "A policy forbids the sign-in",
			Because: "Logon hours, allowed workstations, an authentication silo or selective authentication stand in the way.",
			More:    "KDC_ERR_POLICY (12). Protected accounts may sign in only from the machines of their silo, and across a trust with selective authentication each account needs \"Allowed to authenticate\".",
			Fixes:   []checks.Fix{{Who: checks.ADAdmin, Text: "See which policy holds the account.", Command: "Get-ADComputer {connector} -Properties msDS-AssignedAuthNPolicy,msDS-AssignedAuthNPolicySilo", Shell: checks.PowerShell}},
		},
		{
			ID: "delegation.spnego-only", Title: "Qlik takes the ticket only when it is wrapped",
			Because: "The raw Kerberos token was refused and the same ticket in SPNEGO was taken; connectors send it raw unless told otherwise.",
			More:    "All connectors of a group must be set alike, and the service restarted. The value is UseSpnegoAuthentication under the connector's registry key.",
			Fixes: []checks.Fix{{
				Who: checks.HostAdmin, Text: "On every connector host: let the connector wrap its tokens, and restart it.",
				Command: "Set-ItemProperty 'HKLM:\\SOFTWARE\\Microsoft\\Microsoft AAD App Proxy Connector' UseSpnegoAuthentication 1; Restart-Service WAPCSvc", Shell: checks.PowerShell,
			}},
			Docs: "https://learn.microsoft.com/entra/identity/app-proxy/how-to-configure-sso-with-kcd",
		},
	}
}
