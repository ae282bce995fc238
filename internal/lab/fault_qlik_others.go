package lab

import (
	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/qlik"
)

// portalHost is where another department shows Qlik's charts in pages of its own.
const portalHost = "portal." + contoso.Domain

// meanwhileTraps are what others do while a plan is applied.
func meanwhileTraps() []trap {
	return []trap{
		{
			Fault: Fault{
				ID: "edited-meanwhile", Step: "allowlist", Check: "allowlist.entry", Cause: "allowlist.edited-meanwhile", During: "allowlist",
				Title: "somebody saves the virtual proxy again and again while the host is to be entered",
				Note:  "409 on saving: a colleague in the console, or a script that writes the same entity. One who saves once is no trouble; the wizard reads again. Agree on who goes first.",
			},
			after: listed,
			set: inQlik(func(s *qlik.State) {
				s.SetAllowList("")
				s.Faults.Conflicts = forever
			}),
		},
	}
}

// othersTraps are what other administrators, users and scripts of the Qlik site
// do while it is published.
func othersTraps() []trap {
	return []trap{
		{
			Fault: Fault{
				ID: "kerberos-reset-by-script", Step: "kerberos", Check: "kerberos.switch", Cause: "kerberos.switch-off",
				Title: "a script has saved the proxy and put the Kerberos switch off with it",
				Note:  "Update-QlikProxy takes switches that it is not given for off: Kerberos and allow HTTP. It worked on Friday; the script ran on Sunday. Who saved last, and when, stands among what was seen; after a change of its own the wizard says that it was set and is off again.",
			},
			after: negotiating,
			set: inQlik(func(s *qlik.State) {
				for _, member := range []string{"kerberosAuthentication", "allowHttp"} {
					s.SetProxy("", member, false)
				}
				s.ProxyService(contoso.QlikNode).Set("modifiedByUserName", `CONTOSO\qadmin`)
			}),
		},
		{
			Fault: Fault{
				ID: "pattern-shared", Step: "kerberos", Check: "kerberos.pattern", Cause: "kerberos.pattern-shared",
				Title: "the narrow pattern stands at a virtual proxy that another department's pages use",
				Note:  "The default virtual proxy is everybody's: a pattern that is changed for the outside changes the sign-in inside. Ask first, or publish a virtual proxy with a prefix of its own.",
			},
			after: negotiating,
			set: inQlik(func(s *qlik.State) {
				s.SetAllowList("", contoso.ExternalHost, portalHost)
				s.SetPattern("", "Windows")
			}),
		},
	}
}
