package connector_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"

	"sensegate/checks"
	"sensegate/checks/checkstest"
	"sensegate/internal/fact"
)

// configs are both files of the connector as the command prints them.
func configs(connector, updater string) string {
	wrap := func(s string) string {
		return "<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n<configuration>\r\n  <system.net>" + s + "</system.net>\r\n</configuration>\r\n"
	}
	return "SENSEGATE-FILE connector\r\n" + wrap(connector) + "SENSEGATE-FILE updater\r\n" + wrap(updater) + "SENSEGATE-FILE machine\r\n<configuration><configSections/></configuration>\r\n\r\n"
}

func endpoints(change ...string) string {
	text := "EGRESS login.microsoftonline.com:443 reached True CN=DigiCert Global G2 TLS RSA SHA256 2020 CA1, O=DigiCert Inc, C=US\r\n" +
		"EGRESS login.windows.net:443 reached True CN=DigiCert SHA2 Secure Server CA, O=DigiCert Inc, C=US\r\n" +
		"EGRESS register.msappproxy.net:443 reached False CN=Microsoft Azure RSA TLS Issuing CA 03, O=Microsoft Corporation, C=US\r\n" +
		"EGRESS updater.msappproxy.net:443 reached False CN=Microsoft Azure RSA TLS Issuing CA 03, O=Microsoft Corporation, C=US\r\n"
	var b strings.Builder
	b.WriteString(text)
	for _, e := range fact.ServiceEndpoints("", "") {
		switch known := strings.Contains(text, "EGRESS "+e.Host+":"); {
		case !known && e.Port == 443:
			fmt.Fprintf(&b, "EGRESS %s:443 reached True CN=DigiCert SHA2 Secure Server CA, O=DigiCert Inc, C=US\r\n", e.Host)
		case !known:
			fmt.Fprintf(&b, "EGRESS %s:%d reached \r\n", e.Host, e.Port)
		}
	}
	return strings.NewReplacer(change...).Replace(b.String())
}

const (
	entraLog    = "Microsoft-Microsoft Entra private network-Connector/Admin"
	named       = `<defaultProxy><proxy proxyaddress="http://user:hidden@proxy:8080" bypassonlocal="True" usesystemdefault="True"/></defaultProxy>`
	formerLog   = "Microsoft-AadApplicationProxy-Connector/Admin"
	connections = `reg query "HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\Connections" /v WinHttpSettings`
	hexProxy    = "    WinHttpSettings    REG_BINARY    2800000000000000030000000A00000070726F78793A3830383000000000\r\n"
)

func event(id, data string) string {
	return `<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><EventID>` + id + `</EventID><TimeCreated SystemTime='2026-11-21T10:00:00.1234567Z'/><Channel>` + entraLog +
		"</Channel></System><EventData><Data>" + data + "</Data></EventData></Event>\r\n"
}

// TestPastedWayOut judges what our commands print on Windows of several
// languages, in the code pages and encodings that consoles and files bring.
func TestPastedWayOut(t *testing.T) {
	const (
		german   = "\r\nAktuelle WinHTTP-Proxyeinstellungen:\r\n\r\n    Direktzugriff (kein Proxyserver).\r\n"
		french   = "\r\nParam\xe8tres de proxy WinHTTP actuels\xa0:\r\n\r\n    Serveur(s) proxy : proxy:8080\r\n    Contournement : (aucun)\r\n" // Windows-1252
		japanese = "現在の WinHTTP プロキシ設定:\r\n\r\n    直接アクセス (プロキシ サーバーなし)。\r\n"
		notSet   = "エラー: 指定されたレジストリ キーまたは値が見つかりませんでした。\r\n"
		none     = "SENSEGATE-WPAD none\r\n"
	)
	netsh := func(text, settings string) string {
		return checkstest.Answered("netsh.exe winhttp show proxy", text) + checkstest.Answered(connections, settings)
	}
	events := func(now, of string) string {
		missing := "Failed to read configuration for log. Der angegebene Kanal wurde nicht gefunden.\r\n"
		return checkstest.Answered(`wevtutil.exe gl "`+entraLog+`"`, now) + checkstest.Answered(`wevtutil qe "`+entraLog+`"`, of) +
			checkstest.Answered(`wevtutil.exe gl "`+formerLog+`"`, missing) + checkstest.Answered(`wevtutil qe "`+formerLog+`"`, missing)
	}
	spnego := func(now, once string) string {
		return checkstest.Answered(`reg query "HKLM\SOFTWARE\Microsoft\Microsoft Entra private network connector"`, now) +
			checkstest.Answered(`reg query "HKLM\SOFTWARE\Microsoft\Microsoft AAD App Proxy Connector"`, once)
	}
	tests := []struct {
		name  string
		id    checks.ID
		body  string
		want  checks.Status
		cause checks.CauseID
		line  string
	}{
		{"new enough", "connector.platform", "OS 20348 Windows Server 2022 Datacenter\r\nNET 528449\r\nWAPCSvc 1.5.4892.0\r\n", checks.Pass, "", "WAPCSvc 1.5.4892.0"},
		{"an old connector", "connector.platform", "OS 20348 Windows Server 2022 Datacenter\r\nNET 528449\r\nWAPCSvc 1.5.400.0\r\n", checks.Fail, "connector.version-old", "1.5.400.0"},
		{"an old Windows", "connector.platform", "OS 9600 Windows Server 2012 R2\r\nNET 528449\r\nWAPCSvc 1.5.4892.0\r\n", checks.Fail, "connector.os-old", "OS 9600"},
		{"an old .NET", "connector.platform", "OS 20348 x\r\nNET 394802\r\nWAPCSvc 1.5.4892.0\r\n", checks.Fail, "connector.dotnet-old", "NET 394802"},
		{"no proxy, in German", "connector.proxy", netsh(german, notSet) + configs("", "") + none, checks.Pass, "", "SENSEGATE-WPAD none"},
		{"no proxy, in Japanese", "connector.proxy", netsh(japanese, notSet) + configs("", "") + none, checks.Pass, "", ""},
		{"a proxy for all, in French", "connector.proxy", netsh(french, notSet) + configs(named, named) + none, checks.Pass, "", "proxy:8080"},
		{"a proxy for all, by the registry", "connector.proxy", netsh(german, hexProxy) + configs(named, named) + none, checks.Pass, "", "REG_BINARY"},
		{"a proxy for the connector alone", "connector.proxy", netsh(french, notSet) + configs(named, "") + none, checks.Fail, "connector.proxy-differs", "proxyaddress"},
		{"a proxy that WinHTTP does not know", "connector.proxy", netsh(german, notSet) + configs(named, named) + none, checks.Warn, "connector.proxy-winhttp", "proxyaddress"},
		{"found by discovery", "connector.proxy", netsh(german, notSet) + configs("", "") + "SENSEGATE-WPAD found\r\n", checks.Warn, "connector.proxy-discovered", "WPAD found"},
		{"all reached", "connector.egress", endpoints(), checks.Pass, "", "EGRESS login"},
		{"opened on the way", "connector.egress", endpoints("reached True CN=DigiCert Global G2 TLS RSA SHA256 2020 CA1, O=DigiCert Inc", "reached False CN=Gateway CA, O=Contoso"), checks.Fail, "connector.tls-inspected", "Gateway"},
		{"one not reached, in German", "connector.egress", endpoints("updater.msappproxy.net:443 reached False CN=Microsoft Azure RSA TLS Issuing CA 03, O=Microsoft Corporation, C=US", "updater.msappproxy.net:443 failed Ein Verbindungsversuch ist fehlgeschlagen"), checks.Warn, "connector.egress-blocked", "fehlgeschlagen"},
		{"revocation closed", "connector.egress", endpoints("crl3.digicert.com:80 reached", "crl3.digicert.com:80 failed no answer within 8 seconds"), checks.Warn, "connector.revocation-blocked", "crl3"},
		{"trusted", "connector.backend", "BACKEND sense.contoso.test:443 None CN=Contoso CA, DC=contoso\r\n", checks.Pass, "", "None CN=Contoso CA"},
		{"not trusted", "connector.backend", "BACKEND sense.contoso.test:443 RemoteCertificateNameMismatch,RemoteCertificateChainErrors CN=qlik01-CA\r\n", checks.Fail, "connector.backend-untrusted", "ChainErrors"},
		{"no event", "connector.events", events("name: "+entraLog+"\r\nenabled: true\r\n", ""), checks.Pass, "", entraLog},
		{"the certificate expired", "connector.events", events("name: "+entraLog+"\r\nenabled: true\r\n", event("1000", "Das Zertifikat ist abgelaufen.\r\nTransaction ID: {1}")), checks.Fail, "connector.certificate-expired", entraLog},
		{"other events", "connector.events", events("name: "+entraLog+"\r\n", event("13019", "Kein Ticket\r\nUser: alice@contoso.test")+event("1000", strings.Repeat("x", 3000))), checks.Fail, "connector.certificate-expired", entraLog},
		{"SPNEGO under the former name", "connector.spnego", spnego("ERREUR : introuvable\r\n", "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Microsoft AAD App Proxy Connector\r\n    UseSpnegoAuthentication    REG_DWORD    0x1\r\n"), checks.Pass, "", "0x1"},
		{"services by PowerShell", "connector.services", psServices("Running", "LocalSystem"), checks.Pass, "", "State     : Running"},
		{"services by PowerShell, one stopped", "connector.services", psServices("Stopped", "LocalSystem"), checks.Fail, "connector.service-stopped", "Stopped"},
		{"services by PowerShell, an account", "connector.services", psServices("Running", `CONTOSO\svc`), checks.Fail, "connector.service-account", `CONTOSO\svc`},
		{
			"a service that PowerShell does not find, in German", "connector.services",
			strings.SplitAfter(psServices("Running", "LocalSystem"), "NetworkService\r\n")[0] + "Get-Service : Es wurde kein Dienst mit dem Dienstnamen \"WAPCUpdaterSvc\" gefunden.\r\n    + FullyQualifiedErrorId : NoServiceFoundForGivenName,Microsoft.PowerShell.Commands.GetServiceCommand\r\n",
			checks.Fail, "connector.service-missing", "Running",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, env := proofOf(t, tt.id)
			env.Site.Connector.Hosts = env.Site.Connector.Hosts[:1]
			env.Site.Publish.InternalURL = "https://sense.contoso.test/"
			whole := printed("CONN01", tt.body)
			forms := []string{whole, "PS C:\\> hostname; and more\r\n" + strings.ReplaceAll(whole, "\r\n", "\n") + "PS C:\\> "}
			if !strings.Contains(whole, "\xe8") { // what is in a code page is not in UTF-16
				forms = append(forms, inUTF16(whole))
			}
			for _, form := range forms {
				r, err := p.Judge(t.Context(), env, []string{form})
				if err != nil || r.Status != tt.want || r.Cause != tt.cause || r.Row(checks.HostRow) != "conn01.contoso.test" {
					t.Fatalf("%v: %s %s %s (%v)", err, r.Status, r.Cause, r.Seen, r.Evidence)
				}
				if said := convinced(r); !strings.Contains(said, tt.line) || strings.Contains(said, "hidden") {
					t.Errorf("the lines that convinced: %q, want %q", said, tt.line)
				}
			}
		})
	}
}

func psServices(state, account string) string {
	block := func(name, state, account string) string {
		return "Name      : " + name + "\r\nState     : " + state + "\r\nStartMode : Auto\r\nStartName : " + account + "\r\n\r\n"
	}
	return block("WAPCSvc", "Running", `NT AUTHORITY\NetworkService`) + block("WAPCUpdaterSvc", state, account)
}

// convinced are the lines that a result says it rests on.
func convinced(r checks.Result) string {
	var out []string
	for _, e := range r.Evidence {
		if e.Name == checks.LineEvidence {
			out = append(out, e.Value)
		}
	}
	return strings.Join(out, "\n")
}

// inUTF16 is a text as PowerShell's > writes it.
func inUTF16(s string) string {
	out := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(s)) {
		out = append(out, byte(u), byte(u>>8))
	}
	return string(out)
}

// TestPastesOfTheWayOutRefused shows that what is not the whole answer to the
// question is refused with the reason.
func TestPastesOfTheWayOutRefused(t *testing.T) {
	const there = "name: " + entraLog + "\r\nenabled: true\r\n"
	netsh := checkstest.Answered("netsh.exe winhttp show proxy", "    Direct access (no proxy server).\r\n") + checkstest.Answered(connections, "ERROR: not found\r\n")
	channels := func(text, events string) string {
		return checkstest.Answered(`wevtutil.exe gl "`+entraLog+`"`, text) + checkstest.Answered(`wevtutil qe "`+entraLog+`"`, events) +
			checkstest.Answered(`wevtutil.exe gl "`+formerLog+`"`, "x\r\n") + checkstest.Answered(`wevtutil qe "`+formerLog+`"`, "x\r\n")
	}
	tests := []struct {
		name string
		id   checks.ID
		body string
		want string
	}{
		{"no version", "connector.platform", "OS 20348 x\r\nNET 528449\r\nget-item : Der Pfad ist nicht vorhanden.\r\n", "connector's version"},
		{"no build", "connector.platform", "NET 528449\r\nWAPCSvc 1.5.4892.0\r\n", "build of Windows"},
		{"no .NET", "connector.platform", "OS 20348 x\r\nWAPCSvc 1.5.4892.0\r\n", "release of .NET"},
		{"no files", "connector.proxy", netsh, "configuration file of the connector"},
		{"no netsh", "connector.proxy", configs(named, named) + "SENSEGATE-WPAD none\r\n", "does not answer netsh winhttp show proxy"},
		{"netsh said nothing", "connector.proxy", checkstest.Answered("netsh.exe winhttp show proxy", "") + checkstest.Answered(connections, "") + configs(named, named), "netsh winhttp show proxy prints"},
		{"no word on discovery", "connector.proxy", netsh + configs(named, named), "SENSEGATE-WPAD"},
		{"half a file", "connector.proxy", netsh + strings.Replace(configs(named, named), "</system.net>", "", 1), "is not whole"},
		{"one endpoint missing", "connector.egress", strings.SplitAfter(endpoints(), "\n")[0], "login.windows.net"},
		{"another certificate", "connector.backend", "BACKEND intranet.contoso.test:443 None CN=CA\r\n", "intranet.contoso.test"},
		{"no certificate", "connector.backend", "BACKEND sense.contoso.test:443 failed Es konnte keine Verbindung hergestellt werden\r\n", "did not see"},
		{"another channel", "connector.events", channels("name: Application\r\n", ""), "no event channel"},
		{"half an event", "connector.events", channels(there, event("1000", "x")[:120]), "cut off in the middle"},
		{"the events may not be read", "connector.events", channels(there, "Fehler beim Lesen der Ereignisse.\r\nZugriff verweigert\r\n"), "something else than events: Fehler beim Lesen"},
		{"no question about the events", "connector.events", checkstest.Answered(`wevtutil.exe gl "`+entraLog+`"`, there), "asked was wevtutil qe"},
		{"PowerShell is restricted", "connector.egress", "New-Object : Cannot create type.\r\n    + FullyQualifiedErrorId : CannotCreateTypeConstrainedLanguage,Microsoft.PowerShell.Commands.NewObjectCommand\r\n" + endpoints(), "did not run through"},
		{"Get-Service alone", "connector.services", "Name      : WAPCSvc\r\nStatus    : Running\r\nStartType : Automatic\r\n\r\nName      : WAPCUpdaterSvc\r\nStatus    : Running\r\n", "as which account"},
		{"another service", "connector.services", "Name      : Spooler\r\nState     : Running\r\nStartName : LocalSystem\r\n", "says nothing of the service WAPCSvc"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, env := proofOf(t, tt.id)
			env.Site.Publish.InternalURL = "https://sense.contoso.test/"
			for text, want := range map[string]string{
				printed("conn01", tt.body): tt.want,
				strings.Replace(printed("conn01", tt.body), "SENSEGATE-END", "", 1): "cut off",
				printed("WEB01", tt.body):                               "of the machine WEB01",
				printed("conn01", "nothing of the kind"):                "it",
				"<html>\r\nan error page\r\n</html>\r\nSENSEGATE-END\r": "SENSEGATE-RUN",
			} {
				if r, err := p.Judge(t.Context(), env, []string{text}); err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("got %v %s, want %q for %q", err, r.Status, want, text)
				}
			}
		})
	}
}

// TestEveryHostCheckHasAProof shows that whatever a connector host alone can
// tell can be pasted, and that each command names its machine and its end.
func TestEveryHostCheckHasAProof(t *testing.T) {
	for _, id := range []checks.ID{
		"connector.services", "connector.platform", "connector.tls12", "connector.http2", "connector.egress", "connector.domain", "connector.proxy",
		"connector.clock", "connector.agents", "connector.backend", "connector.spnego", "connector.events",
	} {
		p, env := proofOf(t, id)
		if p == nil {
			t.Errorf("%s cannot be proved by hand", id)
			continue
		}
		for _, a := range p.Ask(env) {
			if !strings.Contains(a.Command, "(hostname)") || !strings.Contains(a.Command, "SENSEGATE-END") || strings.ContainsAny(a.Command, "\r\n") || len(a.Command) > 8000 {
				t.Errorf("%s: %q", id, a.Command)
			}
		}
	}
}
