package wine_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sensegate/internal/cli"
	"sensegate/internal/fact"
	"sensegate/internal/lab"
	"sensegate/internal/report"
	"sensegate/internal/site"
	"sensegate/internal/winhost"
)

const (
	carrierPath = "Program Files/Microsoft Entra private network connector/MicrosoftEntraPrivateNetworkConnectorService.exe"
	updaterPath = "Program Files/Microsoft Entra private network connector Updater/MicrosoftEntraPrivateNetworkConnectorUpdaterService.exe"
	tracePath   = "ProgramData/Microsoft/Microsoft Entra private network connector/Trace/MicrosoftEntraPrivateNetworkConnector_{1}.log"
	network     = `NT AUTHORITY\NetworkService`

	keyWindows  = `SOFTWARE\Microsoft\Windows NT\CurrentVersion`
	keyDotNet   = `SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full`
	keyTLS      = `SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Client`
	keyNetTLS   = `SOFTWARE\Microsoft\.NETFramework\v4.0.30319`
	keyHTTP     = `SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\WinHttp`
	keyProxy    = `SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\Connections`
	keyProduct  = `SOFTWARE\Microsoft\Microsoft Entra private network connector`
	namedProxy  = `<configuration><system.net><defaultProxy><proxy proxyaddress="http://proxy:8080"/></defaultProxy></system.net></configuration>`
	winHTTPHexa = "280000000000000003000000" + "0a000000" + "70726f78793a38303830" + "00000000"
)

// state is something that is done to the machine, what has to be found, and
// how it is taken back.
type state struct {
	name             string
	make, undo       func(*testing.T, *prefix)
	check, status    string
	cause, evidently string
}

func states() []state {
	return []state{
		{name: "healthy", check: "connector.services", status: "pass"},
		{name: "the platform is new enough", check: "connector.platform", status: "pass"},
		{name: "TLS 1.2 is left to the system", check: "connector.tls12", status: "pass"},
		{name: "HTTP/2 is off", check: "connector.http2", status: "pass"},
		{name: "nobody names a proxy", check: "connector.proxy", status: "pass"},
		{name: "no agent clashes", check: "connector.agents", status: "pass"},
		{name: "one host is alike", check: "connector.spnego", status: "pass"},
		{name: "outside the domain", check: "connector.domain", status: "fail", cause: "connector.not-joined"},
		{
			name: "the connector is stopped", check: "connector.services", status: "fail", cause: "connector.service-stopped",
			make: func(t *testing.T, p *prefix) { p.stop(t, "WAPCSvc") }, undo: func(t *testing.T, p *prefix) { p.start(t, "WAPCSvc") },
		},
		{
			name: "the updater is gone", check: "connector.services", status: "fail", cause: "connector.service-missing",
			make: func(t *testing.T, p *prefix) { p.stop(t, "WAPCUpdaterSvc"); p.uninstall(t, "WAPCUpdaterSvc") },
		},
		{
			name: "the updater is disabled", check: "connector.services", status: "fail", cause: "connector.service-disabled",
			make: func(t *testing.T, p *prefix) { p.service(t, "WAPCUpdaterSvc", updaterPath, "disabled", "LocalSystem") },
			undo: func(t *testing.T, p *prefix) { p.uninstall(t, "WAPCUpdaterSvc") },
		},
		{
			name: "the updater has an account of its own", check: "connector.services", status: "fail", cause: "connector.service-account",
			make: func(t *testing.T, p *prefix) {
				p.service(t, "WAPCUpdaterSvc", updaterPath, "auto", `CONTOSO\svc-connector`)
			},
			undo: func(t *testing.T, p *prefix) {
				p.stop(t, "WAPCUpdaterSvc")
				p.uninstall(t, "WAPCUpdaterSvc")
				p.service(t, "WAPCUpdaterSvc", updaterPath, "auto", "LocalSystem")
			},
		},
		{
			name: "an old connector", check: "connector.platform", status: "fail", cause: "connector.version-old",
			make: func(t *testing.T, p *prefix) { p.install(t, "old.exe", carrierPath) },
			undo: func(t *testing.T, p *prefix) { p.install(t, "now.exe", carrierPath) },
		},
		{
			name: "an old Windows", check: "connector.platform", status: "fail", cause: "connector.os-old",
			make: func(t *testing.T, p *prefix) { p.reg(t, keyWindows, "CurrentBuildNumber", "REG_SZ", "9600") },
			undo: func(t *testing.T, p *prefix) { p.reg(t, keyWindows, "CurrentBuildNumber", "REG_SZ", "20348") },
		},
		{
			name: "an old .NET", check: "connector.platform", status: "fail", cause: "connector.dotnet-old",
			make: func(t *testing.T, p *prefix) { p.reg(t, keyDotNet, "Release", "REG_DWORD", "394802") },
			undo: func(t *testing.T, p *prefix) { p.reg(t, keyDotNet, "Release", "REG_DWORD", "528449") },
		},
		{
			name: "TLS 1.2 is off", check: "connector.tls12", status: "fail", cause: "connector.tls12-off",
			make: func(t *testing.T, p *prefix) { p.reg(t, keyTLS, "Enabled", "REG_DWORD", "0") },
			undo: func(t *testing.T, p *prefix) { p.clear(t, keyTLS, "Enabled") },
		},
		{name: "TLS 1.2 is left to the system again", check: "connector.tls12", status: "pass"},
		{
			name: ".NET leaves TLS 1.2 out", check: "connector.tls12", status: "fail", cause: "connector.dotnet-tls12-off",
			make: func(t *testing.T, p *prefix) {
				p.reg(t, keyNetTLS, "SchUseStrongCrypto", "REG_DWORD", "0")
				p.reg(t, keyNetTLS, "SystemDefaultTlsVersions", "REG_DWORD", "0")
			},
			undo: func(t *testing.T, p *prefix) { p.clear(t, keyNetTLS, "SchUseStrongCrypto") },
		},
		{
			name: "HTTP/2 is not switched off", check: "connector.http2", status: "fail", cause: "connector.http2-on",
			make: func(t *testing.T, p *prefix) { p.clear(t, keyHTTP, "EnableDefaultHTTP2") },
			undo: func(t *testing.T, p *prefix) { p.reg(t, keyHTTP, "EnableDefaultHTTP2", "REG_DWORD", "0") },
		},
		{
			name: "a proxy for the connector alone", check: "connector.proxy", status: "fail", cause: "connector.proxy-differs",
			make: func(t *testing.T, p *prefix) { p.file(t, carrierPath+".config", namedProxy) },
		},
		{
			name: "a proxy that WinHTTP does not know", check: "connector.proxy", status: "warn", cause: "connector.proxy-winhttp",
			make: func(t *testing.T, p *prefix) { p.file(t, updaterPath+".config", namedProxy) },
		},
		{
			name: "a proxy that all know", check: "connector.proxy", status: "pass", evidently: "proxy:8080",
			make: func(t *testing.T, p *prefix) { p.reg(t, keyProxy, "WinHttpSettings", "REG_BINARY", winHTTPHexa) },
			undo: func(t *testing.T, p *prefix) {
				p.clear(t, keyProxy, "WinHttpSettings")
				p.remove(t, carrierPath+".config")
				p.remove(t, updaterPath+".config")
			},
		},
		{
			name: "an agent that clashes", check: "connector.agents", status: "fail", cause: "connector.agent-clash",
			make: func(t *testing.T, p *prefix) {
				p.service(t, "AzureADPasswordProtectionProxy", updaterPath, "disabled", "LocalSystem")
			},
			undo: func(t *testing.T, p *prefix) { p.uninstall(t, "AzureADPasswordProtectionProxy") },
		},
		{
			name: "tickets wrapped as SPNEGO", check: "connector.spnego", status: "pass", evidently: "on",
			make: func(t *testing.T, p *prefix) { p.reg(t, keyProduct, "UseSpnegoAuthentication", "REG_DWORD", "1") },
			undo: func(t *testing.T, p *prefix) { p.clear(t, keyProduct, "UseSpnegoAuthentication") },
		},
		{
			name: "a trace that tells of trouble", check: "connector.traces", status: "warn", cause: "connector.trace-trouble", evidently: "validate chain",
			make: func(t *testing.T, p *prefix) {
				p.file(t, tracePath, "quiet\r\nSystem.Exception: failed to validate chain of certificate\r\n")
			},
			undo: func(t *testing.T, p *prefix) { p.remove(t, tracePath) },
		},
		{name: "no trace at all", check: "connector.traces", status: "pass", make: func(*testing.T, *prefix) {}},
		{
			name: "a node of Qlik", check: "site.qlik-host", status: "pass",
			make: func(t *testing.T, p *prefix) {
				p.file(t, nodeCertificate, "-----BEGIN CERTIFICATE-----")
				p.service(t, qlikProxy, updaterPath, "auto", `CONTOSO\qlik`)
			},
		},
		{name: "its account holds the name", check: "spn.runs", status: "pass", evidently: `CONTOSO\\qlik`},
		{
			name: "its proxy is stopped", check: "site.qlik-host", status: "fail", cause: "site.qlik-service-stopped",
			make: func(t *testing.T, p *prefix) { p.stop(t, qlikProxy) }, undo: func(t *testing.T, p *prefix) { p.start(t, qlikProxy) },
		},
		{
			name: "its certificates are gone", check: "site.qlik-host", status: "warn", cause: "site.qlik-certificates-missing",
			make: func(t *testing.T, p *prefix) { p.remove(t, nodeCertificate) },
		},
		{
			name: "its proxy runs as another account", check: "spn.runs", status: "fail", cause: "spn.runs-as-another",
			make: func(t *testing.T, p *prefix) {
				p.stop(t, qlikProxy)
				p.uninstall(t, qlikProxy)
				p.service(t, qlikProxy, updaterPath, "auto", `CONTOSO\svc-new`)
			},
			undo: func(t *testing.T, p *prefix) { p.stop(t, qlikProxy); p.uninstall(t, qlikProxy) },
		},
	}
}

const (
	qlikProxy       = "QlikSenseProxyService"
	nodeCertificate = "ProgramData/Qlik/Sense/Repository/Exported Certificates/.Local Certificates/client.pem"
)

// TestCollectedStates puts the machine into one state after the other: the
// Windows program has to see each, and `check` here has to judge it from the
// imported file.
func TestCollectedStates(t *testing.T) {
	p := boot(t)
	p.install(t, "now.exe", carrierPath)
	p.install(t, "now.exe", updaterPath)
	p.reg(t, keyWindows, "CurrentBuildNumber", "REG_SZ", "20348")
	p.reg(t, keyWindows, "ProductName", "REG_SZ", "Windows Server 2022 Datacenter")
	p.reg(t, keyDotNet, "Release", "REG_DWORD", "528449")
	p.reg(t, keyHTTP, "EnableDefaultHTTP2", "REG_DWORD", "0")
	p.service(t, "WAPCSvc", carrierPath, "auto", network)
	p.service(t, "WAPCUpdaterSvc", updaterPath, "auto", "LocalSystem")

	d := newDesk(t, p)
	var last report.Report
	for _, s := range states() {
		if s.make != nil {
			s.make(t, p)
		}
		if s.make != nil || last.Steps == nil {
			last = d.collected(t)
		}
		d.judged(t, last, s)
		if s.undo != nil {
			s.undo(t, p)
			last.Steps = nil
		}
	}
	t.Run("files below ProgramData", func(t *testing.T) { d.files(t) })
	t.Run("nothing was changed by looking", func(t *testing.T) {
		if out := p.wine(t, "sc", "query", "WAPCSvc"); !strings.Contains(out, "RUNNING") {
			t.Errorf("the service: %s", out)
		}
	})
}

// desk is where the wizard runs: a site with this one host.
type desk struct {
	p    *prefix
	site string
	file string
}

func newDesk(t *testing.T, p *prefix) *desk {
	t.Helper()
	l, err := lab.Start(t.Context(), lab.Options{Finished: true, Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	d := &desk{p: p, site: filepath.Join(p.work, "site.yaml"), file: filepath.Join(p.work, "evidence.json")}
	d.collect(t)
	e, _, err := winhost.Read(d.file)
	if err != nil {
		t.Fatal(err)
	}
	s := l.Site()
	s.Evidence = nil
	short, _, _ := strings.Cut(e.Host, ".")
	s.Connector.Hosts = []site.ConnectorHost{{Name: short + "." + s.Directory.Domain}}
	// The same machine plays a Qlik node, later on.
	s.Qlik.Nodes = []string{short + "." + s.Directory.Domain}
	if err := site.Save(d.site, s); err != nil {
		t.Fatal(err)
	}
	return d
}

// collect runs the Windows program on the machine. The way out is left out, for
// it would try the internet, and the clock, for Wine has no UDP that Go can use.
func (d *desk) collect(t *testing.T) {
	t.Helper()
	d.p.wine(t, filepath.Join(d.p.work, "sensegate.exe"), "collect", "--without", "egress", "--without", "clock", "--output", "Z:"+strings.ReplaceAll(d.file, "/", `\`))
}

// collected collects, imports and checks.
func (d *desk) collected(t *testing.T) report.Report {
	t.Helper()
	d.collect(t)
	if code, said := here(t, "import", "--site", d.site, d.file); code != 0 {
		t.Fatalf("import: exit %d\n%s", code, said)
	}
	file := filepath.Join(t.TempDir(), "report.json")
	_, said := here(t, "check", "--site", d.site, "--step", "site", "--step", "connector", "--step", "spn", "--format", "json", "--output", file)
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	var r report.Report
	if err := json.Unmarshal(raw, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

func (d *desk) judged(t *testing.T, r report.Report, want state) {
	t.Helper()
	for _, s := range r.Steps {
		for _, c := range s.Checks {
			if c.ID != want.check {
				continue
			}
			evidence, err := json.Marshal(c.Evidence)
			if err != nil {
				t.Fatal(err)
			}
			if c.Status.String() != want.status || c.Cause != want.cause || !strings.Contains(string(evidence), want.evidently) {
				t.Errorf("%s: %s is %s because of %q (%s, %s), want %s because of %q", want.name, c.ID, c.Status, c.Cause, c.Seen, evidence, want.status, want.cause)
			}
			if c.Source != "collected" {
				t.Errorf("%s: it was proved %s", want.name, c.Source)
			}
			return
		}
	}
	t.Errorf("%s: the report has no %s", want.name, want.check)
}

// files shows that traces are found, searched and rid of what is secret, and
// that a Qlik node's services and certificates are told.
func (d *desk) files(t *testing.T) {
	d.p.file(t, tracePath, "quiet\r\nSystem.Exception: failed to validate chain of certificate\r\nerror Authorization: Negotiate YIIabcdefghijklmnopqrstuvwxyz\r\n")
	d.p.file(t, "ProgramData/Qlik/Sense/Repository/Exported Certificates/.Local Certificates/client.pem", "-----BEGIN CERTIFICATE-----")
	d.p.file(t, "ProgramData/Qlik/Sense/Log/Proxy/Audit/QLIK01_AuditSecurity_Proxy.txt", "Sequence#\tMessage\r\n1\tLogin with Kerberos for CONTOSO\\alice\r\n")
	d.p.service(t, "QlikSenseProxyService", updaterPath, "auto", `CONTOSO\svc-qlik`)
	d.collect(t)
	e, _, err := winhost.Read(d.file)
	if err != nil {
		t.Fatal(err)
	}
	if len(e.Traces) != 1 || len(e.Traces[0].Lines) != 2 || strings.Contains(e.Traces[0].Lines[1], "YIIabc") {
		t.Errorf("traces %+v", e.Traces)
	}
	if e.Qlik == nil || len(e.Qlik.Certificates) != 1 || len(e.Qlik.Lines) != 1 {
		t.Errorf("the Qlik node %+v", e.Qlik)
	}
	raw, err := os.ReadFile(d.file)
	if err != nil || strings.Contains(string(raw), "BEGIN CERTIFICATE") {
		t.Errorf("a certificate's content was taken: %v", err)
	}
	d.p.remove(t, tracePath)
	d.collect(t)
	if e, _, err = winhost.Read(d.file); err != nil || len(e.Traces) != 0 || e.Missing(fact.SectionTraces) != "" {
		t.Errorf("traces after they were removed: %+v %v", e.Traces, err)
	}
}

// here runs the program in this process, as on the machine of the wizard.
func here(t *testing.T, args ...string) (int, string) {
	t.Helper()
	said, err := os.CreateTemp(t.TempDir(), "said")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = said.Close() }() // read by its name below
	in, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = in.Close() }() // nothing is in it
	code := cli.Main(t.Context(), cli.Process{Args: args, In: in, Out: said, Err: said, Environ: []string{"SENSEGATE_HOME=" + t.TempDir()}})
	raw, err := os.ReadFile(said.Name())
	if err != nil {
		t.Fatal(err)
	}
	return code, string(raw)
}
