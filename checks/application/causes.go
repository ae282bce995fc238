package application

import "sensegate/checks"

// Causes explains why an assertion of this step may not hold.
func Causes() []checks.Cause {
	page := "Entra admin center > Enterprise applications > {app} > Application proxy"
	return []checks.Cause{
		{
			ID: "app.missing", Title: "Qlik is not published",
			Because: "No enterprise application is published under the external URL yet.",
			More:    "Publishing makes a public HTTPS address for an internal one: an enterprise application with an internal URL, an external URL, pre-authentication and a connector group.",
			Fixes: []checks.Fix{
				{Who: checks.EntraAdmin, Text: "Publish {internal-url} as {external-url}.", Command: "Entra admin center > Enterprise applications > New application > Add an on-premises application", Shell: checks.Portal},
			},
			Docs: "https://learn.microsoft.com/entra/identity/app-proxy/application-proxy-add-on-premises-application",
		},
		{
			ID: "app.doubled", Title: "Several applications claim the external URL",
			Because: "An earlier try was left behind.",
			More:    "Only one application can own an external URL. What the others show in the portal is left over.",
			Fixes:   []checks.Fix{{Who: checks.EntraAdmin, Text: "Delete the applications that are not used.", Command: "Entra admin center > App registrations > All applications > search {external-host}", Shell: checks.Portal}},
		},
		{
			ID: "app.internal-url-wrong", Title: "The application leads elsewhere",
			Because: "The internal URL of the application is not Qlik's.",
			More:    "The connector calls exactly the internal URL. For releases from April 2018 on that is Qlik's own address without a port, whatever older pages show.",
			Fixes:   []checks.Fix{{Who: checks.EntraAdmin, Text: "Set the internal URL to {internal-url}.", Command: page, Shell: checks.Portal}},
		},
		{
			ID: "app.internal-url-old-port", Title: "The application leads to a port of old releases",
			Because: "The internal URL ends in :4244, as in the example on Microsoft's page.",
			More:    "Releases before April 2018 signed people in on 4244 (http: 4248), and there it belongs to a second application, never to this one. From April 2018 on nothing listens on it: the connector reports BadGateway.",
			Fixes:   []checks.Fix{{Who: checks.EntraAdmin, Text: "Set the internal URL to {internal-url}, without a port.", Command: page, Shell: checks.Portal}},
			Docs:    "https://learn.microsoft.com/entra/identity/app-proxy/application-proxy-qlik",
		},
		{
			ID: "app.passthrough", Title: "Anybody reaches Qlik without signing in",
			Because: "Pre-authentication is set to passthrough.",
			More:    "With passthrough Entra asks nobody who they are. There is then no user to ask a ticket for, so single sign-on cannot work, and Qlik's own login is on the internet.",
			Fixes:   []checks.Fix{{Who: checks.EntraAdmin, Text: "Set pre-authentication to Microsoft Entra ID.", Command: page, Shell: checks.Portal}},
		},
		{
			ID: "app.group-wrong", Title: "Another connector group serves the application",
			Because: "The application points to a group whose connectors are not those of the site.",
			More:    "Each application is served by one group. The connectors of another group may not reach Qlik, and will not hold the delegation.",
			Fixes:   []checks.Fix{{Who: checks.EntraAdmin, Text: "Set the connector group to {group}.", Command: page, Shell: checks.Portal}},
		},
		{
			ID: "app.not-assigned", Title: "The test user is not assigned",
			Because: "The application asks for an assignment, and {test-user} has none.",
			More:    "Without an assignment the sign-in ends with AADSTS50105.",
			Fixes:   []checks.Fix{{Who: checks.EntraAdmin, Text: "Assign {test-user} to {app}.", Command: "Entra admin center > Enterprise applications > {app} > Users and groups > Add user", Shell: checks.Portal}},
		},
		{
			ID: "app.other-not-assigned", Title: "Somebody whom the site names is not assigned",
			Because: "The application asks for an assignment, and {principal} has none.",
			More:    "A group counts for its direct members alone; members of a group in the group are refused with AADSTS50105. Assigning groups needs Entra ID P1.",
			Fixes:   []checks.Fix{{Who: checks.EntraAdmin, Text: "Assign {principal} to {app}, or take the name out of publish.assign.", Command: "Entra admin center > Enterprise applications > {app} > Users and groups > Add user", Shell: checks.Portal}},
		},
		{
			ID: "app.host-header", Title: "Qlik would be asked for a host it does not know",
			Because: "The translation of URLs in headers is off, so the external host reaches Qlik.",
			More:    "With the translation on, Qlik sees its internal name in Host. With it off, every page is refused with status 400 until the external host is known to Qlik.",
			Fixes:   []checks.Fix{{Who: checks.EntraAdmin, Text: "Switch on: translate URLs in headers.", Command: page + " > Advanced", Shell: checks.Portal}},
		},
		{
			ID: "app.second-missing", Title: "The second application is missing",
			Because: "This Qlik release signs in on a port of its own, which is not published.",
			More:    "Before April 2018 Qlik sent the browser to port 4244 (https) or 4248 (http) to sign in. That address needs an application of its own, hidden from users and with single sign-on off.",
			Fixes:   []checks.Fix{{Who: checks.EntraAdmin, Text: "Publish https://{internal-host}:4244/ as a second application, hide it, leave its single sign-on off.", Command: "Entra admin center > Enterprise applications > New application > Add an on-premises application", Shell: checks.Portal}},
			Docs:    "https://learn.microsoft.com/entra/identity/app-proxy/application-proxy-qlik",
		},
		{
			ID: "app.second-needless", Title: "A second application is not needed",
			Because: "From April 2018 on Qlik signs in under its own address.",
			More:    "A second application does no harm as long as its single sign-on is off, but it publishes a port that nobody uses.",
			Fixes:   []checks.Fix{{Who: checks.EntraAdmin, Text: "Delete the second application, or hide it from users.", Command: "Entra admin center > Enterprise applications > Properties > Delete", Shell: checks.Portal}},
		},
		{
			ID: "app.second-sso", Title: "Single sign-on is on at the second application",
			Because: "It was switched on for both applications; only the first one may have it.",
			More:    "Microsoft's tutorial leaves single sign-on of the second application off: it only carries the sign-in page of an old release, and two applications that ask for tickets get in each other's way.",
			Fixes:   []checks.Fix{{Who: checks.EntraAdmin, Text: "Switch single sign-on of {second} off.", Command: "Entra admin center > Enterprise applications > {second} > Single sign-on > Disabled", Shell: checks.Portal}},
			Docs:    "https://learn.microsoft.com/entra/identity/app-proxy/application-proxy-qlik",
		},
		{
			ID: "app.second-visible", Title: "Users see the second application",
			Because: "It is shown in My Apps, where it leads to a page that is of no use by itself.",
			More:    "The tag HideApp keeps an application off the users' list; who has the address can still open it, which the sign-in needs.",
			Fixes:   []checks.Fix{{Who: checks.EntraAdmin, Text: "Set Visible to users to No for {second}.", Command: "Entra admin center > Enterprise applications > {second} > Properties > Visible to users", Shell: checks.Portal}},
		},
		{
			ID: "app.second-wrong", Title: "The second application is not reached like the first",
			Because: "Its pre-authentication, connector group or assignment differs from the first application's.",
			More:    "The browser is sent from the first application to the second and back. Both must let in the same users, through the same connectors.",
			Fixes:   []checks.Fix{{Who: checks.EntraAdmin, Text: "Give {second} pre-authentication by Microsoft Entra ID, the connector group {group}, and assign {test-user}.", Command: "Entra admin center > Enterprise applications > {second} > Application proxy", Shell: checks.Portal}},
		},
		{
			ID: "app.half-made", Title: "An application was begun and not published",
			Because: "An earlier try was broken off between its calls.",
			More:    "Making an application takes several calls. The wizard finds what an earlier try left behind, by its name, and completes it; it makes no second one.",
			Fixes:   []checks.Fix{{Who: checks.EntraAdmin, Text: "Apply the plan of this step again, or complete {app} by hand.", Command: page, Shell: checks.Portal}},
		},
		{
			ID: "app.not-readable", Title: "The application was made and cannot be read yet",
			Because: "Graph shows {app} in its lists and answers 404 when it is asked for by itself: not every replica knows it yet.",
			More:    "What was just made takes seconds to be known everywhere, now and then minutes. The wizard asks again with growing pauses, for as long as entra.patience says (3 minutes), and never makes a second application: a later attempt finds the one that was made, by its name, and completes it.",
			Fixes: []checks.Fix{
				{Who: checks.Yourself, Text: "Wait some minutes, then apply the plan of this step again: it goes on with the same application."},
				{Who: checks.EntraAdmin, Text: "If it lasts longer than half an hour, look whether the service has a disturbance.", Command: "Microsoft 365 admin center > Health > Service health > Microsoft Entra", Shell: checks.Portal},
			},
			Docs: "https://learn.microsoft.com/troubleshoot/entra/entra-id/app-integration/404-not-found-error-manage-objects-microsoft-graph",
		},
		{
			ID: "app.not-shown", Title: "The change was accepted and does not show",
			Because: "Graph took the settings of {app}, and its reads still show those before.",
			More:    "Reads may come from a replica that is behind. The wizard waits as long as entra.patience says (3 minutes) and does not take a change for made before it reads it back.",
			Fixes:   []checks.Fix{{Who: checks.Yourself, Text: "Wait some minutes, then check this step again; apply its plan again if it still differs."}},
		},
		{
			ID: "app.group-not-shown", Title: "The connector group was set and the old one still shows",
			Because: "Graph took the group {group} for {app}, and its reads still answer with the group before.",
			More:    "After a change of the group the old one is read for a while. If it lasts, look in the portal which group the application has: what it shows there is what serves it.",
			Fixes: []checks.Fix{
				{Who: checks.Yourself, Text: "Wait some minutes, then check this step again."},
				{Who: checks.EntraAdmin, Text: "See which connector group the application has, and set {group} there if need be.", Command: page, Shell: checks.Portal},
			},
		},
		{
			ID: "app.url-clash", Title: "Another application holds the internal URL",
			Because: "{rival} publishes the same internal URL, and a tenant takes each only once.",
			More:    "Graph answers InternalUrl_Duplicate. Often it is the application of an earlier project, or what Exchange's hybrid agent left behind. The wizard never changes or deletes an application that it did not find under your external URL.",
			Fixes:   []checks.Fix{{Who: checks.EntraAdmin, Text: "Find out who uses {rival}; delete it, or publish Qlik through it.", Command: "Entra admin center > Enterprise applications > {rival} > Application proxy", Shell: checks.Portal}},
		},
		{
			ID: "app.url-orphan", Title: "Something that no list shows holds the URL",
			Because: "Graph answers that {internal-url} or {external-url} is taken, and no application of the tenant shows it.",
			More:    "Applications that were deleted are kept for thirty days, and what Exchange's hybrid agent left behind may hold an internal URL without bearing a name that tells. Until it is gone nobody else can publish the URL.",
			Fixes: []checks.Fix{
				{Who: checks.EntraAdmin, Text: "Look among the deleted applications, and delete for good the one that published it.", Command: "Entra admin center > App registrations > Deleted applications", Shell: checks.Portal},
				{Who: checks.EntraAdmin, Text: "If it is not there, open a support case with Microsoft and give the request id and the URL."},
				{Who: checks.Yourself, Text: "Or publish under another internal name of Qlik (publish.internal_url)."},
			},
		},
		{
			ID: "app.redirect-missing", Title: "Entra must not send the browser back",
			Because: "The external URL is not among the application's redirect URIs.",
			More:    "They are compared letter by letter, the closing slash included. Sign-in ends with AADSTS50011 or AADSTS500113.",
			Fixes:   []checks.Fix{{Who: checks.EntraAdmin, Text: "Add {external-url} to the redirect URIs.", Command: "Entra admin center > App registrations > {app} > Authentication > Web", Shell: checks.Portal}},
			Docs:    "https://learn.microsoft.com/entra/identity-platform/reply-url",
		},
		{
			ID: "app.home-page", Title: "My Apps leads users elsewhere",
			Because: "The application's home page is not under the external URL.",
			More:    "Users who type the external URL are well; whoever clicks the tile in My Apps is sent to the home page. Tools that publish with Microsoft's cmdlet leave the internal URL there, which opens on the LAN alone.",
			Fixes:   []checks.Fix{{Who: checks.EntraAdmin, Text: "Set the home page to {external-url}.", Command: "Entra admin center > App registrations > {app} > Branding & properties > Home page URL", Shell: checks.Portal}},
		},
		{
			ID: "app.hidden", Title: "Users do not see the application",
			Because: "It is kept off the users' list of applications (tag HideApp).",
			More:    "Who has the address can open it. In My Apps and on the phone nobody finds it; hidden is right for the second application of an old release, not for this one.",
			Fixes:   []checks.Fix{{Who: checks.EntraAdmin, Text: "Set Visible to users to Yes, unless it is meant to be so.", Command: "Entra admin center > Enterprise applications > {app} > Properties > Visible to users", Shell: checks.Portal}},
		},
		{
			ID: "app.cookie-open", Title: "The application's cookies are less guarded than they could be",
			Because: "Settings under Advanced differ from what Microsoft advises and Qlik bears.",
			More:    "They concern application proxy's own cookies, not Qlik's. Secure is needed for SameSite=None; links in pages need no translation, because Qlik's pages are made by scripts.",
			Fixes:   []checks.Fix{{Who: checks.EntraAdmin, Text: "Switch on HTTP-only and secure cookies, switch off persistent cookies and the translation of links in pages.", Command: page + " > Advanced", Shell: checks.Portal}},
			Docs:    "https://learn.microsoft.com/entra/identity/app-proxy/application-proxy-configure-cookie-settings",
		},
		{
			ID: "app.external-other-tenant", Title: "The external URL belongs to another tenant",
			Because: "Before the suffix the host must end with the name of your own tenant.",
			More:    "External hosts are made of a name, a dash, the first part of the tenant's initial domain and msappproxy.net.",
			Fixes:   []checks.Fix{{Who: checks.Yourself, Text: "Choose an external URL that ends with -{tenant-label} before the suffix (publish.external_url)."}},
		},
		{
			ID: "app.external-unverified", Title: "The external URL is in no domain of the tenant",
			Because: "A custom domain must be verified in the tenant first.",
			More:    "After that it needs a CNAME to the application's msappproxy.net name, and a certificate with its key, uploaded to the application.",
			Fixes:   []checks.Fix{{Who: checks.EntraAdmin, Text: "Add and verify the domain of {external-host}, or choose another external URL.", Command: "Entra admin center > Settings > Domain names > Add custom domain", Shell: checks.Portal}},
			Docs:    "https://learn.microsoft.com/entra/identity/app-proxy/how-to-configure-custom-domain",
		},
		{
			ID: "app.external-onmicrosoft", Title: "onmicrosoft.com is no suffix to publish under",
			Because: "The portal lists it, and it does not work.",
			More:    "Microsoft's questions and answers say so: choose msappproxy.net or a verified domain of your own.",
			Fixes:   []checks.Fix{{Who: checks.Yourself, Text: "Choose another external URL (publish.external_url)."}},
			Docs:    "https://learn.microsoft.com/entra/identity/app-proxy/application-proxy-faq",
		},
		{
			ID: "app.certificate-missing", Title: "The domain of your own has no certificate",
			Because: "No certificate with its key was uploaded to {app}.",
			More:    "The service cannot make a certificate for your domain. Upload a PFX whose subject or alternative names hold the external host; a wildcard will do.",
			Fixes:   []checks.Fix{{Who: checks.EntraAdmin, Text: "Upload the certificate of {external-host}.", Command: page + " > Certificate", Shell: checks.Portal}},
			Docs:    "https://learn.microsoft.com/entra/identity/app-proxy/how-to-configure-custom-domain",
		},
		{
			ID: "app.certificate-other-name", Title: "The certificate was made for another name",
			Because: "The certificate uploaded to {app} does not name {external-host}.",
			More:    "Browsers compare the address with the alternative names of the certificate; its subject alone counts for nothing. A wildcard stands for one label: *.contoso.com is good for sense.contoso.com, not for contoso.com.",
			Fixes:   []checks.Fix{{Who: checks.EntraAdmin, Text: "Upload a certificate whose alternative names hold {external-host}.", Command: page + " > Certificate", Shell: checks.Portal}},
			Docs:    "https://learn.microsoft.com/entra/identity/app-proxy/how-to-configure-custom-domain",
		},
		{
			ID: "app.certificate-expired", Title: "The certificate of the external host ends",
			Because: "Nobody uploaded its successor; the service does not renew it.",
			More:    "One certificate may serve many applications: uploading it once replaces it in all of them.",
			Fixes:   []checks.Fix{{Who: checks.EntraAdmin, Text: "Upload a renewed certificate for {external-host}.", Command: page + " > Certificate", Shell: checks.Portal}},
		},
	}
}
