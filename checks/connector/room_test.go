package connector_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"sensegate/checks"
	"sensegate/checks/checkstest"
	"sensegate/checks/connector"
	"sensegate/internal/fact"
	"sensegate/internal/site"
)

// fleet is the evidence of two hosts and what the tenant knows of them; fails
// are errors by question.
type fleet struct {
	connector.Entra
	hosts      map[string]*fact.HostEvidence
	connectors []fact.Connector
	groups     []fact.ConnectorGroup
	on         bool
	fails      map[string]error
}

const first, last = "conn01.contoso.test", "conn02.contoso.test"

func (f fleet) Host(_ context.Context, name string) (fact.HostEvidence, error) {
	ev, ok := f.hosts[name]
	if !ok {
		return fact.HostEvidence{}, &fact.Error{Kind: fact.NotFound, System: "evidence"}
	}
	return *ev, f.fails["host"]
}

func (f fleet) Connectors(context.Context) ([]fact.Connector, error) {
	return f.connectors, f.fails["connectors"]
}

func (f fleet) ConnectorGroups(context.Context) ([]fact.ConnectorGroup, error) {
	return f.groups, f.fails["groups"]
}

func (f fleet) ProxyEnabled(context.Context) (bool, error) { return f.on, f.fails["enabled"] }

func healthy() fleet {
	host := func(name string) *fact.HostEvidence {
		return &fact.HostEvidence{
			Host: name, Collected: checkstest.Now().Add(-time.Hour), Version: "1.5.4892.0", OSName: "Windows Server 2022", OSBuild: 20348, DotNet: 528449,
			Services: []fact.Service{
				{Name: "WAPCSvc", State: "Running", Start: "Automatic", Account: `NT AUTHORITY\NETWORK SERVICE`},
				{Name: "WAPCUpdaterSvc", State: "Running", Start: "Automatic", SID: "S-1-5-18"},
			},
			TLS12Client: -1, HTTP2: 0, Domain: "contoso.test", DomainJoined: true, SecureOK: true, SPNEGO: -1,
			Egress:   []fact.Egress{{Host: "login.microsoftonline.com", Port: 443, Reached: true, Issuer: "DigiCert"}},
			Backends: []fact.Backend{{Host: "sense.contoso.test", Port: 443, Trusted: true}},
		}
	}
	return fleet{
		hosts: map[string]*fact.HostEvidence{first: host(first), last: host(last)}, on: true,
		connectors: []fact.Connector{
			{ID: "c-1", Machine: "CONN01", Active: true, Version: "1.5.4892.0", GroupID: "g-1"},
			{ID: "c-2", Machine: last, Active: true, Version: "1.5.4892.0", GroupID: "g-1"},
			{ID: "c-3", Machine: "far", Active: true, Version: "1.5.36.0", GroupID: "g-9"},
		},
		groups: []fact.ConnectorGroup{{ID: "g-9", Name: "Standard", Default: true}, {ID: "g-1", Name: "Qlik", Region: "eur"}}, fails: map[string]error{},
	}
}

func room(f fleet) checkstest.Room {
	return checkstest.Room{
		Checks: connector.Checks(connector.Ports{Host: f, Entra: f}), Causes: slices.Concat(connector.Causes(), connector.HostCauses()),
	}
}

type row struct {
	name  string
	id    checks.ID
	world func(*fleet)
	site  func(*site.Site)
	want  checkstest.Want
}

func pass(seen string) checkstest.Want { return checkstest.Want{Status: checks.Pass, Seen: seen} }

func fail(cause checks.CauseID, seen string) checkstest.Want {
	return checkstest.Want{Status: checks.Fail, Cause: cause, Seen: seen}
}

func warn(cause checks.CauseID, seen string) checkstest.Want {
	return checkstest.Want{Status: checks.Warn, Cause: cause, Seen: seen}
}

// at changes the evidence of the second host.
func at(change func(*fact.HostEvidence)) func(*fleet) {
	return func(f *fleet) { change(f.hosts[last]) }
}

func installed() []row {
	service := func(i int, change func(*fact.Service)) func(*fleet) {
		return at(func(e *fact.HostEvidence) { change(&e.Services[i]) })
	}
	return []row{
		{"running", "connector.services", nil, nil, pass(first + " and " + last)},
		{"stopped", "connector.services", service(0, func(s *fact.Service) { s.State = "Stopped" }), nil, fail("connector.service-stopped", "WAPCSvc is stopped")},
		{"not there", "connector.services", at(func(e *fact.HostEvidence) { e.Services = e.Services[:1] }), nil, fail("connector.service-missing", "WAPCUpdaterSvc")},
		{"disabled", "connector.services", service(1, func(s *fact.Service) { s.Start, s.State = "Disabled", "Stopped" }), nil, fail("connector.service-disabled", "WAPCUpdaterSvc")},
		{"started by hand", "connector.services", service(0, func(s *fact.Service) { s.Start = "Manual" }), nil, warn("connector.service-disabled", "by itself")},
		{"as a person", "connector.services", service(0, func(s *fact.Service) { s.Account = `CONTOSO\svc` }), nil, fail("connector.service-account", `CONTOSO\svc`)},
		{"in another language", "connector.services", service(0, func(s *fact.Service) { s.Account = `NT-AUTORITÄT\Netzwerkdienst` }), nil, pass("")},
		{"new enough", "connector.platform", nil, nil, pass("")},
		{"without WebSockets", "connector.platform", at(func(e *fact.HostEvidence) { e.Version = "1.5.400.0" }), nil, fail("connector.version-old", "1.5.400.0")},
		{"less than advised", "connector.platform", at(func(e *fact.HostEvidence) { e.Version = "1.5.612.0" }), nil, warn("connector.version-old", "1.5.612.0")},
		{"of no known version", "connector.platform", at(func(e *fact.HostEvidence) { e.Version = "" }), nil, warn("connector.version-old", "could not be read")},
		{"on an old Windows", "connector.platform", at(func(e *fact.HostEvidence) { e.OSBuild, e.OSName = 9600, "Windows Server 2012 R2" }), nil, fail("connector.os-old", "2012 R2 (build 9600)")},
		{"on an old .NET", "connector.platform", at(func(e *fact.HostEvidence) { e.DotNet = 394802 }), nil, fail("connector.dotnet-old", "394802")},
		{"left to the system", "connector.tls12", nil, nil, pass("")},
		{"switched on", "connector.tls12", at(func(e *fact.HostEvidence) { e.TLS12Client = 1 }), nil, pass("")},
		{"switched off", "connector.tls12", at(func(e *fact.HostEvidence) { e.TLS12Client = 0 }), nil, fail("connector.tls12-off", last)},
		{"switched off for servers alone", "connector.tls12", at(func(e *fact.HostEvidence) { e.TLS12ServerOff = true }), nil, warn("connector.tls12-off", "serves")},
		{"left out by .NET", "connector.tls12", at(func(e *fact.HostEvidence) { e.StrongCrypto, e.SystemTLS = new(int), new(int) }), nil, fail("connector.dotnet-tls12-off", ".NET")},
		{"off", "connector.http2", nil, nil, pass("")},
		{"not set", "connector.http2", at(func(e *fact.HostEvidence) { e.HTTP2 = -1 }), nil, fail("connector.http2-on", "not set")},
		{"on", "connector.http2", at(func(e *fact.HostEvidence) { e.HTTP2 = 1 }), nil, fail("connector.http2-on", "is 1")},
		{"on, where it is not used", "connector.http2", at(func(e *fact.HostEvidence) { e.HTTP2, e.OSBuild = -1, 14393 }), nil, pass("")},
		{"a member", "connector.domain", nil, nil, pass("")},
		{"no member", "connector.domain", at(func(e *fact.HostEvidence) { e.DomainJoined = false }), nil, fail("connector.not-joined", last)},
		{"an estranged member", "connector.domain", at(func(e *fact.HostEvidence) { e.SecureOK = false }), nil, fail("connector.channel-broken", "contoso.test")},
		{"in time", "connector.clock", nil, nil, pass("")},
		{"a little late", "connector.clock", at(func(e *fact.HostEvidence) { e.ClockSkew = -2 * time.Minute }), nil, warn("connector.clock-skew", "2m0s")},
		{"too late", "connector.clock", at(func(e *fact.HostEvidence) { e.ClockSkew = 12 * time.Minute }), nil, fail("connector.clock-skew", "12m0s")},
		{"alone", "connector.agents", nil, nil, pass("")},
		{"beside another agent", "connector.agents", at(func(e *fact.HostEvidence) { e.Agents = []string{"AzureADPasswordProtectionProxy"} }), nil, fail("connector.agent-clash", "PasswordProtection")},
		{"trusted", "connector.backend", nil, nil, pass("")},
		{"not trusted", "connector.backend", at(func(e *fact.HostEvidence) { e.Backends[0].Trusted, e.Backends[0].Issuer = false, "CN=Qlik" }), nil, fail("connector.backend-untrusted", "CN=Qlik")},
		{"not looked at", "connector.backend", at(func(e *fact.HostEvidence) { e.Backends[0].Host = "other" }), nil, warn("connector.backend-unseen", "sense.contoso.test")},
		{"wrapped alike", "connector.spnego", at(func(e *fact.HostEvidence) { e.SPNEGO = 0 }), nil, pass("")},
		{"wrapped differently", "connector.spnego", at(func(e *fact.HostEvidence) { e.SPNEGO = 1 }), nil, fail("connector.spnego-differs", "")},
		{"no event", "connector.events", nil, nil, pass("")},
		{"an expired certificate", "connector.events", at(func(e *fact.HostEvidence) { e.Events = []fact.HostEvent{{ID: 1000, At: checkstest.Now()}} }), nil, fail("connector.certificate-expired", "1000")},
		{"an expired certificate, long mended", "connector.events", at(func(e *fact.HostEvidence) {
			e.Events = []fact.HostEvent{{ID: 13019, At: checkstest.Now()}, {ID: 1000, At: checkstest.Now().Add(-time.Hour)}}
		}), nil, pass("")},
	}
}

func wayOut() []row {
	met := func(list ...fact.Egress) func(*fleet) { return at(func(e *fact.HostEvidence) { e.Egress = list }) }
	named := func(address string) fact.ConfigProxy {
		return fact.ConfigProxy{Mode: fact.ProxyNamed, Address: address}
	}
	proxy := func(p fact.HostProxy) func(*fleet) { return at(func(e *fact.HostEvidence) { e.Proxy = p }) }
	trace := func(line string) func(*fleet) {
		return at(func(e *fact.HostEvidence) {
			e.Traces = []fact.Trace{{File: `C:\ProgramData\t.log`, Modified: checkstest.Now(), Lines: []string{line}}}
		})
	}
	const good = "http://proxy:8080"
	return []row{
		{"reached", "connector.egress", nil, nil, pass("")},
		{"not reached", "connector.egress", met(fact.Egress{Host: "a", Port: 80, Problem: "no route"}, fact.Egress{Host: "b", Port: 443, Problem: "timed out"}), nil, warn("connector.egress-blocked", "b:443")},
		{"revocation not reached", "connector.egress", met(fact.Egress{Host: "crl3.digicert.com", Port: 80, Problem: "no route"}), nil, warn("connector.revocation-blocked", "crl3")},
		{"opened on the way", "connector.egress", met(fact.Egress{Host: "b", Port: 443}, fact.Egress{Host: "a", Port: 443, Reached: true, Inspected: true, Issuer: "Contoso Proxy CA"}), nil, fail("connector.tls-inspected", "Contoso Proxy CA")},
		{"a proxy that asks who is there", "connector.egress", met(fact.Egress{Host: "a", Port: 443, Status: 407, Proxy: "proxy:8080"}), nil, fail("connector.proxy-authentication", "407")},
		{"a page in the place of a list", "connector.egress", met(fact.Egress{Host: "crl3.digicert.com", Port: 80, URL: "http://crl3.digicert.com/x.crl", Problem: "no list"}), nil, warn("connector.revocation-blocked", "http://crl3.digicert.com/x.crl")},
		{"no proxy", "connector.proxy", nil, nil, pass("")},
		{"one proxy for all", "connector.proxy", proxy(fact.HostProxy{Connector: named(good), Updater: named(good), WinHTTP: "proxy:8080"}), nil, pass("")},
		{"one of the machine", "connector.proxy", proxy(fact.HostProxy{Connector: named(good), Machine: named(good), WinHTTP: "proxy:8080"}), nil, pass("")},
		{"the updater goes another way", "connector.proxy", proxy(fact.HostProxy{Connector: named(good)}), nil, fail("connector.proxy-differs", good)},
		{"an address without a scheme", "connector.proxy", proxy(fact.HostProxy{Connector: named("proxy:8080"), Updater: named("proxy:8080"), WinHTTP: "proxy:8080"}), nil, fail("connector.proxy-address", "proxy:8080")},
		{"WinHTTP does not know it", "connector.proxy", proxy(fact.HostProxy{Connector: named(good), Updater: named(good)}), nil, warn("connector.proxy-winhttp", good)},
		{"found by discovery", "connector.proxy", proxy(fact.HostProxy{Discovery: true}), nil, warn("connector.proxy-discovered", "WPAD")},
		{"found by DHCP", "connector.proxy", proxy(fact.HostProxy{PAC: "http://10.0.0.1/wpad.dat"}), nil, warn("connector.proxy-discovered", "10.0.0.1")},
		{"quiet traces", "connector.traces", trace("all is well"), nil, pass("")},
		{"a known saying", "connector.traces", trace("ERROR: Failed to validate chain of certificate"), nil, warn("connector.trace-trouble", "WinHTTP")},
		{"an old trace", "connector.traces", at(func(e *fact.HostEvidence) {
			e.Traces = []fact.Trace{{File: `C:\t.log`, Modified: checkstest.Now().Add(-9 * 24 * time.Hour), Lines: []string{"failed to validate chain of certificate"}}}
		}), nil, pass("")},
		{"no traces", "connector.traces", func(f *fleet) {
			for _, e := range f.hosts {
				e.Sections = map[string]fact.Provenance{}
			}
		}, nil, checkstest.Want{Status: checks.Skipped, Seen: "not collected"}},
	}
}

func inTheCloud() []row {
	member := func(i int, change func(*fact.Connector)) func(*fleet) {
		return func(f *fleet) { change(&f.connectors[i]) }
	}
	return []row{
		{"switched on", "connector.enabled", nil, nil, pass("")},
		{"switched off", "connector.enabled", func(f *fleet) { f.on = false }, nil, fail("connector.proxy-disabled", "switched off")},
		{"switched off, and no connector", "connector.enabled", func(f *fleet) { f.on, f.connectors = false, nil }, nil, fail("connector.proxy-disabled", "no connector")},
		{"active", "connector.registered", nil, nil, pass("2 active")},
		{"not known", "connector.registered", func(f *fleet) { f.connectors = f.connectors[:1] }, nil, fail("connector.not-registered", last)},
		{"inactive", "connector.registered", member(1, func(c *fact.Connector) { c.Active = false }), nil, fail("connector.inactive", last)},
		{"inactive, and installed again", "connector.registered", func(f *fleet) {
			f.connectors = append([]fact.Connector{{ID: "c-0", Machine: "conn02"}}, f.connectors...)
		}, nil, pass("2 active")},
		{"together", "connector.group", nil, nil, pass("2 active in Qlik")},
		{"together in the default group", "connector.group", func(f *fleet) { f.connectors[0].GroupID, f.connectors[1].GroupID = "g-9", "g-9" }, func(s *site.Site) { s.Publish.ConnectorGroup = "default" }, pass("3 active in Standard")},
		{"no such group", "connector.group", nil, func(s *site.Site) { s.Publish.ConnectorGroup = "Sense" }, fail("connector.group-missing", "Standard, Qlik")},
		{"apart", "connector.group", member(1, func(c *fact.Connector) { c.GroupID = "g-9" }), nil, fail("connector.outside-group", last)},
		{"one alone", "connector.group", nil, func(s *site.Site) { s.Connector.Hosts, s.Publish.ConnectorGroup = s.Connector.Hosts[:1], "Qlik" }, pass("2 active")},
		{"one alone in its group", "connector.group", func(f *fleet) { f.connectors = f.connectors[:1] }, func(s *site.Site) { s.Connector.Hosts = s.Connector.Hosts[:1] }, warn("connector.single", "one connector")},
		{"all new enough", "connector.versions", nil, nil, pass("1.5.4892.0")},
		{"one too old", "connector.versions", member(1, func(c *fact.Connector) { c.Version = "1.5.36.0" }), nil, fail("connector.member-old", "1.5.36.0")},
		{"one old", "connector.versions", member(0, func(c *fact.Connector) { c.Version = "1.5.1526.0" }), nil, warn("connector.member-old", "1.5.1526.0")},
		{"an old one after a less old one", "connector.versions", func(f *fleet) { f.connectors[0].Version, f.connectors[1].Version = "1.5.1526.0", "1.5.36.0" }, nil, fail("connector.member-old", "1.5.36.0")},
	}
}

func ask(t *testing.T, f fleet, id checks.ID, s site.Site) (checkstest.Room, checks.Result) {
	t.Helper()
	r := room(f)
	return r, r.Ask(t, id, s, map[string]any{connector.FactConnectors: f.connectors, connector.FactGroup: f.groups[len(f.groups)-1]})
}

func TestRoom(t *testing.T) {
	var causes []checks.CauseID
	for _, tt := range slices.Concat(installed(), wayOut(), inTheCloud(), onTheHost(), between()) {
		causes = append(causes, tt.want.Cause)
		t.Run(string(tt.id)+"/"+tt.name, func(t *testing.T) {
			f, s := healthy(), checkstest.Site()
			if tt.world != nil {
				tt.world(&f)
			}
			if tt.site != nil {
				tt.site(&s)
			}
			r, got := ask(t, f, tt.id, s)
			r.Hold(t, got, tt.want)
		})
	}
	room(healthy()).Covered(t, causes)
}

// TestEvidence judges nothing that is missing, too old or not yet, and says how
// what it judges was proved.
func TestEvidence(t *testing.T) {
	none := checkstest.Want{Status: checks.Unknown, Reason: checks.NoEvidence}
	with := func(seen string) checkstest.Want { none.Seen = seen; return none }
	tests := []struct {
		name   string
		world  func(*fleet)
		site   func(*site.Site)
		want   checkstest.Want
		source checks.Source
	}{
		{"collected", nil, nil, pass(""), checks.Collected},
		{"a section was pasted", at(func(e *fact.HostEvidence) {
			e.Sections = map[string]fact.Provenance{fact.SectionServices: {At: checkstest.Now(), Pasted: true}}
		}), nil, pass(""), checks.Pasted},
		{"nothing was collected", func(f *fleet) { delete(f.hosts, last) }, nil, with("nothing was collected on " + last), checks.Collected},
		{"a section is missing", at(func(e *fact.HostEvidence) { e.Sections = map[string]fact.Provenance{} }), nil, with("services"), checks.Collected},
		{"too old", at(func(e *fact.HostEvidence) { e.Collected = checkstest.Now().Add(-8 * 24 * time.Hour) }), nil, with("8 days old"), checks.Collected},
		{"old, and the site allows it", at(func(e *fact.HostEvidence) { e.Collected = checkstest.Now().Add(-8 * 24 * time.Hour) }), func(s *site.Site) { s.EvidenceMaxAge = 30 * 24 * time.Hour }, pass(""), checks.Collected},
		{"not yet", at(func(e *fact.HostEvidence) { e.Collected = checkstest.Now().Add(time.Hour) }), nil, with("has not come yet"), checks.Collected},
		{"a failure counts more than what is missing", func(f *fleet) { delete(f.hosts, first); f.hosts[last].Services = nil }, nil, fail("connector.service-missing", last), checks.Collected},
		{"what is missing counts more than a warning", func(f *fleet) { delete(f.hosts, first); f.hosts[last].Services[0].Start = "manual" }, nil, with(first), checks.Collected},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, s := healthy(), checkstest.Site()
			if tt.world != nil {
				tt.world(&f)
			}
			if tt.site != nil {
				tt.site(&s)
			}
			r, got := ask(t, f, "connector.services", s)
			r.Hold(t, got, tt.want)
			if got.Source != tt.source || got.At.After(checkstest.Now()) {
				t.Errorf("proved %s at %s, want %s", got.Source, got.At, tt.source)
			}
		})
	}
}

// TestSilence lets each question go unanswered in every way. That nothing was
// collected is an answer.
func TestSilence(t *testing.T) {
	asked := map[checks.ID][]string{"connector.enabled": {"enabled"}, "connector.registered": {"connectors"}, "connector.group": {"groups"}}
	for _, c := range room(healthy()).Checks {
		if _, cloud := asked[c.ID]; !cloud && c.ID != "connector.versions" {
			asked[c.ID] = []string{"host"}
		}
	}
	for id, questions := range asked {
		for _, q := range questions {
			for _, silence := range checkstest.Silences() {
				if q == "host" && silence.Name == "not found" {
					continue
				}
				t.Run(string(id)+"/"+silence.Name, func(t *testing.T) {
					f := healthy()
					f.fails[q] = silence.Err
					r, got := ask(t, f, id, checkstest.Site())
					r.Hold(t, got, checkstest.Want{Status: checks.Unknown, Reason: silence.Reason, Seen: silence.Err.Error()})
				})
			}
		}
	}
}
