package spn

import "sensegate/checks"

// nameCauses are about the names beside the one that the connector asks for.
func nameCauses() []checks.Cause {
	return []checks.Cause{
		{
			ID: "spn.look-alike", Title: "Another account holds a name that looks the same",
			Because: "{holder} holds a name with other characters that the eye cannot tell apart.",
			More: "Look-alike letters of other scripts and invisible characters got past domain controllers' uniqueness check until March 2026 (CVE-2026-25177). " +
				"Such a name can draw tickets to itself. Nobody registers it by accident: find out who wrote it and when.",
			Fixes: []checks.Fix{
				{Who: checks.ADAdmin, Text: "See all its names with their characters, and take the strange one away.", Command: "Get-ADObject -LDAPFilter ('(sAMAccountName=' + {holder} + ')') -Properties servicePrincipalName | Select-Object -ExpandProperty servicePrincipalName | Format-Hex", Shell: checks.PowerShell},
				{Who: checks.ADAdmin, Text: "See when servicePrincipalName was written.", Command: "Get-ADReplicationAttributeMetadata -Object (Get-ADObject -LDAPFilter ('(sAMAccountName=' + {holder} + ')')) -Server {domain} -Attribute servicePrincipalName", Shell: checks.PowerShell},
			},
			Docs: "CVE-2026-25177",
		},
		{
			ID: "spn.forest-duplicates", Title: "Other names of the forest are held twice",
			Because: "Accounts hold names that others hold too; whoever asks for those gets no ticket.",
			More:    "This does not touch Qlik. It shows that the uniqueness check is off, or that objects were restored or moved between domains; the next such event may touch it.",
			Fixes:   []checks.Fix{{Who: checks.ADAdmin, Text: "List them and take each from the account that does not run the service.", Command: "setspn.exe -F -X", Shell: checks.Cmd}},
		},
		{
			ID: "spn.name-missing", Title: "A name that people type is not registered",
			Because: "Nobody holds {name}; browsers that open Qlik by it fall back to NTLM.",
			More:    "It does not matter from outside, where the connector asks for one name only. On the LAN it does.",
			Fixes:   []checks.Fix{{Who: checks.ADAdmin, Text: "Register it on the same account.", Command: "setspn.exe -U -S {name} {account}", Shell: checks.Cmd}},
		},
		{
			ID: "spn.name-elsewhere", Title: "A name that people type leads to another account",
			Because: "Tickets for {name} are made with the key of {holder}, which Qlik does not have.",
			More:    "Whoever opens Qlik by that name gets a ticket, and Qlik refuses it. Give people the full name only, or move this one.",
			Fixes:   []checks.Fix{{Who: checks.ADAdmin, Text: "See who holds it; an HTTP name of a computer may come from its HOST name.", Command: "setspn.exe -F -Q {name}", Shell: checks.Cmd}},
		},
		{
			ID: "spn.machine-name", Title: "A computer bears the published name",
			Because: "{holder} is called like the published host; its next start registers HOST for it.",
			More:    "Computers write HOST names for their own name by themselves. Qlik's name and the machine's then collide: joins and renames fail, or the wrong key is used.",
			Fixes:   []checks.Fix{{Who: checks.NetworkAdmin, Text: "Publish Qlik under a name of its own, with an A record that points at the server."}},
		},
		{
			ID: "spn.account-locked", Title: "The service account is locked out",
			Because: "Somebody tries its password, or a service runs with an old one.",
			More:    "Tickets for Qlik are still made, but the services cannot be started while it lasts.",
			Fixes:   []checks.Fix{{Who: checks.ADAdmin, Text: "Find what keeps trying, then unlock it.", Command: "Unlock-ADAccount -Identity {account-name}", Shell: checks.PowerShell}},
		},
		{
			ID: "spn.password-old", Title: "The password is older than AES for this account",
			Because: "AES is allowed, but keys are made only when a password is set, and this one was set before.",
			More:    "Since 2026 domain controllers make no RC4 tickets by default. Set the password again, and enter it in all Qlik services in the same hour.",
			Fixes:   []checks.Fix{{Who: checks.ADAdmin, Text: "Set its password again, and enter it in the Qlik services.", Command: "Set-ADAccountPassword -Identity {account-name} -Reset", Shell: checks.PowerShell}},
			Docs:    "Microsoft support article KB5073381",
		},
	}
}
