package connector

import "sensegate/checks"

// wayCauses explains what stands between a connector host and Qlik, and what a
// proxy or the end of a Windows has to do with it.
func wayCauses() []checks.Cause {
	const proxies = "https://learn.microsoft.com/entra/identity/app-proxy/application-proxy-configure-connectors-with-proxy-servers"
	return []checks.Cause{
		{
			ID: "connector.os-desktop", Title: "The connector runs on a Windows for desks",
			Because: "{host} is no server: the connector is supported on Windows Server 2016 and later alone.",
			More:    "It can be installed for a trial, and then sleeps with the machine. What is published for others belongs on a server.",
			Fixes:   []checks.Fix{{Who: checks.HostAdmin, Text: "Install the connector on a Windows Server of the domain, and remove it from {host}.", Command: "Entra admin center > Global Secure Access > Connect > Connectors > Download connector service", Shell: checks.Portal}},
		},
		{
			ID: "connector.os-ending", Title: "Windows Server 2016 is near its end",
			Because: "It leaves support in January 2027; {host} still runs it.",
			More:    "The connector still asks for Windows Server 2016 or later. On a newer one HTTP/2 has to be switched off in WinHTTP (EnableDefaultHTTP2), which 2016 does not need.",
			Fixes:   []checks.Fix{{Who: checks.HostAdmin, Text: "Plan a connector on a newer server beside {host}, with the same delegation and EnableDefaultHTTP2 set to 0.", Command: "Entra admin center > Global Secure Access > Connect > Connectors > Download connector service", Shell: checks.Portal}},
		},
		{
			ID: "connector.proxy-refused", Title: "The outbound proxy does not let the connector through",
			Because: "It answers requests of {host} with an error of its own, or with a page.",
			More:    "A proxy has to let CONNECT through to ports 443 and 80 of the service, without a sign-in and without opening TLS. 403 is a rule of the proxy, 502 and 503 that it does not reach the service itself.",
			Fixes:   []checks.Fix{{Who: checks.NetworkAdmin, Text: "Allow CONNECT from {host} to *.msappproxy.net, *.servicebus.windows.net and the sign-in hosts, ports 443 and 80.", Command: "netsh winhttp show proxy", Shell: checks.Cmd}, diagnose()},
			Docs:    proxies,
		},
		{
			ID: "connector.proxy-backend", Title: "Requests to Qlik go by a proxy",
			Because: "UseDefaultProxyForBackendRequests is set for the connector on {host}.",
			More:    "The value sends what the connector asks of Qlik through the machine's proxy as well (since 1.5.1526.0). It is meant for back ends that are reached no other way; a proxy in between may cut WebSockets or take the ticket away.",
			Fixes:   []checks.Fix{{Who: checks.HostAdmin, Text: "If {host} reaches {internal-host} directly, remove the value and restart the connector.", Command: `Remove-ItemProperty 'HKLM:\SOFTWARE\Microsoft\Microsoft Entra private network connector' -Name UseDefaultProxyForBackendRequests; Restart-Service WAPCSvc`, Shell: checks.PowerShell}},
			Docs:    proxies,
		},
		{
			ID: "connector.backend-unreached", Title: "The host does not reach Qlik",
			Because: "No certificate was shown to {host} at {internal-host}: the name, the way or Qlik itself is missing.",
			More:    "The connector asks Qlik from this host. A firewall between the two, a name that is resolved elsewhere or a stopped Qlik proxy all read BadGateway to users.",
			Fixes: []checks.Fix{
				{Who: checks.NetworkAdmin, Text: "Open the way from {host} to {internal-host}.", Command: "Test-NetConnection {internal-host} -Port 443", Shell: checks.PowerShell},
				{Who: checks.HostAdmin, Text: "Look which address the name has there.", Command: "Resolve-DnsName {internal-host}", Shell: checks.PowerShell},
			},
		},
		{
			ID: "connector.backend-certificate", Title: "Qlik's certificate is for another name, or out of its time",
			Because: "{host} knows who signed it, and refuses it all the same for {internal-host}.",
			More:    "New applications validate the back end's certificate by the name of the internal URL. A certificate that has run out or names the machine alone is refused by every connector, whatever is imported there.",
			Fixes:   []checks.Fix{{Who: checks.QlikAdmin, Text: "Give the Qlik proxy a valid certificate that names {internal-host}.", Command: "QMC > Proxies > Security > SSL browser certificate thumbprint", Shell: checks.QMC}},
		},
	}
}
