package winhost

import (
	"encoding/json"
	"fmt"
	"math"

	"sensegate/internal/fact"
)

// client judges the two registry values together: either of them can switch
// TLS 1.2 off, and none set leaves it to the system's default.
func (t tls12) client() int {
	switch {
	case t.Enabled != nil && *t.Enabled == 0, t.DisabledByDefault != nil && *t.DisabledByDefault != 0:
		return 0
	case t.Enabled == nil && t.DisabledByDefault == nil:
		return -1
	default:
		return 1
	}
}

// setting turns a registry value into a fact: -1 when it is not set. DWORDs
// beyond int32 only say "not zero".
func setting(v *int64) int {
	switch {
	case v == nil:
		return -1
	case *v < 0 || *v > math.MaxInt32:
		return math.MaxInt32
	default:
		return int(*v)
	}
}

func pointer(v *int64) *int {
	if v == nil {
		return nil
	}
	n := setting(v)
	return &n
}

// written encodes the sections of e that have a value, and notes the others.
func written(e fact.HostEvidence) (map[string]json.RawMessage, error) {
	out := map[string]json.RawMessage{}
	unread := map[string]string{}
	for _, name := range fact.HostSections() {
		v := value(e, name)
		if p, ok := e.Sections[name]; ok && p.Missing != "" {
			unread[name] = p.Missing
			continue
		} else if e.Sections != nil && !ok || v == nil {
			continue
		}
		raw, err := json.Marshal(v)
		if err != nil {
			return nil, fmt.Errorf("encoding %s: %w", name, err)
		}
		if out[name], err = canonical(raw); err != nil {
			return nil, fmt.Errorf("encoding %s: %w", name, err)
		}
	}
	if len(unread) > 0 {
		raw, err := json.Marshal(unread)
		if err != nil {
			return nil, fmt.Errorf("encoding %s: %w", unreadSection, err)
		}
		out[unreadSection] = raw
	}
	return out, nil
}

// value is a section as it is written; nil for one that e cannot have.
func value(e fact.HostEvidence, name string) any {
	switch name {
	case fact.SectionServices:
		return converted(e.Services, func(s fact.Service) service { return service(s) })
	case fact.SectionOS:
		return osFacts{Name: e.OSName, Build: e.OSBuild}
	case fact.SectionDotNet:
		return dotnet{Release: e.DotNet}
	case fact.SectionConnector:
		return connector{Version: e.Version, Diagnostics: e.Diagnostics}
	case fact.SectionTLS12:
		t := tls12{StrongCrypto: wide(e.StrongCrypto), SystemTLS: wide(e.SystemTLS)}
		if e.TLS12ServerOff {
			t.ServerEnabled = new(int64)
		}
		if e.TLS12Client >= 0 {
			on, off := int64(min(e.TLS12Client, 1)), int64(1-min(e.TLS12Client, 1))
			t.Enabled, t.DisabledByDefault = &on, &off
		}
		return t
	case fact.SectionWinHTTP:
		return winHTTP{HTTP2: registry(e.HTTP2)}
	case fact.SectionDomain:
		return domain{Name: e.Domain, Joined: e.DomainJoined, SecureChannel: e.SecureOK}
	case fact.SectionClock:
		skew := e.ClockSkew.Milliseconds()
		return clock{SkewMS: &skew}
	case fact.SectionSPNEGO:
		return registry(e.SPNEGO)
	case fact.SectionEgress:
		return converted(e.Egress, func(x fact.Egress) egress { return egress(x) })
	case fact.SectionProxy:
		return proxy{
			Connector: configProxy(e.Proxy.Connector), Updater: configProxy(e.Proxy.Updater), Machine: configProxy(e.Proxy.Machine),
			WinHTTP: e.Proxy.WinHTTP, ForBackend: wide(e.Proxy.ForBackend), Discovery: e.Proxy.Discovery,
			AutoDetect: e.Proxy.AutoDetect, PAC: e.Proxy.PAC,
		}
	case fact.SectionAgents:
		return append([]string{}, e.Agents...)
	case fact.SectionBackend:
		return converted(e.Backends, func(b fact.Backend) backend { return backend(b) })
	case fact.SectionEvents:
		return converted(e.Events, func(v fact.HostEvent) event {
			return event{
				Channel: v.Channel, ID: v.ID, Time: v.At.UTC(), Text: v.Text,
				Transaction: v.Transaction, User: v.User, SPN: v.SPN, Backend: v.Backend,
			}
		})
	case fact.SectionTraces:
		return converted(e.Traces, writtenTrace)
	case fact.SectionQlik:
		if e.Qlik != nil {
			return qlikHost{Certificates: append([]string{}, e.Qlik.Certificates...), Lines: converted(e.Qlik.Lines, writtenTrace)}
		}
	case fact.SectionSync:
		if s := e.Sync; s != nil {
			return syncHost{
				CycleEnabled: s.CycleEnabled, Staging: s.Staging, Suspended: s.Suspended, Maintenance: s.Maintenance,
				IntervalSeconds: int64(s.Interval.Seconds()), Policy: s.Policy, Next: s.Next.UTC(),
				Version: s.Version,
			}
		}
	}
	return nil
}

func writtenTrace(t fact.Trace) trace {
	return trace{File: t.File, Modified: t.Modified.UTC(), Lines: append([]string{}, t.Lines...)}
}

func converted[F, T any](list []F, convert func(F) T) []T {
	out := []T{}
	for _, v := range list {
		out = append(out, convert(v))
	}
	return out
}

func wide(v *int) *int64 {
	if v == nil {
		return nil
	}
	return registry(*v)
}

func registry(v int) *int64 {
	if v < 0 {
		return nil
	}
	n := int64(v)
	return &n
}
