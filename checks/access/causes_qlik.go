package access

import "sensegate/checks"

func qlikCauses() []checks.Cause {
	linking := "QMC > Proxies > Central > Virtual proxies > Link"
	return []checks.Cause{
		{
			ID: "site.repository-name", Title: "The repository's certificate is for another name",
			Because: "Qlik issued it for the name given at installation, often the short one.",
			More: "Connecting by the full name then fails even with root.pem at hand, and no setting of Qlik changes that certificate. " +
				"Keep the address and say which name to expect: qlik.server_name, and qlik.server_names for further nodes. The installation name stands in Host.cfg on the server, in Base64.",
			Fixes: []checks.Fix{
				{Who: checks.Yourself, Text: "Set qlik.server_name to the name that the certificate bears."},
				{Who: checks.QlikAdmin, Text: "Read the installation name.", Command: `[Text.Encoding]::UTF8.GetString([Convert]::FromBase64String((Get-Content C:\ProgramData\Qlik\Sense\Host.cfg)))`, Shell: checks.PowerShell},
			},
		},
		{
			ID: "site.repository-authority", Title: "The repository's certificate is not of the site you exported from",
			Because: "root.pem does not belong to this Qlik site, or something on the way shows a certificate of its own.",
			More:    "The repository's certificate is signed by the site's own authority. If the issuer named is a security product, connections to port 4242 are inspected and must be exempted.",
			Fixes: []checks.Fix{
				{Who: checks.QlikAdmin, Text: "Export the certificates again and name the new root.pem.", Command: "QMC > Certificates > machine name, platform independent PEM > Export", Shell: checks.QMC},
			},
		},
		{
			ID: "site.query-dropped", Title: "Something removes the query from calls to the repository",
			Because: "The XSRF key left in query and header and did not arrive in both.",
			More:    "Each call carries the same sixteen characters twice. A reverse proxy that drops or rewrites queries makes Qlik suspect a forged request.",
			Fixes:   []checks.Fix{{Who: checks.NetworkAdmin, Text: "Let {repository} be reached directly, or pass queries on unchanged."}},
		},
		{
			ID: "site.front-unknown-host", Title: "Qlik does not know the name it is called by",
			Because: "The proxy answers only to its machine's names and to those in the host allow list.",
			More: "The page says that the http request header is incorrect. It is shown for an alias that is in no list, for a short name where the full one is known, " +
				"and when a box on the way writes another Host into the request.",
			Fixes: []checks.Fix{
				{Who: checks.QlikAdmin, Text: "Add {internal-host} to the host allow list.", Command: "QMC > Virtual proxies > edit > Advanced > Host allow list", Shell: checks.QMC},
				{Who: checks.NetworkAdmin, Text: "Pass the Host header on unchanged in every box in front of Qlik."},
			},
		},
		{
			ID: "site.prefix-unknown", Title: "No virtual proxy has the prefix of the published URL",
			Because: "The prefix in the site's facts is none that Qlik has.",
			More:    "What stands before hub, qmc, app in the path chooses the virtual proxy.",
			Fixes:   []checks.Fix{{Who: checks.Yourself, Text: "Correct qlik.prefix and the published URLs; it is empty for the default virtual proxy."}},
		},
		{
			ID: "site.virtual-proxy-unlinked", Title: "The virtual proxy is not linked to the central proxy",
			Because: "A virtual proxy answers nowhere before it is linked.",
			More:    "On a site of several nodes one with a prefix has to be linked to the central proxy too; otherwise every node refuses it with the page for an unknown host.",
			Fixes:   []checks.Fix{{Who: checks.QlikAdmin, Text: "Link {virtual-proxy} to the central proxy; sessions there end.", Command: linking, Shell: checks.QMC}},
		},
		{
			ID: "site.front-name", Title: "The certificate of Qlik's front is for another name",
			Because: "Browsers and connectors that come by {internal-host} refuse it.",
			More:    "Without a certificate of its own the proxy shows the one that Qlik's installer made for the machine. A box in front may show its own as well.",
			Fixes: []checks.Fix{
				{Who: checks.QlikAdmin, Text: "Give the proxy a certificate for {internal-host}.", Command: "QMC > Proxies > edit > Security > SSL browser certificate thumbprint", Shell: checks.QMC},
				{Who: checks.NetworkAdmin, Text: "See which box answers under {internal-host}.", Command: "Test-NetConnection {internal-host} -Port 443", Shell: checks.PowerShell},
			},
		},
		{
			ID: "site.front-authority", Title: "The certificate of Qlik's front is signed by somebody unknown here",
			Because: "Its authority is not trusted by this machine; the connector hosts must trust it all the same.",
			More:    "Certificates of a company's own authority are trusted by members of the domain. Elsewhere name the authority under trust.ca. An issuer that is a security product means that connections are inspected.",
			Fixes: []checks.Fix{
				{Who: checks.Yourself, Text: "Name the authority's PEM file under trust.ca in the site file."},
				{Who: checks.QlikAdmin, Text: "Give the proxy a certificate that clients trust.", Command: "QMC > Proxies > edit > Security > SSL browser certificate thumbprint", Shell: checks.QMC},
			},
		},
		{
			ID: "site.front-http2", Title: "Something in front of Qlik speaks HTTP/2 only",
			Because: "Qlik speaks HTTP/1.1, and its WebSockets need it end to end.",
			More:    "A box that takes HTTP/2 alone carries no Upgrade header, and no NTLM or Kerberos handshake bound to the connection.",
			Fixes:   []checks.Fix{{Who: checks.NetworkAdmin, Text: "Offer HTTP/1.1 on every box between the connector hosts and {internal-host}."}},
		},
		{
			ID: "site.front-unavailable", Title: "Qlik's front is not available",
			Because: "Something answers in its place that it cannot be reached.",
			More:    "After a change the proxy is away for 10 to 30 seconds. If it lasts, the proxy service is down, or the box in front does not reach it.",
			Fixes:   []checks.Fix{{Who: checks.QlikAdmin, Text: "See that the proxy service runs.", Command: "Get-Service QlikSenseProxyService", Shell: checks.PowerShell}},
		},
		{
			ID: "site.front-not-qlik", Title: "Something else than Qlik answers",
			Because: "The answer at the internal URL is not one of a Qlik proxy.",
			More:    "The name leads to another machine, another port, or to a box that blocks the request.",
			Fixes: []checks.Fix{
				{Who: checks.Yourself, Text: "Correct publish.internal_url."},
				{Who: checks.NetworkAdmin, Text: "See where {internal-host} leads.", Command: "Resolve-DnsName {internal-host}", Shell: checks.PowerShell},
			},
		},
		{
			ID: "site.service-down", Title: "A service of Qlik is not heard of",
			Because: "The repository has lost contact with {service}.",
			More:    "A node whose proxy is away takes its share of the sign-ins with it: who is sent there sees errors, the next one does not.",
			Fixes: []checks.Fix{
				{Who: checks.QlikAdmin, Text: "Look at the services of that node and start what is stopped.", Command: "Get-Service Qlik*", Shell: checks.PowerShell},
				{Who: checks.QlikAdmin, Text: "See the state of all nodes.", Command: "QMC > Nodes", Shell: checks.QMC},
			},
		},
		{
			ID: "site.qlik-licence-invalid", Title: "Qlik's licence is not valid",
			Because: "Nobody opens an app on a site without a valid licence.",
			More:    "It may have expired, or the server could not reach the licence service for too long. The wizard never reads the keys.",
			Fixes:   []checks.Fix{{Who: checks.QlikAdmin, Text: "Renew the licence.", Command: "QMC > License management > Site license", Shell: checks.QMC}},
		},
	}
}
