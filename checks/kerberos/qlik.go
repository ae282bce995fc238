package kerberos

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"sensegate/checks"
	"sensegate/checks/allowlist"
	"sensegate/internal/fact"
)

// The authentication methods of a virtual proxy. The first one includes
// Windows sign-in.
const ticketMethod = 0

var methods = [...]string{"Ticket", "Header, static user directory", "Header, dynamic user directory", "SAML", "JWT", "OIDC"}

func method(n int) string {
	if n >= 0 && n < len(methods) {
		return methods[n]
	}
	return fmt.Sprintf("method %d", n)
}

// The user agents of browsers that must be offered single sign-on: the desktop
// ones and those of phones, which are the point of publishing.
func browsers() map[string]string {
	const webkit = " AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0"
	const blink = " AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0"
	return map[string]string{
		"Edge on Windows":    "Mozilla/5.0 (Windows NT 10.0; Win64; x64)" + blink + " Safari/537.36 Edg/140.0.0.0",
		"Chrome on Windows":  "Mozilla/5.0 (Windows NT 10.0; Win64; x64)" + blink + " Safari/537.36",
		"Firefox on Windows": "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:142.0) Gecko/20100101 Firefox/142.0",
		"Firefox on Linux":   "Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0",
		"Safari on Mac":      "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)" + webkit + " Safari/605.1.15",
		"Safari on iPad":     "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)" + webkit + " Mobile/15E148 Safari/604.1",
		"Safari on iOS":      "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)" + webkit + " Mobile/15E148 Safari/604.1",
		"Chrome on Android":  "Mozilla/5.0 (Linux; Android 10; K)" + blink + " Mobile Safari/537.36",
	}
}

func pattern(q Qlik) checks.Func {
	return func(ctx context.Context, env checks.Env) checks.Result {
		const expected = "a word that all user agents contain, such as Mozilla"
		list, err := q.VirtualProxies(ctx)
		if err != nil {
			return checks.Explain(err).Expect(expected)
		}
		vp, ok := allowlist.Published(list, env.Site.Qlik.Prefix)
		if !ok {
			return checks.CouldNotTell(checks.Unexplained, expected, "the virtual proxy is not there")
		}
		shared := func(r checks.Result) checks.Result {
			whose := "the virtual proxy " + named(vp) + " alone"
			if vp.Default {
				whose = "everybody who opens Qlik without a prefix, inside too"
			}
			return r.With("concerns", whose).With("authentication method", method(vp.AuthenticationMethod))
		}
		if vp.AuthenticationMethod != ticketMethod {
			return shared(checks.Failed("kerberos.other-module", expected,
				"the virtual proxy signs users in by "+method(vp.AuthenticationMethod)+", not through Windows"))
		}
		agents := browsers()
		left := make([]string, 0, len(agents))
		for name, agent := range agents {
			if !strings.Contains(agent, vp.DevicePattern) {
				left = append(left, name)
			}
		}
		seen := "the pattern is " + vp.DevicePattern
		if len(left) > 0 {
			slices.Sort(left)
			seen += "; left out: " + strings.Join(left, ", ")
			if others := Besides(vp, env.Site.ExternalHost()); len(others) > 0 {
				said := strings.Join(others, ", ")
				return shared(checks.Failed("kerberos.pattern-shared", expected, seen)).Var("others", said).With("used besides by", "pages of "+said)
			}
			return shared(checks.Failed("kerberos.pattern-narrow", expected, seen))
		}
		return shared(checks.Passed(expected, seen)).With("tried with", fmt.Sprintf("the user agents of %d browsers", len(agents)))
	}
}

// Besides are the hosts of others whose pages use the default virtual proxy, as
// its allow list tells; one with a prefix has its users to itself.
func Besides(vp fact.VirtualProxy, external string) []string {
	if !vp.Default {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(vp.AllowList), func(e string) bool {
		return e == "" || strings.EqualFold(e, external) || strings.HasSuffix(external, strings.ToLower(e)) || allowlist.Means(e, external)
	})
}

func named(v fact.VirtualProxy) string {
	if v.Description != "" {
		return v.Description
	}
	return "/" + v.Prefix
}

// Serving are the proxies that can be behind the published URL, and those that
// cannot.
func Serving(ctx context.Context, q Qlik, env checks.Env) (serve, others []fact.ProxyService, err error) {
	return serving(ctx, q, env)
}

// serving are the proxies that can be behind the published URL: those that
// serve its virtual proxy, or all where that cannot be told.
func serving(ctx context.Context, q Qlik, env checks.Env) (serve, others []fact.ProxyService, err error) {
	list, err := q.Proxies(ctx)
	if err != nil {
		return nil, nil, err
	}
	vps, err := q.VirtualProxies(ctx)
	if err != nil {
		return nil, nil, err
	}
	vp, ok := allowlist.Published(vps, env.Site.Qlik.Prefix)
	for _, p := range list {
		if !ok || slices.Contains(p.VirtualProxies, vp.ID) {
			serve = append(serve, p)
		} else {
			others = append(others, p)
		}
	}
	if len(serve) == 0 {
		return list, nil, nil
	}
	return serve, others, nil
}

func kerberosSwitch(q Qlik) checks.Func {
	return func(ctx context.Context, env checks.Env) checks.Result {
		const expected = "on, at every proxy that can serve the published URL"
		list, others, err := serving(ctx, q, env)
		if err != nil {
			return checks.Explain(err).Expect(expected)
		}
		var off []string
		r := checks.Passed(expected, fmt.Sprintf("on at %d of %d", len(list), len(list)))
		for _, p := range list {
			state := "on"
			if !p.Kerberos {
				state = "off"
				off = append(off, p.Host)
			}
			r = r.With(p.Host, state)
			if p.ModifiedBy != "" && !p.Kerberos {
				r = r.With("last saved at "+p.Host, "by "+p.ModifiedBy+", "+p.Modified.UTC().Format("2 January 2006 15:04 UTC"))
			}
			if p.MaxHeaderBytes > 0 {
				r = r.With("largest header at "+p.Host, fmt.Sprintf("%d bytes", p.MaxHeaderBytes))
			}
		}
		for _, p := range others {
			r = r.With(p.Host, "does not serve this virtual proxy")
		}
		if len(list) == 0 {
			return checks.CouldNotTell(checks.Unexplained, expected, "the repository lists no proxy")
		}
		if len(off) > 0 {
			bad := checks.Failed("kerberos.switch-off", expected, "off at "+strings.Join(off, ", ")).Var("proxy", off[0])
			bad.Evidence = r.Evidence
			return bad
		}
		return r
	}
}

// offered asks the running proxies, by the name that users type and each
// further node by its own: behind a shared name a forgotten one hides.
func offered(p Ports) checks.Func {
	return func(ctx context.Context, env checks.Env) checks.Result {
		const expected = "Negotiate among the offers"
		at := env.Site.Publish.InternalURL
		for _, name := range []string{"Edge on Windows", "Safari on iOS"} {
			flow, err := p.Front.LoginFlow(ctx, at, browsers()[name])
			if err != nil {
				return checks.Explain(err).Expect(expected)
			}
			if r, bad := judgeOffer(flow, expected, name); bad {
				return r
			}
		}
		r := checks.Passed(expected, "Negotiate is offered")
		nodes, _, err := serving(ctx, p.Qlik, env)
		if err != nil || len(nodes) < 2 {
			return r
		}
		for _, n := range nodes {
			own, err := url.Parse(at)
			if err != nil {
				continue
			}
			own.Host = strings.ToLower(n.Host)
			flow, err := p.Front.LoginFlow(ctx, own.String(), browsers()["Edge on Windows"])
			switch k := checks.KindOf(err); {
			case err != nil && (k == fact.Unreachable || k == fact.Untrusted || k == fact.TimedOut):
				r = r.With(n.Host, "cannot be asked by its own name from here: "+err.Error())
				continue
			case err != nil:
				r = r.With(n.Host, err.Error())
				continue
			}
			if bad, is := judgeOffer(flow, expected, n.Host); is {
				return bad.Var("proxy", n.Host)
			}
			r = r.With(n.Host, strings.Join(flow.Schemes, ", "))
		}
		return r
	}
}

func judgeOffer(flow fact.LoginFlow, expected, who string) (checks.Result, bool) {
	switch {
	case flow.Foreign:
		return checks.Failed("kerberos.other-module", expected, "users are sent to "+flow.Location), true
	case flow.Forms:
		return checks.Failed("kerberos.pattern-narrow", expected, who+" is sent to the password form"), true
	case !slices.ContainsFunc(flow.Schemes, func(s string) bool { return strings.EqualFold(s, "Negotiate") }):
		return checks.Failed("kerberos.ntlm-only", expected, "offered: "+orNone(flow.Schemes)).With("asked as", who), true
	}
	return checks.Result{}, false
}

// bigTicket is what the header of somebody in a hundred or two groups takes;
// Qlik's own limit is 16384 as it comes.
const bigTicket = 12000

func headers(f Front) checks.Func {
	return func(ctx context.Context, env checks.Env) checks.Result {
		expected := fmt.Sprintf("a request with %d bytes of headers is read", bigTicket)
		room, err := f.HeaderRoom(ctx, env.Site.Publish.InternalURL, env.Site.Qlik.Prefix, bigTicket)
		if err != nil {
			return checks.Explain(err).Expect(expected)
		}
		if !room.Taken {
			return checks.Failed("kerberos.headers-too-long", expected, fmt.Sprintf("answered with %d: %s", room.Status, room.Text))
		}
		return checks.Passed(expected, "read")
	}
}
