package wine_test

import (
	"encoding/binary"
	"strings"
	"testing"
	"unicode/utf16"
)

const (
	carrierPath = "Program Files/Microsoft Entra private network connector/MicrosoftEntraPrivateNetworkConnectorService.exe"
	updaterPath = "Program Files/Microsoft Entra private network connector Updater/MicrosoftEntraPrivateNetworkConnectorUpdaterService.exe"
	toolPath    = "Program Files/Microsoft Entra private network connector/ConnectorDiagnosticsTool.exe"
	traceFolder = "ProgramData/Microsoft/Microsoft Entra private network connector/Trace/"
	machineFile = "windows/Microsoft.NET/Framework64/v4.0.30319/Config/machine.config"
	network     = `NT AUTHORITY\NetworkService`
	system      = "LocalSystem"

	keyWindows = `SOFTWARE\Microsoft\Windows NT\CurrentVersion`
	keyDotNet  = `SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full`
	keyTLS     = `SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Client`
	keyNetTLS  = `SOFTWARE\Microsoft\.NETFramework\v4.0.30319`
	keyHTTP    = `SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\WinHttp`
	keyProxy   = `SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\Connections`
	keyProduct = `SOFTWARE\Microsoft\Microsoft Entra private network connector`
	keyFormer  = `SOFTWARE\Microsoft\Microsoft AAD App Proxy Connector`

	on, off, gone = "dword:00000001", "dword:00000000", "-"
)

// healthy are the values of a machine with nothing to complain of; those that it
// has not are taken away.
func healthy() []value {
	return []value{
		{keyWindows, "CurrentBuildNumber", `"20348"`},
		{keyWindows, "ProductName", `"Windows Server 2022 Datacenter"`},
		{keyDotNet, "Release", "dword:00081071"},
		{keyHTTP, "EnableDefaultHTTP2", off},
		{keyTLS, "Enabled", gone},
		{keyTLS, "DisabledByDefault", gone},
		{keyNetTLS, "SchUseStrongCrypto", gone},
		{keyNetTLS, "SystemDefaultTlsVersions", gone},
		{keyProduct, "UseSpnegoAuthentication", gone},
		{keyFormer, "UseSpnegoAuthentication", gone},
		{keyProduct, "UseDefaultProxyForBackendRequests", gone},
		{keyProxy, "WinHttpSettings", gone},
	}
}

// healthyFindings are those of the healthy machine, as far as Wine goes: it is in
// no domain and has no event log, and the way out is tried elsewhere.
func healthyFindings() []finding {
	return []finding{
		pass("connector.services", ""),
		pass("connector.platform", "connector 1.5.4892.0, Windows Server 2022 Datacenter (build 20348), .NET release 528497"),
		pass("connector.tls12", "the system's default"),
		pass("connector.http2", "EnableDefaultHTTP2 is 0"),
		pass("connector.proxy", "direct access"),
		pass("connector.agents", ""),
		pass("connector.spnego", "off"),
		pass("connector.traces", "0 searched"),
		fail("connector.domain", "connector.not-joined", ""),
		unknown("connector.events", "event log"),
		unknown("connector.clock", "not collected"),
		unknown("connector.egress", "not collected"),
	}
}

func registryRounds() []round {
	back := func(t *testing.T, p *prefix) { p.registry(t, healthy()...) }
	writes := func(name string, list []value, finds ...finding) round {
		return round{name: name, make: func(t *testing.T, p *prefix) { p.registry(t, list...) }, undo: back, finds: finds}
	}
	return []round{
		writes("values that are wrong", []value{{keyTLS, "Enabled", off}, {keyHTTP, "EnableDefaultHTTP2", gone}, {keyDotNet, "Release", "dword:00060632"}},
			fail("connector.tls12", "connector.tls12-off", ""), fail("connector.http2", "connector.http2-on", "not set"), fail("connector.platform", "connector.dotnet-old", "394802")),
		writes("values that are wrong otherwise", []value{{keyTLS, "DisabledByDefault", on}, {keyHTTP, "EnableDefaultHTTP2", on}, {keyDotNet, "Release", gone}, {keyProduct, "UseDefaultProxyForBackendRequests", on}},
			fail("connector.tls12", "connector.tls12-off", ""), fail("connector.http2", "connector.http2-on", "is 1"), fail("connector.platform", "connector.dotnet-old", ""),
			warn("connector.proxy", "connector.proxy-backend", "UseDefaultProxyForBackendRequests")),
		writes("an old Windows", []value{{keyWindows, "CurrentBuildNumber", `"9600"`}, {keyWindows, "ProductName", `"Windows Server 2012 R2 Standard"`}, {keyHTTP, "EnableDefaultHTTP2", gone}, {keyNetTLS, "SchUseStrongCrypto", off}, {keyNetTLS, "SystemDefaultTlsVersions", off}},
			fail("connector.platform", "connector.os-old", "2012 R2"), pass("connector.http2", "not set"), fail("connector.tls12", "connector.dotnet-tls12-off", "")),
		writes("a Windows that ends", []value{{keyWindows, "CurrentBuildNumber", `"14393"`}, {keyWindows, "ProductName", `"Windows Server 2016 Standard"`}, {keyHTTP, "EnableDefaultHTTP2", gone}, {keyNetTLS, "SystemDefaultTlsVersions", off}, {keyFormer, "UseSpnegoAuthentication", on}},
			warn("connector.platform", "connector.os-ending", "2016"), pass("connector.http2", "not set"), warn("connector.tls12", "connector.dotnet-tls12-off", "SystemDefaultTlsVersions"), pass("connector.spnego", "off")),
		writes("a Windows for desks", []value{{keyWindows, "CurrentBuildNumber", `"26100"`}, {keyWindows, "ProductName", `"Windows 10 Pro"`}, {keyTLS, "Enabled", "dword:ffffffff"}, {keyTLS, "DisabledByDefault", off}, {keyNetTLS, "SchUseStrongCrypto", on}, {keyNetTLS, "SystemDefaultTlsVersions", on}, {keyProduct, "UseSpnegoAuthentication", on}},
			warn("connector.platform", "connector.os-desktop", "Windows 11 Pro"), pass("connector.tls12", "switched on"), pass("connector.spnego", "on")),
		writes("values in eight bytes", []value{{keyHTTP, "EnableDefaultHTTP2", "hex(b):00,00,00,00,00,00,00,00"}, {keyTLS, "Enabled", "hex(b):00,00,00,00,00,00,00,00"}},
			pass("connector.http2", "is 0"), fail("connector.tls12", "connector.tls12-off", "")),
		writes("values of the wrong type", []value{{keyHTTP, "EnableDefaultHTTP2", `"0"`}, {keyTLS, "Enabled", `"1"`}, {keyDotNet, "Release", `"528449"`}, {keyProduct, "UseSpnegoAuthentication", "hex:01"}, {keyProduct, "UseDefaultProxyForBackendRequests", `"1"`}},
			unknown("connector.http2", `EnableDefaultHTTP2 is of the wrong type REG_SZ`), unknown("connector.tls12", "Enabled is of the wrong type REG_SZ"), unknown("connector.platform", "Release is of the wrong type REG_SZ"),
			unknown("connector.spnego", "UseSpnegoAuthentication is of the wrong type REG_BINARY"), unknown("connector.proxy", "REG_SZ")),
		writes("no build", []value{{keyWindows, "CurrentBuildNumber", gone}},
			unknown("connector.platform", "CurrentBuildNumber"), unknown("connector.http2", "CurrentBuildNumber")),
	}
}

func create(name, path, start, account string) []string {
	return []string{"create", name, onDriveC(path), start, account}
}

// serviceRounds bring both services into every state that Wine knows; it cannot
// delay an automatic start.
func serviceRounds() []round {
	config := func(name, start, account string) []string {
		return []string{"config", name, onDriveC(map[string]string{"WAPCSvc": carrierPath, "WAPCUpdaterSvc": updaterPath}[name]), start, account}
	}
	orders := func(list ...[]string) func(*testing.T, *prefix) {
		return func(t *testing.T, p *prefix) { p.order(t, list...) }
	}
	const carrier, updater, check = "WAPCSvc", "WAPCUpdaterSvc", "connector.services"
	as := func(name, start, account string) func(*testing.T, *prefix) {
		return orders(config(name, start, account))
	}
	return []round{
		{"the connector is stopped", orders([]string{"stop", carrier}), orders([]string{"start", carrier}), []finding{fail(check, "connector.service-stopped", "WAPCSvc is stopped")}},
		{"the connector is paused", orders([]string{"pause", carrier}), orders([]string{"continue", carrier}), []finding{fail(check, "connector.service-stopped", "WAPCSvc is paused")}},
		{
			"the connector does not get beyond its start",
			func(t *testing.T, p *prefix) {
				p.order(t, []string{"stop", carrier})
				p.install(t, "slow.exe", carrierPath)
				p.order(t, []string{"begin", carrier})
			},
			func(t *testing.T, p *prefix) {
				p.order(t, []string{"stop", carrier})
				p.install(t, "now.exe", carrierPath)
				p.order(t, []string{"start", carrier})
			},
			[]finding{fail(check, "connector.service-stopped", "WAPCSvc is start pending")},
		},
		{"the connector is started by hand", as(carrier, "demand", network), as(carrier, "auto", network), []finding{warn(check, "connector.service-disabled", "does not start by itself")}},
		{"it runs, and is disabled", as(carrier, "disabled", network), as(carrier, "auto", network), []finding{fail(check, "connector.service-disabled", "WAPCSvc is disabled, and running")}},
		{"as another account of Windows", as(carrier, "auto", `NT AUTHORITY\LocalService`), as(carrier, "auto", network), []finding{fail(check, "connector.service-account", "LocalService")}},
		{"as the system", as(carrier, "auto", system), as(carrier, "auto", network), []finding{warn(check, "connector.service-account", "NETWORK SERVICE")}},
		{
			"by hand, and the updater is stopped and disabled", orders(config(carrier, "demand", network), []string{"stop", updater}, config(updater, "disabled", system)),
			orders(config(carrier, "auto", network), config(updater, "auto", system), []string{"start", updater}),
			[]finding{fail(check, "connector.service-disabled", "WAPCUpdaterSvc is disabled, and stopped")},
		},
		{"the updater has an account of its own", as(updater, "auto", `CONTOSO\svc-connector`), as(updater, "auto", system), []finding{fail(check, "connector.service-account", `CONTOSO\svc-connector`)}},
		{
			"the updater is gone", orders([]string{"stop", updater}, []string{"delete", updater}), orders(create(updater, updaterPath, "auto", system), []string{"start", updater}),
			[]finding{fail(check, "connector.service-missing", "WAPCUpdaterSvc")},
		},
	}
}

const (
	proxyHead  = `<?xml version="1.0" encoding="utf-8"?><configuration><system.net><defaultProxy`
	namedProxy = proxyHead + `><proxy proxyaddress="http://user:hidden@proxy:8080" bypassonlocal="True" usesystemdefault="True"/></defaultProxy></system.net></configuration>`
	bareProxy  = proxyHead + `><proxy proxyaddress="proxy:8080"/></defaultProxy></system.net></configuration>`
	noProxy    = proxyHead + ` enabled="false"/></system.net></configuration>`
)

// winHTTP is the value that names a proxy for WinHTTP.
func winHTTP(proxy string) value {
	hex := []string{"28", "00", "00", "00", "00", "00", "00", "00", "03", "00", "00", "00"}
	text := append(binary.LittleEndian.AppendUint32(nil, uint32(len(proxy))), proxy...) //nolint:gosec // a name's length
	for _, b := range append(text, 0, 0, 0, 0) {
		hex = append(hex, string("0123456789abcdef"[b>>4])+string("0123456789abcdef"[b&15]))
	}
	return value{keyProxy, "WinHttpSettings", "hex:" + strings.Join(hex, ",")}
}

// wide is a text in two bytes a letter, with the mark of Windows.
func wide(s string) string {
	b := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return string(b)
}
