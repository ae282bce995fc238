package winhost

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Schema names the format and its version.
const Schema = "sensegate/evidence/v1"

const schemaFamily = "sensegate/evidence/"

// maxSize caps an evidence file; a real one has a few kilobytes.
const maxSize = 1 << 20

// maxRows caps each list, so that a file cannot flood a screen.
const maxRows = 256

// redacted stands in the place of a section that was taken out by hand. Its
// digest stays in the file, so that the seal still holds.
const redacted = `"redacted"`

type document struct {
	Schema    string                     `json:"schema"`
	Tool      string                     `json:"tool"`
	Host      string                     `json:"host"`
	Site      string                     `json:"site"`
	Collected string                     `json:"collected"`
	Simulated bool                       `json:"simulated"`
	Facts     map[string]json.RawMessage `json:"facts"`
	Sections  map[string]string          `json:"sections"`
	SHA256    string                     `json:"sha256"`

	strange []string // keys that are none of these
}

// opened reads a document with its keys exactly as they are written here: the
// library would take others for them, and the seal covers no others.
func opened(raw []byte) (document, error) {
	if err := shaped(raw); err != nil {
		return document{}, err
	}
	var d document
	var parts map[string]json.RawMessage
	if err := decode(raw, &parts); err != nil {
		return d, err
	}
	into := map[string]any{
		"schema": &d.Schema, "tool": &d.Tool, "host": &d.Host, "site": &d.Site, "collected": &d.Collected,
		"simulated": &d.Simulated, "facts": &d.Facts, "sections": &d.Sections, "sha256": &d.SHA256,
	}
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		field, ok := into[name]
		if !ok {
			d.strange = append(d.strange, name)
			continue
		}
		if err := decode(parts[name], field); err != nil {
			return d, fmt.Errorf("%s: %w", name, err)
		}
	}
	return d, nil
}

// unreadSection lists what could not be read, and why.
const unreadSection = "unread"

type service struct {
	Name    string `json:"name"`
	Display string `json:"display"`
	State   string `json:"state"`
	Start   string `json:"start"`
	Account string `json:"account"`
	SID     string `json:"sid,omitempty"`
}

type osFacts struct {
	Name  string `json:"name"`
	Build int    `json:"build"`
}

type dotnet struct {
	Release int `json:"release"`
}

type connector struct {
	Version     string `json:"version"`
	Diagnostics string `json:"diagnostics,omitempty"`
}

type tls12 struct {
	Enabled           *int64 `json:"client_enabled"`
	DisabledByDefault *int64 `json:"client_disabled_by_default"`
	ServerEnabled     *int64 `json:"server_enabled,omitempty"`
	ServerOff         *int64 `json:"server_disabled_by_default,omitempty"`
	StrongCrypto      *int64 `json:"strong_crypto,omitempty"`
	SystemTLS         *int64 `json:"system_default_tls,omitempty"`
}

type winHTTP struct {
	HTTP2 *int64 `json:"enable_default_http2"`
}

type domain struct {
	Name          string `json:"name"`
	Joined        bool   `json:"joined"`
	SecureChannel bool   `json:"secure_channel"`
}

type clock struct {
	SkewMS *int64 `json:"skew_ms"`
}

type egress struct {
	Host      string   `json:"host"`
	Port      int      `json:"port"`
	Reached   bool     `json:"reached"`
	Issuer    string   `json:"issuer"`
	Inspected bool     `json:"inspected"`
	Problem   string   `json:"problem"`
	Chain     []string `json:"chain,omitempty"`
	Proxy     string   `json:"proxy,omitempty"`
	Status    int      `json:"status,omitempty"`
	URL       string   `json:"url,omitempty"`
	Fetched   string   `json:"fetched,omitempty"`
}

type configProxy struct {
	File    string `json:"file"`
	Mode    string `json:"mode"`
	Address string `json:"address"`
}

type proxy struct {
	Connector  configProxy `json:"connector_config"`
	Updater    configProxy `json:"updater_config"`
	Machine    configProxy `json:"machine_config"`
	WinHTTP    string      `json:"winhttp"`
	ForBackend *int64      `json:"use_default_proxy_for_backend"`
	Discovery  bool        `json:"wpad"`
	AutoDetect bool        `json:"auto_detect,omitempty"`
	PAC        string      `json:"pac,omitempty"`
}

type backend struct {
	Host    string `json:"host"`
	Port    int    `json:"port"`
	Trusted bool   `json:"trusted"`
	Issuer  string `json:"issuer"`
	Problem string `json:"problem"`
}

type event struct {
	Channel     string    `json:"channel,omitempty"`
	ID          int       `json:"id"`
	Time        time.Time `json:"time"`
	Text        string    `json:"text"`
	Transaction string    `json:"transaction"`
	User        string    `json:"user"`
	SPN         string    `json:"spn"`
	Backend     string    `json:"backend,omitempty"`
}

type trace struct {
	File     string    `json:"file"`
	Modified time.Time `json:"modified"`
	Lines    []string  `json:"lines"`
}

type qlikHost struct {
	Certificates []string `json:"certificates"`
	Lines        []trace  `json:"lines"`
}

type syncHost struct {
	CycleEnabled    bool      `json:"cycle_enabled"`
	Staging         bool      `json:"staging"`
	Suspended       bool      `json:"suspended"`
	Version         string    `json:"version,omitempty"`
	Maintenance     bool      `json:"maintenance"`
	IntervalSeconds int64     `json:"interval_seconds"`
	Policy          string    `json:"policy"`
	Next            time.Time `json:"next"`
}
