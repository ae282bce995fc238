package powershell_test

import (
	"encoding/binary"
	"strings"
	"time"

	"sensegate/checks"
)

// fault is something about a host, with the check that it concerns and what that
// must say. Without a check every one must pass.
type fault struct {
	name   string
	change func(*described, *servers)
	check  checks.ID
	status checks.Status
	cause  checks.CauseID
}

const (
	schannel = `SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Client`
	serves   = `SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Server`
	dotnet   = `SOFTWARE\Microsoft\.NETFramework\v4.0.30319`
	product  = `SOFTWARE\Microsoft\Microsoft Entra private network connector`
	traces   = `C:\ProgramData\Microsoft\Microsoft Entra private network connector\Trace\`
	login    = "login.microsoftonline.com"
)

// service gives a service to change.
func (d *described) service(name string) *service {
	for i := range d.services {
		if d.services[i].Name == name {
			return &d.services[i]
		}
	}
	d.services = append(d.services, service{Name: name, Display: name, State: "Running", Mode: "Auto", Account: "LocalSystem", Path: `C:\Windows\` + name + ".exe"})
	return &d.services[len(d.services)-1]
}

func config(attributes, address string) file {
	return file{`<?xml version="1.0" encoding="utf-8"?><configuration><system.net><defaultProxy` + attributes + `><proxy proxyaddress="` + address + `" bypassonlocal="True"/></defaultProxy></system.net></configuration>`, yesterday}
}

// proxied sends everything through a proxy that is written the way it is given.
func (d *described) proxied(server, address string) {
	d.net.host("proxy.contoso.test", 8080, server)
	d.files[program+".config"], d.files[updater+".config"] = config(` enabled="true"`, address), config("", address)
	d.binary("LocalMachine", internet+`\Connections`, "WinHttpSettings", connection(3, "proxy.contoso.test:8080"))
	for _, r := range d.net.dns {
		for at := range d.net.ports {
			if strings.HasPrefix(at, r.Address+":") && !strings.HasSuffix(at, ":8080") && !strings.HasSuffix(at, ":123") && r != d.net.dns["sense.contoso.test"] {
				delete(d.net.ports, at)
			}
		}
	}
}

// connection is what netsh winhttp and the Internet options write.
func connection(flags byte, proxy string) []byte {
	b := []byte{0x28, 0, 0, 0, 7, 0, 0, 0, flags, 0, 0, 0}
	b = binary.LittleEndian.AppendUint32(b, uint32(len(proxy)))
	return append(append(b, proxy...), 0, 0, 0, 0)
}

func set(name string, change func(*service)) func(*described, *servers) {
	return func(d *described, _ *servers) { change(d.service(name)) }
}

func value(key, name string, v uint32) func(*described, *servers) {
	return func(d *described, _ *servers) { d.forget(name); d.number(key, name, v) }
}

// faults are those of a host's own settings.
func faults() []fault {
	return []fault{
		{"healthy", func(*described, *servers) {}, "", checks.Pass, ""},
		{"stopped", set("WAPCSvc", func(s *service) { s.State = "Stopped" }), "connector.services", checks.Fail, "connector.service-stopped"},
		{"starting", set("WAPCSvc", func(s *service) { s.State = "Start Pending" }), "connector.services", checks.Fail, "connector.service-stopped"},
		{"pausing", set("WAPCUpdaterSvc", func(s *service) { s.State = "Pause Pending" }), "connector.services", checks.Fail, "connector.service-stopped"},
		{"no updater", func(d *described, _ *servers) { d.services = d.services[:1] }, "connector.services", checks.Fail, "connector.service-missing"},
		{"no connector", func(d *described, _ *servers) { d.services = nil }, "connector.services", checks.Fail, "connector.service-missing"},
		{"disabled", set("WAPCUpdaterSvc", func(s *service) { s.State, s.Mode = "Stopped", "Disabled" }), "connector.services", checks.Fail, "connector.service-disabled"},
		{"by hand", set("WAPCSvc", func(s *service) { s.Mode = "Manual" }), "connector.services", checks.Warn, "connector.service-disabled"},
		{"an account of its own", func(d *described, _ *servers) {
			d.service("WAPCSvc").Account, d.accounts[`CONTOSO\svc-proxy`] = `CONTOSO\svc-proxy`, "S-1-5-21-1-2-3-1104"
		}, "connector.services", checks.Fail, "connector.service-account"},
		{"a local account", func(d *described, _ *servers) {
			d.service("WAPCSvc").Account, d.accounts[`CONN01\svc`] = `.\svc`, "S-1-5-21-9-9-9-1001"
		}, "connector.services", checks.Fail, "connector.service-account"},
		{"an account nobody knows", set("WAPCSvc", func(s *service) { s.Account = `CONTOSO\gone` }), "connector.services", checks.Fail, "connector.service-account"},
		{"a path without quotes", func(d *described, _ *servers) {
			d.service("WAPCSvc").Path = `%ProgramFiles%\Microsoft Entra private network connector\MicrosoftEntraPrivateNetworkConnectorService.exe /run`
		}, "", checks.Pass, ""},
		{"an old connector", func(d *described, _ *servers) { d.versions[program] = "1.5.400.0" }, "connector.platform", checks.Fail, "connector.version-old"},
		{"an ageing connector", func(d *described, _ *servers) { d.versions[program] = "1.5.1526.0" }, "connector.platform", checks.Warn, "connector.version-old"},
		{"an old Windows", func(d *described, _ *servers) {
			d.old = true
			d.forget("CurrentBuildNumber")
			d.forget("ProductName")
			d.text(`SOFTWARE\Microsoft\Windows NT\CurrentVersion`, "CurrentBuildNumber", "9600")
			d.text(`SOFTWARE\Microsoft\Windows NT\CurrentVersion`, "ProductName", "Windows Server 2012 R2 Standard")
		}, "connector.platform", checks.Fail, "connector.os-old"},
		{"Windows 11, which calls itself 10", func(d *described, _ *servers) {
			d.forget("CurrentBuildNumber")
			d.forget("ProductName")
			d.text(`SOFTWARE\Microsoft\Windows NT\CurrentVersion`, "CurrentBuildNumber", "22631")
			d.text(`SOFTWARE\Microsoft\Windows NT\CurrentVersion`, "ProductName", "Windows 10 Enterprise")
		}, "connector.platform", checks.Warn, "connector.os-desktop"},
		{"an old .NET", value(`SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full`, "Release", 394802), "connector.platform", checks.Fail, "connector.dotnet-old"},
		{"no .NET 4.5", func(d *described, _ *servers) { d.forget("Release") }, "connector.platform", checks.Fail, "connector.dotnet-old"},
		{"TLS 1.2 off for servers", value(serves, "Enabled", 0), "connector.tls12", checks.Warn, "connector.tls12-off"},
		{"TLS 1.2 off for servers by default", value(serves, "DisabledByDefault", 1), "connector.tls12", checks.Warn, "connector.tls12-off"},
		{"TLS 1.2 off", value(schannel, "Enabled", 0), "connector.tls12", checks.Fail, "connector.tls12-off"},
		{"TLS 1.2 off by default", func(d *described, _ *servers) {
			d.number(schannel, "Enabled", 0xffffffff)
			d.number(schannel, "DisabledByDefault", 1)
		}, "connector.tls12", checks.Fail, "connector.tls12-off"},
		{"TLS 1.2 on", func(d *described, _ *servers) {
			d.number(schannel, "Enabled", 0xffffffff)
			d.number(schannel, "DisabledByDefault", 0)
			d.number(dotnet, "SchUseStrongCrypto", 1)
		}, "", checks.Pass, ""},
		{".NET without TLS 1.2", func(d *described, _ *servers) {
			d.number(dotnet, "SchUseStrongCrypto", 0)
			d.number(dotnet, "SystemDefaultTlsVersions", 0)
		}, "connector.tls12", checks.Fail, "connector.dotnet-tls12-off"},
		{"TLS 1.2 not to be read", func(d *described, _ *servers) { d.deniedKeys = []string{schannel} }, "connector.tls12", checks.Unknown, ""},
		{"TLS 1.2 as a text", func(d *described, _ *servers) { d.text(schannel, "Enabled", "1") }, "connector.tls12", checks.Unknown, ""},
		{"HTTP/2 not set", func(d *described, _ *servers) { d.forget("EnableDefaultHTTP2") }, "connector.http2", checks.Fail, "connector.http2-on"},
		{"HTTP/2 on", value(internet+`\WinHttp`, "EnableDefaultHTTP2", 1), "connector.http2", checks.Fail, "connector.http2-on"},
		{"SPNEGO on", value(product, "UseSpnegoAuthentication", 1), "", checks.Pass, ""},
		{"no member", func(d *described, _ *servers) { d.domain, d.joined = "ARBEITSGRUPPE", false }, "connector.domain", checks.Fail, "connector.not-joined"},
		{"a broken channel", func(d *described, s *servers) { d.sound = false; d.net.host("contoso.test", 389, s.plain) }, "connector.domain", checks.Fail, "connector.channel-broken"},
		{"no administrator", func(d *described, _ *servers) { d.channelError = "Access is denied" }, "connector.domain", checks.Unknown, ""},
		{"no services to be asked", func(d *described, _ *servers) { d.cimError = "Access denied " }, "connector.services", checks.Unknown, ""},
		{"a late clock", func(d *described, s *servers) { d.net.host("dc1.contoso.test", 123, s.clockAhead) }, "connector.clock", checks.Fail, "connector.clock-skew"},
		{"an early clock", func(d *described, s *servers) { d.net.host("dc1.contoso.test", 123, s.clockBehind) }, "connector.clock", checks.Warn, "connector.clock-skew"},
		{"a clock of somebody else", func(d *described, s *servers) { d.net.host("dc1.contoso.test", 123, s.clockWrong) }, "connector.clock", checks.Unknown, ""},
		{"a clock that says nothing", func(d *described, s *servers) { d.net.host("dc1.contoso.test", 123, s.clockMute) }, "connector.clock", checks.Unknown, ""},
		{"no clock", func(d *described, _ *servers) { d.net.host("dc1.contoso.test", 123, "") }, "connector.clock", checks.Unknown, ""},
		{"a clash", func(d *described, _ *servers) { d.service("AzureADPasswordProtectionProxy") }, "connector.agents", checks.Fail, "connector.agent-clash"},
		{"event 1000", func(d *described, _ *servers) {
			d.channels[admin].Events = []event{logged(1000, yesterday, "The trust certificate has expired.\r\nRun Register-AppProxyConnector.")}
		}, "connector.events", checks.Fail, "connector.certificate-expired"},
		{"event 1000, and up again", func(d *described, _ *servers) {
			d.channels[admin].Events = []event{
				logged(1000, yesterday, "The trust certificate has expired."), logged(13019, yesterday.Add(time.Hour), "No ticket.", "Transaction ID=a-1", "user_name=alice", "BackendSPN=HTTP/sense", "plain"),
				logged(12027, yesterday.Add(2*time.Hour), "A request failed.\r\nTransaction ID: {7f-3}\r\nUser: bob@contoso.test\r\nPublished Backend URL: https://sense.contoso.test/\r\nPassword=hunter2hunter2hunter2hunter2"),
			}
		}, "", checks.Pass, ""},
		{"no channel", func(d *described, _ *servers) { d.channels = nil }, "connector.events", checks.Unknown, ""},
		{"channels not to be read", func(d *described, _ *servers) { d.channels[admin].Denied = true }, "connector.events", checks.Unknown, ""},
		{"a log for errors", func(d *described, _ *servers) {
			d.channels["Microsoft-AadApplicationProxy-Connector/Session"] = &eventChannel{Debug: true, Events: []event{
				logged(24028, yesterday, "Other."), logged(24029, yesterday.Add(time.Minute), "Delegated.\r\nUser: carol@contoso.test"), logged(24029, yesterday, "Delegated earlier."),
			}}
		}, "", checks.Pass, ""},
		{"a trace", func(d *described, _ *servers) {
			d.files[traces+"MicrosoftEntraPrivateNetworkConnectorService_2.log"] = file{"start\r\nERROR: Failed to validate chain of certificate\r\nAuthorization: Negotiate YIIGhgYJKoZIhvcSAQICAQBuggZ1MIIGcaADAgEF failed to\r\n", yesterday.Add(time.Hour)}
		}, "connector.traces", checks.Warn, "connector.trace-trouble"},
		{"a trace in two bytes a letter", func(d *described, _ *servers) {
			d.files[traces+"MicrosoftEntraPrivateNetworkConnectorService_3.log"] = file{wide("quiet\r\nerror 0x80072f8f für Ü\r\n"), yesterday}
		}, "connector.traces", checks.Warn, "connector.trace-trouble"},
	}
}

// wide is a text as Windows writes it in two bytes a letter, with a mark.
func wide(s string) string {
	b := []byte{0xff, 0xfe}
	for _, r := range s {
		b = append(b, byte(r), byte(r>>8))
	}
	return string(b)
}
