package allowlist

import "sensegate/checks"

// Causes explains why an assertion of this step may not hold.
func Causes() []checks.Cause {
	qmc := "QMC > Virtual proxies > edit > Advanced > Host allow list > Add new value: {external-host}"
	return []checks.Cause{
		{
			ID: "allowlist.missing", Title: "The external host is not in the allow list",
			Because: "Qlik was never told about the external name; pages may open, but their data does not.",
			More: "The allow list of the virtual proxy names the hosts from which a WebSocket may come. Older releases call it white list. " +
				"It wants the bare host name, without https:// and without a slash. Changing it makes the proxy read its settings again and ends open sessions.",
			Fixes: []checks.Fix{{Who: checks.QlikAdmin, Text: "Add {external-host} to the host allow list.", Command: qmc, Shell: checks.QMC}},
			Docs:  "Qlik help: Virtual proxy, Advanced, Host allow list",
		},
		{
			ID: "allowlist.malformed", Title: "The entry is not a bare host name",
			Because: "The list was given a URL or a pattern; Qlik compares host names only.",
			More:    "An entry has no scheme, no path, no port, no star. Qlik accepts anything here and then never matches it.",
			Fixes:   []checks.Fix{{Who: checks.QlikAdmin, Text: "Replace {entry} by {external-host}.", Command: qmc, Shell: checks.QMC}},
		},
		{
			ID: "allowlist.no-proxy", Title: "No virtual proxy serves this prefix",
			Because: "The prefix of the published URL belongs to no virtual proxy.",
			More:    "The first part of the path chooses the virtual proxy; without one the default virtual proxy answers.",
			Fixes:   []checks.Fix{{Who: checks.Yourself, Text: "Correct qlik.prefix in the site; it is empty for the default virtual proxy."}},
		},
		{
			ID: "allowlist.not-effective", Title: "The proxy has not taken the list",
			Because: "The list is stored, but the running proxy still uses the old one.",
			More:    "The proxy reads its settings again some 10 to 30 seconds after a change. If it does not, the virtual proxy may not be linked to the proxy that answers, or the proxy service needs a restart.",
			Fixes: []checks.Fix{
				{Who: checks.QlikAdmin, Text: "See that the virtual proxy is linked to the central proxy.", Command: "QMC > Proxies > Central > Virtual proxies", Shell: checks.QMC},
				{Who: checks.QlikAdmin, Text: "Restart the proxy service; sessions end.", Command: "Restart-Service QlikSenseProxyService", Shell: checks.PowerShell},
			},
		},
		{
			ID: "allowlist.other-proxy", Title: "The entry stands at another virtual proxy",
			Because: "Each virtual proxy has a list of its own; the one that is published lacks the host.",
			More:    "The prefix of the published URL chooses the virtual proxy. An entry at another one looks right and has no effect here.",
			Fixes:   []checks.Fix{{Who: checks.QlikAdmin, Text: "Add {external-host} at the virtual proxy {virtual-proxy}.", Command: qmc, Shell: checks.QMC}},
		},
		{
			ID: "allowlist.token-refused", Title: "WebSockets are refused although the list is right",
			Because: "The CSRF token that was sent did not arrive: something removes it on the way.",
			More: "From November 2024 on a WebSocket carries a token in the query of its address, qlik-csrf-token. Sent as a header it does not count. " +
				"Qlik's own host is refused as well, so it is not the list. A box that drops or rewrites queries does this. The proxy's log speaks of a failed CSWSH check.",
			Fixes: []checks.Fix{
				{Who: checks.NetworkAdmin, Text: "Pass the query of WebSocket requests on unchanged in every box in front of Qlik."},
				{Who: checks.QlikAdmin, Text: "Search the proxy's logs for the refusal.", Command: `Select-String -Path C:\ProgramData\Qlik\Sense\Log\Proxy\*\*.txt -Pattern CSWSH`, Shell: checks.PowerShell},
			},
		},
		{
			ID: "allowlist.blocked", Title: "Something else refuses WebSockets",
			Because: "The page of the refusal is that of a firewall or filter, not Qlik's.",
			More:    "Qlik's own refusal is a single word, and Qlik's own host is let in. A page that names a policy or a support id comes from a box in between.",
			Fixes:   []checks.Fix{{Who: checks.NetworkAdmin, Text: "Allow WebSockets to {internal-host} in that box."}},
		},
		{
			ID: "allowlist.origin-refused", Title: "WebSockets from the external host are refused",
			Because: "The proxy compares the page's origin with the list, and did not find it there.",
			More:    "Pages come through, sockets do not: the hub opens and its apps stay grey. From November 2024 on the same status also means a missing CSRF token, which the wizard always sends.",
			Fixes:   []checks.Fix{{Who: checks.QlikAdmin, Text: "See that {external-host} stands in the list of the virtual proxy that is published.", Command: qmc, Shell: checks.QMC}},
		},
		{
			ID: "allowlist.edited-meanwhile", Title: "Somebody else saves the virtual proxy at the same time",
			Because: "Qlik answered 409: the virtual proxy was changed after it was read, and a second attempt was overtaken too.",
			More: "Qlik takes a change only from whoever has read the latest version; it compares modifiedDate. The wizard reads again and writes once more over a change of something else, and never over a change of the list itself. " +
				"Twice in a row means that somebody works in the console at this minute, or that a script saves over and over. Nothing of the list was changed.",
			Fixes: []checks.Fix{
				{Who: checks.QlikAdmin, Text: "See who saved last (Modified by), and agree on who goes first; close the page in the console without saving.", Command: "QMC > Virtual proxies > column selector > Last modified, Modified by", Shell: checks.QMC},
				{Who: checks.Yourself, Text: "Then show the plan of this step again: it starts from what is stored by then."},
			},
		},
	}
}
