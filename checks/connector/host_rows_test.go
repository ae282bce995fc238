package connector_test

import (
	"strings"
	"testing"
	"time"

	"sensegate/checks"
	"sensegate/checks/checkstest"
	"sensegate/internal/fact"
)

// onTheHost are further rows of what a host shows of itself.
func onTheHost() []row {
	service := func(i int, change func(*fact.Service)) func(*fleet) {
		return at(func(e *fact.HostEvidence) { change(&e.Services[i]) })
	}
	unsure := func(seen string) checkstest.Want {
		return checkstest.Want{Status: checks.Unknown, Reason: checks.NoEvidence, Seen: seen}
	}
	zero := 0
	return []row{
		{"started by hand, and the updater is gone", "connector.services", at(func(e *fact.HostEvidence) {
			e.Services[0].Start, e.Services = "manual", e.Services[:1]
		}), nil, fail("connector.service-missing", "WAPCUpdaterSvc")},
		{"paused", "connector.services", service(0, func(s *fact.Service) { s.State = "paused" }), nil, fail("connector.service-stopped", "WAPCSvc is paused")},
		{"as the system", "connector.services", service(0, func(s *fact.Service) { s.SID, s.Account = "S-1-5-18", "LocalSystem" }), nil, warn("connector.service-account", "LocalSystem")},
		{"as the system, by name alone", "connector.services", service(0, func(s *fact.Service) { s.Account = "LocalSystem" }), nil, warn("connector.service-account", "NETWORK SERVICE")},
		{"as LOCAL SERVICE, which has no name on the network", "connector.services", service(0, func(s *fact.Service) { s.SID, s.Account = "S-1-5-19", `NT AUTHORITY\LocalService` }), nil, fail("connector.service-account", "LocalService")},
		{"the updater as LOCAL SERVICE, by name alone", "connector.services", service(1, func(s *fact.Service) { s.SID, s.Account = "", `NT AUTHORITY\LOCAL SERVICE` }), nil, fail("connector.service-account", "LOCAL SERVICE")},
		{"the updater as NETWORK SERVICE", "connector.services", service(1, func(s *fact.Service) { s.SID, s.Account = "S-1-5-20", `NT AUTHORITY\NetworkService` }), nil, warn("connector.service-account", "SYSTEM")},
		{"as an account of the machine", "connector.services", service(0, func(s *fact.Service) { s.Account = `.\svc` }), nil, fail("connector.service-account", `.\svc`)},
		{"no build", "connector.platform", at(func(e *fact.HostEvidence) { e.OSBuild = 0 }), nil, unsure("build of Windows")},
		{"no release of .NET", "connector.platform", at(func(e *fact.HostEvidence) { e.DotNet = 0 }), nil, unsure("release of .NET")},
		{"an old connector, whatever else is missing", "connector.platform", at(func(e *fact.HostEvidence) { e.OSBuild, e.Version = 0, "1.5.400.0" }), nil, fail("connector.version-old", "1.5.400.0")},
		{"Windows Server 2016", "connector.platform", at(func(e *fact.HostEvidence) { e.OSBuild, e.OSName = 14393, "Windows Server 2016 Standard" }), nil, warn("connector.os-ending", "2016")},
		{"Windows 11", "connector.platform", at(func(e *fact.HostEvidence) { e.OSBuild, e.OSName = 26100, "Windows 11 Pro" }), nil, warn("connector.os-desktop", "Windows 11")},
		{"Windows Server 2025", "connector.platform", at(func(e *fact.HostEvidence) { e.OSBuild, e.OSName = 26100, "Windows Server 2025 Datacenter" }), nil, pass("")},
		{"HTTP/2 of an unknown Windows", "connector.http2", at(func(e *fact.HostEvidence) { e.OSBuild = 0 }), nil, unsure("build of Windows")},
		{"an expired certificate, and the updater logs on", "connector.events", at(func(e *fact.HostEvidence) {
			e.Events = []fact.HostEvent{{ID: 1000, At: checkstest.Now().Add(-2 * time.Hour)}, {ID: 1, Channel: "Microsoft-AadApplicationProxy-Updater/Admin", At: checkstest.Now().Add(-time.Hour)}}
		}), nil, fail("connector.certificate-expired", "1000")},
		{"expired half a year ago, and it runs", "connector.events", at(func(e *fact.HostEvidence) {
			e.Events = []fact.HostEvent{{ID: 1000, At: checkstest.Now().Add(-180 * 24 * time.Hour)}}
		}), nil, pass("")},
		{"expired half a year ago, and it does not run", "connector.events", at(func(e *fact.HostEvidence) {
			e.Services[0].State, e.Events = "stopped", []fact.HostEvent{{ID: 1000, At: checkstest.Now().Add(-180 * 24 * time.Hour)}}
		}), nil, fail("connector.certificate-expired", "1000")},
		{".NET does not follow the system", "connector.tls12", at(func(e *fact.HostEvidence) { e.SystemTLS = &zero }), nil, warn("connector.dotnet-tls12-off", "SystemDefaultTlsVersions 0")},
		{".NET allows weak protocols", "connector.tls12", at(func(e *fact.HostEvidence) { e.StrongCrypto = &zero }), nil, warn("connector.dotnet-tls12-off", "SchUseStrongCrypto 0")},
	}
}

// between are rows of the ways to Qlik and out, and of what logs say of them.
func between() []row {
	backend := func(b fact.Backend) func(*fleet) {
		b.Host, b.Port = "sense.contoso.test", 443
		return at(func(e *fact.HostEvidence) { e.Backends = []fact.Backend{b} })
	}
	one := 1
	named := fact.ConfigProxy{Mode: fact.ProxyNamed, Address: "http://proxy:8080/"}
	proxy := func(p fact.HostProxy) func(*fleet) { return at(func(e *fact.HostEvidence) { e.Proxy = p }) }
	met := func(list ...fact.Egress) func(*fleet) { return at(func(e *fact.HostEvidence) { e.Egress = list }) }
	trace := func(line string) func(*fleet) {
		return at(func(e *fact.HostEvidence) {
			e.Traces = []fact.Trace{{File: `C:\t.log`, Modified: checkstest.Now(), Lines: []string{line}}}
		})
	}
	known := fact.Egress{Host: "login.microsoftonline.com", Port: 443, Reached: true, Issuer: "DigiCert"}
	return []row{
		{"not reached at all", "connector.backend", backend(fact.Backend{Problem: "connection refused"}), nil, fail("connector.backend-unreached", "connection refused")},
		{"not reached, and a proxy is meant to", "connector.backend", func(f *fleet) {
			backend(fact.Backend{Problem: "no route"})(f)
			f.hosts[last].Proxy.ForBackend = &one
		}, nil, warn("connector.backend-unreached", "no route")},
		{"for another name", "connector.backend", backend(fact.Backend{Issuer: "Contoso CA", Problem: "x509: certificate is valid for qlik01, not sense.contoso.test"}), nil, fail("connector.backend-certificate", "qlik01")},
		{"out of its time", "connector.backend", backend(fact.Backend{Issuer: "Contoso CA", Problem: "x509: certificate has expired or is not yet valid: current time 2026 is after 2025"}), nil, fail("connector.backend-certificate", "expired")},
		{"for another name, in .NET's words", "connector.backend", backend(fact.Backend{Issuer: "Contoso CA", Problem: "RemoteCertificateNameMismatch"}), nil, fail("connector.backend-certificate", "NameMismatch")},
		{"nothing was tried", "connector.egress", met(), nil, checkstest.Want{Status: checks.Unknown, Reason: checks.NoEvidence, Seen: "no endpoint was tried"}},
		{"one probe host alone is not reached", "connector.egress", met(known, fact.Egress{Host: "updater.msappproxy.net", Port: 443, Problem: "no such host"}), nil, warn("connector.egress-blocked", "updater.msappproxy.net")},
		{"a proxy that forbids it", "connector.egress", met(fact.Egress{Host: "a", Port: 443, Problem: "timed out"}, fact.Egress{Host: "b", Port: 443, Proxy: "http://proxy:8080", Status: 403, Problem: "the proxy answered 403 Forbidden"}), nil, warn("connector.proxy-refused", "403")},
		{"a proxy that reaches nothing itself", "connector.egress", met(fact.Egress{Host: "b", Port: 443, Proxy: "http://proxy:8080", Status: 502, Problem: "the proxy answered 502 Bad Gateway"}), nil, warn("connector.proxy-refused", "502")},
		{"WinHTTP names another proxy", "connector.proxy", proxy(fact.HostProxy{Connector: named, Updater: named, WinHTTP: "old:3128"}), nil, warn("connector.proxy-winhttp", "old:3128")},
		{"WinHTTP names it for each protocol", "connector.proxy", proxy(fact.HostProxy{Connector: named, Updater: named, WinHTTP: "http=PROXY:8080;https=proxy:8080"}), nil, pass("")},
		{"requests to Qlik by a proxy", "connector.proxy", proxy(fact.HostProxy{ForBackend: &one}), nil, warn("connector.proxy-backend", "UseDefaultProxyForBackendRequests")},
		{"a time that ends in 407", "connector.traces", trace("2026-11-21 10:14:07.407 Error: the request of user 407 ended"), nil, pass("")},
		{"a proxy's 407", "connector.traces", trace("System.Net.WebException: The remote server returned an error: (407) Proxy Authentication Required."), nil, warn("connector.trace-trouble", "sign-in")},
		{"Qlik's ordinary 401", "connector.traces", trace("error: the back end answered 401 Unauthorized"), nil, pass("")},
		{"the service's refusal", "connector.traces", trace("ConnectorError:Unauthorized"), nil, warn("connector.trace-trouble", "certificate")},
	}
}

// TestEventsAreTold shows what a reader learns of each event: its meaning where
// that is confirmed, its own words where it is not, and its fields.
func TestEventsAreTold(t *testing.T) {
	f := healthy()
	at(func(e *fact.HostEvidence) {
		for i, id := range []int{12008, 12027, 13016, 13020, 13022, 24029} {
			e.Events = append(e.Events, fact.HostEvent{ID: id, At: checkstest.Now().Add(-time.Duration(i+2) * time.Hour)})
		}
		e.Events = append(
			e.Events,
			fact.HostEvent{ID: 13019, At: checkstest.Now(), Text: "No ticket: 0x8009030e", User: "alice@contoso.test", SPN: "HTTP/sense", Backend: "https://sense/", Transaction: "{1-2}"},
			fact.HostEvent{ID: 32008, At: checkstest.Now().Add(-time.Hour), Text: "Something else " + strings.Repeat("x", 300)},
		)
	})(&f)
	_, got := ask(t, f, "connector.events", checkstest.Site())
	if got.Status != checks.Pass {
		t.Fatalf("got %s because of %s", got.Status, got.Cause)
	}
	rows := map[string]string{}
	var order []string
	for _, e := range got.Evidence {
		if name, ok := strings.CutPrefix(e.Name, last+": event "); ok {
			id, _, _ := strings.Cut(name, ",")
			rows[id], order = e.Value, append(order, id)
		}
	}
	if want := "13019 12008 12027 13016 13020 32008"; strings.Join(order, " ") != want {
		t.Errorf("told of %v, want the newest first, then what is not confirmed: %s", order, want)
	}
	for _, want := range []string{"no ticket in the user's name", "user alice@contoso.test", "for HTTP/sense", "back end https://sense/", "code 0x8009030e", "transaction {1-2}"} {
		if !strings.Contains(rows["13019"], want) {
			t.Errorf("13019 says %q, without %q", rows["13019"], want)
		}
	}
	if r := rows["32008"]; !strings.Contains(r, "no confirmed meaning") || !strings.Contains(r, "Something else") || len(r) > 300 {
		t.Errorf("32008 says %q", r)
	}
}
