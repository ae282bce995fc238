package access

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"sensegate/checks"
	"sensegate/internal/fact"
)

// browser is the user agent of an ordinary browser: Qlik chooses its login
// module by it.
const browser = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0"

// repositoryRefusal names why the repository did not let us in.
func repositoryRefusal(err error, expected string) checks.Result {
	text := err.Error()
	switch {
	case checks.KindOf(err) == fact.Untrusted && strings.Contains(text, "for another name"):
		return checks.Failed("site.repository-name", expected, text)
	case checks.KindOf(err) == fact.Untrusted:
		return checks.Failed("site.repository-authority", expected, text)
	case checks.CodeOf(err) == "XSRF":
		return checks.Failed("site.query-dropped", expected, text)
	}
	return refused(err, "site.repository-refused", expected)
}

// front asserts that Qlik itself answers under the internal URL. Where it is
// refused there, the repository tells whether the name or the virtual proxy is
// to blame.
func front(p Ports) checks.Func {
	return func(ctx context.Context, env checks.Env) checks.Result {
		url := env.Site.Publish.InternalURL
		expected := "the hub of Qlik, or the way to its sign-in, at " + url
		flow, err := p.Front.LoginFlow(ctx, url, browser)
		if err == nil {
			r := checks.Passed(expected, "Qlik answers")
			if flow.Location != "" {
				r = r.With("leads to", flow.Location)
			}
			return r
		}
		cause := FrontCause(err)
		switch cause {
		case "":
			return checks.Explain(err).Expect(expected)
		case "site.front-unknown-host":
			return unknownHost(ctx, p, env, expected, err.Error())
		}
		return checks.Failed(cause, expected, err.Error())
	}
}

// FrontCause names why Qlik's front did not answer as such; empty where that is
// not known.
func FrontCause(err error) checks.CauseID {
	switch text := err.Error(); {
	case strings.Contains(text, "header is incorrect"):
		return "site.front-unknown-host"
	case strings.Contains(text, "HTTP/2 only"):
		return "site.front-http2"
	case checks.KindOf(err) == fact.Untrusted && strings.Contains(text, "for another name"):
		return "site.front-name"
	case checks.KindOf(err) == fact.Untrusted:
		return "site.front-authority"
	case checks.CodeOf(err) == "502", checks.CodeOf(err) == "503", checks.CodeOf(err) == "504":
		return "site.front-unavailable"
	case checks.KindOf(err) == fact.NotFound, checks.KindOf(err) == fact.Refused, checks.KindOf(err) == fact.NoRight:
		return "site.front-not-qlik"
	}
	return ""
}

// unknownHost explains the page for a host or a prefix that the proxy does not
// serve: it is the same for both.
func unknownHost(ctx context.Context, p Ports, env checks.Env, expected, seen string) checks.Result {
	prefix := strings.Trim(env.Site.Qlik.Prefix, "/")
	vps, err := p.Qlik.VirtualProxies(ctx)
	if err != nil {
		return checks.Failed("site.front-unknown-host", expected, seen).With("repository", "could not be asked: "+err.Error())
	}
	i := slices.IndexFunc(vps, func(v fact.VirtualProxy) bool { return strings.EqualFold(v.Prefix, prefix) })
	if i < 0 {
		return checks.Failed("site.prefix-unknown", expected, fmt.Sprintf("no virtual proxy has the prefix %q", prefix)).With("answer", seen)
	}
	proxies, err := p.Qlik.Proxies(ctx)
	if err != nil {
		return checks.Failed("site.front-unknown-host", expected, seen).With("repository", "could not be asked: "+err.Error())
	}
	central := slices.ContainsFunc(proxies, func(x fact.ProxyService) bool {
		return x.ServesCentralNode && slices.Contains(x.VirtualProxies, vps[i].ID)
	})
	if !central {
		r := checks.Failed("site.virtual-proxy-unlinked", expected, "the virtual proxy "+vps[i].Description+" is not linked to the central proxy").
			Var("virtual-proxy", vps[i].Description)
		return linked(r, proxies, vps[i].ID).With("answer", seen)
	}
	return linked(checks.Failed("site.front-unknown-host", expected, seen), proxies, vps[i].ID)
}

func linked(r checks.Result, proxies []fact.ProxyService, id string) checks.Result {
	for _, x := range proxies {
		state := "does not serve it"
		if slices.Contains(x.VirtualProxies, id) {
			state = "serves it"
		}
		r = r.With(x.Host, state)
	}
	return r
}

// services asserts that repository and proxies are heard of. Whether an engine
// answers is proved by the final test, over the way that users take.
func services(q Qlik) checks.Func {
	return func(ctx context.Context, _ checks.Env) checks.Result {
		const expected = "repository and proxy running on every node that has them"
		list, err := q.Services(ctx)
		if err != nil {
			return checks.Explain(err).Expect(expected)
		}
		var down []string
		r := checks.Passed(expected, fmt.Sprintf("%d services, none of these missing", len(list)))
		for _, s := range list {
			needed := s.Type == "Repository" || s.Type == "Proxy"
			if needed && s.State != "Running" && s.State != "Disabled" {
				down = append(down, s.Type+" at "+s.Host+" ("+s.State+")")
			}
			r = r.With(s.Type+" at "+s.Host, s.State)
		}
		if len(list) == 0 {
			return checks.CouldNotTell(checks.Unexplained, expected, "the repository lists no service")
		}
		if len(down) > 0 {
			bad := checks.Failed("site.service-down", expected, strings.Join(down, ", "))
			bad.Evidence = r.Evidence
			return bad.Var("service", down[0])
		}
		return r
	}
}

func qlikLicence(q Qlik) checks.Func {
	return func(ctx context.Context, _ checks.Env) checks.Result {
		const expected = "a licence that is valid today"
		l, err := q.Licence(ctx)
		if err != nil {
			return checks.Explain(err).Expect(expected)
		}
		switch {
		case l.Expired:
			seen := "expired"
			if l.Reason != "" {
				seen += ": " + l.Reason
			}
			return checks.Failed("site.qlik-licence-invalid", expected, seen)
		case l.Invalid:
			return checks.Failed("site.qlik-licence-invalid", expected, "Qlik calls it invalid")
		case l.Blacklisted:
			return checks.Failed("site.qlik-licence-invalid", expected, "Qlik has withdrawn it")
		}
		return checks.Passed(expected, "valid").With("organization", l.Organization)
	}
}
