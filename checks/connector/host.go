package connector

import (
	"context"
	"fmt"
	"path/filepath"
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
	// unsure says what the evidence does not tell; such a host is unproved.
	unsure string
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
			p := judge(env.Site, ev)
			if p != nil && p.unsure != "" {
				v.unproved(h.Name, h.Name+": "+p.unsure)
				continue
			}
			v.take(h.Name, ev, p)
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
	switch {
	case d < 2*time.Hour:
		return fmt.Sprintf("%d minutes", int(d.Minutes()))
	case d < 48*time.Hour:
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
	since, file := ev.Collected, ev.File
	for _, s := range sections[:min(1, len(sections))] {
		since = ev.Since(s)
		if p, ok := ev.Sections[s]; ok {
			file = p.File
		}
	}
	age := host + " " + days(env.Clock().Sub(since)) + " ago"
	if file != "" {
		age += " (" + filepath.Base(file) + ")"
	}
	v.ages = append(v.ages, age)
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
