package websocket

import "sensegate/checks"

// Causes explains why an assertion of this step may not hold.
func Causes() []checks.Cause {
	return []checks.Cause{
		{
			ID: "verify.no-page", Title: "The hub does not open inside",
			Because: "Qlik answers with an error page on its own internal address.",
			More:    "Status 400 with \"http request header is incorrect\" means that the host in the address is not one Qlik knows. 5xx means that a service of Qlik is down.",
			Fixes:   []checks.Fix{{Who: checks.QlikAdmin, Text: "Open {internal-url} in a browser on the LAN and see that all services run.", Command: "Get-Service Qlik*", Shell: checks.PowerShell}},
		},
		{
			ID: "verify.no-session", Title: "A page came, but no session",
			Because: "The page that came is a sign-in page: single sign-on did not happen.",
			More:    "Outside, this is what is seen when single sign-on is off, or when the connector's ticket was not accepted and Qlik shows its form.",
			Fixes:   []checks.Fix{{Who: checks.EntraAdmin, Text: "See that single sign-on of {app} is integrated Windows authentication.", Command: "Entra admin center > Enterprise applications > {app} > Single sign-on", Shell: checks.Portal}},
		},
		{
			ID: "verify.no-engine", Title: "The engine does not answer",
			Because: "The proxy found no engine: the service is down on the nodes that the virtual proxy names.",
			More:    "The virtual proxy's load balancing list names the nodes whose engine may be used.",
			Fixes: []checks.Fix{
				{Who: checks.QlikAdmin, Text: "See that the engine runs.", Command: "Get-Service QlikSenseEngineService", Shell: checks.PowerShell},
			},
		},
		{
			ID: "verify.no-engine-nodes", Title: "The virtual proxy names no engine",
			Because: "Its load balancing list is empty, so the proxy has nowhere to route the WebSocket.",
			More:    "A new virtual proxy starts with an empty list. It opens pages, and no app.",
			Fixes:   []checks.Fix{{Who: checks.QlikAdmin, Text: "Add the engine nodes to the virtual proxy.", Command: "QMC > Virtual proxies > edit > Load balancing > Add new server node", Shell: checks.QMC}},
		},
		{
			ID: "verify.session-limit", Title: "The user has too many sessions",
			Because: "Qlik lets one person have five sessions at a time; tests and open browsers count.",
			More:    "Sessions end by themselves after half an hour of silence. The wizard ends those that it opened. Trying again at once only makes it last longer.",
			Fixes: []checks.Fix{
				{Who: checks.Yourself, Text: "Close the test user's browsers, wait half an hour, or sign the user out at {internal-url}."},
				{Who: checks.QlikAdmin, Text: "See whether the session time-out of the virtual proxy is very long.", Command: "QMC > Virtual proxies > edit > Identification > Session inactivity timeout", Shell: checks.QMC},
			},
		},
		{
			ID: "verify.session-ended", Title: "The session ended while it was used",
			Because: "Qlik closed it: a proxy that read new settings, a sign-out elsewhere, or a very short time-out.",
			More:    "Every change of a proxy or virtual proxy ends the sessions there.",
			Fixes:   []checks.Fix{{Who: checks.Yourself, Text: "Wait until nobody changes the proxies, then check again."}},
		},
		{
			ID: "verify.held-back", Title: "What belongs to the WebSocket is held back",
			Because: "A box on the way lets pages through and keeps the answers of the WebSocket.",
			More:    "Boxes that buffer answers, or inspect their content, wait for an end that a WebSocket does not have. Some keep the answer to the upgrade, some what follows it.",
			Fixes:   []checks.Fix{{Who: checks.NetworkAdmin, Text: "Switch buffering and content inspection off for {internal-host} and {external-host}."}},
		},
		{
			ID: "verify.late", Title: "The WebSocket is slow",
			Because: "Its answers take seconds although pages are quick: something on the way collects or inspects them, or the engine is busy.",
			More:    "Charts ask for data many times over. What is added to each answer adds up to a page that seems to hang.",
			Fixes: []checks.Fix{
				{Who: checks.NetworkAdmin, Text: "Switch buffering, content inspection and bandwidth limits off for WebSockets to {internal-host}."},
				{Who: checks.QlikAdmin, Text: "See how busy the engine is.", Command: "Get-Process Engine | Select-Object CPU, WorkingSet64", Shell: checks.PowerShell},
			},
		},
		{
			ID: "verify.cut-at-once", Title: "The WebSocket is cut as soon as it opens",
			Because: "Somebody closed the connection before the engine said a word.",
			More:    "A firewall that takes the first frame for an attack does this, and so does an engine that just restarts.",
			Fixes: []checks.Fix{
				{Who: checks.NetworkAdmin, Text: "Let WebSocket frames to {internal-host} pass uninspected."},
				{Who: checks.QlikAdmin, Text: "See that the engine runs.", Command: "Get-Service QlikSenseEngineService", Shell: checks.PowerShell},
			},
		},
		{
			ID: "verify.token-refused", Title: "The WebSocket's CSRF token is lost",
			Because: "The token was asked for and sent in the query, and did not arrive.",
			More:    "Qlik's own host is refused too, so it is not the allow list. A box on the way drops or rewrites the query of the upgrade.",
			Fixes:   []checks.Fix{{Who: checks.NetworkAdmin, Text: "Pass the query of WebSocket requests on unchanged."}},
		},
		{
			ID: "verify.host-refused", Title: "Qlik does not know the host of the WebSocket",
			Because: "A box on the way puts another name into the Host header than Qlik is known by.",
			More:    "Pages may pass by another rule of the same box. The page of the refusal says that the http request header is incorrect.",
			Fixes:   []checks.Fix{{Who: checks.NetworkAdmin, Text: "Pass the Host header on unchanged, for WebSockets as for pages."}},
		},
		{
			ID: "verify.wrong-server", Title: "Something else refuses the WebSocket",
			Because: "The page of the refusal is that of a firewall or filter, not Qlik's.",
			More:    "Qlik's own refusal is a single word. A page that names a policy or a support id comes from a box in between.",
			Fixes:   []checks.Fix{{Who: checks.NetworkAdmin, Text: "Allow WebSockets to {internal-host} in that box."}},
		},
		{
			ID: "verify.no-way-to-qlik", Title: "A box in front does not reach Qlik",
			Because: "The upgrade ended at a box that found nobody behind it.",
			More:    "502 and 504 are a load balancer's own answers.",
			Fixes:   []checks.Fix{{Who: checks.NetworkAdmin, Text: "See that the box in front of {internal-host} reaches the Qlik proxy."}},
		},
		{
			ID: "verify.origin-refused", Title: "The WebSocket is refused",
			Because: "Qlik does not accept the page's host as an origin, or misses its CSRF token.",
			More:    "Status 403 on the upgrade is the host allow list, or from November 2024 on the token that the wizard always sends.",
			Fixes:   []checks.Fix{{Who: checks.QlikAdmin, Text: "Add {external-host} to the host allow list.", Command: "QMC > Virtual proxies > edit > Advanced > Host allow list", Shell: checks.QMC}},
		},
		{
			ID: "verify.must-authenticate", Title: "The WebSocket arrives without a session",
			Because: "The session cookie of the page did not come along with the upgrade.",
			More:    "No single sign-on happens on an upgrade, and cookies set by its answer are dropped: the session must exist before. Look at SameSite, Secure and the path of the session cookie.",
			Fixes:   []checks.Fix{{Who: checks.QlikAdmin, Text: "Look at the session cookie's settings of the virtual proxy.", Command: "QMC > Virtual proxies > edit > Authentication > Session cookie header name", Shell: checks.QMC}},
		},
		{
			ID: "verify.upgrade-stripped", Title: "Something in between breaks WebSockets",
			Because: "The upgrade never reached Qlik's engine: a box on the way answered in its place.",
			More:    "Load balancers and reverse proxies between connector and Qlik must pass the headers Upgrade and Connection on. If it works inside and fails outside, look between the connector and Qlik, then at connectors older than 1.5.612.0.",
			Fixes:   []checks.Fix{{Who: checks.NetworkAdmin, Text: "Pass Upgrade and Connection on, with HTTP/1.1, in every box between the connector hosts and {internal-host}."}},
		},
		{
			ID: "verify.no-licence", Title: "Qlik has no licence for the user",
			Because: "The way is clear, but no access type is assigned to the user.",
			More:    "Network, allow list and single sign-on are proved by this answer. What is missing is an access pass in Qlik's licence.",
			Fixes:   []checks.Fix{{Who: checks.QlikAdmin, Text: "Assign an access type to the user.", Command: "QMC > License management > Professional access allocations", Shell: checks.QMC}},
		},
		{
			ID: "verify.open-door", Title: "A stranger reaches Qlik",
			Because: "The external URL answers without asking who is there.",
			More:    "Pre-authentication is off, or another product answers under this name.",
			Fixes:   []checks.Fix{{Who: checks.EntraAdmin, Text: "Set pre-authentication of {app} to Microsoft Entra ID.", Command: "Entra admin center > Enterprise applications > {app} > Application proxy", Shell: checks.Portal}},
		},
		{
			ID: "verify.other-login", Title: "Another sign-in answers",
			Because: "The external URL leads to a sign-in page that is not this tenant's.",
			More:    "A company portal, a captive page or another product answers under this name.",
			Fixes:   []checks.Fix{{Who: checks.NetworkAdmin, Text: "See where {external-host} leads from this network.", Command: "Resolve-DnsName {external-host}", Shell: checks.PowerShell}},
		},
		{
			ID: "verify.redirect-unregistered", Title: "Entra will not send the browser back there",
			Because: "Application proxy asks Entra to come back to {redirect}, which is not among the application's redirect URIs.",
			More:    "They are compared letter by letter. The one that application proxy uses is the external URL it was last published with, or that of a traffic manager before it. Sign-in ends with AADSTS50011.",
			Fixes:   []checks.Fix{{Who: checks.EntraAdmin, Text: "Add {redirect} to the redirect URIs of {app}.", Command: "Entra admin center > App registrations > {app} > Authentication > Web", Shell: checks.Portal}},
			Docs:    "https://learn.microsoft.com/entra/identity-platform/reply-url",
		},
		{
			ID: "verify.no-consent", Title: "The wizard's client may not open the application for the user",
			Because: "Nobody agreed that the client signs people in to {app} ({code}); browsers need no such agreement.",
			More: "To come in as the test user without a browser window, the wizard asks for a token of the published application (user_impersonation). " +
				"A client of one's own needs that permission, agreed to once; Microsoft's client for Graph usually lacks it. Nothing is wrong with the installation.",
			Fixes: []checks.Fix{
				{Who: checks.EntraAdmin, Text: "Give the client in entra.client_id the delegated permission user_impersonation of {app}, and agree to it.", Command: "Entra admin center > App registrations > API permissions > Add a permission > APIs my organization uses > {app}", Shell: checks.Portal},
				{Who: checks.Yourself, Text: "Or open {external-url} in a private browser window as the test user: the hub has to come without a second sign-in."},
			},
			Docs: "https://learn.microsoft.com/entra/identity/app-proxy/application-proxy-configure-native-client-application",
		},
		{
			ID: "verify.sign-in-conditions", Title: "The test user's sign-in has conditions that were not met here",
			Because: "Conditional Access or the password of {test-user} stopped the sign-in from this program ({code}).",
			More:    "A rule may ask for a second factor, for a managed device, or forbid device codes. It concerns this way of signing in; whether it also stops people in their browsers is for the sign-in log to say.",
			Fixes: []checks.Fix{
				{Who: checks.Yourself, Text: "Sign in through the browser on this machine: set entra.sign_in to browser."},
				{Who: checks.EntraAdmin, Text: "Look the sign-in of {test-user} up, and see which rule decided.", Command: "Entra admin center > Monitoring > Sign-in logs > failed", Shell: checks.Portal},
			},
			Docs: "https://learn.microsoft.com/entra/identity/conditional-access/policy-block-authentication-flows",
		},
		{
			ID: "verify.sign-in-refused", Title: "Entra does not let the test user in to the application",
			Because: "The sign-in of {test-user} to {app} ended with {code}.",
			More:    "AADSTS50105 means not assigned, or only through a nested group; 50011 and 500113 a redirect URI that is missing; 50034, 50053 and 50057 an account that is unknown, locked or disabled. `sensegate explain` with the code tells more.",
			Fixes:   []checks.Fix{{Who: checks.EntraAdmin, Text: "Look the sign-in of {test-user} up, and mend what it names.", Command: "Entra admin center > Monitoring > Sign-in logs > failed", Shell: checks.Portal}},
			Docs:    "https://learn.microsoft.com/entra/identity-platform/reference-error-codes",
		},
		{
			ID: "verify.gateway-error", Title: "Application proxy shows an error page",
			Because: "The connector did not reach Qlik, or got no ticket for the user.",
			More:    "The page names a status and a transaction id. Gateway errors (502, 504) are about the way from connector to Qlik: name, port, certificate, time-out. An incorrect delegation configuration is about tickets.",
			Fixes: []checks.Fix{
				{Who: checks.HostAdmin, Text: "Open {internal-url} on a connector host.", Command: "Invoke-WebRequest {internal-url} -UseBasicParsing -UseDefaultCredentials", Shell: checks.PowerShell},
				{Who: checks.HostAdmin, Text: "Read the connector's Admin events of the last minutes.", Command: "Get-WinEvent -LogName 'Microsoft-Microsoft Entra private network-Connector/Admin' -MaxEvents 20", Shell: checks.PowerShell},
			},
		},
		{
			ID: "verify.other-user", Title: "Qlik opens as somebody else",
			Because: "The delegated login identity leads to another account than the test user's.",
			More:    "The connector asks for the user by the name that the mapping makes. Two accounts that share it, or an old session cookie, open Qlik as another person.",
			Fixes:   []checks.Fix{{Who: checks.EntraAdmin, Text: "Look at the delegated login identity of {app}.", Command: "Entra admin center > Enterprise applications > {app} > Single sign-on", Shell: checks.Portal}},
		},
		{
			ID: "verify.idle-cut", Title: "Silent WebSockets are cut",
			Because: "A box on the way closes connections that carry nothing for a while.",
			More:    "Load balancers often close idle connections after one to four minutes. Users see \"connection lost\" when they come back to a page.",
			Fixes:   []checks.Fix{{Who: checks.NetworkAdmin, Text: "Raise the idle time-out of every box between the connector hosts and {internal-host} above ten minutes."}},
		},
		{
			ID: "verify.users-differ", Title: "Inside and outside are two people",
			Because: "The same person is two users for Qlik, with two sets of rights.",
			More:    "Qlik names a user by directory and id. Another directory name on one side comes from another domain or another authentication method.",
			Fixes:   []checks.Fix{{Who: checks.QlikAdmin, Text: "Compare the two users and the virtual proxy's authentication.", Command: "QMC > Users > filter {test-sam}", Shell: checks.QMC}},
		},
		{
			ID: "verify.turned-away", Title: "Qlik turned somebody away lately",
			Because: "The proxy's own log tells of it; the test user was let in.",
			More: "It may be a page that somebody opens by another name, a browser that lost its session, or a script that sends no token. " +
				"The rows name time, user and origin; the origin not-listed.invalid is this program's own test. Rows from before the last change of the virtual proxy are left out.",
			Fixes: []checks.Fix{
				{Who: checks.QlikAdmin, Text: "Read the rows, and ask the people they name.", Command: `Select-String -Path C:\ProgramData\Qlik\Sense\Log\Proxy\*\*.txt -Pattern CSWSH,'unable to route','parallel session','header is incorrect' | Select-Object -Last 20`, Shell: checks.PowerShell},
				{Who: checks.QlikAdmin, Text: "Add a name that people really use to the host allow list.", Command: "QMC > Virtual proxies > edit > Advanced > Host allow list", Shell: checks.QMC},
			},
		},
		{
			ID: "verify.logs-unreadable", Title: "The proxy's logs cannot be read",
			Because: "The folder that qlik.logs names is not there, or this account may not read it.",
			More:    "The logs are a help, not a gate: everything else was proved without them. Copy the folder from the Qlik host, or leave qlik.logs empty.",
			Fixes:   []checks.Fix{{Who: checks.Yourself, Text: "Correct qlik.logs in the site, or empty it."}},
		},
	}
}
