package powershell_test

import (
	"strings"

	"sensegate/checks"
)

// wayFaults are those of the way out, and of what stands on it.
func wayFaults() []fault {
	const proxy = "http://proxy.contoso.test:8080"
	return []fault{
		{"everything through a proxy", func(d *described, s *servers) { d.proxied(s.proxy, proxy) }, "", checks.Pass, ""},
		{"a proxy in machine.config", func(d *described, s *servers) {
			d.proxied(s.proxy, proxy)
			d.files[`C:\Windows\Microsoft.NET\Framework64\v4.0.30319\Config\machine.config`] = d.files[program+".config"]
			d.files[program+".config"], d.files[updater+".config"] = file{nothing, yesterday}, file{nothing, yesterday}
		}, "", checks.Pass, ""},
		{"a proxy that asks for a sign-in", func(d *described, s *servers) { d.proxied(s.proxyAsks, proxy) }, "connector.egress", checks.Fail, "connector.proxy-authentication"},
		{"a proxy with a page", func(d *described, s *servers) { d.proxied(s.proxyPage, proxy) }, "connector.egress", checks.Warn, "connector.proxy-refused"},
		{"a proxy that is busy", func(d *described, s *servers) { d.proxied(s.proxyTeapot, proxy) }, "connector.egress", checks.Warn, "connector.proxy-refused"},
		{"no proxy there", func(d *described, s *servers) { d.proxied(s.proxyNone, proxy) }, "connector.egress", checks.Warn, "connector.egress-blocked"},
		{"half a proxy", func(d *described, s *servers) {
			d.proxied(s.proxy, proxy)
			d.files[updater+".config"] = file{nothing, yesterday}
		}, "connector.proxy", checks.Fail, "connector.proxy-differs"},
		{"the updater without", func(d *described, s *servers) {
			d.proxied(s.proxy, proxy)
			d.files[updater+".config"] = config(` enabled="false"`, proxy)
		}, "connector.proxy", checks.Fail, "connector.proxy-differs"},
		{"a proxy without a scheme", func(d *described, s *servers) { d.proxied(s.proxy, "proxy.contoso.test:8080") }, "connector.proxy", checks.Fail, "connector.proxy-address"},
		{"a proxy with a password", func(d *described, s *servers) { d.proxied(s.proxy, "http://user:hidden@proxy.contoso.test:8080") }, "", checks.Pass, ""},
		{"WinHTTP direct", func(d *described, s *servers) {
			d.proxied(s.proxy, proxy)
			d.binary("LocalMachine", internet+`\Connections`, "Else", nil)
			d.forget("WinHttpSettings")
		}, "connector.proxy", checks.Warn, "connector.proxy-winhttp"},
		{"discovery by name", func(d *described, s *servers) {
			d.net.host("wpad", 80, s.page)
			d.binary("Users", `S-1-5-20\Software\Microsoft\Windows\CurrentVersion\Internet Settings\Connections`, "DefaultConnectionSettings", connection(9, ""))
		}, "connector.proxy", checks.Warn, "connector.proxy-discovered"},
		{"discovery by DHCP", func(d *described, _ *servers) { d.net.pac = "http://u:p@wpad.contoso.test/wpad.dat" }, "connector.proxy", checks.Warn, "connector.proxy-discovered"},
		{"a config that is broken", func(d *described, _ *servers) { d.files[program+".config"] = file{"<configuration><sys", yesterday} }, "connector.proxy", checks.Unknown, ""},
		{"opened on the way", func(d *described, s *servers) { d.net.host(login, 443, s.opened) }, "connector.egress", checks.Fail, "connector.tls-inspected"},
		{"a closed port", func(d *described, _ *servers) { d.net.host(login, 443, "") }, "connector.egress", checks.Warn, "connector.egress-blocked"},
		{"no TLS there", func(d *described, s *servers) { d.net.host(login, 443, s.plain) }, "connector.egress", checks.Warn, "connector.egress-blocked"},
		{"no such name", func(d *described, _ *servers) { delete(d.net.dns, login) }, "connector.egress", checks.Warn, "connector.egress-blocked"},
		{"an address of the inside", func(d *described, _ *servers) {
			d.net.dns[login].Address = "10.1.2.3"
		}, "connector.egress", checks.Warn, "connector.egress-blocked"},
		{"nobody answers", func(d *described, s *servers) { d.net.host(login, 443, s.mute) }, "connector.egress", checks.Warn, "connector.egress-blocked"},
		{"a page for a list", func(d *described, s *servers) { d.net.host("crl3.digicert.com", 80, s.page) }, "connector.egress", checks.Warn, "connector.revocation-blocked"},
		{"no list for us", func(d *described, s *servers) { d.net.host("crl3.digicert.com", 80, s.forbidden) }, "connector.egress", checks.Warn, "connector.revocation-blocked"},
		{"a page for an answer", func(d *described, s *servers) { d.net.host("ocsp.digicert.com", 80, s.page) }, "connector.egress", checks.Warn, "connector.revocation-blocked"},
		{"no way to the list", func(d *described, _ *servers) { d.net.host("crl3.digicert.com", 80, "") }, "connector.egress", checks.Warn, "connector.revocation-blocked"},
		{"a stranger signed for Qlik", func(d *described, s *servers) { d.net.host("sense.contoso.test", 443, s.qlikUnknown) }, "connector.backend", checks.Fail, "connector.backend-untrusted"},
		{"Qlik's certificate has expired", func(d *described, s *servers) { d.net.host("sense.contoso.test", 443, s.qlikExpired) }, "connector.backend", checks.Fail, "connector.backend-certificate"},
		{"Qlik's certificate is for others", func(d *described, s *servers) { d.net.host("sense.contoso.test", 443, s.qlikOther) }, "connector.backend", checks.Fail, "connector.backend-certificate"},
		{"no Qlik", func(d *described, _ *servers) { d.net.host("sense.contoso.test", 443, "") }, "connector.backend", checks.Fail, "connector.backend-unreached"},
		{"German", func(d *described, _ *servers) {
			d.culture = "de-DE"
			translated(d, "Microsoft Entra-Connector für private Netzwerke", `NT-AUTORITÄT\Netzwerkdienst`,
				"Fehler beim Anfordern eines Tickets für „Müller“: Zugriff verweigert.\r\nBenutzer: müller", "ERROR: Größe überschritten – Zugriff verweigert, Failed to ...")
		}, "", checks.Pass, ""},
		{"Japanese", func(d *described, _ *servers) {
			d.culture = "ja-JP"
			translated(d, "Microsoft Entra プライベート ネットワーク コネクタ", networkService,
				"チケットを要求できません: アクセスが拒否されました。\r\nUser: 山田@contoso.test 😀", "ERROR: アクセスが拒否されました。")
		}, "", checks.Pass, ""},
		{"Turkish", func(d *described, _ *servers) {
			d.culture = "tr-TR"
			translated(d, "Microsoft Entra özel ağ bağlayıcısı", networkService, "Erişim engellendi. İSTEK ILE\r\nTRANSACTION ID: 5\r\nAUTHORIZATION: NEGOTIATE abcdefghijklmnopqrstuvwxyz", "ERROR: Erişim engellendi İI ıi\r\nFAILED TO SEND NEGOTIATE abcdefghijklmnopqrstuvwxyz\r\nUNAUTHORIZED EXCEPTION")
		}, "", checks.Pass, ""},
		{"Thai, with its own years", func(d *described, _ *servers) { d.culture = "th-TH" }, "", checks.Pass, ""},
		{"Arabic, with its own months", func(d *described, _ *servers) { d.culture = "ar-SA" }, "", checks.Pass, ""},
	}
}

// translated is a Windows in another language.
func translated(d *described, display, account, message, trace string) {
	d.service("WAPCSvc").Display, d.service("WAPCSvc").Account = display, account
	d.accounts[account] = "S-1-5-20"
	d.channels[admin].Events = []event{logged(13019, yesterday, message, "user=ü", strings.ToUpper("ß ı i"))}
	d.files[traces+"MicrosoftEntraPrivateNetworkConnectorService_9.log"] = file{trace + "\r\n", yesterday}
}
