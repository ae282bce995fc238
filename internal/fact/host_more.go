package fact

import "time"

// The sections that the evidence of a host is made of. Each is collected,
// pasted, redacted or left unread by itself.
const (
	SectionServices  = "services"
	SectionOS        = "os"
	SectionDotNet    = "dotnet"
	SectionConnector = "connector"
	SectionTLS12     = "tls12"
	SectionWinHTTP   = "winhttp"
	SectionDomain    = "domain"
	SectionClock     = "clock"
	SectionSPNEGO    = "spnego"
	SectionEgress    = "egress"
	SectionProxy     = "proxy"
	SectionAgents    = "agents"
	SectionBackend   = "backend"
	SectionEvents    = "events"
	SectionTraces    = "traces"
	SectionQlik      = "qlik"
	SectionSync      = "sync"
)

// Provenance says when, how and from where a section of a host's evidence came.
type Provenance struct {
	At time.Time
	// Pasted says that somebody pasted it; it was collected otherwise.
	Pasted bool
	// File is the evidence file it was read from.
	File string
	// Missing says why the section has no value; empty when it has one.
	Missing string
}

// HostProxy is how a connector host goes out.
type HostProxy struct {
	Connector, Updater ConfigProxy
	// Machine is what machine.config says, where the two say nothing.
	Machine ConfigProxy
	// WinHTTP is the proxy of `netsh winhttp`; empty is direct access.
	WinHTTP string
	// ForBackend is UseDefaultProxyForBackendRequests; nil when not set.
	ForBackend *int
	// Discovery says that a name wpad was found, so that discovery finds a proxy.
	Discovery bool
	// AutoDetect says that the system looks for a proxy by itself: the switch
	// "automatically detect settings" of WinHTTP or of the service's account.
	AutoDetect bool
	// PAC is the address of the settings that discovery by DHCP and DNS found,
	// as WinHTTP itself looks for them; empty where it found none.
	PAC string
}

// The ways in which a configuration file speaks of a proxy.
const (
	ProxyUnsaid = ""      // nothing is said: discovery
	ProxyOff    = "off"   // no proxy at all
	ProxyNamed  = "named" // the one in Address
)

// ConfigProxy is what one .exe.config says of the outbound proxy.
type ConfigProxy struct {
	File    string // empty when there is none
	Mode    string
	Address string
}

// Backend is whether a connector host trusts what Qlik answers with.
type Backend struct {
	Host    string
	Port    int
	Trusted bool
	Issuer  string
	Problem string
}

// HostEvent is one line of a connector's event log.
type HostEvent struct {
	Channel string
	ID      int
	At      time.Time
	Text    string
	// Transaction, User, SPN and Backend are the fields of its body that lead on.
	Transaction, User, SPN, Backend string
}

// Trace is a trace file with the lines that matter in it.
type Trace struct {
	File     string
	Modified time.Time
	Lines    []string
}

// QlikHost is what a Qlik node shows of itself.
type QlikHost struct {
	// Certificates are the exported PEM files that were found.
	Certificates []string
	// Lines are those of its logs that matter.
	Lines []Trace
}

// SyncHost is the scheduler of Entra Connect, as Get-ADSyncScheduler shows it.
type SyncHost struct {
	CycleEnabled, Staging, Suspended, Maintenance bool
	// Version is that of the running synchronisation service; empty when not
	// known.
	Version string
	// Interval is the effective one.
	Interval time.Duration
	Policy   string // Delta or Initial
	Next     time.Time
}

// Missing says why a section has no value: words, or empty when it has one.
func (e HostEvidence) Missing(section string) string {
	if e.Sections == nil {
		return ""
	}
	p, ok := e.Sections[section]
	switch {
	case !ok:
		return "it was not collected"
	case p.Missing != "":
		return p.Missing
	}
	return ""
}

// Since is when a section was read.
func (e HostEvidence) Since(section string) time.Time {
	if p, ok := e.Sections[section]; ok && !p.At.IsZero() {
		return p.At
	}
	return e.Collected
}

// Take puts a section of another piece of evidence in the place of e's own.
func (e *HostEvidence) Take(section string, from HostEvidence) {
	if e.Sections == nil {
		e.Sections = map[string]Provenance{}
	}
	p, ok := from.Sections[section]
	if !ok {
		p = Provenance{At: from.Collected, File: from.File}
	}
	e.Sections[section] = p
	switch section {
	case SectionServices:
		e.Services = from.Services
	case SectionOS:
		e.OSName, e.OSBuild = from.OSName, from.OSBuild
	case SectionDotNet:
		e.DotNet = from.DotNet
	case SectionConnector:
		e.Version, e.Diagnostics = from.Version, from.Diagnostics
	case SectionTLS12:
		e.TLS12Client, e.TLS12ServerOff, e.StrongCrypto, e.SystemTLS = from.TLS12Client, from.TLS12ServerOff, from.StrongCrypto, from.SystemTLS
	case SectionWinHTTP:
		e.HTTP2 = from.HTTP2
	case SectionDomain:
		e.Domain, e.DomainJoined, e.SecureOK = from.Domain, from.DomainJoined, from.SecureOK
	case SectionClock:
		e.ClockSkew = from.ClockSkew
	case SectionSPNEGO:
		e.SPNEGO = from.SPNEGO
	case SectionEgress:
		e.Egress = from.Egress
	case SectionProxy:
		e.Proxy = from.Proxy
	case SectionAgents:
		e.Agents = from.Agents
	case SectionBackend:
		e.Backends = from.Backends
	case SectionEvents:
		e.Events = from.Events
	case SectionTraces:
		e.Traces = from.Traces
	case SectionQlik:
		e.Qlik = from.Qlik
	case SectionSync:
		e.Sync = from.Sync
	}
}

// Drop takes a section out again: it is as if it had never been collected.
func (e *HostEvidence) Drop(section string) {
	e.Take(section, HostEvidence{TLS12Client: -1, HTTP2: -1, SPNEGO: -1})
	delete(e.Sections, section)
}

// HostSections lists every section, in the order in which they are shown.
func HostSections() []string {
	return []string{
		SectionServices, SectionConnector, SectionOS, SectionDotNet, SectionTLS12, SectionWinHTTP,
		SectionDomain, SectionClock, SectionSPNEGO, SectionProxy, SectionEgress, SectionAgents,
		SectionBackend, SectionEvents, SectionTraces, SectionQlik, SectionSync,
	}
}
