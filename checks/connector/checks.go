package connector

import (
	"time"

	"sensegate/checks"
	"sensegate/internal/fact"
)

// Step is the step that these checks guard.
const Step checks.StepID = "connector"

// Facts that later checks may use.
const (
	FactConnectors = "entra.connectors" // []fact.Connector
	FactGroup      = "entra.group"      // fact.ConnectorGroup
)

// Ports are the questions of this room.
type Ports struct {
	Host  Host
	Entra Entra
}

// Checks are the assertions of the step, in order.
func Checks(p Ports) []checks.Check {
	const docs = "https://learn.microsoft.com/entra/global-secure-access/how-to-configure-connectors"
	soon := checks.Retry{Every: 15 * time.Second, For: 10 * time.Minute, Because: "a connector reports to the cloud every few minutes"}
	list := []checks.Check{
		{
			ID: "connector.services", Step: Step, Needs: []checks.ID{"site.facts"}, Docs: docs,
			Title: "The connector and its updater run on every host",
			Why:   "They carry all the traffic; nothing comes in from outside.",
			Run:   eachHost(p.Host, "connector and updater running", services, fact.SectionServices),
		},
		{
			ID: "connector.platform", Step: Step, Needs: []checks.ID{"connector.services"}, Docs: docs,
			Title: "Version, Windows and .NET are new enough for WebSockets",
			Why:   "WebSockets for Qlik Sense came with connector 1.5.612.0.",
			Run:   eachHost(p.Host, "connector 1.5.612.0, Windows Server 2016, .NET 4.7.2 or later", platform, fact.SectionConnector, fact.SectionOS, fact.SectionDotNet),
		},
		{
			ID: "connector.tls12", Step: Step, Needs: []checks.ID{"connector.services"}, Docs: docs,
			Title: "TLS 1.2 is not switched off on any host",
			Why:   "The service accepts nothing older.",
			Run:   eachHost(p.Host, "enabled, or left to the system", tls12, fact.SectionTLS12),
		},
		{
			ID: "connector.http2", Step: Step, Needs: []checks.ID{"connector.services"}, Docs: docs,
			Title: "HTTP/2 is switched off in WinHTTP where delegation needs it",
			Why:   "On Windows Server 2019 and later Kerberos delegation fails over HTTP/2.",
			Run:   eachHost(p.Host, "EnableDefaultHTTP2 is 0 on Windows Server 2019 and later", http2, fact.SectionOS, fact.SectionWinHTTP),
		},
		{
			ID: "connector.egress", Step: Step, Needs: []checks.ID{"connector.services"},
			Docs:  "https://learn.microsoft.com/entra/identity/app-proxy/application-proxy-configure-connectors-with-proxy-servers",
			Title: "Every host reaches the service, and nobody opens its TLS",
			Why:   "The connector proves itself with a certificate that inspection would remove.",
			Run:   eachHost(p.Host, "all endpoints reached, public issuers", egress, fact.SectionEgress),
		},
		{
			ID: "connector.domain", Step: Step, Needs: []checks.ID{"connector.services"}, Docs: docs,
			Title: "Every host is a healthy member of the domain",
			Why:   "It is the computer account that asks for users' tickets.",
			Run:   eachHost(p.Host, "joined, secure channel intact", membership, fact.SectionDomain),
		},
		{
			ID: "connector.enabled", Step: Step, Needs: []checks.ID{"site.entra"}, Docs: docs, Retry: soon,
			Title: "Application proxy is switched on in the tenant",
			Why:   "The first connector that registers switches it on; until then nothing can be published.",
			Run:   enabled(p.Entra),
		},
		{
			ID: "connector.registered", Step: Step, Needs: []checks.ID{"connector.enabled"}, Docs: docs,
			Provides: []string{FactConnectors}, Retry: soon,
			Title: "The tenant knows every host and calls it active",
			Why:   "A connector unseen for ten days is removed.",
			Run:   registered(p.Entra),
		},
		{
			ID: "connector.group", Step: Step, Needs: []checks.ID{"connector.registered"}, Docs: docs,
			Provides: []string{FactGroup}, Retry: soon,
			Title: "The connectors are together in the group that will serve Qlik",
			Why:   "An application is served by the connectors of one group only.",
			Run:   group(p.Entra),
		},
		{
			ID: "connector.versions", Step: Step, Needs: []checks.ID{"connector.group"}, Docs: "https://learn.microsoft.com/entra/global-secure-access/reference-version-history",
			Title: "Every connector of the group is new enough for WebSockets",
			Why:   "Traffic is spread at random: one old connector breaks every n-th session.",
			Run:   versions,
		},
	}
	return withProofs(append(list, hostMore(p.Host)...), p.Host)
}
