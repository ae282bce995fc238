package allowlist

import (
	"context"
	"fmt"
	"strings"
	"time"

	"sensegate/checks"
	"sensegate/internal/fact"
)

// Step is the step that these checks guard.
const Step checks.StepID = "allowlist"

// FactVirtualProxy is the virtual proxy that is really published:
// fact.VirtualProxy.
const FactVirtualProxy = "qlik.virtual-proxy"

// Ports are the questions of this room.
type Ports struct {
	Qlik  Qlik
	Front Front
	Door  Door
}

// Checks are the assertions of the step, in order.
func Checks(p Ports) []checks.Check {
	const docs = "Qlik help: Virtual proxy, Advanced, Host allow list"
	soon := checks.Retry{Every: 2 * time.Second, For: 2 * time.Minute, Because: "the Qlik proxy reads its settings again"}
	return []checks.Check{
		{
			ID: "allowlist.entry", Step: Step, Needs: []checks.ID{"site.repository"}, Provides: []string{FactVirtualProxy}, Docs: docs, Retry: soon,
			Title: "The external host is in the host allow list",
			Why:   "Qlik answers only for hosts that it knows.",
			Run:   entry(p.Qlik),
		},
		{
			ID: "allowlist.http", Step: Step, Needs: []checks.ID{"site.front", "allowlist.entry"}, Docs: docs, Retry: soon,
			Title: "The running proxy accepts the external host",
			Why:   "What is stored counts only once the proxy has read it.",
			Run:   overHTTP(p.Front),
		},
		{
			ID: "allowlist.websocket", Step: Step, Needs: []checks.ID{"allowlist.http"}, Docs: docs, Retry: soon,
			Title: "A WebSocket from the external host is let in",
			Why:   "Pages load without it; the data inside them does not.",
			Run:   overWebSocket(p),
		},
	}
}

// Published finds the virtual proxy that serves the site's prefix.
func Published(list []fact.VirtualProxy, prefix string) (fact.VirtualProxy, bool) {
	for _, v := range list {
		if strings.EqualFold(v.Prefix, strings.Trim(prefix, "/")) {
			return v, true
		}
	}
	return fact.VirtualProxy{}, false
}

func entry(q Qlik) checks.Func {
	return func(ctx context.Context, env checks.Env) checks.Result {
		host := env.Site.ExternalHost()
		expected := host + " is listed"
		list, err := q.VirtualProxies(ctx)
		if err != nil {
			return checks.Explain(err).Expect(expected)
		}
		vp, ok := Published(list, env.Site.Qlik.Prefix)
		if !ok {
			return checks.Failed("allowlist.no-proxy", expected, fmt.Sprintf("there is no virtual proxy with the prefix %q", env.Site.Qlik.Prefix))
		}
		seen := "the list is empty"
		if len(vp.AllowList) > 0 {
			seen = "the list holds " + strings.Join(vp.AllowList, ", ")
		}
		var r checks.Result
		switch verdict, which := judge(vp.AllowList, host); verdict {
		case listed:
			r = checks.Passed(expected, seen)
		case covered:
			r = checks.Passed(expected, "covered by "+which+"; the probes below prove it")
		case ported:
			r = checks.Passed(expected, "listed with a port, as "+which+"; the probes below prove whether that counts")
		case malformed:
			r = checks.Failed("allowlist.malformed", expected, "the entry "+which+" is not a bare host name").Var("entry", which)
		default:
			r = checks.Failed("allowlist.missing", expected, seen)
			if own := Implicit(ctx, q, vp.ID, host); own != "" {
				r = checks.Passed(expected+", or needs no entry", "it is the name of the proxy's own machine, "+own+", which needs none; the probes below prove it")
			} else if other := elsewhere(list, vp.ID, host); len(other) > 0 {
				r = checks.Failed("allowlist.other-proxy", expected, "it is in the list of "+strings.Join(other, ", ")+" only").
					Var("virtual-proxy", named(vp))
			}
		}
		r = r.With("virtual proxy", named(vp)).With("entries", strings.Join(vp.AllowList, ", "))
		for _, e := range vp.AllowList {
			if f := flaw(e); f != "" {
				r = r.With("entry "+strings.TrimSpace(e), f)
			}
		}
		return r.With("accepted without an entry", "the names of the proxy's own machine").Provide(FactVirtualProxy, vp)
	}
}

func named(v fact.VirtualProxy) string {
	if v.Description != "" {
		return v.Description
	}
	return "/" + v.Prefix
}

// forbidden is the status with which the proxy refuses an origin (RFC 9110,
// section 15.5.4).
const forbidden = 403

func overHTTP(f Front) checks.Func {
	return func(ctx context.Context, env checks.Env) checks.Result {
		target := strings.TrimRight(env.Site.Publish.ExternalURL, "/") + "/hub/"
		expected := "Qlik would send users back to " + target
		if vp, ok := checks.Known[fact.VirtualProxy](env, FactVirtualProxy); ok && vp.AuthenticationMethod != 0 {
			// Only the built-in sign-in tells whether it knows the host.
			return checks.NotApplicable("the virtual proxy does not sign users in itself; the WebSocket below proves the list")
		}
		v, err := f.Target(ctx, env.Site.Publish.InternalURL, env.Site.Qlik.Prefix, target)
		if err != nil {
			return checks.Explain(err).Expect(expected)
		}
		if v.LoginURI == "" {
			vp, _ := checks.Known[fact.VirtualProxy](env, FactVirtualProxy)
			if is, which := judge(vp.AllowList, env.Site.ExternalHost()); is == ported {
				return checks.Failed("allowlist.malformed", expected, "it would not: the entry "+which+" does not count with its port").Var("entry", which)
			}
			return checks.Failed("allowlist.not-effective", expected, "it would not: the proxy does not know the host")
		}
		r := checks.Passed(expected, "it would").With("asked", "/qps/user?targetUri=").With("sign-in page", v.LoginURI)
		known, err := f.HostKnown(ctx, env.Site.Publish.InternalURL, env.Site.Qlik.Prefix, env.Site.ExternalHost())
		if err == nil {
			r = r.With("called by the external name", map[bool]string{true: "answers", false: "refuses, with the page for an unknown host"}[known])
		}
		return r
	}
}

const signedIn = "on a session of the test user"

// overWebSocket asks on a session, for without one the proxy may refuse before
// it looks at the origin. The same question from Qlik's own host tells the list
// from everything else that is refused with 403.
func overWebSocket(p Ports) checks.Func {
	return func(ctx context.Context, env checks.Env) checks.Result {
		s := env.Site
		origin, own := "https://"+s.ExternalHost(), "https://"+s.InternalHost()
		expected := "an upgrade from " + origin + " is treated like one from Qlik's own host"
		ask, how := p.Door.OriginSignedIn, signedIn
		outside, err := ask(ctx, s.Publish.InternalURL, s.Qlik.Prefix, origin)
		if err != nil {
			// The proxy's own interface may be closed to this machine.
			how = "without a session: " + err.Error()
			ask = p.Front.Origin
			if outside, err = ask(ctx, s.Publish.InternalURL, s.Qlik.Prefix, origin); err != nil {
				return checks.Explain(err).Expect(expected)
			}
		}
		evidence := func(r checks.Result) checks.Result {
			return r.With("origin", origin).With("WebSocket", outside.URL).With("asked", how)
		}
		seen := fmt.Sprintf("status %d", outside.Status)
		if outside.Unanswered {
			seen = "no answer"
		}
		if outside.Upgraded {
			return evidence(checks.Passed(expected, "let in"))
		}
		inside, err := ask(ctx, s.Publish.InternalURL, s.Qlik.Prefix, own)
		switch {
		case err != nil:
			return evidence(checks.Explain(err).Expect(expected))
		case inside.Status != forbidden && outside.Status == forbidden:
			return evidence(checks.Failed("allowlist.origin-refused", expected, seen+", though Qlik's own host is not refused"))
		case inside.Status == forbidden && Wall(outside.Body):
			return evidence(checks.Failed("allowlist.blocked", expected, seen+" by something that is not Qlik")).With("page", outside.Body)
		case inside.Status == forbidden && outside.CSRF && how == signedIn:
			return evidence(checks.Failed("allowlist.token-refused", expected, seen+", and 403 from Qlik's own host too, with a token"))
		case inside.Status == outside.Status && outside.Status != forbidden:
			// Something else is wrong, such as the engine: the final test names it.
			return evidence(checks.Passed(expected, seen+", as from Qlik's own host: the list does not refuse it"))
		}
		return evidence(checks.CouldNotTell(checks.Unsupported, expected,
			fmt.Sprintf("%s, and %d from Qlik's own host: it is not the list that refuses", seen, inside.Status)))
	}
}
