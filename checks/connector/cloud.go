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
// short name.
func Named(list []fact.Connector, host string) (fact.Connector, bool) {
	short, _, _ := strings.Cut(host, ".")
	for _, c := range list {
		if strings.EqualFold(c.Machine, host) || strings.EqualFold(c.Machine, short) {
			return c, true
		}
	}
	return fact.Connector{}, false
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
