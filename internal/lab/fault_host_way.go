package lab

import (
	"time"

	"sensegate/internal/lab/contoso"
)

// outboundProxy is the proxy that the lab's network would have.
const outboundProxy = "proxy." + contoso.Domain + ":8080"

// wayOutTraps stand in the connector's way out: what is not reached is a hint
// and only warns, for the names of single endpoints may change.
func wayOutTraps() []trap {
	on := func(f Fault, change func(*hostFacts)) trap {
		f.Step = "connector"
		return trap{Fault: f, set: onHost(second().Name, change)}
	}
	named := func(address string) func(*hostFacts) {
		return func(f *hostFacts) {
			for _, c := range []*configProxy{&f.Proxy.Connector, &f.Proxy.Updater} {
				c.Mode, c.Address = "named", address
			}
		}
	}
	unreached := func(port int, problem string) func(*hostFacts) {
		return func(f *hostFacts) {
			for i := range f.Egress {
				if e := &f.Egress[i]; e.Port == port {
					e.Reached, e.Issuer, e.Fetched, e.Problem = false, "", "", problem
				}
			}
		}
	}
	return []trap{
		on(Fault{
			ID: "host-egress-blocked", Check: "connector.egress", Cause: "connector.egress-blocked", Warning: true,
			Title: "a firewall stops conn02 on its way to the service",
			Note:  "Rules made for one network segment, and a second connector in another. The portal calls it inactive after a while.",
		}, unreached(443, "connection timed out")),
		on(Fault{
			ID: "host-revocation-blocked", Check: "connector.egress", Cause: "connector.revocation-blocked", Warning: true,
			Title: "conn02 gets a portal's page in the place of revocation lists",
			Note:  "443 was opened and 80 forgotten: the firewall answers with its page. The service starts late, and now and then refuses a certificate.",
		}, unreached(80, "what came is no list of revoked certificates, but text/html; charset=utf-8")),
		on(Fault{
			ID: "host-proxy-address", Check: "connector.proxy", Cause: "connector.proxy-address",
			Title: "the proxy is written without http:// on conn02",
			Note:  "Both files name it, and .NET does not understand the address: the connector goes out directly or not at all.",
		}, func(f *hostFacts) { named(outboundProxy)(f); f.Proxy.WinHTTP = outboundProxy }),
		on(Fault{
			ID: "host-proxy-winhttp", Check: "connector.proxy", Cause: "connector.proxy-winhttp", Warning: true,
			Title: "WinHTTP of conn02 does not know the proxy",
			Note:  "The connector goes out by the proxy; Windows, which checks the certificates, does not. The trace says: failed to validate chain of certificate.",
		}, named("http://"+outboundProxy)),
		on(Fault{
			ID: "host-proxy-discovered", Check: "connector.proxy", Cause: "connector.proxy-discovered", Warning: true,
			Title: "conn02 finds a proxy by discovery",
			Note:  "Nobody configured one. DHCP brings the address of a wpad.dat that was meant for the desks; it works until somebody changes it.",
		}, func(f *hostFacts) { f.Proxy.WPAD, f.Proxy.PAC = true, "http://wpad."+contoso.Domain+"/wpad.dat" }),
		on(Fault{
			ID: "host-backend-unseen", Check: "connector.backend", Cause: "connector.backend-unseen", Warning: true,
			Title: "conn02 was collected without looking at Qlik's certificate",
			Note:  "Whoever collected had no site file at hand and named no address. Nothing is wrong with the host; nothing is proved either.",
		}, func(f *hostFacts) { f.Backend = []backend{} }),
		on(Fault{
			ID: "host-trace-trouble", Check: "connector.traces", Cause: "connector.trace-trouble", Warning: true,
			Title: "the trace of conn02 says that a certificate could not be checked",
			Note:  "Everything looks right and requests hang for 15 seconds now and then. Only the trace below ProgramData says why.",
		}, func(f *hostFacts) {
			f.Traces = []traceFile{{
				File:     `C:\ProgramData\Microsoft\Microsoft Entra private network connector\Trace\MicrosoftEntraPrivateNetworkConnector_{1}.log`,
				Modified: time.Now().UTC().Format(time.RFC3339),
				Lines:    []string{"Error: Failed to validate chain of certificate CN=*.servicebus.windows.net"},
			}}
		}),
	}
}
