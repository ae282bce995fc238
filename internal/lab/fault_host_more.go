package lab

import (
	"slices"
	"time"

	"sensegate/internal/lab/contoso"
)

// The two services of a connector.
const (
	carrier = "WAPCSvc"
	updater = "WAPCUpdaterSvc"
)

// withService changes one service of a host, where it is still installed.
func withService(name string, change func(*service)) func(*hostFacts) {
	return func(f *hostFacts) {
		for i := range f.Services {
			if f.Services[i].Name == name {
				change(&f.Services[i])
			}
		}
	}
}

// hostTraps break the second connector host itself; what the tenant knows of
// it stays as it was.
func hostTraps() []trap {
	on := func(f Fault, change func(*hostFacts)) trap {
		f.Step = "connector"
		return trap{Fault: f, set: onHost(second().Name, change)}
	}
	return []trap{
		on(Fault{
			ID: "connector-missing", Check: "connector.services", Cause: "connector.service-missing",
			Title: "the connector's updater was removed from conn02",
			Note:  "Somebody cleaned up a server and took it for a double. The connector goes on working, and is never updated again.",
		}, func(f *hostFacts) {
			f.Services = slices.DeleteFunc(f.Services, func(s service) bool { return s.Name == updater })
		}),
		on(Fault{
			ID: "connector-disabled", Check: "connector.services", Cause: "connector.service-disabled",
			Title: "the updater is disabled on conn02",
			Note:  "A hardening script that disables what it does not know. Nothing breaks, and the connector is never updated again.",
		}, withService(updater, func(s *service) { s.State, s.Start = "stopped", "disabled" })),
		on(Fault{
			ID: "connector-account", Check: "connector.services", Cause: "connector.service-account",
			Title: "the connector of conn02 runs as an account of its own",
			Note:  "Well meant: a service account per service. But delegation was given to the computer account, so no ticket is granted: event 13019.",
		}, withService(carrier, func(s *service) { s.Account = contoso.NetBIOS + `\svc-connector` })),
		on(Fault{
			ID: "host-old", Check: "connector.platform", Cause: "connector.os-old",
			Title: "conn02 is a Windows Server 2012 R2",
			Note:  "Older pages still name it as enough. It is not supported any more.",
		}, func(f *hostFacts) { f.OS = osFacts{Name: "Windows Server 2012 R2 Standard", Build: 9600} }),
		on(Fault{
			ID: "host-dotnet-old", Check: "connector.platform", Cause: "connector.dotnet-old",
			Title: "conn02 has .NET Framework 4.6.2",
			Note:  "The connector's updates stop to install, without a word in the portal.",
		}, func(f *hostFacts) { f.DotNet.Release = 394802 }),
		on(Fault{
			ID: "host-dotnet-tls", Check: "connector.tls12", Cause: "connector.dotnet-tls12-off",
			Title: ".NET leaves TLS 1.2 out on conn02",
			Note:  "The SCHANNEL keys look right, and the connector still cannot connect: .NET has keys of its own.",
		}, func(f *hostFacts) {
			strong, system := 0, 0
			f.TLS12.StrongCrypto, f.TLS12.SystemTLS = &strong, &system
		}),
		on(Fault{
			ID: "host-not-joined", Check: "connector.domain", Cause: "connector.not-joined",
			Title: "conn02 was taken out of the domain",
			Note:  "Outside a domain there is no computer account that could ask for tickets. Application proxy without Kerberos goes on working.",
		}, func(f *hostFacts) { f.Domain.Name, f.Domain.Joined = "WORKGROUP", false }),
		on(Fault{
			ID: "host-proxy-sign-in", Check: "connector.egress", Cause: "connector.proxy-authentication",
			Title: "the outbound proxy asks conn02 for a sign-in",
			Note:  "407 to every CONNECT. A service cannot answer; proxies that ask for a sign-in are not supported.",
		}, func(f *hostFacts) {
			for i := range f.Egress {
				e := &f.Egress[i]
				e.Reached, e.Issuer, e.Proxy, e.Status = false, "", "http://proxy."+contoso.Domain+":8080", 407
				e.Problem = "the proxy answered 407 Proxy Authentication Required"
			}
		}),
		on(Fault{
			ID: "host-proxy-differs", Check: "connector.proxy", Cause: "connector.proxy-differs",
			Title: "only the connector's configuration names the proxy on conn02",
			Note:  "There are two files, and guides show one. The updater stays outside, and the connector is never updated.",
		}, func(f *hostFacts) {
			f.Proxy.Connector.Mode, f.Proxy.Connector.Address = "named", "http://proxy."+contoso.Domain+":8080"
			f.Proxy.WinHTTP = "proxy." + contoso.Domain + ":8080"
		}),
		on(Fault{
			ID: "host-clock", Check: "connector.clock", Cause: "connector.clock-skew",
			Title: "the clock of conn02 is nine minutes behind the domain",
			Note:  "A virtual machine that follows its hypervisor. Every other request fails with event 13019 and a code that does not mention time.",
		}, func(f *hostFacts) { f.Clock.SkewMS = -int((9 * time.Minute).Milliseconds()) }),
		on(Fault{
			ID: "host-password-protection", Check: "connector.agents", Cause: "connector.agent-clash",
			Title: "the Password Protection proxy is installed on conn02",
			Note:  "Two agents, one updater: they undo each other's updates.",
		}, func(f *hostFacts) { f.Agents = []string{"AzureADPasswordProtectionProxy"} }),
		on(Fault{
			ID: "host-distrusts-qlik", Check: "connector.backend", Cause: "connector.backend-untrusted",
			Title: "conn02 does not trust Qlik's certificate",
			Note:  "Qlik's own authority was imported for the user who tried it in a browser, not for the computer. BadGateway on every other request.",
		}, func(f *hostFacts) {
			f.Backend = []backend{{Host: contoso.QlikHost, Port: 443, Issuer: "Practice Lab CA", Problem: "certificate signed by unknown authority"}}
		}),
		on(Fault{
			ID: "host-spnego", Check: "connector.spnego", Cause: "connector.spnego-differs",
			Title: "conn02 wraps its tickets as SPNEGO, conn01 does not",
			Note:  "Somebody tried the switch on one host. Requests are spread at random: every other sign-in fails.",
		}, func(f *hostFacts) {
			wrapped := 1
			f.SPNEGO = &wrapped
		}),
		on(Fault{
			ID: "connector-certificate", Check: "connector.events", Cause: "connector.certificate-expired",
			Title: "the trust certificate of conn02 has expired",
			Note:  "A standby host that was off for half a year. Event 1000 in the Admin channel; the service stops some time later.",
		}, func(f *hostFacts) {
			f.Events = []event{{
				ID: 1000, Time: time.Now().UTC().Format(time.RFC3339),
				Text: "The connector's trust certificate has expired. Register the connector again.",
			}}
		}),
	}
}
