package connector

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"sensegate/checks"
	"sensegate/internal/fact"
)

// The milestones of the connector's version history and the Windows builds.
const (
	minimumVersion = "1.5.612.0"  // WebSockets
	advisedVersion = "1.5.2846.0" // failing WebSockets show their real status
	latestVersion  = "1.5.4892.0" // leaking WebSocket connections mended
	server2016     = 14393
	server2019     = 17763
	dotNet472      = 461808
)

// desktop is the name of a Windows that is no server.
var desktop = regexp.MustCompile(`(?i)^(?:microsoft )?windows (?:7|8|8\.1|10|11)\b`)

func platform(ev fact.HostEvidence) *problem {
	switch {
	case ev.Version != "" && Older(ev.Version, minimumVersion):
		return &problem{cause: "connector.version-old", seen: "connector " + ev.Version}
	case ev.OSBuild > 0 && ev.OSBuild < server2016:
		return &problem{cause: "connector.os-old", seen: fmt.Sprintf("%s (build %d)", ev.OSName, ev.OSBuild)}
	case ev.DotNet > 0 && ev.DotNet < dotNet472:
		return &problem{cause: "connector.dotnet-old", seen: fmt.Sprintf(".NET release %d", ev.DotNet)}
	case ev.OSBuild == 0:
		return &problem{unsure: "the build of Windows was not told"}
	case ev.DotNet == 0:
		return &problem{unsure: "the release of .NET was not told"}
	case ev.Version == "":
		return &problem{cause: "connector.version-old", seen: "the version could not be read", warn: true}
	case Older(ev.Version, advisedVersion):
		return &problem{cause: "connector.version-old", seen: "connector " + ev.Version, warn: true}
	case desktop.MatchString(ev.OSName):
		return &problem{cause: "connector.os-desktop", seen: fmt.Sprintf("%s (build %d)", ev.OSName, ev.OSBuild), warn: true}
	case ev.OSBuild == server2016:
		return &problem{cause: "connector.os-ending", seen: fmt.Sprintf("%s (build %d)", ev.OSName, ev.OSBuild), warn: true}
	}
	p := &problem{notes: []checks.Evidence{{Name: "versions", Value: fmt.Sprintf("connector %s, %s (build %d), .NET release %d", ev.Version, ev.OSName, ev.OSBuild, ev.DotNet)}}}
	if Older(ev.Version, latestVersion) {
		p.notes = append(p.notes, checks.Evidence{Name: "advised", Value: latestVersion + ", which no longer leaks WebSocket connections"})
	}
	return p
}

// Older compares dotted versions number by number: whether a comes before b.
func Older(a, b string) bool {
	x, y := strings.Split(a, "."), strings.Split(b, ".")
	for i := range max(len(x), len(y)) {
		if p, q := part(x, i), part(y, i); p != q {
			return p < q
		}
	}
	return false
}

func part(v []string, i int) int {
	if i >= len(v) {
		return 0
	}
	n, err := strconv.Atoi(v[i])
	if err != nil {
		return 0
	}
	return n
}

// tls12 judges what switches TLS 1.2 off. Absent values leave it to the system
// and to .NET, whose defaults are on.
func tls12(ev fact.HostEvidence) *problem {
	off := func(v *int) bool { return v != nil && *v == 0 }
	p := &problem{notes: []checks.Evidence{
		{Name: "SCHANNEL, client", Value: map[int]string{-1: "no registry value: the system's default, which is on", 0: "switched off"}[ev.TLS12Client]},
		{Name: "SCHANNEL, server", Value: map[bool]string{false: "not switched off", true: "switched off"}[ev.TLS12ServerOff]},
		{Name: "SchUseStrongCrypto", Value: told(ev.StrongCrypto)},
		{Name: "SystemDefaultTlsVersions", Value: told(ev.SystemTLS)},
	}}
	if ev.TLS12Client > 0 {
		p.notes[0].Value = "switched on"
	}
	switch {
	case ev.TLS12Client == 0:
		p.cause, p.seen = "connector.tls12-off", "TLS 1.2 is switched off for clients"
	case off(ev.SystemTLS) && off(ev.StrongCrypto):
		p.cause, p.seen = "connector.dotnet-tls12-off", ".NET is told to leave TLS 1.2 out (SchUseStrongCrypto 0, SystemDefaultTlsVersions 0)"
	case off(ev.SystemTLS):
		p.cause, p.seen, p.warn = "connector.dotnet-tls12-off", ".NET is told not to follow the system (SystemDefaultTlsVersions 0)", true
	case off(ev.StrongCrypto):
		p.cause, p.seen, p.warn = "connector.dotnet-tls12-off", ".NET is told to allow weak protocols (SchUseStrongCrypto 0)", true
	case ev.TLS12ServerOff:
		// The connector is a client; Microsoft asks for both all the same.
		p.cause, p.seen, p.warn = "connector.tls12-off", "TLS 1.2 is switched off for what the host itself serves", true
	}
	return p
}

// told is a value of .NET's.
func told(v *int) string {
	if v == nil {
		return "no registry value: the connector's default, which is on"
	}
	return strconv.Itoa(*v)
}

func http2(ev fact.HostEvidence) *problem {
	set := "EnableDefaultHTTP2 is not set"
	if ev.HTTP2 >= 0 {
		set = fmt.Sprintf("EnableDefaultHTTP2 is %d", ev.HTTP2)
	}
	switch {
	case ev.OSBuild == 0:
		return &problem{unsure: "the build of Windows was not told"}
	case ev.OSBuild >= server2019 && ev.HTTP2 != 0:
		return &problem{cause: "connector.http2-on", seen: set}
	}
	return &problem{notes: []checks.Evidence{{Name: "WinHTTP", Value: fmt.Sprintf("%s, Windows build %d", set, ev.OSBuild)}}}
}

func membership(ev fact.HostEvidence) *problem {
	switch {
	case !ev.DomainJoined:
		return &problem{cause: "connector.not-joined", seen: "not a member of a domain"}
	case !ev.SecureOK:
		return &problem{cause: "connector.channel-broken", seen: "the secure channel to " + ev.Domain + " is broken"}
	}
	return &problem{notes: []checks.Evidence{{Name: "domain", Value: ev.Domain}}}
}
