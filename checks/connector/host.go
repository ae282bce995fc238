package connector

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"sensegate/checks"
	"sensegate/internal/fact"
)

// problem is what is wrong with one host.
type problem struct {
	cause checks.CauseID
	seen  string
	warn  bool
}

// maxAge is how old evidence may be: a service that ran last week proves little.
const maxAge = 7 * 24 * time.Hour

// eachHost judges the evidence of every host of the site. One bad host is
// enough: traffic is spread at random.
func eachHost(hosts Host, expected string, judge func(fact.HostEvidence) *problem) checks.Func {
	return func(ctx context.Context, env checks.Env) checks.Result {
		r := checks.Passed(expected, "")
		var good []string
		oldest := env.Clock()
		for _, h := range env.Site.Connector.Hosts {
			ev, err := hosts.Host(ctx, h.Name)
			if checks.KindOf(err) == fact.NotFound {
				return checks.CouldNotTell(checks.NoEvidence, expected, "nothing was collected on "+h.Name).
					With("how", "run `sensegate collect --output "+h.Name+".json` there and name the file in the site's evidence")
			}
			if err != nil {
				return checks.Explain(err).Expect(expected)
			}
			if age := env.Clock().Sub(ev.Collected); age > maxAge {
				return checks.CouldNotTell(checks.NoEvidence, expected,
					fmt.Sprintf("the evidence of %s is %d days old", h.Name, int(age.Hours()/24)))
			}
			if ev.Collected.Before(oldest) {
				oldest = ev.Collected
			}
			p := judge(ev)
			value := "as expected"
			if p != nil {
				value = p.seen
			}
			r = r.With(h.Name, value)
			switch {
			case p == nil:
				good = append(good, h.Name)
			case r.Status == checks.Pass || (r.Status == checks.Warn && !p.warn):
				bad := checks.Failed(p.cause, expected, h.Name+": "+p.seen)
				if p.warn {
					bad = checks.Warned(p.cause, expected, h.Name+": "+p.seen)
				}
				bad.Evidence = r.Evidence
				r = bad.Var("host", h.Name)
			}
		}
		if r.Status == checks.Pass {
			r.Seen = "true on " + strings.Join(good, " and ")
		}
		return r.From(checks.Collected, oldest)
	}
}

// The service names survived the renaming of the product in 2024.
const (
	connectorService = "WAPCSvc"
	updaterService   = "WAPCUpdaterSvc"
)

func services(ev fact.HostEvidence) *problem {
	for _, name := range []string{connectorService, updaterService} {
		found := false
		for _, s := range ev.Services {
			if !strings.EqualFold(s.Name, name) {
				continue
			}
			found = true
			if !strings.EqualFold(s.State, "running") {
				return &problem{cause: "connector.service-stopped", seen: name + " is " + strings.ToLower(s.State)}
			}
		}
		if !found {
			return &problem{cause: "connector.service-missing", seen: "there is no service " + name}
		}
	}
	return nil
}

// The milestones of the connector's version history and the Windows builds.
const (
	minimumVersion = "1.5.612.0"  // WebSockets
	advisedVersion = "1.5.2846.0" // failing WebSockets show their real status
	latestVersion  = "1.5.4892.0" // leaking WebSocket connections mended
	server2016     = 14393
	server2019     = 17763
	dotNet472      = 461808
)

func platform(ev fact.HostEvidence) *problem {
	switch {
	case ev.Version != "" && older(ev.Version, minimumVersion):
		return &problem{cause: "connector.version-old", seen: "connector " + ev.Version}
	case ev.OSBuild > 0 && ev.OSBuild < server2016:
		return &problem{cause: "connector.os-old", seen: fmt.Sprintf("%s (build %d)", ev.OSName, ev.OSBuild)}
	case ev.DotNet > 0 && ev.DotNet < dotNet472:
		return &problem{cause: "connector.dotnet-old", seen: fmt.Sprintf(".NET release %d", ev.DotNet)}
	case ev.Version == "":
		return &problem{cause: "connector.version-old", seen: "the version could not be read", warn: true}
	case older(ev.Version, advisedVersion):
		return &problem{cause: "connector.version-old", seen: "connector " + ev.Version, warn: true}
	}
	return nil
}

// older compares dotted versions number by number.
func older(a, b string) bool {
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

func tls12(ev fact.HostEvidence) *problem {
	if ev.TLS12Client == 0 {
		return &problem{cause: "connector.tls12-off", seen: "TLS 1.2 is switched off for clients"}
	}
	return nil
}

func http2(ev fact.HostEvidence) *problem {
	if ev.OSBuild >= server2019 && ev.HTTP2 != 0 {
		seen := "EnableDefaultHTTP2 is not set"
		if ev.HTTP2 > 0 {
			seen = fmt.Sprintf("EnableDefaultHTTP2 is %d", ev.HTTP2)
		}
		return &problem{cause: "connector.http2-on", seen: seen}
	}
	return nil
}

func egress(ev fact.HostEvidence) *problem {
	var unreached *problem
	for _, e := range ev.Egress {
		switch {
		case e.Inspected:
			return &problem{cause: "connector.tls-inspected", seen: fmt.Sprintf("the certificate of %s comes from %s", e.Host, e.Issuer)}
		case !e.Reached && unreached == nil:
			// Names of single endpoints may change: a hint, not a proof.
			unreached = &problem{cause: "connector.egress-blocked", seen: fmt.Sprintf("%s:%d not reached: %s", e.Host, e.Port, e.Problem), warn: true}
		}
	}
	return unreached
}

func membership(ev fact.HostEvidence) *problem {
	switch {
	case !ev.DomainJoined:
		return &problem{cause: "connector.not-joined", seen: "not a member of a domain"}
	case !ev.SecureOK:
		return &problem{cause: "connector.channel-broken", seen: "the secure channel to " + ev.Domain + " is broken"}
	}
	return nil
}
