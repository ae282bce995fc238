package connector

import (
	"context"
	"fmt"
	"strings"
	"time"

	"sensegate/checks"
	"sensegate/internal/fact"
	"sensegate/internal/site"
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

// outbound compares the three places where a proxy is named.
func outbound(ev fact.HostEvidence) *problem {
	p := ev.Proxy
	c, u := said(p.Connector, p.Machine), said(p.Updater, p.Machine)
	notes := []checks.Evidence{
		{Name: "connector", Value: words(c)},
		{Name: "updater", Value: words(u)},
		{Name: "WinHTTP", Value: direct(p.WinHTTP)},
		{Name: "discovery (WPAD)", Value: discovered(p)},
	}
	switch {
	case c.Mode != u.Mode || !strings.EqualFold(c.Address, u.Address):
		return &problem{cause: "connector.proxy-differs", seen: "the connector goes out by " + words(c) + ", its updater by " + words(u), notes: notes}
	case c.Mode == fact.ProxyNamed && !strings.HasPrefix(strings.ToLower(c.Address), "http://"):
		return &problem{cause: "connector.proxy-address", seen: "the proxy is written as " + c.Address, notes: notes}
	case c.Mode == fact.ProxyNamed && p.WinHTTP == "":
		return &problem{cause: "connector.proxy-winhttp", seen: "the connector goes out by " + c.Address + ", WinHTTP goes direct", warn: true, notes: notes}
	case c.Mode == fact.ProxyUnsaid && (p.Discovery || p.PAC != ""):
		return &problem{cause: "connector.proxy-discovered", seen: "no proxy is named, and discovery (WPAD) finds one: " + discovered(p), warn: true, notes: notes}
	}
	return &problem{notes: notes}
}

// discovered says what looking for a proxy brings on a host.
func discovered(p fact.HostProxy) string {
	out := "the name wpad does not resolve"
	if p.Discovery {
		out = "the name wpad resolves"
	}
	if p.PAC != "" {
		out += "; DHCP and DNS lead to " + p.PAC
	}
	if p.AutoDetect {
		out += "; the service's account looks for it"
	}
	return out
}

// said is what counts for a service: its own file, or the machine's.
func said(own, machine fact.ConfigProxy) fact.ConfigProxy {
	if own.Mode == fact.ProxyUnsaid {
		return machine
	}
	return own
}

func words(c fact.ConfigProxy) string {
	switch c.Mode {
	case fact.ProxyNamed:
		return c.Address
	case fact.ProxyOff:
		return "no proxy"
	}
	return "discovery"
}

func direct(winHTTP string) string {
	if winHTTP == "" {
		return "direct access"
	}
	return winHTTP
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

// trusted judges the answer of the internal URL's host; others were probed for
// people to read.
func trusted(s site.Site, ev fact.HostEvidence) *problem {
	for _, b := range ev.Backends {
		if !strings.EqualFold(b.Host, s.InternalHost()) {
			continue
		}
		if b.Trusted {
			return &problem{notes: []checks.Evidence{{Name: "issuer", Value: b.Issuer}}}
		}
		return &problem{cause: "connector.backend-untrusted", seen: fmt.Sprintf("%s:%d from %s: %s", b.Host, b.Port, b.Issuer, b.Problem)}
	}
	return &problem{cause: "connector.backend-unseen", seen: "the host did not look at " + s.InternalHost(), warn: true}
}

// events judges the one event that stops a connector, and shows the others.
func events(ev fact.HostEvidence) *problem {
	var expired *fact.HostEvent
	var up time.Time
	var notes []checks.Evidence
	for _, e := range ev.Events {
		switch {
		case e.ID == trustExpired && (expired == nil || e.At.After(expired.At)):
			expired = &e
		case e.At.After(up):
			up = e.At
		}
		if means, ok := meaning(e.ID); ok && len(notes) < shownEvents {
			notes = append(notes, checks.Evidence{Name: fmt.Sprintf("event %d, %s", e.ID, e.At.UTC().Format("2006-01-02 15:04:05Z")), Value: means + body(e)})
		}
	}
	// Whatever a connector logged later shows that it came up again.
	if expired != nil && !up.After(expired.At) {
		return &problem{cause: "connector.certificate-expired", seen: "event 1000 of " + expired.At.UTC().Format("2006-01-02") + ": " + expired.Text, notes: notes}
	}
	return &problem{notes: notes}
}

const (
	trustExpired = 1000
	shownEvents  = 5
)

// meaning is what a confirmed event id says; the others are shown to nobody
// rather than guessed at.
func meaning(id int) (string, bool) {
	m, ok := map[int]string{
		trustExpired: "the trust certificate expired",
		12008:        "Qlik refused too many Kerberos sign-ins",
		12027:        "a request failed in the connector; delegation or a malformed account name",
		13016:        "the token holds no principal name",
		13019:        "no ticket in the user's name: delegation, SPN, clock or trust",
		13020:        "no ticket: the service name is not defined",
		13022:        "Qlik answers 401 to a Kerberos ticket: the wrong account or key",
		24029:        "the identity that was used for delegation",
	}[id]
	return m, ok
}

func body(e fact.HostEvent) string {
	var b strings.Builder
	for _, f := range [][2]string{{"user", e.User}, {"for", e.SPN}, {"back end", e.Backend}, {"transaction", e.Transaction}} {
		if f[1] != "" {
			b.WriteString("; " + f[0] + " " + f[1])
		}
	}
	return b.String()
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
