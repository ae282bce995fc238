package connector

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"sensegate/checks"
	"sensegate/internal/fact"
	"sensegate/internal/site"
)

// problem is what is wrong with one host.
type problem struct {
	cause checks.CauseID
	seen  string
	warn  bool
	// notes are further things to show.
	notes []checks.Evidence
}

// MaxAge is how old evidence may be unless the site says otherwise: a service
// that ran last week proves little.
const MaxAge = 7 * 24 * time.Hour

// eachHost judges the evidence of every host of the site by the sections that
// the judgement rests on. One bad host is enough: traffic is spread at random.
func eachHost(hosts Host, expected string, judge func(fact.HostEvidence) *problem, sections ...string) checks.Func {
	return overHosts(hosts, expected, sections, func(_ site.Site, ev fact.HostEvidence) *problem { return judge(ev) })
}

func overHosts(hosts Host, expected string, sections []string, judge func(site.Site, fact.HostEvidence) *problem) checks.Func {
	return func(ctx context.Context, env checks.Env) checks.Result {
		v := verdict{Result: checks.Passed(expected, ""), oldest: env.Clock(), source: checks.Collected}
		for _, h := range env.Site.Connector.Hosts {
			ev, err := hosts.Host(ctx, h.Name)
			if err != nil && checks.KindOf(err) != fact.NotFound {
				return checks.Explain(err).Expect(expected)
			}
			if err != nil {
				v.unproved(h.Name, "nothing was collected on "+h.Name)
				continue
			}
			if why := Unusable(env, ev, sections...); why != "" {
				v.unproved(h.Name, h.Name+": "+why)
				continue
			}
			v.date(ev, sections)
			v.aged(env, h.Name, ev, sections)
			v.take(h.Name, ev, judge(env.Site, ev))
		}
		return v.done(expected)
	}
}

// Unusable says why evidence cannot be judged: sections are missing, or older
// than the site allows. It is empty where it can.
func Unusable(env checks.Env, ev fact.HostEvidence, sections ...string) string {
	limit := env.Site.EvidenceMaxAge
	if limit <= 0 {
		limit = MaxAge
	}
	for _, s := range sections {
		if why := ev.Missing(s); why != "" {
			return s + ": " + why
		}
	}
	for _, s := range append([]string{""}, sections...) {
		since := ev.Since(s)
		if s == "" && ev.Sections != nil {
			continue // each section has a date of its own
		}
		if age := env.Clock().Sub(since); age > limit {
			return fmt.Sprintf("the evidence is %s old, and %s are allowed", days(age), days(limit))
		} else if age < -Ahead {
			return "the evidence is dated " + since.UTC().Format(time.RFC3339) + ", which has not come yet"
		}
	}
	return ""
}

// Ahead is how much a host's clock may be in front of ours before its evidence
// cannot be dated.
const Ahead = 15 * time.Minute

func days(d time.Duration) string {
	if d < 48*time.Hour {
		return fmt.Sprintf("%d hours", int(d.Hours()))
	}
	return fmt.Sprintf("%d days", int(d.Hours()/24))
}

// verdict grows host by host: what failed counts more than what is not known,
// and that more than a warning.
type verdict struct {
	checks.Result
	good    []string
	unknown string
	oldest  time.Time
	source  checks.Source
	ages    []string
}

func (v *verdict) unproved(host, why string) {
	v.Result = v.With(host, why)
	if v.unknown == "" {
		v.unknown = why
	}
	if v.Status == checks.Pass {
		v.Result = v.Var("host", host) // what is wrong elsewhere keeps its name
	}
}

func (v *verdict) date(ev fact.HostEvidence, sections []string) {
	for _, s := range sections {
		if since := ev.Since(s); since.Before(v.oldest) {
			v.oldest = since
		}
		if ev.Sections[s].Pasted {
			v.source = checks.Pasted
		}
	}
	if len(sections) == 0 && ev.Collected.Before(v.oldest) {
		v.oldest = ev.Collected
	}
}

// aged notes how old the evidence of a host is.
func (v *verdict) aged(env checks.Env, host string, ev fact.HostEvidence, sections []string) {
	since := ev.Collected
	for _, s := range sections[:min(1, len(sections))] {
		since = ev.Since(s)
	}
	v.ages = append(v.ages, host+" "+env.Clock().Sub(since).Round(time.Minute).String()+" ago")
}

func (v *verdict) take(host string, ev fact.HostEvidence, p *problem) {
	value := "as expected"
	if p != nil && p.cause != "" {
		value = p.seen
	}
	v.Result = v.With(host, value)
	if p != nil && p.cause != "" && ev.Diagnostics != "" {
		v.Result = v.With(host+": the connector's own diagnostics tool", ev.Diagnostics)
	}
	if p != nil {
		for _, n := range p.notes {
			v.Result = v.With(host+": "+n.Name, n.Value)
		}
	}
	switch {
	case p == nil || p.cause == "":
		v.good = append(v.good, host)
	case v.Status == checks.Pass || v.Status == checks.Warn && !p.warn:
		bad := checks.Failed(p.cause, v.Expected, host+": "+p.seen)
		if p.warn {
			bad = checks.Warned(p.cause, v.Expected, host+": "+p.seen)
		}
		bad.Evidence = v.Evidence
		v.Result = bad.Var("host", host).Var("diagnostics", diagnostics(ev))
	}
}

func (v *verdict) done(expected string) checks.Result {
	r := v.Result
	switch {
	case r.Status == checks.Fail:
	case v.unknown != "":
		u := checks.CouldNotTell(checks.NoEvidence, expected, v.unknown)
		u.Evidence = r.Evidence
		r = u.With("how", "run `sensegate collect --output HOST.json` there and `sensegate import HOST.json` here, or paste what the command below prints")
	case r.Status == checks.Pass:
		r.Seen = "true on " + strings.Join(v.good, " and ")
	}
	if len(v.ages) > 0 {
		r = r.With("evidence of", strings.Join(v.ages, ", "))
	}
	return r.From(v.source, v.oldest)
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
			if p := service(name, s); p != nil {
				return p
			}
		}
		if !found {
			return &problem{cause: "connector.service-missing", seen: "there is no service " + name}
		}
	}
	return nil
}

// service judges one of the two services.
func service(name string, s fact.Service) *problem {
	start := strings.ToLower(s.Start)
	switch {
	case start == "disabled":
		return &problem{cause: "connector.service-disabled", seen: name + " is disabled, and " + strings.ToLower(s.State)}
	case !strings.EqualFold(s.State, "running"):
		return &problem{cause: "connector.service-stopped", seen: name + " is " + strings.ToLower(s.State)}
	case start == "manual":
		return &problem{cause: "connector.service-disabled", seen: name + " runs, and does not start by itself", warn: true}
	case !builtIn(s):
		return &problem{cause: "connector.service-account", seen: name + " runs as " + s.Account}
	}
	return nil
}

// builtIn says whether a service runs as one of the accounts that stand for
// the computer. Their names are translated in some languages, their SIDs not.
func builtIn(s fact.Service) bool {
	if s.SID != "" {
		return s.SID == "S-1-5-18" || s.SID == "S-1-5-19" || s.SID == "S-1-5-20"
	}
	authority, name, qualified := strings.Cut(s.Account, `\`)
	if !qualified {
		return s.Account == "" || strings.EqualFold(s.Account, "LocalSystem")
	}
	// NT AUTHORITY, NT-AUTORITÄT, AUTORITE NT, NT-MYNDIGHET …: a domain of users
	// has no blank and does not begin with NT- in its name.
	upper := strings.ToUpper(authority)
	return name != "" && (strings.HasPrefix(upper, "NT ") || strings.HasPrefix(upper, "NT-") ||
		strings.HasSuffix(upper, " NT") || strings.HasSuffix(upper, " NT AUTHORITY"))
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
	case ev.Version != "" && Older(ev.Version, minimumVersion):
		return &problem{cause: "connector.version-old", seen: "connector " + ev.Version}
	case ev.OSBuild > 0 && ev.OSBuild < server2016:
		return &problem{cause: "connector.os-old", seen: fmt.Sprintf("%s (build %d)", ev.OSName, ev.OSBuild)}
	case ev.DotNet > 0 && ev.DotNet < dotNet472:
		return &problem{cause: "connector.dotnet-old", seen: fmt.Sprintf(".NET release %d", ev.DotNet)}
	case ev.Version == "":
		return &problem{cause: "connector.version-old", seen: "the version could not be read", warn: true}
	case Older(ev.Version, advisedVersion):
		return &problem{cause: "connector.version-old", seen: "connector " + ev.Version, warn: true}
	}
	return nil
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

func tls12(ev fact.HostEvidence) *problem {
	switch {
	case ev.TLS12Client == 0:
		return &problem{cause: "connector.tls12-off", seen: "TLS 1.2 is switched off for clients"}
	case ev.SystemTLS != nil && *ev.SystemTLS == 0 && ev.StrongCrypto != nil && *ev.StrongCrypto == 0:
		return &problem{cause: "connector.dotnet-tls12-off", seen: ".NET is told to leave TLS 1.2 out (SchUseStrongCrypto 0, SystemDefaultTlsVersions 0)"}
	}
	p := &problem{}
	if ev.TLS12Client < 0 {
		p.notes = []checks.Evidence{{Name: "note", Value: "no registry value: the system's default, which is on"}}
	}
	return p
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

func membership(ev fact.HostEvidence) *problem {
	switch {
	case !ev.DomainJoined:
		return &problem{cause: "connector.not-joined", seen: "not a member of a domain"}
	case !ev.SecureOK:
		return &problem{cause: "connector.channel-broken", seen: "the secure channel to " + ev.Domain + " is broken"}
	}
	return nil
}
