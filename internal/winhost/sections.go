package winhost

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"sensegate/internal/fact"
)

// section decodes one section into e.
func section(e *fact.HostEvidence, name string, raw json.RawMessage) error {
	switch name {
	case fact.SectionServices:
		return rows(raw, &e.Services, func(s service) fact.Service {
			return fact.Service{
				Name: text(s.Name), Display: text(s.Display), State: text(s.State),
				Start: text(s.Start), Account: text(s.Account), SID: text(s.SID),
			}
		})
	case fact.SectionOS:
		return one(raw, func(v osFacts) error {
			e.OSName, e.OSBuild = text(v.Name), v.Build
			return notNegative("build", int64(v.Build))
		})
	case fact.SectionDotNet:
		return one(raw, func(v dotnet) error {
			e.DotNet = v.Release
			return notNegative("release", int64(v.Release))
		})
	case fact.SectionConnector:
		return one(raw, func(v connector) error {
			e.Version, e.Diagnostics = text(v.Version), text(v.Diagnostics)
			return nil
		})
	case fact.SectionTLS12:
		return one(raw, func(v tls12) error {
			e.TLS12Client, e.StrongCrypto, e.SystemTLS = v.client(), pointer(v.StrongCrypto), pointer(v.SystemTLS)
			e.TLS12ServerOff = v.ServerEnabled != nil && *v.ServerEnabled == 0 || v.ServerOff != nil && *v.ServerOff != 0
			return nil
		})
	case fact.SectionWinHTTP:
		return one(raw, func(v winHTTP) error { e.HTTP2 = setting(v.HTTP2); return nil })
	case fact.SectionDomain:
		return one(raw, func(v domain) error {
			e.Domain, e.DomainJoined, e.SecureOK = text(v.Name), v.Joined, v.SecureChannel
			return nil
		})
	case fact.SectionClock:
		return one(raw, func(v clock) error {
			if limit := int64(10 * 365 * 24 * time.Hour / time.Millisecond); v.SkewMS == nil {
				return errors.New("skew_ms is missing")
			} else if *v.SkewMS > limit || *v.SkewMS < -limit {
				return fmt.Errorf("skew_ms is %d", *v.SkewMS)
			}
			e.ClockSkew = time.Duration(*v.SkewMS) * time.Millisecond
			return nil
		})
	case fact.SectionSPNEGO:
		var v *int64
		err := decode(raw, &v)
		e.SPNEGO = setting(v)
		return err
	}
	return network(e, name, raw)
}

// network decodes the sections that tell of connections and logs.
func network(e *fact.HostEvidence, name string, raw json.RawMessage) error {
	switch name {
	case fact.SectionEgress:
		err := rows(raw, &e.Egress, func(x egress) fact.Egress {
			return fact.Egress{
				Host: text(x.Host), Port: x.Port, Reached: x.Reached, Issuer: text(x.Issuer), Inspected: x.Inspected,
				Problem: text(x.Problem), Chain: texts(x.Chain), Proxy: text(x.Proxy), Status: x.Status,
				URL: text(x.URL), Fetched: text(x.Fetched),
			}
		})
		for i, x := range e.Egress {
			if err == nil {
				err = isPort(i, x.Port)
			}
		}
		return err
	case fact.SectionProxy:
		return one(raw, func(v proxy) error {
			e.Proxy = fact.HostProxy{
				Connector: v.Connector.fact(), Updater: v.Updater.fact(), Machine: v.Machine.fact(),
				WinHTTP: text(v.WinHTTP), ForBackend: pointer(v.ForBackend), Discovery: v.Discovery, AutoDetect: v.AutoDetect, PAC: text(v.PAC),
			}
			return nil
		})
	case fact.SectionAgents:
		return rows(raw, &e.Agents, text)
	case fact.SectionBackend:
		err := rows(raw, &e.Backends, func(b backend) fact.Backend {
			return fact.Backend{Host: text(b.Host), Port: b.Port, Trusted: b.Trusted, Issuer: text(b.Issuer), Problem: text(b.Problem)}
		})
		for i, x := range e.Backends {
			if err == nil {
				err = isPort(i, x.Port)
			}
		}
		return err
	case fact.SectionEvents:
		return rows(raw, &e.Events, func(v event) fact.HostEvent {
			return fact.HostEvent{
				Channel: text(v.Channel), ID: v.ID, At: moment(v.Time), Text: text(v.Text),
				Transaction: text(v.Transaction), User: text(v.User), SPN: text(v.SPN), Backend: text(v.Backend),
			}
		})
	case fact.SectionTraces:
		return rows(raw, &e.Traces, trace.fact)
	case fact.SectionQlik:
		return one(raw, func(v qlikHost) error {
			q := fact.QlikHost{Certificates: texts(v.Certificates)}
			for _, l := range v.Lines {
				q.Lines = append(q.Lines, l.fact())
			}
			e.Qlik = &q
			return nil
		})
	case fact.SectionSync:
		return one(raw, func(v syncHost) error {
			e.Sync = &fact.SyncHost{
				CycleEnabled: v.CycleEnabled, Staging: v.Staging, Suspended: v.Suspended, Maintenance: v.Maintenance,
				Interval: time.Duration(min(max(v.IntervalSeconds, 0), 10*365*24*3600)) * time.Second, Policy: text(v.Policy), Next: moment(v.Next),
				Version: text(v.Version),
			}
			return nil
		})
	}
	return nil // a section that a later version added changes nothing known here
}

func one[T any](raw json.RawMessage, take func(T) error) error {
	var v T
	if err := decode(raw, &v); err != nil {
		return err
	}
	return take(v)
}

func rows[T, F any](raw json.RawMessage, into *[]F, convert func(T) F) error {
	var list []T
	if err := decode(raw, &list); err != nil {
		return err
	}
	if len(list) > maxRows {
		return fmt.Errorf("it has more than %d entries", maxRows)
	}
	for _, v := range list {
		*into = append(*into, convert(v))
	}
	return nil
}

func (c configProxy) fact() fact.ConfigProxy {
	return fact.ConfigProxy{File: text(c.File), Mode: text(c.Mode), Address: text(c.Address)}
}

func (t trace) fact() fact.Trace {
	return fact.Trace{File: text(t.File), Modified: moment(t.Modified), Lines: texts(t.Lines)}
}

func texts(list []string) []string {
	var out []string
	for _, s := range list[:min(len(list), maxRows)] {
		out = append(out, text(s))
	}
	return out
}

func notNegative(what string, v int64) error {
	if v < 0 {
		return fmt.Errorf("%s is %d", what, v)
	}
	return nil
}

func isPort(i, port int) error {
	if port < 1 || port > 65535 {
		return fmt.Errorf("entry %d has the port %d", i+1, port)
	}
	return nil
}

// moment is a time from another machine; one that no calendar has is none.
func moment(t time.Time) time.Time {
	if y := t.UTC().Year(); y < 1 || y > 9999 {
		return time.Time{}
	}
	return t
}
