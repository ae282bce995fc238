package sync

import "sensegate/checks"

// Causes explains why an assertion of this step may not hold.
func Causes() []checks.Cause {
	start := checks.Fix{Who: checks.EntraAdmin, Text: "Start a cycle on the synchronisation server and read its result.", Command: "Start-ADSyncSyncCycle -PolicyType Delta", Shell: checks.PowerShell}
	return []checks.Cause{
		{
			ID: "sync.scheduler-off", Title: "The scheduler of Entra Connect is stopped",
			Because: "It was disabled, or somebody left the wizard of Entra Connect open, which suspends it.",
			More:    "Without the scheduler no cycle starts. After seven days without one a full synchronisation is needed.",
			Fixes:   []checks.Fix{{Who: checks.EntraAdmin, Text: "Close the wizard on the server, and start the scheduler.", Command: "Set-ADSyncScheduler -SyncCycleEnabled $true", Shell: checks.PowerShell}},
		},
		{
			ID: "sync.service-stopped", Title: "The service of Entra Connect does not run",
			Because: "ADSync is stopped or disabled on {host}: nothing is synchronised, and its scheduler answers nobody.",
			More:    "It was stopped by hand, its account's password was changed elsewhere, or its database is full (LocalDB ends at 10 GB). The Application log of the server names the reason, by the source ADSync.",
			Fixes:   []checks.Fix{{Who: checks.EntraAdmin, Text: "Let the service start by itself on {host}, start it, and look at the scheduler afterwards.", Command: "Set-Service ADSync -StartupType Automatic -PassThru | Start-Service", Shell: checks.PowerShell}},
		},
		{
			ID: "sync.agent-stopped", Title: "No agent of Cloud Sync runs",
			Because: "The service AADConnectProvisioningAgent does not run on {host}, and was seen to run nowhere else.",
			More:    "Cloud Sync is configured in the portal and carried by agents, three of which are advised. While none runs nothing is synchronised; the portal calls them inactive.",
			Fixes:   []checks.Fix{{Who: checks.EntraAdmin, Text: "Start the agent on {host}, and look at it in the portal.", Command: "Start-Service AADConnectProvisioningAgent", Shell: checks.PowerShell}},
		},
		{
			ID: "sync.all-staging", Title: "Every server of Entra Connect is in staging mode",
			Because: "Staging mode reads both sides and exports nothing.",
			More:    "It is meant for a second server. After a move it is easily left on at the only one.",
			Fixes:   []checks.Fix{{Who: checks.EntraAdmin, Text: "Switch staging mode off on one server, in the wizard of Entra Connect > Configure staging mode.", Command: "Get-ADSyncScheduler", Shell: checks.PowerShell}},
		},
		{
			ID: "sync.two-active", Title: "Two servers of Entra Connect export",
			Because: "Only one server for a tenant may be active; all others belong in staging mode.",
			More:    "Servers that both export overwrite each other's values.",
			Fixes:   []checks.Fix{{Who: checks.EntraAdmin, Text: "Switch staging mode on at all servers but one.", Command: "Get-ADSyncScheduler", Shell: checks.PowerShell}},
		},
		{
			ID: "sync.version-old", Title: "Entra Connect is too old to be let in",
			Because: "Every version below 2.5.79.0 stopped synchronising on 30 September 2026.",
			More:    "Microsoft retires each version twelve months after its successor, and this one on a date of its own. The installer comes from the Entra admin center alone; the upgrade in place keeps the configuration. Windows Server 2016, 2019 or 2022; 2025 is not supported for it.",
			Fixes: []checks.Fix{
				{Who: checks.EntraAdmin, Text: "Download the present version and run it on the server; start a cycle afterwards.", Command: "Entra admin center > Entra Connect > Get started > Manage > Download", Shell: checks.Portal},
				{Who: checks.EntraAdmin, Text: "See which version the configuration has.", Command: "(Get-ADSyncGlobalSettings).Parameters | Where-Object Name -eq 'Microsoft.Synchronize.ServerConfigurationVersion'", Shell: checks.PowerShell},
			},
			Docs: "https://learn.microsoft.com/entra/identity/hybrid/connect/reference-connect-version-history",
		},
		{
			ID: "sync.evidence-old", Title: "What is known of the synchronisation server is too old",
			Because: "The evidence of {host} is older than the site allows (evidence_max_age).",
			More:    "A server that exported last month may be in staging mode today. Nothing waits for this: the age of the last cycle is read from the tenant itself.",
			Fixes:   []checks.Fix{{Who: checks.EntraAdmin, Text: "Collect again on {host} (sensegate collect) and import the file, or paste what the scheduler shows.", Command: "Get-ADSyncScheduler", Shell: checks.PowerShell}},
		},
		{
			ID: "sync.off", Title: "Directory synchronisation is off",
			Because: "Neither Entra Connect nor Cloud Sync feeds this tenant.",
			More:    "The documented procedure begins here: install Entra Connect near the domain controller, one active server only, with its health and updater services.",
			Fixes: []checks.Fix{
				{Who: checks.EntraAdmin, Text: "Install Entra Connect or Cloud Sync and let the first cycle finish.", Command: "Entra admin center > Entra Connect > Get started", Shell: checks.Portal},
			},
			Docs: "https://learn.microsoft.com/entra/identity/hybrid/connect/how-to-connect-install-roadmap",
		},
		{
			ID: "sync.stale", Title: "Synchronisation has stopped",
			Because: "The last cycle is too long ago: the server is off, in staging mode, or too old to be let in.",
			More:    "A cycle runs every 30 minutes. Entra Connect older than 2.5.79.0 stopped being accepted on 30 September 2026. A server in staging mode imports but never exports.",
			Fixes: []checks.Fix{
				start,
				{Who: checks.EntraAdmin, Text: "See whether the scheduler runs, and whether the server is in staging mode.", Command: "Get-ADSyncScheduler | Format-List SyncCycleEnabled,StagingModeEnabled,NextSyncCycleStartTimeInUTC", Shell: checks.PowerShell},
			},
		},
		{
			ID: "sync.renamed", Title: "The user was renamed, and the tenant does not know it yet",
			Because: "The sign-in name in the directory and the one that was synchronised differ.",
			More:    "The next cycle brings the new name. Until then a login identity made of the on-premises name sends the old one, and the domain does not know it: event 12027 on the connector. If it lasts, the domain of the new name may not be verified in the tenant.",
			Fixes:   []checks.Fix{start, {Who: checks.ADAdmin, Text: "Compare the sign-in name in the directory.", Command: "Get-ADUser {test-sam} -Properties UserPrincipalName", Shell: checks.PowerShell}},
		},
		{
			ID: "sync.user-missing", Title: "The test user is not in the tenant",
			Because: "The account is outside the synchronised organisational units, or its name is spelled differently.",
			More:    "Synchronisation may be limited to some organisational units or one group. An account outside of it never reaches the tenant.",
			Fixes:   []checks.Fix{start, {Who: checks.ADAdmin, Text: "Compare the sign-in name in the directory.", Command: "Get-ADUser {test-sam} -Properties UserPrincipalName", Shell: checks.PowerShell}},
		},
		{
			ID: "sync.user-cloud-only", Title: "The test user exists only in the cloud",
			Because: "The user was made in the tenant and has no account in the directory behind it.",
			More:    "The connector asks the domain controller for a ticket in the user's name. A user who is not in the directory can never get one, whatever else is right.",
			Fixes:   []checks.Fix{{Who: checks.Yourself, Text: "Choose a test user who is synchronised (test_user.upn)."}, start},
		},
		{
			ID: "sync.user-disabled", Title: "The test user is disabled in the tenant",
			Because: "Sign-in is blocked for this user.",
			More:    "A disabled user cannot pass pre-authentication, so the final test could never succeed.",
			Fixes:   []checks.Fix{{Who: checks.EntraAdmin, Text: "Enable the user in the directory and synchronise, or in the tenant.", Command: "Update-MgUser -UserId {test-user} -AccountEnabled:$true", Shell: checks.PowerShell}},
		},
		{
			ID: "sync.user-guest", Title: "The test user is a guest",
			Because: "Guests have no account in this directory, so no ticket can be had for them.",
			More:    "Guests can be given an account in the directory and be mapped to it, but that is no test of the ordinary way.",
			Fixes:   []checks.Fix{{Who: checks.Yourself, Text: "Choose a member of the tenant as the test user."}},
		},
		{
			ID: "sync.not-joined", Title: "The user is joined to another account",
			Because: "The tenant's user came from another account of the directory than the one you named.",
			More:    "The join is made at the first synchronisation by the source anchor. After a migration between domains it may point to the old account.",
			Fixes: []checks.Fix{
				{Who: checks.ADAdmin, Text: "Compare the SIDs of the accounts that could be meant.", Command: "Get-ADUser {test-sam} -Properties objectSid,userPrincipalName,mS-DS-ConsistencyGuid", Shell: checks.PowerShell},
				{Who: checks.EntraAdmin, Text: "See in the synchronisation client which account is joined.", Command: "Entra admin center > Users > {test-user} > On-premises", Shell: checks.Portal},
			},
		},
		{
			ID: "sync.provisioning-error", Title: "A value of the user could not be synchronised",
			Because: "Another object of the tenant already has the value, so it was left out.",
			More:    "Sign-in names, mail and proxy addresses must be unique in the tenant. The synchronisation keeps the first and reports the second as a conflict; the user then signs in with a replacement name.",
			Fixes: []checks.Fix{
				{Who: checks.EntraAdmin, Text: "Find the other object and take the value from one of the two.", Command: "Entra admin center > Users > {test-user} > On-premises > Provisioning errors", Shell: checks.Portal},
				start,
			},
			Docs: "https://learn.microsoft.com/entra/identity/hybrid/connect/tshoot-connect-sync-errors",
		},
		{
			ID: "sync.user-unlicensed", Title: "The test user has no licence for application proxy",
			Because: "Neither Entra ID P1 nor P2 is assigned to {test-user}.",
			More:    "Without it the user reads that a Premium licence is needed, after a successful sign-in. Licences are assigned to users or to groups; a user needs a usage location before.",
			Fixes:   []checks.Fix{{Who: checks.EntraAdmin, Text: "Assign a licence with Entra ID P1 to {test-user}.", Command: "Microsoft 365 admin center > Users > Active users > {test-user} > Licenses and apps", Shell: checks.Portal}},
		},
	}
}
