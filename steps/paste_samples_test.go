package steps_test

import (
	"fmt"
	"strings"

	"sensegate/checks"
)

// samples are what consoles of five languages show, one for each outcome.
func samples() []sample {
	var out []sample
	for language, w := range languages() {
		add := func(id checks.ID, host, body string, want checks.Status, cause checks.CauseID, line string) {
			out = append(out, sample{id, language, host, body, want, cause, line})
		}
		w.directory(add)
		w.hosts(add)
	}
	return out
}

type adder func(id checks.ID, host, body string, want checks.Status, cause checks.CauseID, line string)

func (w words) directory(add adder) {
	ours, theirs := []string{qlikAccount, "\tHTTP/sense.contoso.test", "\tHTTP/sense"}, []string{strangerDN, "\tHTTP/sense.contoso.test"}
	name := "HTTP/sense.contoso.test"
	add("spn.owner", "DC1", w.query(name, ours...), checks.Pass, "", qlikAccount)
	add("spn.owner", "DC1", w.query(name), checks.Fail, "spn.missing", "DC=contoso,DC=test")
	add("spn.owner", "DC1", w.query(name, theirs...), checks.Fail, "spn.wrong-owner", strangerDN)
	add("spn.unique", "DC1", w.query(`"HTTP/*"`, ours...), checks.Pass, "", qlikAccount)
	add("spn.unique", "DC1", w.query(`"HTTP/*"`, append(ours[:3:3], theirs...)...), checks.Fail, "spn.duplicate", strangerDN)
	add("spn.alias", "DC1", w.query("HOST/sense.contoso.test"), checks.Pass, "", "DC=contoso,DC=test")
	add("spn.alias", "DC1", w.query("HOST/sense.contoso.test", "CN=WEB09,CN=Computers,DC=contoso,DC=test", "\tHOST/sense.contoso.test"), checks.Fail, "spn.host-alias", "CN=WEB09")
	forest := func(count int, lines ...string) string {
		return answered("setspn.exe -F -X", append(append([]string{w.forest, w.processing}, lines...), "", fmt.Sprintf(w.count, count))...)
	}
	add("spn.forest", "DC1", forest(0), checks.Pass, "", "0")
	add("spn.forest", "DC1", forest(1, "MSSQLSvc/db.contoso.test:", "\tCN=DB1,CN=Computers,DC=contoso,DC=test", "\tCN=svc-db,CN=Users,DC=contoso,DC=test"), checks.Warn, "spn.forest-duplicates", "1")
	add("kerberos.ticket", "PC17", w.ticket("AES-256-CTS-HMAC-SHA1-96"), checks.Pass, "", "HTTP/sense.contoso.test @")
	add("kerberos.ticket", "PC17", w.ticket("RSADSI RC4-HMAC(NT)"), checks.Warn, "kerberos.weak-ticket", "HTTP/sense.contoso.test @")
	add("kerberos.ticket", "PC17", answered("klist.exe get "+name, "", w.logon, "LsaCallAuthenticationPackage (GetTicket): 0x6fb", "", w.failed+" 0xc000018b/-1073741429"), checks.Fail, "kerberos.no-ticket", "0xc000018b")
	add("spn.aes", "PC17", w.ticket("AES-256-CTS-HMAC-SHA1-96"), checks.Pass, "", "AES-256-CTS")
	add("spn.aes", "PC17", w.ticket("RSADSI RC4-HMAC(NT)"), checks.Fail, "spn.no-aes", "RC4-HMAC")
	add("site.directory", "DC1", answered("Get-ADRootDSE", "", "", "defaultNamingContext : DC=contoso,DC=test", "dnsHostName          : DC1.contoso.test", "currentTime          : 21.11.2026 14:00:00", ""), checks.Pass, "", "defaultNamingContext")
	add("delegation.user", "DC1", accountShown("alice", "66048", "S-1-5-21-1-2-3-513"), checks.Pass, "", "userAccountControl")
	add("delegation.user", "DC1", accountShown("alice", "1114624", "S-1-5-21-1-2-3-513"), checks.Fail, "delegation.user-sensitive", "1114624")
	add("delegation.user", "DC1", accountShown("alice", "66048", "S-1-5-21-1-2-3-513, S-1-5-21-1-2-3-525"), checks.Fail, "delegation.user-protected", "userAccountControl")
}

// accountShown is what PowerShell lists of an account; its words are the same
// in every language.
func accountShown(sam, uac, groups string) string {
	line := func(name, value string) string { return fmt.Sprintf("%-34s : %s", name, value) }
	return answered("Get-ADObject "+sam+" in contoso.test", "found 1", "", "", line("sAMAccountName", sam), line("userPrincipalName", sam+"@contoso.test"), line("objectSid", "S-1-5-21-1-2-3-1105"),
		line("userAccountControl", uac), line("msDS-User-Account-Control-Computed", "0"), line("accountExpires", "9223372036854775807"), line("pwdLastSet", "134082432000000000"),
		line("msDS-SupportedEncryptionTypes", ""), line("servicePrincipalName", "{}"), line("dNSHostName", ""), line("msDS-AllowedToDelegateTo", "{}"), line("tokenGroups", "{"+groups+"}"),
		line("distinguishedName", "CN="+sam+",CN=Users,DC=contoso,DC=test"), line("objectClass", "user"), line("actOnBehalf", ""), "", "")
}

const (
	keyTLS12   = `SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Client`
	keyNet     = `SOFTWARE\Microsoft\.NETFramework\v4.0.30319`
	keyVersion = `SOFTWARE\Microsoft\Windows NT\CurrentVersion /v CurrentBuildNumber`
	keyWinHTTP = `SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\WinHttp`
	keyProduct = `SOFTWARE\Microsoft\Microsoft Entra private network connector`
	keyFormer  = `SOFTWARE\Microsoft\Microsoft AAD App Proxy Connector`
)

func (w words) hosts(add adder) {
	const network, system = `NT AUTHORITY\NetworkService`, "LocalSystem"
	ok := "4  RUNNING"
	auto := "2   AUTO_START  (DELAYED)"
	add("connector.services", "CONN01", w.service("WAPCSvc", ok, auto, network)+w.service("WAPCUpdaterSvc", ok, auto, system), checks.Pass, "", "RUNNING")
	add("connector.services", "conn01", w.service("WAPCSvc", "1  STOPPED", auto, network)+w.service("WAPCUpdaterSvc", ok, auto, system), checks.Fail, "connector.service-stopped", "STOPPED")
	add("connector.services", "CONN01", w.noService("WAPCSvc")+w.noService("WAPCUpdaterSvc"), checks.Fail, "connector.service-missing", "1060")
	add("connector.services", "CONN01", w.service("WAPCSvc", ok, auto, `CONTOSO\svc-proxy`)+w.service("WAPCUpdaterSvc", ok, auto, system), checks.Fail, "connector.service-account", `CONTOSO\svc-proxy`)
	strong := w.reg(keyNet, "    SchUseStrongCrypto    REG_DWORD    0x1")
	add("connector.tls12", "CONN01", w.reg(keyTLS12)+strong, checks.Pass, "", "Enabled is not among")
	add("connector.tls12", "CONN01", w.reg(keyTLS12, "    DisabledByDefault    REG_DWORD    0x0", "    Enabled    REG_DWORD    0x0")+strong, checks.Fail, "connector.tls12-off", "Enabled    REG_DWORD    0x0")
	build := w.reg(keyVersion, "    CurrentBuildNumber    REG_SZ    20348")
	add("connector.http2", "CONN01", build+w.reg(keyWinHTTP, "    EnableDefaultHTTP2    REG_DWORD    0x0"), checks.Pass, "", "0x0")
	add("connector.http2", "CONN01", build+w.reg(keyWinHTTP), checks.Fail, "connector.http2-on", "20348")
	add("connector.spnego", "CONN01", w.reg(keyProduct, "    UseSpnegoAuthentication    REG_DWORD    0x1")+w.reg(keyFormer), checks.Pass, "", "0x1")
	channel := func(status string) string {
		return answered("nltest.exe /sc_query:contoso.test", "Flags: 30 HAS_IP  HAS_TIMESERV ", `DC \\DC1.contoso.test `, w.channel+" "+status, w.completed)
	}
	add("connector.domain", "CONN01", channel("0 0x0 NERR_Success"), checks.Pass, "", "NERR_Success")
	add("connector.domain", "CONN01", channel("1311 0x51f ERROR_NO_LOGON_SERVERS"), checks.Fail, "connector.channel-broken", "0x51f")
	clock := func(offset string) string {
		return answered("w32tm.exe /stripchart /computer:contoso.test /samples:1 /dataonly", w.tracking, w.collecting, w.now, "14:00:00, "+offset)
	}
	add("connector.clock", "CONN01", clock("+00.0123456s"), checks.Pass, "", "+00.0123456s")
	add("connector.clock", "CONN01", clock("-540,0123456s"), checks.Fail, "connector.clock-skew", "-540,0123456s")
	add("site.clocks", "QLIK01", clock("+00.0123456s"), checks.Pass, "", "+00.0123456s")
	add("site.clocks", "qlik01", clock("-400.5s"), checks.Fail, "site.clock-skew", "-400.5s")
	add("site.clocks", "QLIK01", clock("+90.0s"), checks.Warn, "site.clock-skew", "+90.0s")
	agent := "AzureADPasswordProtectionProxy"
	add("connector.agents", "CONN01", answered("sc.exe query "+agent, "[SC] EnumQueryServicesStatus:OpenService "+w.nothing, ""), checks.Pass, "", "1060")
	config := func(proxy string) string {
		var b strings.Builder
		for _, name := range []string{"connector", "updater"} {
			b.WriteString("SENSEGATE-FILE " + name + "\r\n<?xml version=\"1.0\"?>\r\n<configuration>\r\n  <system.net>\r\n    <defaultProxy>" + proxy + "</defaultProxy>\r\n  </system.net>\r\n</configuration>\r\n\r\n")
		}
		return b.String() + "SENSEGATE-FILE machine\r\n<configuration/>\r\n\r\nSENSEGATE-WPAD none\r\n"
	}
	connections := w.reg(`SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\Connections /v WinHttpSettings`)
	add("connector.proxy", "CONN01", answered("netsh.exe winhttp show proxy", "", w.direct)+connections+config(""), checks.Pass, "", "WPAD none")
	named := `<proxy proxyaddress="http://proxy.contoso.test:8080" bypassonlocal="True"/>`
	add("connector.proxy", "CONN01", answered("netsh.exe winhttp show proxy", "", w.proxy)+connections+config(named), checks.Pass, "", "proxy.contoso.test:8080")
	add("connector.proxy", "CONN01", answered("netsh.exe winhttp show proxy", "", w.direct)+connections+config(named), checks.Warn, "connector.proxy-winhttp", "proxyaddress")
	var qlik strings.Builder
	for _, name := range []string{"QlikSenseRepositoryService", "QlikSenseProxyService", "QlikSenseEngineService", "QlikSenseSchedulerService", "QlikSenseServiceDispatcher"} {
		qlik.WriteString(w.service(name, ok, auto, `CONTOSO\svc-qlik`))
	}
	pem := "SENSEGATE-ASK dir certificates\r\n" + `C:\ProgramData\Qlik\Sense\Repository\Exported Certificates\.Local Certificates\client.pem` + "\r\nSENSEGATE-CERTIFICATES"
	add("site.qlik-host", "QLIK01", qlik.String()+pem, checks.Pass, "", "RUNNING")
	add("site.qlik-host", "QLIK01", strings.Replace(qlik.String(), ok, "1  STOPPED", 1)+pem, checks.Fail, "site.qlik-service-stopped", "STOPPED")
	add("spn.runs", "QLIK01", qlik.String()+pem, checks.Pass, "", `CONTOSO\svc-qlik`)
	add("spn.runs", "QLIK01", strings.ReplaceAll(qlik.String(), `CONTOSO\svc-qlik`, `CONTOSO\svc-web`)+pem, checks.Fail, "spn.runs-as-another", `CONTOSO\svc-web`)
}
