package connector

import (
	"context"
	"fmt"
	"strings"
	"time"

	"sensegate/checks"
	"sensegate/internal/fact"
)

// HostChecks are the checks that rest on the hosts' evidence alone.
func HostChecks(h Host) []checks.Check {
	var out []checks.Check
	for _, c := range Checks(Ports{Host: h}) {
		if len(c.Needs) == 1 && (c.ID == runs || c.Needs[0] == runs) {
			out = append(out, c)
		}
	}
	return out
}

// runs is the check that all others of a host rest on.
const runs checks.ID = "connector.services"

// hostMore are the checks of what else on a connector host stands in the way.
func hostMore(h Host) []checks.Check {
	const (
		docs    = "https://learn.microsoft.com/entra/global-secure-access/how-to-configure-connectors"
		proxies = "https://learn.microsoft.com/entra/identity/app-proxy/application-proxy-configure-connectors-with-proxy-servers"
		kcd     = "https://learn.microsoft.com/entra/identity/app-proxy/how-to-configure-sso-with-kcd"
	)
	needs := []checks.ID{runs}
	return []checks.Check{
		{
			ID: "connector.proxy", Step: Step, Needs: needs, Docs: proxies,
			Title: "Connector, updater and WinHTTP agree on the way out",
			Why:   "Each reads a setting of its own; where they differ one of them stays outside.",
			Run:   eachHost(h, "one setting for all three", outbound, fact.SectionProxy),
		},
		{
			ID: "connector.clock", Step: Step, Needs: needs, Docs: docs,
			Title: "The clocks of the hosts agree with the domain",
			Why:   "Kerberos tolerates five minutes, and the connector's log names the clock only between the lines.",
			Run:   eachHost(h, "within 60 seconds of the domain controller", hostClock, fact.SectionClock),
		},
		{
			ID: "connector.agents", Step: Step, Needs: needs, Docs: docs,
			Title: "No other agent on the hosts gets in the updater's way",
			Why:   "The updaters of some agents are the same program in another version.",
			Run:   eachHost(h, "no Entra Password Protection proxy beside the connector", agents, fact.SectionAgents),
		},
		{
			ID: "connector.backend", Step: Step, Needs: needs, Docs: docs,
			Title: "Every host trusts the certificate that Qlik answers with",
			Why:   "The connector checks it for new applications, with the machine's own store.",
			Run:   overHosts(h, "trusted by the machine", []string{fact.SectionBackend}, trusted),
		},
		{
			ID: "connector.spnego", Step: Step, Needs: needs, Docs: kcd,
			Title: "All hosts wrap tickets the same way",
			Why:   "Traffic is spread at random: two ways mean that every other sign-in fails.",
			Run:   alike(h),
		},
		{
			ID: "connector.traces", Step: Step, Needs: needs, Docs: "https://learn.microsoft.com/entra/global-secure-access/troubleshoot-connectors",
			Title: "The connector's traces tell of no known trouble",
			Why:   "They name what the event log leaves out: which way a certificate was looked up, and what a proxy answered.",
			Run:   traced(h),
		},
		{
			ID: "connector.events", Step: Step, Needs: needs, Docs: docs,
			Title: "No connector has lost its trust certificate",
			Why:   "After months offline the certificate runs out, and the service stops with event 1000.",
			Run:   eachHost(h, "no event 1000 since the service last came up", events, fact.SectionEvents),
		},
	}
}

// The bounds of what Kerberos and people tolerate.
const (
	skewFails = 5 * time.Minute
	skewWarns = time.Minute
)

func hostClock(ev fact.HostEvidence) *problem {
	skew := ev.ClockSkew.Abs().Round(time.Second)
	seen := fmt.Sprintf("%s away from the domain controller", skew)
	switch {
	case skew > skewFails:
		return &problem{cause: "connector.clock-skew", seen: seen}
	case skew > skewWarns:
		return &problem{cause: "connector.clock-skew", seen: seen, warn: true}
	}
	return nil
}

func agents(ev fact.HostEvidence) *problem {
	if len(ev.Agents) == 0 {
		return nil
	}
	return &problem{cause: "connector.agent-clash", seen: "also installed: " + strings.Join(ev.Agents, ", ")}
}

// alike compares a setting between the hosts of the group.
func alike(h Host) checks.Func {
	one := eachHost(h, "UseSpnegoAuthentication is the same on every host", func(fact.HostEvidence) *problem { return nil }, fact.SectionSPNEGO)
	return func(ctx context.Context, env checks.Env) checks.Result {
		r := one(ctx, env)
		if r.Status != checks.Pass {
			return r
		}
		first, on := "", false
		for i, host := range env.Site.Connector.Hosts {
			ev, err := h.Host(ctx, host.Name)
			if err != nil {
				return checks.Explain(err).Expect(r.Expected)
			}
			now := ev.SPNEGO > 0
			r = r.With(host.Name+": SPNEGO", map[bool]string{true: "on", false: "off"}[now])
			if i > 0 && now != on {
				bad := checks.Failed("connector.spnego-differs", r.Expected, "on one, off on the other of "+first+" and "+host.Name).Var("host", host.Name)
				bad.Evidence = r.Evidence
				return bad.From(r.Source, r.At)
			}
			if i == 0 {
				first, on = host.Name, now
			}
		}
		return r
	}
}
