package connector

import "sensegate/checks"

// HostCauses explains what stands in the way on a connector host beside the
// connector itself.
func HostCauses() []checks.Cause { return append(hostCauses(), wayCauses()...) }

func hostCauses() []checks.Cause {
	const proxies = "https://learn.microsoft.com/entra/identity/app-proxy/application-proxy-configure-connectors-with-proxy-servers"
	host := func(text, command string) []checks.Fix {
		f := checks.Fix{Who: checks.HostAdmin, Text: text, Command: command}
		if command != "" {
			f.Shell = checks.PowerShell
		}
		return []checks.Fix{f}
	}
	return []checks.Cause{
		{
			ID: "connector.service-disabled", Title: "A connector service does not start by itself",
			Because: "Its start type on {host} is not automatic: after the next restart it stays down.",
			More:    "Both services are installed with a delayed automatic start. Hardening scripts that switch off what they do not know switch them off too.",
			Fixes:   host("Let both services start by themselves on {host}, and start them.", "Set-Service WAPCSvc,WAPCUpdaterSvc -StartupType Automatic -PassThru | Start-Service"),
		},
		{
			ID: "connector.service-account", Title: "A connector service runs as another account",
			Because: "It is not the account that the service was installed with on {host}, and no other is supported.",
			More:    "The connector runs as NETWORK SERVICE and its updater as SYSTEM. Both are the computer to everybody else, and delegation is given to the computer account. A service with an account of its own asks for tickets in that name, and gets none.",
			Fixes: []checks.Fix{
				{Who: checks.HostAdmin, Text: "Give the connector its account back on {host}.", Command: `sc.exe config WAPCSvc obj= "NT AUTHORITY\NetworkService" password= ""`, Shell: checks.Cmd},
				{Who: checks.HostAdmin, Text: "Give the updater its account back on {host}.", Command: `sc.exe config WAPCUpdaterSvc obj= LocalSystem`, Shell: checks.Cmd},
			},
		},
		{
			ID: "connector.dotnet-tls12-off", Title: ".NET leaves TLS 1.2 out",
			Because: "Registry values on {host} keep .NET programs, the connector among them, from TLS 1.2.",
			More:    "SchUseStrongCrypto and SystemDefaultTlsVersions under HKLM\\SOFTWARE\\Microsoft\\.NETFramework\\v4.0.30319 are set to 0: with both of them .NET leaves TLS 1.2 out, with one it depends on the program. Absent values are fine.",
			Fixes:   host("Set both to 1 on {host} and restart it.", `'SchUseStrongCrypto','SystemDefaultTlsVersions' | ForEach-Object { Set-ItemProperty 'HKLM:\SOFTWARE\Microsoft\.NETFramework\v4.0.30319' -Name $_ -Value 1 }`),
		},
		{
			ID: "connector.revocation-blocked", Title: "Revocation lists are not reached",
			Because: "Port 80 is closed from {host} to where certificates are looked up.",
			More:    "Outbound 80 carries nothing but revocation lists. Without them the connector starts slowly, and may refuse the service's certificates.",
			Fixes:   []checks.Fix{{Who: checks.NetworkAdmin, Text: "Open port 80 outbound from {host} to crl3.digicert.com, crl4.digicert.com, ocsp.digicert.com, crl.microsoft.com, oneocsp.microsoft.com and ocsp.msocsp.com.", Command: "Test-NetConnection crl3.digicert.com -Port 80", Shell: checks.PowerShell}, diagnose()},
		},
		{
			ID: "connector.proxy-authentication", Title: "The outbound proxy asks for a sign-in",
			Because: "The connector on {host} cannot sign in to a proxy: it is answered 407.",
			More:    "Proxies that ask for a sign-in are not supported. The rule has to let the host through by its address, for CONNECT to 443 and for 80.",
			Fixes:   []checks.Fix{{Who: checks.NetworkAdmin, Text: "Let {host} through without a sign-in, for *.msappproxy.net, *.servicebus.windows.net and the sign-in hosts."}},
			Docs:    proxies,
		},
		{
			ID: "connector.proxy-differs", Title: "Connector and updater go out by different ways",
			Because: "Only one of the two .exe.config files on {host} was changed.",
			More:    "Connector and updater each read a system.net section from a file of their own; both have to say the same. Where they say nothing, machine.config counts.",
			Fixes:   host("Write the same system.net section into both .exe.config files on {host}, and restart both services.", "Restart-Service WAPCSvc,WAPCUpdaterSvc"),
			Docs:    proxies,
		},
		{
			ID: "connector.proxy-address", Title: "The proxy's address is not written as it must be",
			Because: "proxyaddress in the .exe.config files of {host} does not begin with http://.",
			More:    "The address has to begin with http://, also where the traffic through it is encrypted.",
			Fixes:   host("Correct proxyaddress in both .exe.config files on {host}, and restart both services.", "Restart-Service WAPCSvc,WAPCUpdaterSvc"),
			Docs:    proxies,
		},
		{
			ID: "connector.proxy-winhttp", Title: "WinHTTP does not know the proxy",
			Because: "The connector on {host} goes out by a proxy that the system's own lookups do not use.",
			More:    "Certificates are validated by Windows itself, through WinHTTP. Where it goes direct and the way is closed, or by a proxy that is long gone, the trace says: failed to validate chain of certificate.",
			Fixes:   host("Name the same proxy in WinHTTP on {host}, if direct access is closed there.", "netsh winhttp show proxy"),
			Docs:    proxies,
		},
		{
			ID: "connector.proxy-discovered", Title: "A proxy is found by discovery",
			Because: "Nothing is configured on {host}, and the name wpad resolves: the connector uses what it finds there.",
			More:    "Discovery is the connector's default. What it finds may change with the network, and must let the host through without a sign-in.",
			Fixes:   host("Name the proxy in both .exe.config files on {host}, or switch it off there with defaultProxy enabled=\"false\".", ""),
			Docs:    proxies,
		},
		{
			ID: "connector.clock-skew", Title: "The clock of a connector host is wrong",
			Because: "{host} and the domain controller disagree about the time.",
			More:    "Kerberos tolerates five minutes. Beyond that no ticket is granted, and the connector logs 13019 with an error that does not mention the clock.",
			Fixes:   host("Synchronise the clock of {host} with the domain; on a virtual machine switch the host's own synchronisation off.", "w32tm /resync /rediscover"),
		},
		{
			ID: "connector.agent-clash", Title: "Another agent shares the connector's updater",
			Because: "The Password Protection proxy on {host} brings an updater that clashes with the connector's.",
			More:    "Both products use the same agent updater in different versions, and undo each other's updates. Entra Connect beside a connector is allowed.",
			Fixes:   host("Move the Password Protection proxy from {host} to another server.", "Get-Service AzureADPasswordProtectionProxy"),
		},
		{
			ID: "connector.backend-untrusted", Title: "The host does not trust Qlik's certificate",
			Because: "The authority that issued it is not in the machine store of {host}.",
			More:    "New applications validate the back end's certificate. Qlik's own is issued by its site's authority, which no other machine knows: users get BadGateway, and event 13001 or 0x80072f8f is logged.",
			Fixes: []checks.Fix{
				{Who: checks.HostAdmin, Text: "Import Qlik's root certificate into Trusted Root Certification Authorities of the computer {host}.", Command: `Import-Certificate -FilePath .\root.cer -CertStoreLocation Cert:\LocalMachine\Root`, Shell: checks.PowerShell},
				{Who: checks.QlikAdmin, Text: "Or give the Qlik proxy a certificate of an authority that the domain's machines trust.", Command: "QMC > Proxies > Security > SSL browser certificate thumbprint", Shell: checks.QMC},
			},
		},
		{
			ID: "connector.backend-unseen", Title: "The host has not looked at Qlik's certificate",
			Because: "The evidence of {host} does not tell whether it trusts {internal-host}.",
			More:    "Collected without the site's facts, the program does not know which address to look at.",
			Fixes:   host("Collect again on {host}, naming the address.", "sensegate collect --backend {internal-host} --output evidence.json"),
		},
		{
			ID: "connector.spnego-differs", Title: "The hosts wrap tickets differently",
			Because: "UseSpnegoAuthentication is set on one connector of the group, and not on another.",
			More:    "The switch wraps the ticket as SPNEGO, which some servers want. Each connector does one or the other, and requests are spread at random over the group.",
			Fixes:   host("Set the value alike on all hosts of the group, and restart the service.", "Restart-Service WAPCSvc"),
			Docs:    "https://learn.microsoft.com/entra/identity/app-proxy/how-to-configure-sso-with-kcd",
		},
		{
			ID: "connector.certificate-expired", Title: "The connector's trust certificate has expired",
			Because: "{host} was off for so long that its certificate could not be renewed.",
			More:    "The certificate that a connector got when it was registered is renewed every couple of months. After months offline it runs out: event 1000, and the service stops.",
			Fixes:   []checks.Fix{{Who: checks.EntraAdmin, Text: "Register the connector on {host} again, with an administrator of this tenant.", Command: "Register-MicrosoftEntraPrivateNetworkConnector -EnvironmentName AzureCloud", Shell: checks.PowerShell}},
		},
		{
			ID: "connector.trace-trouble", Title: "The connector's trace tells of trouble",
			Because: "Lines of the last days on {host} say what goes wrong there.",
			More:    "Traces lie below ProgramData\\Microsoft\\Microsoft Entra private network connector. They are searched for what is known: certificates that cannot be checked, proxies that ask for a sign-in, refused certificates and tickets.",
			Fixes: []checks.Fix{
				{Who: checks.HostAdmin, Text: "Run the connector's own diagnostics tool on {host}; it tries ports, proxy, revocation lists and certificate.", Command: "& {diagnostics}", Shell: checks.PowerShell},
				{Who: checks.HostAdmin, Text: "Read the lines around it.", Command: `Get-ChildItem 'C:\ProgramData\Microsoft\Microsoft Entra private network connector' -Recurse -Filter *.log | Sort-Object LastWriteTime | Select-Object -Last 1 | Get-Content -Tail 200`, Shell: checks.PowerShell},
			},
			Docs: "https://learn.microsoft.com/entra/global-secure-access/troubleshoot-connectors",
		},
	}
}

// diagnose points at the connector's own tool, which tests the way out and its
// certificate, and nothing of Kerberos.
func diagnose() checks.Fix {
	return checks.Fix{Who: checks.HostAdmin, Text: "The connector's own diagnostics tool on {host} tries ports, proxy and revocation lists (since 1.5.4287.0).", Command: "& {diagnostics}", Shell: checks.PowerShell}
}
