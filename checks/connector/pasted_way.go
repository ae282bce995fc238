package connector

import (
	"fmt"
	"net/url"
	"strings"

	"sensegate/checks"
	"sensegate/internal/fact"
	"sensegate/internal/pasted"
	"sensegate/internal/site"
)

// Where the connector is installed, under its present and former name.
const (
	folderNow   = `%ProgramFiles%\Microsoft Entra private network connector`
	folderOnce  = `%ProgramFiles%\Microsoft AAD App Proxy Connector`
	machineFile = `%SystemRoot%\Microsoft.NET\Framework64\v4.0.30319\Config\machine.config`
)

// channels are the logs that are asked for; the second is the former name.
func channels() []string {
	return []string{"Microsoft-Microsoft Entra private network-Connector/Admin", "Microsoft-AadApplicationProxy-Connector/Admin"}
}

// moreManuals are the proofs by hand of the way out and of what runs there.
func moreManuals() map[checks.ID]manual {
	return map[checks.ID]manual{
		"connector.platform": {
			shell: checks.PowerShell,
			ask: func(site.Site) []string {
				return []string{`$w = Get-ItemProperty 'HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion'; "OS $($w.CurrentBuildNumber) $($w.ProductName)"; ` +
					`"NET " + (Get-ItemProperty 'HKLM:\SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full').Release; ` +
					`"WAPCSvc " + (Get-Item (Get-CimInstance Win32_Service -Filter "Name='WAPCSvc'").PathName.Trim('"')).VersionInfo.FileVersion`}
			},
			sections: []string{fact.SectionConnector, fact.SectionOS, fact.SectionDotNet},
			read: func(_ checks.Env, f pasted.Run, e *fact.HostEvidence) ([]string, error) {
				return pasted.Platform(f, e)
			},
		},
		"connector.proxy": {
			asks: []string{"netsh.exe winhttp show proxy", query(keyConnections) + " /v WinHttpSettings"},
			ask: func(site.Site) []string {
				return []string{
					config("connector", `\MicrosoftEntraPrivateNetworkConnectorService.exe.config`, `\ApplicationProxyConnectorService.exe.config`),
					config("updater", ` Updater\MicrosoftEntraPrivateNetworkConnectorUpdaterService.exe.config`, ` Updater\ApplicationProxyConnectorUpdaterService.exe.config`),
					`echo ` + pasted.FileWord + ` machine & type "` + machineFile + `" & echo.`,
					`powershell -NoProfile -Command "try { [void][Net.Dns]::GetHostAddresses('wpad'); '` + pasted.WPADWord + ` found' } catch { '` + pasted.WPADWord + ` none' }"`,
				}
			},
			sections: []string{fact.SectionProxy},
			read: func(_ checks.Env, f pasted.Run, e *fact.HostEvidence) (lines []string, err error) {
				e.Proxy, lines, err = pasted.Proxies(f)
				return lines, err
			},
		},
		"connector.egress": {
			shell: checks.PowerShell, ask: askEgress, sections: []string{fact.SectionEgress},
			read: func(env checks.Env, f pasted.Run, e *fact.HostEvidence) (lines []string, err error) {
				e.Egress, lines, err = pasted.Egress(f, fact.ServiceEndpoints(env.Site.Entra.Cloud, env.Site.Entra.Tenant))
				return lines, err
			},
		},
		"connector.backend": {
			shell: checks.PowerShell, ask: askBackend, sections: []string{fact.SectionBackend},
			read: func(env checks.Env, f pasted.Run, e *fact.HostEvidence) ([]string, error) {
				b, lines, err := pasted.Backend(f, env.Site.InternalHost())
				e.Backends = []fact.Backend{b}
				return lines, err
			},
		},
		"connector.events": {
			ask:      func(site.Site) []string { return askEvents() },
			sections: []string{fact.SectionEvents},
			read: func(_ checks.Env, f pasted.Run, e *fact.HostEvidence) (lines []string, err error) {
				e.Events, lines, err = pasted.Events(f, channels()...)
				return lines, err
			},
		},
	}
}

// config prints a configuration file under either name of the product.
func config(who, now, once string) string {
	return `echo ` + pasted.FileWord + ` ` + who + ` & (type "` + folderNow + now + `" 2>nul || type "` + folderOnce + once + `") & echo.`
}

func askEvents() []string {
	var parts []string
	for _, c := range channels() {
		parts = append(parts, questioned(`wevtutil.exe gl "`+c+`"`), checks.Questioned(checks.Cmd, `wevtutil.exe qe "`+c+`" /c:50 /rd:true /f:xml`, `wevtutil qe "`+c+`"`))
	}
	return parts
}

// The certificate that a box in between shows is the one of interest, so it is
// taken whoever signed it; nothing else is read over these connections.
func askEgress(s site.Site) []string {
	var at []string
	for _, e := range fact.ServiceEndpoints(s.Entra.Cloud, s.Entra.Tenant) {
		at = append(at, checks.Quote(fmt.Sprintf("%s:%d", e.Host, e.Port), checks.PowerShell))
	}
	return []string{`foreach ($a in ` + strings.Join(at, ",") + `) { $n, $p = $a.Split(':'); $c = New-Object Net.Sockets.TcpClient; ` +
		`try { if (-not $c.ConnectAsync($n, [int]$p).Wait(8000)) { throw 'no answer within 8 seconds' }; $i = ''; ` +
		`if ($p -eq '443') { $t = New-Object Net.Security.SslStream($c.GetStream(), $false, { $true }); $t.AuthenticateAsClient($n, $null, 'Tls12', $false); ` +
		`$x = New-Object Security.Cryptography.X509Certificates.X509Certificate2 $t.RemoteCertificate; ` +
		`$i = [string](@($x.Extensions | Where-Object { $_.Oid.Value -eq '1.3.6.1.4.1.11129.2.4.2' }).Count -gt 0) + ' ' + $x.Issuer }; ` +
		`"` + pasted.EgressWord + ` $a reached $i" } catch { "` + pasted.EgressWord + ` $a failed " + $_.Exception.GetBaseException().Message } finally { $c.Close() } }`}
}

func askBackend(s site.Site) []string {
	port := "443"
	if u, err := url.Parse(s.Publish.InternalURL); err == nil && u.Port() != "" {
		port = u.Port()
	}
	return []string{`$n = ` + checks.Quote(s.InternalHost(), checks.PowerShell) + `; $p = ` + port + `; $c = New-Object Net.Sockets.TcpClient; ` +
		`try { $c.Connect($n, $p); $t = New-Object Net.Security.SslStream($c.GetStream(), $false, { param($a, $b, $d, $e) $global:said = [string]$e; $true }); ` +
		`$t.AuthenticateAsClient($n, $null, 'Tls12', $false); "` + pasted.BackendWord + ` ${n}:$p " + ($global:said -replace ', ', ',') + ' ' + $t.RemoteCertificate.Issuer } ` +
		`catch { "` + pasted.BackendWord + ` ${n}:$p failed " + $_.Exception.GetBaseException().Message } finally { $c.Close() }`}
}
