package wine_test

import (
	"strings"
	"testing"
)

// fileRounds lay files down: configuration, traces in every form, the
// diagnostics tool, programs of other versions.
func fileRounds() []round {
	const chain, token = "System.Exception: failed to validate chain of certificate\r\n", "error Authorization: Negotiate YIIabcdefghijklmnopqrstuvwxyz\r\n"
	var letGo func()
	one, two := carrierPath+".config", updaterPath+".config"
	both := func(t *testing.T, p *prefix, content string) {
		t.Helper()
		p.file(t, one, content)
		p.file(t, two, content)
	}
	return []round{
		{
			"a proxy for the connector alone; an old connector; a trace",
			func(t *testing.T, p *prefix) {
				p.file(t, one, namedProxy)
				p.install(t, "old.exe", carrierPath)
				p.file(t, traceFolder+"MicrosoftEntraPrivateNetworkConnector_{1}.log", "quiet\r\n"+chain+token)
			},
			func(t *testing.T, p *prefix) {
				p.remove(t, one, traceFolder+"MicrosoftEntraPrivateNetworkConnector_{1}.log")
				p.install(t, "now.exe", carrierPath)
			},
			[]finding{
				fail("connector.proxy", "connector.proxy-differs", "goes out by http://proxy:8080, its updater by discovery"), fail("connector.platform", "connector.version-old", "1.5.400.0"),
				warn("connector.traces", "connector.trace-trouble", "Negotiate [left out]"),
			},
		},
		{
			"a proxy that WinHTTP does not know; a trace in two bytes; the diagnostics tool",
			func(t *testing.T, p *prefix) {
				both(t, p, namedProxy)
				p.file(t, traceFolder+"a.log", wide("quiet\r\n"+chain))
				p.file(t, toolPath, "MZ")
			},
			func(t *testing.T, p *prefix) { p.remove(t, one, two, traceFolder+"a.log", toolPath) },
			[]finding{
				warn("connector.proxy", "connector.proxy-winhttp", "WinHTTP by direct access"), warn("connector.traces", "connector.trace-trouble", "validate chain"),
				fail("connector.domain", "connector.not-joined", `C:\Program Files\Microsoft Entra private network connector\ConnectorDiagnosticsTool.exe`),
			},
		},
		{
			"another proxy in WinHTTP; the end of a huge trace",
			func(t *testing.T, p *prefix) {
				both(t, p, namedProxy)
				p.registry(t, winHTTP("old:3128"))
				p.file(t, traceFolder+"huge.log", token+strings.Repeat("quiet and long enough to fill a file\r\n", 100_000)+chain)
			},
			func(t *testing.T, p *prefix) { p.remove(t, traceFolder+"huge.log") },
			[]finding{warn("connector.proxy", "connector.proxy-winhttp", "old:3128"), warn("connector.traces", "connector.trace-trouble", "validate chain")},
		},
		{
			"a proxy that all know; a trace that is locked beside one that is not",
			func(t *testing.T, p *prefix) {
				p.registry(t, winHTTP("http=proxy:8080;https=proxy:8080"))
				p.file(t, traceFolder+"locked.log", chain)
				p.file(t, traceFolder+"open.log", "error: nothing that is known\r\n")
				letGo = p.hold(t, traceFolder+"locked.log")
			},
			func(t *testing.T, p *prefix) {
				letGo()
				p.remove(t, traceFolder+"locked.log", traceFolder+"open.log", one, two)
				p.registry(t, healthy()...)
			},
			[]finding{pass("connector.proxy", "http=proxy:8080"), pass("connector.traces", "could not be read")},
		},
		{
			"an address without its scheme; an agent that clashes",
			func(t *testing.T, p *prefix) {
				both(t, p, bareProxy)
				p.order(t, create("AzureADPasswordProtectionProxy", updaterPath, "disabled", system))
			},
			func(t *testing.T, p *prefix) { p.order(t, []string{"delete", "AzureADPasswordProtectionProxy"}) },
			[]finding{fail("connector.proxy", "connector.proxy-address", "proxy:8080"), fail("connector.agents", "connector.agent-clash", "AzureADPasswordProtectionProxy")},
		},
		{
			"no proxy in both files", func(t *testing.T, p *prefix) { both(t, p, noProxy) }, nil,
			[]finding{pass("connector.proxy", "no proxy")},
		},
		{
			"a file that is not whole", func(t *testing.T, p *prefix) { both(t, p, proxyHead) },
			func(t *testing.T, p *prefix) { p.remove(t, one, two) },
			[]finding{unknown("connector.proxy", "no XML")},
		},
		{
			"a proxy of the machine's", func(t *testing.T, p *prefix) { p.file(t, machineFile, namedProxy) },
			func(t *testing.T, p *prefix) { p.remove(t, machineFile) },
			[]finding{warn("connector.proxy", "connector.proxy-winhttp", "goes out by http://proxy:8080")},
		},
	}
}

// productRounds install the product under its former name, and take it away.
func productRounds() []round {
	const (
		formerCarrier = "Program Files/Microsoft AAD App Proxy Connector/ApplicationProxyConnectorService.exe"
		formerUpdater = "Program Files/Microsoft AAD App Proxy Connector Updater/ApplicationProxyConnectorUpdaterService.exe"
		formerTrace   = "ProgramData/Microsoft/Microsoft AAD Application Proxy Connector/Trace/AadAppProxyConnector_{1}.log"
	)
	removed := [][]string{{"stop", "WAPCSvc"}, {"delete", "WAPCSvc"}, {"stop", "WAPCUpdaterSvc"}, {"delete", "WAPCUpdaterSvc"}}
	installed := func(carrier, updater string) [][]string {
		return [][]string{create("WAPCSvc", carrier, "auto", network), {"start", "WAPCSvc"}, create("WAPCUpdaterSvc", updater, "auto", system), {"start", "WAPCUpdaterSvc"}}
	}
	return []round{
		{
			"under the former name",
			func(t *testing.T, p *prefix) {
				p.install(t, "now.exe", formerCarrier)
				p.install(t, "now.exe", formerUpdater)
				p.order(t, append(removed, installed(formerCarrier, formerUpdater)...)...)
				p.registry(t, value{keyFormer, "UseSpnegoAuthentication", on})
				p.file(t, formerTrace, "Error: ConnectorError:Unauthorized\r\n")
				p.file(t, formerCarrier+".config", namedProxy)
			},
			func(t *testing.T, p *prefix) {
				p.order(t, removed...)
				p.remove(t, formerTrace, formerCarrier+".config")
			},
			[]finding{
				pass("connector.services", ""), pass("connector.spnego", "on"), fail("connector.proxy", "connector.proxy-differs", "http://proxy:8080"),
				warn("connector.traces", "connector.trace-trouble", "refuses the connector's certificate"),
			},
		},
		{
			"not at all", func(*testing.T, *prefix) {},
			func(t *testing.T, p *prefix) {
				p.registry(t, healthy()...)
				p.order(t, installed(carrierPath, updaterPath)...)
			},
			[]finding{fail("connector.services", "connector.service-missing", "WAPCSvc")},
		},
	}
}
