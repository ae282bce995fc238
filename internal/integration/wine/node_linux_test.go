package wine_test

import (
	"os"
	"strings"
	"testing"

	"sensegate/internal/fact"
)

const (
	qlikProxy       = "QlikSenseProxyService"
	qlikEngine      = "QlikSenseEngineService"
	nodeCertificate = "ProgramData/Qlik/Sense/Repository/Exported Certificates/.Local Certificates/client.pem"
	nodeLog         = "ProgramData/Qlik/Sense/Log/Proxy/Audit/QLIK01_AuditSecurity_Proxy.txt"
)

// node makes the machine a Qlik node as well, and looks at what is taken of it.
func (d *desk) node(t *testing.T) {
	d.steps = []string{"site", "connector", "spn"}
	d.p.file(t, nodeCertificate, "-----BEGIN CERTIFICATE-----")
	d.p.file(t, strings.Replace(nodeCertificate, "client.pem", "client.pfx", 1), "0")
	d.p.file(t, nodeLog, "Sequence#\tMessage\r\n1\tLogin with Kerberos for CONTOSO\\alice, cookie: X-Qlik-Session=01234567-89ab-cdef-0123-456789abcdef\r\n2\tnothing\r\n")
	d.p.order(t, create(qlikProxy, updaterPath, "auto", `CONTOSO\qlik`), []string{"start", qlikProxy}, create(qlikEngine, updaterPath, "demand", system))
	r := d.collected(t)
	d.judged(t, "a node of Qlik", r, pass("site.qlik-host", "2 exported"))
	d.judged(t, "its account holds the name", r, pass("spn.runs", `CONTOSO\qlik`))
	q := d.evidence(t).Qlik
	if q == nil || len(q.Certificates) != 2 || len(q.Lines) != 1 || len(q.Lines[0].Lines) != 1 {
		t.Fatalf("the Qlik node %+v", q)
	}
	if line := q.Lines[0].Lines[0]; !strings.Contains(line, "Kerberos") || strings.Contains(line, "0123") {
		t.Errorf("the log says %q", line)
	}
	raw, err := os.ReadFile(d.file)
	if err != nil || strings.Contains(string(raw), "BEGIN CERTIFICATE") || strings.Contains(string(raw), "hidden") {
		t.Errorf("something secret was taken: %v", err)
	}
}

func nodeRounds() []round {
	pfx := strings.Replace(nodeCertificate, "client.pem", "client.pfx", 1)
	orders := func(list ...[]string) func(*testing.T, *prefix) {
		return func(t *testing.T, p *prefix) { p.order(t, list...) }
	}
	as := func(name, start, account string) []string {
		return []string{"config", name, onDriveC(updaterPath), start, account}
	}
	return []round{
		{"its proxy is stopped", orders([]string{"stop", qlikProxy}), orders([]string{"start", qlikProxy}), []finding{fail("site.qlik-host", "site.qlik-service-stopped", qlikProxy+" is stopped")}},
		{"its proxy is paused", orders([]string{"pause", qlikProxy}), orders([]string{"continue", qlikProxy}), []finding{fail("site.qlik-host", "site.qlik-service-stopped", "is paused")}},
		{
			"a service that starts by itself does not run", orders(as(qlikEngine, "auto", system)), orders(as(qlikEngine, "demand", system)),
			[]finding{fail("site.qlik-host", "site.qlik-service-stopped", qlikEngine)},
		},
		{
			"its certificates are gone, and its proxy runs as another account",
			func(t *testing.T, p *prefix) {
				p.remove(t, nodeCertificate, pfx)
				p.order(t, as(qlikProxy, "auto", `CONTOSO\svc-new`))
			},
			orders(as(qlikProxy, "auto", system)),
			[]finding{warn("site.qlik-host", "site.qlik-certificates-missing", ""), fail("spn.runs", "spn.runs-as-another", `CONTOSO\svc-new`)},
		},
		{
			"its proxy runs as the system", func(*testing.T, *prefix) {},
			orders([]string{"stop", qlikProxy}, []string{"delete", qlikProxy}, []string{"delete", qlikEngine}),
			[]finding{warn("site.qlik-host", "site.qlik-certificates-missing", ""), fail("spn.runs", "spn.runs-as-another", system)},
		},
	}
}

// others are what a server of Entra Connect shows, as far as Wine goes: it has
// no PowerShell that could ask the scheduler.
func (d *desk) others(t *testing.T) {
	const sync = "ADSync"
	d.p.order(t, create(sync, updaterPath, "auto", system))
	d.collect(t)
	e := d.evidence(t)
	if why := e.Missing(fact.SectionSync); !strings.Contains(why, "ADSync is stopped") {
		t.Errorf("the scheduler of a stopped service is %q", why)
	}
	d.p.order(t, []string{"start", sync})
	d.collect(t, "--without", "egress", "--without", "traces")
	if e = d.evidence(t); !strings.Contains(e.Missing(fact.SectionSync), "Get-ADSyncScheduler") || e.Missing(fact.SectionTraces) != "it was not collected" {
		t.Errorf("sync %q, traces %q", e.Missing(fact.SectionSync), e.Missing(fact.SectionTraces))
	}
	for _, s := range e.Services {
		if s.Name == sync && (s.State != "running" || s.SID != "S-1-5-18") {
			t.Errorf("the service %+v", s)
		}
	}
	d.p.order(t, []string{"stop", sync}, []string{"delete", sync})
}
