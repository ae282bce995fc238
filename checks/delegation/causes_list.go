package delegation

import "sensegate/checks"

// listCauses are about entries that are too many, too strong, or of no effect.
func listCauses() []checks.Cause {
	return []checks.Cause{
		{
			ID: "delegation.other-domain", Title: "The connector is in another domain than Qlik's account",
			Because: "A list on {connector} has no effect across domains; Qlik's account itself has to name the computer.",
			More: "Classic constrained delegation ends at the domain's border. Resource-based delegation does not: the account that runs Qlik holds a descriptor " +
				"(msDS-AllowedToActOnBehalfOfOtherIdentity) of those who may act for users towards it. PowerShell's parameter replaces the list: name those that are in it already, too.",
			Fixes: []checks.Fix{{Who: checks.ADAdmin, Text: "Let the connector act for users towards Qlik's account.", Command: "Set-ADUser -Identity {account-name} -PrincipalsAllowedToDelegateToAccount (Get-ADComputer {connector} -Server {connector-host})", Shell: checks.PowerShell}},
			Docs:  "https://learn.microsoft.com/windows-server/security/kerberos/kerberos-constrained-delegation-overview",
		},
		{
			ID: "delegation.krbtgt-sensitive", Title: "The krbtgt account is marked as sensitive",
			Because: "\"Account is sensitive and cannot be delegated\" is ticked for krbtgt, the account of the ticket service.",
			More:    "Hardening that marks every privileged account marks this one, too. In a published case the connector then got no credentials (0x8009030e) for anybody until the mark was gone and domain controllers and connector were restarted. The rehearsal tells whether it is so here.",
			Fixes:   []checks.Fix{{Who: checks.ADAdmin, Text: "Where the rehearsal fails as well, take the mark away.", Command: "Set-ADAccountControl -Identity krbtgt -AccountNotDelegated $false", Shell: checks.PowerShell}},
		},
		{
			ID: "delegation.anyone", Title: "Everybody may act for users towards Qlik",
			Because: "The resource-based descriptor of Qlik's account names everybody.",
			More:    "Whoever has any account with a service name could open Qlik as any user. Name the connectors alone.",
			Fixes:   []checks.Fix{{Who: checks.ADAdmin, Text: "Write the list anew with the connectors only.", Command: "Set-ADUser -Identity {account-name} -PrincipalsAllowedToDelegateToAccount (Get-ADComputer {connector})", Shell: checks.PowerShell}},
		},
		{
			ID: "delegation.domain-controller", Title: "A connector may act for users on a domain controller",
			Because: "{connector} lists a service of a domain controller, which is as good as the whole domain.",
			More:    "With it whoever controls the connector can become any administrator. PingCastle reports it as P-DelegationDCa2d2 and P-DelegationDCt2a4d. Qlik needs none of it.",
			Fixes:   []checks.Fix{{Who: checks.ADAdmin, Text: "Look at the list and take that entry away.", Command: "Get-ADComputer -Identity {connector} -Properties msDS-AllowedToDelegateTo", Shell: checks.PowerShell}},
		},
		{
			ID: "delegation.ghost", Title: "A connector lists a name that nobody holds",
			Because: "The service is gone and the entry stayed: whoever registers that name next is delegated to.",
			More:    "Auditors call it a ghost entry. It has no effect on Qlik; remove it.",
			Fixes:   []checks.Fix{{Who: checks.ADAdmin, Text: "Look at the list and remove what nobody holds.", Command: "Get-ADComputer -Identity {connector} -Properties msDS-AllowedToDelegateTo", Shell: checks.PowerShell}},
		},
		{
			ID: "delegation.groups-closed", Title: "The connectors may not be able to read users' groups",
			Because: "The ordinary ways are closed: {connector} is in neither group that opens them.",
			More:    "Hardening guides empty Pre-Windows 2000 Compatible Access. Then the connectors belong into Windows Authorization Access Group; otherwise S4U2Self answers that the user is unknown (6). The rehearsal decides.",
			Fixes:   []checks.Fix{{Who: checks.ADAdmin, Text: "Let the connectors read users' groups.", Command: "Add-ADGroupMember -Identity 'Windows Authorization Access Group' -Members {computer}", Shell: checks.PowerShell}},
		},
		{
			ID: "delegation.service-privileged", Title: "The account that runs Qlik is an administrator",
			Because: "It is in {group}; together with its service name every auditor will object.",
			More:    "PingCastle reports it as P-ServiceDomainAdmin. Qlik's services need local rights on their own machines and no rights in the domain.",
			Fixes:   []checks.Fix{{Who: checks.ADAdmin, Text: "Take it out of the group.", Command: "Remove-ADGroupMember -Identity {group} -Members {account-name}", Shell: checks.PowerShell}},
		},
	}
}
