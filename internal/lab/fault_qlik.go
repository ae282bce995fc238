package lab

import (
	"sensegate/internal/lab/appproxy"
	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/directory"
	"sensegate/internal/lab/kdc"
	"sensegate/internal/lab/qlik"
)

func allowListTraps() []trap {
	list := func(entries ...string) func(*qlik.State) {
		return func(s *qlik.State) { s.SetAllowList("", entries...) }
	}
	return []trap{
		{
			Fault: Fault{
				ID: "allowlist-missing", Step: "allowlist", Check: "allowlist.entry", Cause: "allowlist.missing",
				Title: "the external host is not in the host allow list",
				Note:  "The hub loads, because the connector sends the internal name; every app stays grey, because the socket's origin is the external one: 403.",
			},
			after: listed,
			set:   inQlik(list()),
		},
		{
			Fault: Fault{
				ID: "allowlist-scheme", Step: "allowlist", Check: "allowlist.entry", Cause: "allowlist.malformed",
				Title: "the allow list holds a URL instead of a host name",
				Note:  "The console accepts https://host/ and the proxy never matches it. Looks right to everybody who reads the list.",
			},
			after: listed,
			set:   inQlik(list("https://" + contoso.ExternalHost + "/")),
		},
		{
			Fault: Fault{
				ID: "proxy-not-reloaded", Step: "allowlist", Check: "allowlist.http", Cause: "allowlist.not-effective",
				Title: "the proxy goes by the allow list it was started with",
				Note:  "Saved in the repository, but the running proxy did not take it over: a node that lost its link to the central node. Restarting the proxy service helps.",
			},
			after: listed,
			set:   unheard(list(), list(contoso.ExternalHost)),
		},
		{
			Fault: Fault{
				ID: "allowlist-other-proxy", Step: "allowlist", Check: "allowlist.entry", Cause: "allowlist.other-proxy",
				Title: "the external host is in the list of another virtual proxy",
				Note:  "Each virtual proxy has a list of its own. The prefix of the published URL says which one counts.",
			},
			after: listed,
			set: inQlik(func(s *qlik.State) {
				s.SetAllowList("")
				if s.VirtualProxy("mashup") == nil {
					s.AddVirtualProxy("mashup", "Mashups")
				}
				s.SetAllowList("mashup", contoso.ExternalHost)
			}),
		},
		{
			Fault: Fault{
				ID: "socket-query-dropped", Step: "allowlist", Check: "allowlist.websocket", Cause: "allowlist.token-refused",
				Title: "a box removes the query from WebSocket requests",
				Note:  "From November 2024 on the CSRF token travels there. Everybody gets 403, Qlik's own host too, and everybody looks at the allow list.",
			},
			set: inQlik(func(s *qlik.State) { s.Faults.DropSocketQuery = true }),
		},
	}
}

func kerberosTraps() []trap {
	kerberos := func(on bool) func(*qlik.State) {
		return func(s *qlik.State) { s.SetKerberos("", on) }
	}
	return []trap{
		{
			Fault: Fault{
				ID: "kerberos-off", Step: "kerberos", Check: "kerberos.switch", Cause: "kerberos.switch-off",
				Title: "Kerberos is switched off on the proxy",
				Note:  "It is off by default, per node. The sign-in offers NTLM alone, which works inside and can never be delegated.",
			},
			after: negotiating,
			set:   inQlik(kerberos(false)),
		},
		{
			Fault: Fault{
				ID: "kerberos-off-second-node", Step: "kerberos", Check: "kerberos.switch", Cause: "kerberos.switch-off",
				Title: "Kerberos is off on the second proxy node",
				Note:  "The switch belongs to each node. Users are sent to both by turns, so single sign-on works every other time.",
			},
			after: negotiating,
			set: withSecondNode(func(s *qlik.State) {
				s.SetKerberos(contoso.QlikNode, true)
				s.SetKerberos(secondNode, false)
			}),
		},
		{
			Fault: Fault{
				ID: "virtual-proxy-saml", Step: "kerberos", Check: "kerberos.pattern", Cause: "kerberos.other-module",
				Title: "the virtual proxy signs users in through SAML",
				Note:  "Kerberos needs the built-in Windows module, authentication method Ticket.",
			},
			after: negotiating,
			set:   inQlik(func(s *qlik.State) { s.VirtualProxy("").Set("authenticationMethod", 3) }),
		},
		{
			Fault: Fault{
				ID: "headers-too-long", Step: "kerberos", Check: "kerberos.headers", Cause: "kerberos.headers-too-long",
				Title: "the proxy reads short headers only",
				Note:  "A ticket carries the user's groups. Who is in many of them gets 400; who tests it usually is not.",
			},
			after: negotiating,
			set:   inQlik(func(s *qlik.State) { s.SetProxy("", "maxHeaderSizeBytes", 8192) }),
		},
		{
			Fault: Fault{
				ID: "pattern-windows", Step: "kerberos", Check: "kerberos.pattern", Cause: "kerberos.pattern-narrow",
				Title: "only browsers on Windows are signed in through Windows",
				Note:  "The stock pattern. Telephones, Macs and the connector's own probes get the form instead.",
			},
			after: negotiating,
			set:   inQlik(func(s *qlik.State) { s.SetPattern("", "Windows") }),
		},
		{
			Fault: Fault{
				ID: "negotiate-not-offered", Step: "kerberos", Check: "kerberos.offered", Cause: "kerberos.ntlm-only",
				Title: "the Kerberos switch is saved but not in effect",
				Note:  "The console shows it on; the proxy still answers WWW-Authenticate: NTLM. Saved for another node, or not reloaded.",
			},
			after: negotiating,
			set:   unheard(kerberos(false), kerberos(true)),
		},
		{
			Fault: Fault{
				ID: "service-password-changed", Step: "kerberos", Check: "kerberos.accepted", Cause: "kerberos.refused",
				Title: "the service account's password was changed and Qlik was not told",
				Note:  "Services that run keep running. Tickets are made with the new key and read with the old: KRB_AP_ERR_MODIFIED, a 401 that never ends.",
			},
			// Whoever set it wrote the keytab again: that part is in order.
			set: all(newServicePassword, func(l *Lab) error { return l.writeKeytab(contoso.ServiceAccount) }),
		},
		{
			Fault: Fault{
				ID: "kdc-behind", Step: "kerberos", Check: "kerberos.ticket", Cause: "kerberos.no-ticket",
				Title: "the domain controller that gives tickets has not learned of the name",
				Note:  "The directory that was asked has it, another site's domain controller not yet: replication is slow, or broken. KDC_ERR_S_PRINCIPAL_UNKNOWN (7), which comes and goes with the domain controller that is drawn.",
			},
			set: func(l *Lab) error {
				l.kdc.Update(func(s *kdc.State) { s.Behind = contoso.SPN })
				return nil
			},
		},
		{
			Fault: Fault{
				ID: "negotiate-is-ntlm", Step: "kerberos", Check: "kerberos.accepted", Cause: "kerberos.ntlm-fallback",
				Title: "Qlik says Negotiate and takes NTLM alone",
				Note:  "Browsers sign in without a word, by NTLM inside Negotiate, and everybody believes it was Kerberos. A connector has no NTLM.",
			},
			after: negotiating,
			set:   inQlik(func(s *qlik.State) { s.Faults.OnlyNTLM = true }),
		},
		{
			Fault: Fault{
				ID: "keytab-stale", Step: "kerberos", Check: "kerberos.opens", Cause: "kerberos.keytab-stale",
				Title: "the service account's keytab is older than its password",
				Note:  "Qlik was told of the new password and takes the tickets; only the file was forgotten. Whatever else reads it fails: KRB_AP_ERR_BADKEYVER.",
			},
			set: all(newServicePassword, func(l *Lab) error { l.service.adopt(l.store); return nil }),
		},
		{
			Fault: Fault{
				ID: "keytab-other-password", Step: "kerberos", Check: "kerberos.opens", Cause: "kerberos.other-key",
				Title: "the service account's keytab was made with a mistyped password",
				Note:  "Account, name and key version are right, and it opens nothing. ktpass believes whatever password it is given.",
			},
			set: func(l *Lab) error { return l.writeKeytabWith(contoso.ServiceAccount, "Practice-Qlik-l") },
		},
	}
}

// newServicePassword sets the service account's password in the directory.
func newServicePassword(l *Lab) error {
	return l.store.Update(func(tx *directory.Tx) error { return tx.SetPassword(contoso.ServiceAccount, "Practice-Qlik-2") })
}

// idleCut is shorter than the silence that the lab's site verifies.
const idleCut = siteIdle * 2 / 3

func verifyTraps() []trap {
	inProxy := func(change func(*appproxy.State)) func(*Lab) error {
		return func(l *Lab) error {
			l.proxy.Update(change)
			return nil
		}
	}
	return []trap{
		{
			Fault: Fault{
				ID: "engine-down", Step: "verify", Check: "verify.websocket-inside", Cause: "verify.no-engine",
				Title: "no engine answers",
				Note:  "The proxy cannot route the WebSocket: 500. Inside and outside alike, so it is no matter of publishing.",
			},
			set: inQlik(func(s *qlik.State) { s.Faults.EngineDown = true }),
		},
		{
			Fault: Fault{
				ID: "upgrade-stripped", Step: "verify", Check: "verify.websocket-outside", Cause: "verify.upgrade-stripped",
				Title: "a box on the way outside removes the WebSocket upgrade",
				Note:  "Inside all is well. Outside the hub loads and apps do not: the upgrade is answered like an ordinary request.",
			},
			set: inProxy(func(s *appproxy.State) { s.StripUpgrade = true }),
		},
		{
			Fault: Fault{
				ID: "gateway-error", Step: "verify", Check: "verify.outside", Cause: "verify.gateway-error",
				Title: "the connectors cannot reach Qlik",
				Note:  "A firewall between connector and Qlik, or a name that resolves differently there: the sign-in succeeds and ends in BadGateway.",
			},
			set: inProxy(func(s *appproxy.State) { s.BackendUnreachable = true }),
		},
		{
			Fault: Fault{
				ID: "idle-cut", Step: "verify", Check: "verify.idle", Cause: "verify.idle-cut",
				Title: "silent WebSockets are cut",
				Note:  "A firewall or load balancer with a short idle limit. Users lose the connection when they read for a while: close code 1006.",
			},
			set: inProxy(func(s *appproxy.State) { s.IdleCut = idleCut }),
		},
	}
}
