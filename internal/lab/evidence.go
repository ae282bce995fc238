package lab

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"sensegate/internal/lab/appproxy"
	"sensegate/internal/lab/contoso"
)

// evidenceSchema is the format that connector hosts' evidence is written in.
const evidenceSchema = "sensegate/evidence/v1"

// maxEvents is how many of a connector's latest events its evidence keeps.
const maxEvents = 50

type evidence struct {
	Schema    string                     `json:"schema"`
	Tool      string                     `json:"tool"`
	Host      string                     `json:"host"`
	Site      string                     `json:"site"`
	Collected string                     `json:"collected"`
	Simulated bool                       `json:"simulated"`
	Facts     map[string]json.RawMessage `json:"facts"`
	Sections  map[string]string          `json:"sections"`
	SHA256    string                     `json:"sha256"`
}

// hostFacts is what a connector host would show to somebody who looks.
type hostFacts struct {
	Services  []service      `json:"services"`
	OS        osFacts        `json:"os"`
	DotNet    dotnet         `json:"dotnet"`
	Connector connectorFacts `json:"connector"`
	TLS12     tls12          `json:"tls12"`
	WinHTTP   winHTTP        `json:"winhttp"`
	Domain    domainFacts    `json:"domain"`
	Clock     clockFacts     `json:"clock"`
	SPNEGO    *int           `json:"spnego"`
	Egress    []egress       `json:"egress"`
	Events    []event        `json:"events"`
	Proxy     proxyFacts     `json:"proxy"`
	Agents    []string       `json:"agents"`
	Backend   []backend      `json:"backend"`
	Traces    []traceFile    `json:"traces"`
}

// traceFile is a trace of the connector with the lines that tell of errors.
type traceFile struct {
	File     string   `json:"file"`
	Modified string   `json:"modified"`
	Lines    []string `json:"lines"`
}

type service struct {
	Name    string `json:"name"`
	Display string `json:"display"`
	State   string `json:"state"`
	Start   string `json:"start"`
	Account string `json:"account"`
}

type osFacts struct {
	Name  string `json:"name"`
	Build int    `json:"build"`
}

type dotnet struct {
	Release int `json:"release"`
}

type connectorFacts struct {
	Version     string `json:"version"`
	Diagnostics string `json:"diagnostics"`
}

type tls12 struct {
	Enabled           *int `json:"client_enabled"`
	DisabledByDefault *int `json:"client_disabled_by_default"`
	StrongCrypto      *int `json:"strong_crypto,omitempty"`
	SystemTLS         *int `json:"system_default_tls,omitempty"`
}

type winHTTP struct {
	EnableDefaultHTTP2 *int `json:"enable_default_http2"`
}

type domainFacts struct {
	Name          string `json:"name"`
	Joined        bool   `json:"joined"`
	SecureChannel bool   `json:"secure_channel"`
}

type clockFacts struct {
	SkewMS int `json:"skew_ms"`
}

type egress struct {
	Host      string `json:"host"`
	Port      int    `json:"port"`
	Reached   bool   `json:"reached"`
	Issuer    string `json:"issuer"`
	Inspected bool   `json:"inspected"`
	Problem   string `json:"problem"`
	Proxy     string `json:"proxy,omitempty"`
	Status    int    `json:"status,omitempty"`
	// Chain is the canonical names that the host's name leads through.
	Chain []string `json:"chain,omitempty"`
	// URL is where a certificate says that revocation is told; Fetched what came.
	URL     string `json:"url,omitempty"`
	Fetched string `json:"fetched,omitempty"`
}

// proxyFacts is how the connector and its updater go out.
type proxyFacts struct {
	Connector configProxy `json:"connector_config"`
	Updater   configProxy `json:"updater_config"`
	WinHTTP   string      `json:"winhttp"`
	WPAD      bool        `json:"wpad"`
	PAC       string      `json:"pac"`
	// ForBackend is the value that sends requests to Qlik by a proxy as well.
	ForBackend *int `json:"use_default_proxy_for_backend,omitempty"`
}

type configProxy struct {
	File    string `json:"file"`
	Mode    string `json:"mode"`
	Address string `json:"address"`
}

// backend is whether the host trusts Qlik's certificate.
type backend struct {
	Host    string `json:"host"`
	Port    int    `json:"port"`
	Trusted bool   `json:"trusted"`
	Issuer  string `json:"issuer"`
	Problem string `json:"problem"`
}

// event is a line of the connector's Admin log.
type event struct {
	ID          int    `json:"id"`
	Time        string `json:"time"`
	Transaction string `json:"transaction"`
	User        string `json:"user"`
	SPN         string `json:"spn"`
	Text        string `json:"text"`
}

// healthyHost is a connector host with nothing to complain of.
func healthyHost() hostFacts {
	off := 0
	const issuer = "Practice Lab Public TLS CA 2026"
	f := hostFacts{
		Services: []service{
			{"WAPCSvc", "Microsoft Entra private network connector", "running", "automatic (delayed)", `NT AUTHORITY\NETWORK SERVICE`},
			{"WAPCUpdaterSvc", "Microsoft Entra private network connector updater", "running", "automatic (delayed)", `NT AUTHORITY\SYSTEM`},
		},
		OS:        osFacts{Name: "Windows Server 2022 Datacenter", Build: 20348},
		DotNet:    dotnet{Release: 528449},
		Connector: connectorFacts{Version: connectorVersion, Diagnostics: configDir + `\ConnectorDiagnosticsTool.exe`},
		WinHTTP:   winHTTP{EnableDefaultHTTP2: &off},
		Domain:    domainFacts{Name: contoso.Domain, Joined: true, SecureChannel: true},
		Clock:     clockFacts{SkewMS: 12},
		Events:    []event{},
		Proxy: proxyFacts{
			Connector: configProxy{File: configDir + `\MicrosoftEntraPrivateNetworkConnectorService.exe.config`},
			Updater:   configProxy{File: configDir + ` Updater\MicrosoftEntraPrivateNetworkConnectorUpdaterService.exe.config`},
		},
		Agents:  []string{},
		Traces:  []traceFile{},
		Backend: []backend{{Host: contoso.QlikHost, Port: 443, Trusted: true, Issuer: "Practice Lab CA"}},
	}
	for _, h := range []string{
		contoso.LoginHost, contoso.TenantID + ".bootstrap." + contoso.ProxySuffix,
		"register." + contoso.ProxySuffix, "updater." + contoso.ProxySuffix,
	} {
		f.Egress = append(f.Egress, egress{Host: h, Port: 443, Reached: true, Issuer: issuer, Chain: []string{"front.edge.test"}})
	}
	f.Egress = append(f.Egress, egress{Host: listHost, Port: 80, Reached: true, URL: "http://" + listHost + "/tls-2026.crl", Fetched: "a list of 3 revoked certificates, of 2026-11-20"})
	return f
}

// listHost is where the lab's public authority tells of revoked certificates.
const listHost = "crl." + contoso.ProxySuffix

// configDir is where the connector is installed.
const configDir = `C:\Program Files\Microsoft Entra private network connector`

// connectorVersion is the current release of the connector.
const connectorVersion = "1.5.4892.0"

// hosts keeps the connector hosts' evidence and writes it as it changes.
type hosts struct {
	dir   string
	clock func() time.Time
	mu    sync.Mutex
	facts map[string]*hostFacts
	// others are machines without a connector.
	others map[string]*otherFacts
}

func newHosts(dir string, clock func() time.Time) *hosts {
	node, synced := healthyNode(), healthySync(clock())
	h := &hosts{dir: dir, clock: clock, facts: map[string]*hostFacts{}, others: map[string]*otherFacts{contoso.QlikNode: &node, syncServer: &synced}}
	for _, c := range contoso.Connectors() {
		f := healthyHost()
		h.facts[c.Name] = &f
	}
	return h
}

// path is where the evidence of a host is.
func (h *hosts) path(name string) string {
	short, _, _ := strings.Cut(name, ".")
	return filepath.Join(h.dir, "evidence", short+".json")
}

// update changes what one host would show and writes it again.
func (h *hosts) update(name string, change func(*hostFacts)) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	f := h.facts[name]
	if f == nil {
		return fmt.Errorf("writing evidence: %s is no connector host of the lab", name)
	}
	change(f)
	return h.write(name, f)
}

// record notes what a connector logged. Evidence that cannot be written is not
// worth failing a visitor's request for; the next change tries again.
func (h *hosts) record(e appproxy.Event) {
	_ = h.update(e.Machine, func(f *hostFacts) {
		f.Events = append(f.Events, event{
			ID: e.ID, Time: e.Time.UTC().Format(time.RFC3339), Transaction: e.Transaction,
			User: e.User, SPN: e.SPN, Text: e.Text,
		})
		if n := len(f.Events); n > maxEvents {
			f.Events = f.Events[n-maxEvents:]
		}
	})
}

func (h *hosts) writeAll() error {
	for _, c := range contoso.Connectors() {
		if err := h.update(c.Name, func(*hostFacts) {}); err != nil {
			return err
		}
	}
	for name := range h.others {
		if err := h.updateOther(name, func(*otherFacts) {}); err != nil {
			return err
		}
	}
	return nil
}

func (h *hosts) write(name string, f any) error {
	at := h.clock()
	if o, ok := f.(*otherFacts); ok {
		at = at.Add(-o.Age)
	}
	e := evidence{
		Schema: evidenceSchema, Tool: "practice lab", Host: name, Site: siteName,
		Collected: at.UTC().Format(time.RFC3339), Simulated: true, Sections: map[string]string{},
	}
	if err := e.seal(f); err != nil {
		return fmt.Errorf("writing the evidence of %s: %w", name, err)
	}
	doc, err := json.MarshalIndent(e, "", "  ")
	if err != nil {
		return fmt.Errorf("writing the evidence of %s: %w", name, err)
	}
	return replaceFile(h.path(name), append(doc, '\n'))
}

// replaceFile writes a private file all or nothing: somebody may be reading it.
func replaceFile(path string, content []byte) error {
	tmp := path + ".new"
	if err := os.WriteFile(tmp, content, 0o600); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	if err := os.Rename(tmp, path); err != nil {
		_ = os.Remove(tmp) // the first error is the one that counts
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}
