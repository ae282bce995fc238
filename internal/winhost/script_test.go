package winhost_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"testing"
	"time"
	"unicode/utf16"

	"sensegate/checks"
	"sensegate/checks/connector"
	"sensegate/internal/fact"
	"sensegate/internal/site"
	"sensegate/internal/winhost"
)

// scripted writes evidence the way the PowerShell script does: one line, keys
// by bytes, sealed by means of its own.
func scripted(t *testing.T, facts map[string]any) []byte {
	t.Helper()
	text := func(v any) string {
		raw, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	sum := func(s string) string {
		h := sha256.Sum256([]byte(s))
		return hex.EncodeToString(h[:])
	}
	doc := map[string]any{
		"schema": "sensegate/evidence/v1", "tool": "1.0 (script)", "host": "CONN01.contoso.test", "site": "contoso",
		"simulated": false, "collected": "2026-11-21T20:30:00Z",
	}
	link, sections := sum(text(doc)), map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(facts)) {
		sections[name] = sum(text(facts[name]))
		link = sum(link + " " + name + " " + sections[name])
	}
	doc["facts"], doc["sections"], doc["sha256"] = facts, sections, link
	return []byte(text(doc))
}

// wide is a text in UTF-16 with a mark, as PowerShell's > writes it.
func wide(raw []byte) []byte {
	out := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(string(raw))) {
		out = append(out, byte(u), byte(u>>8))
	}
	return out
}

// way is a row of the way out as the script writes it.
func way(host string, port int, reached bool, problem string, status int) map[string]any {
	e := map[string]any{"host": host, "port": port, "reached": reached, "issuer": "", "inspected": false, "problem": problem, "chain": []any{"front.example.net"}, "proxy": ""}
	if status != 0 {
		e["status"], e["proxy"] = status, "http://proxy:8080"
	}
	return e
}

type only struct{ e fact.HostEvidence }

func (o only) Host(context.Context, string) (fact.HostEvidence, error) { return o.e, nil }

// TestScriptInSeveralLanguages judges what the script brings from Windows in
// four languages: the same faults have the same causes.
func TestScriptInSeveralLanguages(t *testing.T) {
	type words struct{ name, display, network, os, denied string }
	languages := []words{
		{"English", "Microsoft Entra private network connector", `NT AUTHORITY\NETWORK SERVICE`, "Windows Server 2022 Datacenter", "Access is denied."},
		{"German", "Microsoft Entra-Connector für private Netzwerke", `NT-AUTORITÄT\Netzwerkdienst`, "Windows Server 2022 Datacenter", "Zugriff verweigert."},
		{"French", "Connecteur de réseau privé Microsoft Entra", `AUTORITE NT\SERVICE RÉSEAU`, "Windows Server 2022 Datacenter", "Accès refusé."},
		{"Japanese", "Microsoft Entra プライベート ネットワーク コネクタ", `NT AUTHORITY\NETWORK SERVICE`, "Windows Server 2022 Datacenter", "アクセスが拒否されました。"},
	}
	healthy := func(w words, sid bool) map[string]any {
		service := func(name, account, s string) map[string]any {
			v := map[string]any{"name": name, "display": w.display, "state": "running", "start": "automatic (delayed)", "account": account, "sid": ""}
			if sid {
				v["sid"] = s
			}
			return v
		}
		return map[string]any{
			"services":  []any{service("WAPCSvc", w.network, "S-1-5-20"), service("WAPCUpdaterSvc", "LocalSystem", "S-1-5-18")},
			"connector": map[string]any{"version": "1.5.4892.0", "diagnostics": ""},
			"os":        map[string]any{"name": w.os, "build": 20348}, "dotnet": map[string]any{"release": 528449},
			"tls12":   map[string]any{"client_enabled": nil, "client_disabled_by_default": nil, "strong_crypto": nil, "system_default_tls": nil},
			"winhttp": map[string]any{"enable_default_http2": 0}, "domain": map[string]any{"name": "contoso.test", "joined": true, "secure_channel": true},
			"clock": map[string]any{"skew_ms": 12}, "spnego": nil, "agents": []any{}, "egress": []any{}, "events": []any{},
		}
	}
	faults := []struct {
		name   string
		change func(map[string]any, words)
		check  checks.ID
		status checks.Status
		cause  checks.CauseID
	}{
		{"nothing", func(map[string]any, words) {}, "connector.services", checks.Pass, ""},
		{"stopped", func(f map[string]any, _ words) { f["services"].([]any)[0].(map[string]any)["state"] = "stopped" }, "connector.services", checks.Fail, "connector.service-stopped"},
		{"old", func(f map[string]any, _ words) { f["connector"] = map[string]any{"version": "1.5.400.0"} }, "connector.platform", checks.Fail, "connector.version-old"},
		{"HTTP/2", func(f map[string]any, _ words) { f["winhttp"] = map[string]any{"enable_default_http2": nil} }, "connector.http2", checks.Fail, "connector.http2-on"},
		{"TLS 1.2", func(f map[string]any, _ words) { f["tls12"] = map[string]any{"client_enabled": 0} }, "connector.tls12", checks.Fail, "connector.tls12-off"},
		{"channel", func(f map[string]any, _ words) {
			f["domain"] = map[string]any{"name": "contoso.test", "joined": true, "secure_channel": false}
		}, "connector.domain", checks.Fail, "connector.channel-broken"},
		{"an account of its own", func(f map[string]any, _ words) {
			f["services"].([]any)[0].(map[string]any)["account"], f["services"].([]any)[0].(map[string]any)["sid"] = `CONTOSO\svc`, "S-1-5-21-1-2-3-1104"
		}, "connector.services", checks.Fail, "connector.service-account"},
		{"disabled", func(f map[string]any, _ words) {
			f["services"].([]any)[1].(map[string]any)["state"], f["services"].([]any)[1].(map[string]any)["start"] = "stopped", "disabled"
		}, "connector.services", checks.Fail, "connector.service-disabled"},
		{"an old Windows", func(f map[string]any, _ words) {
			f["os"] = map[string]any{"name": "Windows Server 2012 R2", "build": 9600}
		}, "connector.platform", checks.Fail, "connector.os-old"},
		{"an old .NET", func(f map[string]any, _ words) { f["dotnet"] = map[string]any{"release": 394802} }, "connector.platform", checks.Fail, "connector.dotnet-old"},
		{".NET without TLS 1.2", func(f map[string]any, _ words) {
			f["tls12"] = map[string]any{"client_enabled": nil, "strong_crypto": 0, "system_default_tls": 0}
		}, "connector.tls12", checks.Fail, "connector.dotnet-tls12-off"},
		{"no member", func(f map[string]any, _ words) {
			f["domain"] = map[string]any{"name": "ARBEITSGRUPPE", "joined": false, "secure_channel": false}
		}, "connector.domain", checks.Fail, "connector.not-joined"},
		{"late", func(f map[string]any, _ words) { f["clock"] = map[string]any{"skew_ms": -540000} }, "connector.clock", checks.Fail, "connector.clock-skew"},
		{"another agent", func(f map[string]any, _ words) { f["agents"] = []any{"AzureADPasswordProtectionProxy"} }, "connector.agents", checks.Fail, "connector.agent-clash"},
		{"a proxy that asks", func(f map[string]any, w words) {
			f["egress"] = []any{way("login.microsoftonline.com", 443, false, w.denied, 407)}
		}, "connector.egress", checks.Fail, "connector.proxy-authentication"},
		{"opened on the way", func(f map[string]any, _ words) {
			e := way("login.microsoftonline.com", 443, true, "", 0)
			e["inspected"], e["issuer"] = true, "Contoso Gateway CA"
			f["egress"] = []any{e}
		}, "connector.egress", checks.Fail, "connector.tls-inspected"},
		{"a page for a list", func(f map[string]any, w words) {
			e := way("crl3.digicert.com", 80, false, w.denied, 0)
			e["url"], e["fetched"] = "http://crl3.digicert.com/x.crl", ""
			f["egress"] = []any{way("login.microsoftonline.com", 443, true, "", 0), e}
		}, "connector.egress", checks.Warn, "connector.revocation-blocked"},
		{"half a proxy", func(f map[string]any, _ words) {
			f["proxy"] = map[string]any{
				"connector_config": map[string]any{"file": "a", "mode": "named", "address": "http://proxy:8080"},
				"updater_config":   map[string]any{"file": "b", "mode": "", "address": ""}, "machine_config": map[string]any{"file": "", "mode": "", "address": ""},
				"winhttp": "proxy:8080", "use_default_proxy_for_backend": nil, "wpad": false, "auto_detect": true,
			}
		}, "connector.proxy", checks.Fail, "connector.proxy-differs"},
		{"distrust", func(f map[string]any, _ words) {
			f["backend"] = []any{map[string]any{"host": "sense.contoso.test", "port": 443, "trusted": false, "issuer": "qlik01-CA", "problem": "RemoteCertificateChainErrors"}}
		}, "connector.backend", checks.Fail, "connector.backend-untrusted"},
		{"the certificate expired", func(f map[string]any, w words) {
			f["events"] = []any{map[string]any{"channel": "x", "id": 1000, "time": "2026-11-20T10:00:00Z", "text": w.denied, "transaction": "", "user": "", "spn": "", "backend": ""}}
		}, "connector.events", checks.Fail, "connector.certificate-expired"},
		{"a trace", func(f map[string]any, w words) {
			f["traces"] = []any{map[string]any{"file": `C:\ProgramData\t.log`, "modified": "2026-11-21T10:00:00Z", "lines": []any{w.denied, "Failed to validate chain of certificate"}}}
		}, "connector.traces", checks.Warn, "connector.trace-trouble"},
		{"unread", func(f map[string]any, w words) {
			delete(f, "domain")
			f["unread"] = map[string]any{"domain": w.denied}
		}, "connector.domain", checks.Unknown, ""},
	}
	now := time.Date(2026, 11, 21, 21, 0, 0, 0, time.UTC)
	s := site.Site{Name: "contoso", Publish: site.Publish{InternalURL: "https://sense.contoso.test/"}, Connector: site.Connector{Hosts: []site.ConnectorHost{{Name: "conn01.contoso.test"}}}}
	for i, w := range languages {
		for _, f := range faults {
			t.Run(w.name+"/"+f.name, func(t *testing.T) {
				facts := healthy(w, i%2 == 0)
				f.change(facts, w)
				raw := scripted(t, facts)
				for _, form := range [][]byte{raw, wide(raw), append([]byte{0xef, 0xbb, 0xbf}, raw...)} {
					e, _, err := winhost.Parse(form)
					if err != nil {
						t.Fatal(err)
					}
					for _, c := range connector.HostChecks(only{e}) {
						if c.ID != f.check {
							continue
						}
						r := c.Run(t.Context(), checks.NewEnv(s, func() time.Time { return now }, nil))
						if r.Status != f.status || r.Cause != f.cause {
							t.Errorf("%s %s: %s", r.Status, r.Cause, r.Seen)
						}
					}
				}
			})
		}
	}
}
