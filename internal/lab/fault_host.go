package lab

import (
	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/entra"
)

// oldConnector predates WebSocket support (1.5.612.0).
const oldConnector = "1.5.400.0"

// second is the connector that faults are about: the first one keeps working,
// which is what makes them hard to see in reality.
func second() contoso.Host { return contoso.Connectors()[1] }

func connectorTraps() []trap {
	host := second().Name
	cloud := func(change func(*entra.State, *entra.Connector)) func(*Lab) error {
		return inTenant(func(s *entra.State) {
			if c := s.Connector(host); c != nil {
				change(s, c)
			}
		})
	}
	return []trap{
		{
			Fault: Fault{
				ID: "connector-stopped", Step: "connector", Check: "connector.services", Cause: "connector.service-stopped",
				Title: "the connector service is stopped on conn02",
				Note:  "The portal shows the connector as active for a while longer. With two connectors users notice nothing until the other one fails.",
			},
			set: onHost(host, withService(carrier, func(s *service) { s.State = "stopped" })),
		},
		{
			Fault: Fault{
				ID: "connector-http2", Step: "connector", Check: "connector.http2", Cause: "connector.http2-on",
				Title: "HTTP/2 is switched on in WinHTTP on conn02",
				Note:  "Server 2019 and later use HTTP/2 by default, and Kerberos constrained delegation does not work over it. Needs EnableDefaultHTTP2=0 and a restart.",
			},
			set: onHost(host, func(f *hostFacts) {
				on := 1
				f.WinHTTP.EnableDefaultHTTP2 = &on
			}),
		},
		{
			Fault: Fault{
				ID: "connector-tls12-off", Step: "connector", Check: "connector.tls12", Cause: "connector.tls12-off",
				Title: "TLS 1.2 is disabled for clients on conn02",
				Note:  "A hardening script gone wrong. The service cannot register or connect, with messages about the network.",
			},
			set: onHost(host, func(f *hostFacts) {
				off, on := 0, 1
				f.TLS12.Enabled, f.TLS12.DisabledByDefault = &off, &on
			}),
		},
		{
			Fault: Fault{
				ID: "connector-old", Step: "connector", Check: "connector.platform", Cause: "connector.version-old",
				Title: "conn02 runs connector " + oldConnector,
				Note:  "WebSockets came with 1.5.612.0, for Qlik Sense: with an older connector the hub loads and every app stays empty. One old connector in the group is enough.",
			},
			// What the cloud shows is a fault of its own: connector-old-member.
			set: onHost(host, func(f *hostFacts) { f.Connector.Version = oldConnector }),
		},
		{
			Fault: Fault{
				ID: "tls-inspection", Step: "connector", Check: "connector.egress", Cause: "connector.tls-inspected",
				Title: "a proxy opens the TLS of conn02's outbound traffic",
				Note:  "The connector's client certificate is lost: ConnectorError:Unauthorized. Inspection is unsupported for these hosts; they must be exempt.",
			},
			set: onHost(host, func(f *hostFacts) {
				for i := range f.Egress {
					if f.Egress[i].Port == 443 {
						f.Egress[i].Issuer, f.Egress[i].Inspected = "Contoso Web Gateway Inspection CA", true
					}
				}
			}),
		},
		{
			Fault: Fault{
				ID: "secure-channel", Step: "connector", Check: "connector.domain", Cause: "connector.channel-broken",
				Title: "conn02 has lost its trust with the domain",
				Note:  "A machine restored from a snapshot: its password is not the one the domain has. No ticket can be obtained, event 13019.",
			},
			set: onHost(host, func(f *hostFacts) { f.Domain.SecureChannel = false }),
		},
		{
			Fault: Fault{
				ID: "connector-inactive", Step: "connector", Check: "connector.registered", Cause: "connector.inactive",
				Title: "the tenant sees conn02 as inactive",
				Note:  "After ten days it is removed from the list without a word.",
			},
			set: cloud(func(_ *entra.State, c *entra.Connector) { c.Status = "inactive" }),
		},
		{
			Fault: Fault{
				ID: "connector-outside-group", Step: "connector", Check: "connector.group", Cause: "connector.outside-group",
				Title: "conn02 is in the Default group instead of " + contoso.GroupName,
				Note:  "New connectors land in Default. It looks healthy everywhere and carries nothing.",
			},
			set: cloud(func(s *entra.State, c *entra.Connector) {
				if g := s.DefaultGroup(); g != nil {
					c.GroupID = g.ID
				}
			}),
		},
	}
}
