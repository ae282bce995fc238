package connector

import (
	"context"
	"fmt"
	"strings"

	"sensegate/checks"
	"sensegate/internal/fact"
)

func registered(e Entra) checks.Func {
	return func(ctx context.Context, env checks.Env) checks.Result {
		expected := fmt.Sprintf("%d active", len(env.Site.Connector.Hosts))
		list, err := e.Connectors(ctx)
		if err != nil {
			return checks.Explain(err).Expect(expected)
		}
		r := checks.Passed(expected, fmt.Sprintf("%d active", len(env.Site.Connector.Hosts)))
		for _, h := range env.Site.Connector.Hosts {
			c, found := Named(list, h.Name)
			switch {
			case !found:
				return checks.Failed("connector.not-registered", expected, "the tenant does not know "+h.Name).Var("host", h.Name)
			case !c.Active:
				return checks.Failed("connector.inactive", expected, h.Name+" is inactive").
					Var("host", h.Name).With("seen from", c.ExternalIP).With("version", c.Version)
			}
			r = r.With(h.Name, "active, "+c.Version+", from "+c.ExternalIP)
		}
		return r.Provide(FactConnectors, list)
	}
}

// Named finds the connector that runs on a host; the cloud may know it by its
// short name. Of several the active one counts: where a connector was installed
// again the record of the old one stays for ten days.
func Named(list []fact.Connector, host string) (found fact.Connector, ok bool) {
	short, _, _ := strings.Cut(host, ".")
	for _, c := range list {
		if (strings.EqualFold(c.Machine, host) || strings.EqualFold(c.Machine, short)) && (!ok || c.Active && !found.Active) {
			found, ok = c, true
		}
	}
	return found, ok
}

func group(e Entra) checks.Func {
	return func(ctx context.Context, env checks.Env) checks.Result {
		name := env.Site.Publish.ConnectorGroup
		expected := "every host in the group " + name + ", two or more"
		list, _ := checks.Known[[]fact.Connector](env, FactConnectors)
		groups, err := e.ConnectorGroups(ctx)
		if err != nil {
			return checks.Explain(err).Expect(expected)
		}
		var g fact.ConnectorGroup
		var names []string
		for _, x := range groups {
			names = append(names, x.Name)
			if strings.EqualFold(x.Name, name) || (x.Default && strings.EqualFold(name, "default")) {
				g = x
			}
		}
		if g.ID == "" {
			return checks.Failed("connector.group-missing", expected, "there are only "+strings.Join(names, ", "))
		}
		active := 0
		for _, c := range list {
			if c.GroupID == g.ID && c.Active {
				active++
			}
		}
		r := checks.Passed(expected, fmt.Sprintf("%d active in %s", active, g.Name))
		for _, h := range env.Site.Connector.Hosts {
			if c, _ := Named(list, h.Name); c.GroupID != g.ID {
				return checks.Failed("connector.outside-group", expected, h.Name+" is in another group").Var("host", h.Name)
			}
		}
		if active < 2 {
			r = checks.Warned("connector.single", expected, "one connector only")
		}
		return r.With("region", g.Region).Provide(FactGroup, g)
	}
}

func enabled(e Entra) checks.Func {
	return func(ctx context.Context, _ checks.Env) checks.Result {
		const expected = "switched on"
		on, err := e.ProxyEnabled(ctx)
		if err != nil {
			return checks.Explain(err).Expect(expected)
		}
		if on {
			return checks.Passed(expected, "switched on")
		}
		list, err := e.Connectors(ctx)
		if err != nil {
			return checks.Explain(err).Expect(expected)
		}
		seen := "switched off"
		if len(list) == 0 {
			seen += "; no connector was ever registered"
		}
		return checks.Failed("connector.proxy-disabled", expected, seen)
	}
}

// versions judges all members of the group, those that the site does not name
// included, by what the cloud knows of them.
func versions(_ context.Context, env checks.Env) checks.Result {
	const expected = minimumVersion + " on every member, better " + latestVersion
	list, _ := checks.Known[[]fact.Connector](env, FactConnectors)
	g, _ := checks.Known[fact.ConnectorGroup](env, FactGroup)
	r := checks.Passed(expected, "")
	newest := ""
	for _, c := range list {
		if c.GroupID != g.ID || !c.Active || c.Version == "" {
			continue
		}
		if newest == "" || Older(newest, c.Version) {
			newest = c.Version
		}
		r = r.With(c.Machine, c.Version+": "+milestone(c.Version))
		var bad checks.Result
		switch {
		case Older(c.Version, minimumVersion):
			bad = checks.Failed("connector.member-old", expected, c.Machine+" runs "+c.Version)
		case Older(c.Version, advisedVersion) && r.Status == checks.Pass:
			bad = checks.Warned("connector.member-old", expected, c.Machine+" runs "+c.Version)
		default:
			continue
		}
		bad.Evidence = r.Evidence
		r = bad.Var("host", c.Machine)
		if r.Status == checks.Fail {
			return r
		}
	}
	if r.Status == checks.Pass {
		r.Seen = "up to " + newest
	}
	return r
}

// milestone says what a version brought for WebSockets, from the connector's
// version history.
func milestone(version string) string {
	for _, m := range []struct{ from, means string }{
		{latestVersion, "leaking WebSocket connections are mended"},
		{"1.5.4287.0", "brings its own diagnostics"},
		{advisedVersion, "failing WebSockets show their real status"},
		{"1.5.1975.0", "WebSocket extensions are negotiated right"},
		{minimumVersion, "the first that carries WebSockets"},
	} {
		if !Older(version, m.from) {
			return m.means
		}
	}
	return "carries no WebSockets"
}
