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
		{"unread", func(f map[string]any, w words) {
			delete(f, "domain")
			f["unread"] = map[string]any{"domain": w.denied}
		}, "connector.domain", checks.Unknown, ""},
	}
	now := time.Date(2026, 11, 21, 21, 0, 0, 0, time.UTC)
	s := site.Site{Name: "contoso", Connector: site.Connector{Hosts: []site.ConnectorHost{{Name: "conn01.contoso.test"}}}}
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
