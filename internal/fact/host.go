package fact

import "time"

// HostEvidence is what `sensegate collect` brought from a connector host.
type HostEvidence struct {
	Host      string // FQDN of the host itself
	Collected time.Time
	Tool      string // version that collected
	File      string
	Services  []Service
	OSName    string
	OSBuild   int
	DotNet    int // NDP v4 Full Release
	Version   string
	// TLS12Client: 1 enabled, 0 disabled, -1 not set (the system's default).
	TLS12Client int
	// TLS12ServerOff says that it is switched off for what the machine serves.
	TLS12ServerOff bool
	// HTTP2: WinHttp EnableDefaultHTTP2; -1 when absent.
	HTTP2        int
	Domain       string
	DomainJoined bool
	SecureOK     bool // secure channel to the domain
	ClockSkew    time.Duration
	SPNEGO       int // UseSpnegoAuthentication; -1 when absent
	Egress       []Egress

	// Sections says where each section came from; nil where all of them came
	// with the evidence itself.
	Sections map[string]Provenance
	// Diagnostics is the path of the connector's own diagnostics tool, if any.
	Diagnostics string
	// StrongCrypto and SystemTLS are .NET's SchUseStrongCrypto and
	// SystemDefaultTlsVersions; nil when not set.
	StrongCrypto, SystemTLS *int
	Proxy                   HostProxy
	Agents                  []string // services that clash with the connector's updater
	Backends                []Backend
	Events                  []HostEvent
	Traces                  []Trace
	Qlik                    *QlikHost
	Sync                    *SyncHost
}

// Service is a Windows service.
type Service struct {
	Name, Display, State, Start, Account string
	// SID is the account's, the same in every language; empty when not known.
	SID string
}

// Egress is one outbound probe made on the host.
type Egress struct {
	Host      string
	Port      int
	Reached   bool
	Issuer    string // of the TLS certificate seen
	Inspected bool   // the issuer is not a public one
	Problem   string
	// Chain is the canonical names that the host's name led through.
	Chain []string
	// Proxy is what stood in between; Status its answer where it refused.
	Proxy  string
	Status int
	// URL is what was fetched where it was no bare connection: a place at which a
	// seen certificate says that revocation is told; Fetched what came.
	URL, Fetched string
}
