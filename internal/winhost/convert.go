package winhost

import (
	"math"
	"time"

	"sensegate/internal/fact"
)

func evidence(d document, f facts) fact.HostEvidence {
	e := fact.HostEvidence{
		Host:         d.Host,
		Collected:    d.Collected,
		Tool:         text(d.Tool),
		OSName:       text(f.OS.Name),
		OSBuild:      f.OS.Build,
		DotNet:       f.DotNet.Release,
		Version:      text(f.Connector.Version),
		TLS12Client:  f.TLS12.client(),
		HTTP2:        setting(f.WinHTTP.HTTP2),
		Domain:       text(f.Domain.Name),
		DomainJoined: f.Domain.Joined,
		SecureOK:     f.Domain.SecureChannel,
		ClockSkew:    time.Duration(f.Clock.SkewMS) * time.Millisecond,
		SPNEGO:       setting(f.SPNEGO),
	}
	for _, s := range f.Services {
		e.Services = append(e.Services, fact.Service{
			Name: text(s.Name), Display: text(s.Display), State: text(s.State),
			Start: text(s.Start), Account: text(s.Account),
		})
	}
	for _, x := range f.Egress {
		e.Egress = append(e.Egress, fact.Egress{
			Host: text(x.Host), Port: x.Port, Reached: x.Reached,
			Issuer: text(x.Issuer), Inspected: x.Inspected, Problem: text(x.Problem),
		})
	}
	return e
}

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

func written(e fact.HostEvidence) facts {
	f := facts{
		Services:  []service{},
		OS:        osFacts{Name: e.OSName, Build: e.OSBuild},
		DotNet:    dotnet{Release: e.DotNet},
		Connector: connector{Version: e.Version},
		WinHTTP:   winHTTP{HTTP2: registry(e.HTTP2)},
		Domain:    domain{Name: e.Domain, Joined: e.DomainJoined, SecureChannel: e.SecureOK},
		Clock:     clock{SkewMS: e.ClockSkew.Milliseconds()},
		SPNEGO:    registry(e.SPNEGO),
		Egress:    []egress{},
	}
	if e.TLS12Client >= 0 {
		on, off := int64(min(e.TLS12Client, 1)), int64(1-min(e.TLS12Client, 1))
		f.TLS12 = tls12{Enabled: &on, DisabledByDefault: &off}
	}
	for _, s := range e.Services {
		f.Services = append(f.Services, service(s))
	}
	for _, x := range e.Egress {
		f.Egress = append(f.Egress, egress(x))
	}
	return f
}

func registry(v int) *int64 {
	if v < 0 {
		return nil
	}
	n := int64(v)
	return &n
}
