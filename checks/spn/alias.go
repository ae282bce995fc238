package spn

import (
	"context"
	"slices"
	"strings"

	"sensegate/checks"
	"sensegate/internal/fact"
)

func alias(p Ports) checks.Func {
	return func(ctx context.Context, env checks.Env) checks.Result {
		class, host, _ := strings.Cut(env.Site.SPN(), "/")
		expected := "no computer holds HOST/" + host
		classes, err := p.Directory.Mappings(ctx)
		if err != nil {
			return checks.Explain(err).Expect(expected)
		}
		if !slices.Contains(classes, strings.ToLower(class)) {
			return checks.NotApplicable("in this forest HOST does not stand for " + class)
		}
		holders, err := p.Directory.Holders(ctx, "HOST/"+host)
		if err != nil {
			return checks.Explain(err).Expect(expected)
		}
		service, _ := checks.Known[fact.Account](env, FactAccount)
		for _, h := range holders {
			if !strings.EqualFold(h.DN, service.DN) {
				return checks.Failed("spn.host-alias", expected, h.SAM+" holds it").Var("holder", h.SAM).With("computer", h.DN)
			}
		}
		machines, err := p.Directory.Named(ctx, host)
		if err != nil {
			return checks.Explain(err).Expect(expected)
		}
		for _, m := range machines {
			if !strings.EqualFold(m.DN, service.DN) {
				return checks.Warned("spn.machine-name", expected, "none does, but "+m.SAM+" bears the name").Var("holder", m.SAM).With("computer", m.DN)
			}
		}
		canonical, err := p.Resolver.CanonicalName(ctx, env.Site.InternalHost())
		if err != nil {
			return checks.Explain(err).Expect(expected)
		}
		canonical = strings.TrimSuffix(canonical, ".")
		if !strings.EqualFold(canonical, env.Site.InternalHost()) {
			return checks.Warned("spn.cname", "an A record for "+host, host+" is an alias of "+canonical).Var("canonical", canonical)
		}
		return checks.Passed(expected, "none does").With("HOST stands for", class+" among "+plural(len(classes)))
	}
}
