package access

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"sensegate/checks"
	"sensegate/checks/connector"
	"sensegate/internal/fact"
	"sensegate/internal/site"
)

// Host answers from the evidence of a Qlik node. A fact.Error of kind NotFound
// means that nothing was collected there.
type Host interface {
	Host(ctx context.Context, name string) (fact.HostEvidence, error)
}

// Nodes are the machines of Qlik that the site names: the one with the
// repository, further ones, and the one that people open where that is a
// machine's own name.
func Nodes(s site.Site) []string {
	var out []string
	if u, err := url.Parse(s.Qlik.Repository); err == nil {
		out = append(out, u.Hostname())
	}
	out = append(out, s.Qlik.Nodes...)
	out = append(append(out, slices.Sorted(maps.Keys(s.Qlik.ServerNames))...), s.InternalHost())
	seen := map[string]bool{"": true}
	return slices.DeleteFunc(out, func(n string) bool {
		twice := seen[strings.ToLower(n)]
		seen[strings.ToLower(n)] = true
		return twice
	})
}

// Collected is the evidence of a node with when it was read and how.
type Collected struct {
	fact.HostEvidence
	Source checks.Source
	At     time.Time
}

// CollectedNodes is the evidence of the site's nodes that can be judged by its
// sections, and why the others cannot.
func CollectedNodes(ctx context.Context, env checks.Env, hosts Host, sections ...string) (found []Collected, why []string) {
	for _, name := range Nodes(env.Site) {
		if hosts == nil {
			why = append(why, "nothing was collected on "+name)
			continue
		}
		ev, err := hosts.Host(ctx, name)
		switch {
		case checks.KindOf(err) == fact.NotFound:
			why = append(why, "nothing was collected on "+name)
			continue
		case err != nil:
			why = append(why, name+": "+err.Error())
			continue
		}
		if reason := connector.Unusable(env, ev, sections...); reason != "" {
			why = append(why, name+": "+reason)
			continue
		}
		c := Collected{HostEvidence: ev, Source: checks.Collected, At: ev.Since(sections[0])}
		if ev.Sections[sections[0]].Pasted {
			c.Source = checks.Pasted
		}
		found = append(found, c)
	}
	return found, why
}

// qlikHost judges the services of the nodes as the machines themselves tell.
// Without evidence it holds nothing up: site.services hears of them too.
func qlikHost(hosts Host) checks.Func {
	return func(ctx context.Context, env checks.Env) checks.Result {
		const expected = "every service that starts by itself runs, and the certificates are there"
		found, why := CollectedNodes(ctx, env, hosts, fact.SectionServices)
		if len(found) == 0 {
			return checks.NotApplicable(strings.Join(why, "; ") + ": run `sensegate collect` there, or paste what the command below prints")
		}
		r := checks.Passed(expected, "")
		var good []string
		for _, n := range found {
			list := qlikServices(n.Services)
			if len(list) == 0 {
				r = r.With(n.Host, "no service of Qlik Sense")
				continue
			}
			good = append(good, n.Host)
			r = judgeNode(r, n, list).From(n.Source, n.At)
		}
		if len(good) == 0 {
			return checks.NotApplicable("no service of Qlik Sense was seen on " + found[0].Host)
		}
		if r.Status == checks.Pass {
			r.Seen = "so on " + strings.Join(good, " and ")
		}
		return r
	}
}

func qlikServices(list []fact.Service) []fact.Service {
	return slices.DeleteFunc(slices.Clone(list), func(s fact.Service) bool {
		return !strings.HasPrefix(strings.ToLower(s.Name), "qliksense")
	})
}

// judgeNode adds one node to the result; what is wrong first counts.
func judgeNode(r checks.Result, n Collected, list []fact.Service) checks.Result {
	for _, s := range list {
		start := strings.ToLower(s.Start)
		r = r.With(n.Host+": "+s.Name, strings.ToLower(s.State)+", "+start+", as "+s.Account)
		needed := strings.HasPrefix(start, "automatic") || strings.EqualFold(s.Name, proxyService)
		if needed && !strings.EqualFold(s.State, "running") && r.Status != checks.Fail {
			r = become(r, checks.Failed("site.qlik-service-stopped", r.Expected, n.Host+": "+s.Name+" is "+strings.ToLower(s.State))).Var("service", s.Name).Var("node", n.Host)
		}
	}
	if n.Qlik == nil || n.Missing(fact.SectionQlik) != "" {
		return r.With(n.Host+": certificates", "not looked at")
	}
	r = r.With(n.Host+": certificates", fmt.Sprintf("%d exported", len(n.Qlik.Certificates)))
	if len(n.Qlik.Certificates) == 0 && r.Status == checks.Pass {
		r = become(r, checks.Warned("site.qlik-certificates-missing", r.Expected, n.Host+" holds no exported certificate")).Var("node", n.Host)
	}
	return r
}

// become keeps the evidence of a result and takes the outcome of another.
func become(r, bad checks.Result) checks.Result {
	bad.Evidence = r.Evidence
	return bad
}

// proxyService is what users and connectors reach.
const proxyService = "QlikSenseProxyService"

// HostCauses explains what the Qlik nodes themselves may show.
func HostCauses() []checks.Cause {
	return []checks.Cause{
		{
			ID: "site.qlik-service-stopped", Title: "A service of Qlik is stopped on its machine",
			Because: "{service} starts by itself on {node}, and does not run.",
			More:    "It was stopped by hand, or failed after a restart: the database was not up yet, or the account's password has changed. Windows' System log names the reason (7000, 7038, 7041).",
			Fixes:   []checks.Fix{{Who: checks.QlikAdmin, Text: "Start it on {node}, and look why it had stopped.", Command: "Start-Service {service}", Shell: checks.PowerShell}},
			Docs:    "Qlik help: Services",
		},
		{
			ID: "site.qlik-certificates-missing", Title: "A Qlik node has no exported certificates",
			Because: "The folder in which Qlik keeps them on {node} holds none.",
			More:    "Qlik writes its own set to ProgramData\\Qlik\\Sense\\Repository\\Exported Certificates\\.Local Certificates when it is set up. Tools, this wizard among them, sign in to the repository with one.",
			Fixes:   []checks.Fix{{Who: checks.QlikAdmin, Text: "Export the client certificate again.", Command: "QMC > Certificates > machine name, platform independent PEM > Export", Shell: checks.QMC}},
			Docs:    "Qlik help: Exporting certificates",
		},
	}
}
