package winhost

import (
	"encoding/json"
	"time"
)

// Schema names the format and its version.
const Schema = "sensegate/evidence/v1"

const schemaFamily = "sensegate/evidence/"

// maxSize caps an evidence file; a real one has a few kilobytes.
const maxSize = 1 << 20

// maxRows caps each list, so that a file cannot flood a screen.
const maxRows = 256

type document struct {
	Schema    string          `json:"schema"`
	Tool      string          `json:"tool"`
	Host      string          `json:"host"`
	Site      string          `json:"site"`
	Collected time.Time       `json:"collected"`
	Simulated bool            `json:"simulated"`
	Facts     json.RawMessage `json:"facts"`
	SHA256    string          `json:"sha256"`
}

type facts struct {
	Services  []service `json:"services"`
	OS        osFacts   `json:"os"`
	DotNet    dotnet    `json:"dotnet"`
	Connector connector `json:"connector"`
	TLS12     tls12     `json:"tls12"`
	WinHTTP   winHTTP   `json:"winhttp"`
	Domain    domain    `json:"domain"`
	Clock     clock     `json:"clock"`
	SPNEGO    *int64    `json:"spnego"`
	Egress    []egress  `json:"egress"`
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

type connector struct {
	Version string `json:"version"`
}

type tls12 struct {
	Enabled           *int64 `json:"client_enabled"`
	DisabledByDefault *int64 `json:"client_disabled_by_default"`
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
	SkewMS int64 `json:"skew_ms"`
}

type egress struct {
	Host      string `json:"host"`
	Port      int    `json:"port"`
	Reached   bool   `json:"reached"`
	Issuer    string `json:"issuer"`
	Inspected bool   `json:"inspected"`
	Problem   string `json:"problem"`
}
