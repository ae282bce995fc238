package connector

import "sensegate/checks"

// Causes explains why an assertion of this step may not hold.
func Causes() []checks.Cause {
	move := "Entra admin center > Global Secure Access > Connect > Connectors > group {group}"
	return []checks.Cause{
		{
			ID: "connector.service-stopped", Title: "A connector service is stopped",
			Because: "The service was stopped or could not start on {host}.",
			More:    "Two services belong to a connector: WAPCSvc carries the traffic, WAPCUpdaterSvc keeps it up to date. Event 1000 in the Admin channel means that its trust certificate expired.",
			Fixes:   []checks.Fix{{Who: checks.HostAdmin, Text: "Start the services on {host}, then collect again.", Command: "Start-Service WAPCSvc,WAPCUpdaterSvc", Shell: checks.PowerShell}},
		},
		{
			ID: "connector.service-missing", Title: "The connector is not installed",
			Because: "The host {host} has no connector service.",
			More:    "Install the Microsoft Entra private network connector on one or more hosts of the domain. An account of the tenant registers it once; no account is kept.",
			Fixes:   []checks.Fix{{Who: checks.HostAdmin, Text: "Install and register the connector on {host}.", Command: "Entra admin center > Global Secure Access > Connect > Connectors > Download connector service", Shell: checks.Portal}},
		},
		{
			ID: "connector.version-old", Title: "The connector is too old",
			Because: "WebSockets for Qlik Sense came with 1.5.612.0, and their real errors with 1.5.2846.0.",
			More:    "Only some releases are pushed by the updater; the others have to be downloaded. 1.5.4892.0 (June 2026) mends leaking WebSocket connections.",
			Fixes:   []checks.Fix{{Who: checks.HostAdmin, Text: "Install the present connector over the old one on {host}, and restart the host.", Command: "Entra admin center > Global Secure Access > Connect > Connectors > Download connector service", Shell: checks.Portal}},
		},
		{
			ID: "connector.os-old", Title: "Windows is too old for the connector",
			Because: "The connector asks for Windows Server 2016 or later.",
			More:    "Older systems lack TLS 1.2 by default and are no longer supported by the connector.",
			Fixes:   []checks.Fix{{Who: checks.HostAdmin, Text: "Move the connector to a newer server; {host} can stay for other work."}},
		},
		{
			ID: "connector.dotnet-old", Title: ".NET is too old for the connector",
			Because: "The connector asks for .NET Framework 4.7.2 or later.",
			More:    "The release number is under HKLM\\SOFTWARE\\Microsoft\\NET Framework Setup\\NDP\\v4\\Full; 461808 and above is 4.7.2.",
			Fixes:   []checks.Fix{{Who: checks.HostAdmin, Text: "Install .NET Framework 4.8 on {host} and restart it.", Command: `(Get-ItemProperty 'HKLM:\SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full').Release`, Shell: checks.PowerShell}},
		},
		{
			ID: "connector.tls12-off", Title: "TLS 1.2 is switched off",
			Because: "A registry value switches TLS 1.2 off on {host}.",
			More:    "Absent values are fine: the system's default is on. An explicit Enabled=0 or DisabledByDefault=1 under SCHANNEL\\Protocols\\TLS 1.2\\Client is not: the connector is a client. Under TLS 1.2\\Server it keeps others from this host; Microsoft asks for both.",
			Fixes: []checks.Fix{{
				Who: checks.HostAdmin, Text: "Switch TLS 1.2 on for clients and servers on {host} and restart it.",
				Command: `Get-ChildItem 'HKLM:\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2' | ForEach-Object { Set-ItemProperty $_.PSPath -Name Enabled -Value 1; Set-ItemProperty $_.PSPath -Name DisabledByDefault -Value 0 }`, Shell: checks.PowerShell,
			}},
		},
		{
			ID: "connector.http2-on", Title: "HTTP/2 stands in the way of delegation",
			Because: "WinHTTP on {host} speaks HTTP/2, over which Kerberos delegation fails.",
			More:    "From Windows Server 2019 on WinHTTP uses HTTP/2 by default. With Kerberos single sign-on the connector needs it off, for the whole machine.",
			Fixes: []checks.Fix{{
				Who: checks.HostAdmin, Text: "Switch HTTP/2 off in WinHTTP on {host} and restart it.",
				Command: `New-ItemProperty 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\WinHttp' -Name EnableDefaultHTTP2 -Value 0 -PropertyType DWord -Force`, Shell: checks.PowerShell,
			}},
			Docs: "https://learn.microsoft.com/entra/global-secure-access/how-to-configure-connectors",
		},
		{
			ID: "connector.egress-blocked", Title: "An endpoint of the service was not reached",
			Because: "A firewall or an outbound proxy stops the connector on {host}.",
			More:    "Outbound 443 carries everything, 80 is for certificate revocation. Outbound proxies must let the connector through without signing in.",
			Fixes:   []checks.Fix{{Who: checks.NetworkAdmin, Text: "Open 443 and 80 outbound from {host} to *.msappproxy.net and *.servicebus.windows.net, without sign-in.", Command: "Test-NetConnection login.microsoftonline.com -Port 443", Shell: checks.PowerShell}, diagnose()},
		},
		{
			ID: "connector.tls-inspected", Title: "Something opens the connector's TLS",
			Because: "A box between {host} and the service answers with a certificate of its own.",
			More:    "The connector signs in with a client certificate. A box that opens TLS removes it, and the service answers Unauthorized. Inspection is not supported on this way.",
			Fixes:   []checks.Fix{{Who: checks.NetworkAdmin, Text: "Exempt *.msappproxy.net and *.servicebus.windows.net from TLS inspection for {host}."}},
		},
		{
			ID: "connector.not-joined", Title: "The host is not in the domain",
			Because: "A host outside the domain has no computer account that could ask for tickets.",
			More:    "For single sign-on the connector host must be a member of the domain of the Qlik service account, or of one that trusts it.",
			Fixes:   []checks.Fix{{Who: checks.HostAdmin, Text: "Join {host} to the domain and restart it.", Command: "Add-Computer -DomainName {domain} -Restart", Shell: checks.PowerShell}},
		},
		{
			ID: "connector.channel-broken", Title: "The host and the domain do not trust each other",
			Because: "The computer account's password on {host} and in the domain differ.",
			More:    "This happens after a machine was restored from an image or its account was reset. Nothing that the computer account asks for is then granted.",
			Fixes:   []checks.Fix{{Who: checks.HostAdmin, Text: "Repair the secure channel on {host}.", Command: "Test-ComputerSecureChannel -Repair", Shell: checks.PowerShell}},
		},
		{
			ID: "connector.not-registered", Title: "The tenant does not know the connector",
			Because: "The connector on {host} was never registered here, or was away for ten days and removed.",
			More:    "A connector registers in the home tenant of the administrator who installs it. After ten days of silence it disappears from the portal.",
			Fixes:   []checks.Fix{{Who: checks.EntraAdmin, Text: "Register the connector on {host} again, with an administrator of this tenant.", Command: "Register-MicrosoftEntraPrivateNetworkConnector -EnvironmentName AzureCloud", Shell: checks.PowerShell}},
		},
		{
			ID: "connector.inactive", Title: "A connector is inactive",
			Because: "The cloud has not heard of {host} for a while.",
			More:    "Inactive means that the connector does not reach the service: its host is off, its service stopped, or its way out closed.",
			Fixes:   []checks.Fix{{Who: checks.HostAdmin, Text: "Restart the connector on {host} and read its Admin events.", Command: "Restart-Service WAPCSvc", Shell: checks.PowerShell}},
		},
		{
			ID: "connector.group-missing", Title: "The connector group does not exist",
			Because: "No connector group bears the name {group}.",
			More:    "A group pools the connectors that serve the same applications. Connectors that are not moved are in the group Default.",
			Fixes:   []checks.Fix{{Who: checks.EntraAdmin, Text: "Make the group {group} and move the connectors into it, or name an existing one in the site.", Command: move, Shell: checks.Portal}},
		},
		{
			ID: "connector.outside-group", Title: "A connector is in another group",
			Because: "The host {host} would not serve Qlik: it belongs to another group.",
			More:    "A connector is in exactly one group, and an application is served by exactly one group.",
			Fixes:   []checks.Fix{{Who: checks.EntraAdmin, Text: "Move the connector of {host} to {group}.", Command: move, Shell: checks.Portal}},
		},
		{
			ID: "connector.single", Title: "There is only one connector",
			Because: "With one connector every update or restart is an outage.",
			More:    "Microsoft advises two connectors for each group, better three. Add the second once everything works: one is easier to debug.",
			Fixes:   []checks.Fix{{Who: checks.HostAdmin, Text: "Install a second connector when everything works, with the same delegation."}},
		},
		{
			ID: "connector.proxy-disabled", Title: "Application proxy is switched off",
			Because: "No connector was ever registered in this tenant, or application proxy was disabled for it.",
			More:    "The first connector that registers switches application proxy on. It can be disabled for the whole tenant, and is when the licence lapses; its configuration is kept for a year.",
			Fixes: []checks.Fix{
				{Who: checks.EntraAdmin, Text: "Enable application proxy.", Command: "Entra admin center > Global Secure Access > Connect > Connectors > Enable Private Network connectors", Shell: checks.Portal},
				{Who: checks.HostAdmin, Text: "Or register the first connector.", Command: "Register-MicrosoftEntraPrivateNetworkConnector -EnvironmentName AzureCloud", Shell: checks.PowerShell},
			},
			Docs: "https://learn.microsoft.com/entra/identity/app-proxy/application-proxy-faq",
		},
		{
			ID: "connector.member-old", Title: "A connector of the group is too old",
			Because: "{host} serves Qlik too, and its version breaks WebSockets or hides why they fail.",
			More:    "WebSockets came with 1.5.612.0, their real errors with 1.5.2846.0, and 1.5.4892.0 (June 2026) mends leaking connections. Only some releases are pushed by the updater.",
			Fixes:   []checks.Fix{{Who: checks.HostAdmin, Text: "Install the present connector on {host}, and restart it.", Command: "Entra admin center > Global Secure Access > Connect > Connectors > Download connector service", Shell: checks.Portal}},
			Docs:    "https://learn.microsoft.com/entra/global-secure-access/reference-version-history",
		},
	}
}
