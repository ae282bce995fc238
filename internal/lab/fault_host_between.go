package lab

import "sensegate/internal/lab/contoso"

// betweenTraps stand between the second connector host and Qlik or the service,
// or say that the host itself will not last.
func betweenTraps() []trap {
	on := func(f Fault, change func(*hostFacts)) trap {
		f.Step = "connector"
		return trap{Fault: f, set: onHost(second().Name, change)}
	}
	shows := func(b backend) func(*hostFacts) {
		b.Host, b.Port = contoso.QlikHost, 443
		return func(f *hostFacts) { f.Backend = []backend{b} }
	}
	return []trap{
		on(Fault{
			ID: "host-2016", Check: "connector.platform", Cause: "connector.os-ending", Warning: true,
			Title: "conn02 is a Windows Server 2016",
			Note:  "Still enough for the connector, and out of support in January 2027. On the server after it HTTP/2 has to be switched off.",
		}, func(f *hostFacts) { f.OS = osFacts{Name: "Windows Server 2016 Standard", Build: 14393} }),
		on(Fault{
			ID: "host-desktop", Check: "connector.platform", Cause: "connector.os-desktop", Warning: true,
			Title: "conn02 is somebody's Windows 11",
			Note:  "Installed for a trial that nobody ended. Every other sign-in fails when its owner goes home.",
		}, func(f *hostFacts) { f.OS = osFacts{Name: "Windows 11 Pro", Build: 26100} }),
		on(Fault{
			ID: "host-egress-one", Check: "connector.egress", Cause: "connector.egress-blocked", Warning: true,
			Title: "conn02 does not reach one of the hosts that are tried",
			Note:  "Names of single hosts change; Microsoft promises the wildcards alone. A hint, and no proof: the connector may well work.",
		}, func(f *hostFacts) {
			for i := range f.Egress {
				if e := &f.Egress[i]; e.Host == "updater."+contoso.ProxySuffix {
					e.Reached, e.Issuer, e.Chain, e.Problem = false, "", nil, "the name is not resolved: no such host"
				}
			}
		}),
		on(Fault{
			ID: "host-proxy-refuses", Check: "connector.egress", Cause: "connector.proxy-refused", Warning: true,
			Title: "the outbound proxy forbids conn02 the way to the service",
			Note:  "403 to every CONNECT: the rule was made for the address of the first connector. Nothing in the portal tells of it.",
		}, func(f *hostFacts) {
			for i := range f.Egress {
				e := &f.Egress[i]
				e.Reached, e.Issuer, e.Fetched, e.Proxy, e.Status = false, "", "", "http://"+outboundProxy, 403
				e.Problem = "the proxy answered 403 Forbidden"
			}
		}),
		on(Fault{
			ID: "host-proxy-backend", Check: "connector.proxy", Cause: "connector.proxy-backend", Warning: true,
			Title: "conn02 asks Qlik by the outbound proxy as well",
			Note:  "A value from a forum. Pages come through the proxy, WebSockets and tickets now and then do not.",
		}, func(f *hostFacts) {
			on := 1
			f.Proxy.ForBackend = &on
		}),
		on(Fault{
			ID: "host-qlik-unreached", Check: "connector.backend", Cause: "connector.backend-unreached",
			Title: "conn02 does not reach Qlik",
			Note:  "It stands in another segment, and 443 to Qlik was opened for the first connector alone. BadGateway on every other request.",
		}, shows(backend{Problem: "connecting: dial tcp 10.20.0.5:443: connect: connection timed out"})),
		on(Fault{
			ID: "host-qlik-other-name", Check: "connector.backend", Cause: "connector.backend-certificate",
			Title: "Qlik's certificate names its machine, and not what conn02 asks for",
			Note:  "Qlik's own certificate bears the name that was given at its installation. Importing the authority does not help: BadGateway all the same.",
		}, shows(backend{Issuer: "Practice Lab CA", Problem: "x509: certificate is valid for qlik01, not " + contoso.QlikHost})),
	}
}
