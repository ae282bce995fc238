package spn

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"sensegate/checks"
	"sensegate/internal/fact"
)

// Step is the step that these checks guard.
const Step checks.StepID = "spn"

// FactAccount is the service account: fact.Account.
const FactAccount = "ad.service-account"

// Ports are the questions of this room.
type Ports struct {
	Directory Directory
	KDC       KDC
	Resolver  Resolver
}

// Checks are the assertions of the step, in order.
func Checks(p Ports) []checks.Check {
	const docs = "https://learn.microsoft.com/windows-server/administration/windows-commands/setspn"
	soon := checks.Retry{Every: 5 * time.Second, For: 2 * time.Minute, Because: "domain controllers follow each other within about 15 seconds"}
	return []checks.Check{
		{
			ID: "spn.account", Step: Step, Needs: []checks.ID{"site.directory"}, Provides: []string{FactAccount}, Docs: docs,
			Title: "The account that runs the Qlik proxy exists and is enabled",
			Why:   "Tickets for Qlik are made with its key.",
			Run:   account(p.Directory),
		},
		{
			ID: "spn.owner", Step: Step, Needs: []checks.ID{"spn.account"}, Docs: docs, Retry: soon,
			Title: "The name is held by the account that runs Qlik",
			Why:   "Browsers ask for a ticket by name; the key that opens it must be Qlik's.",
			Run:   owner(p.Directory),
		},
		{
			ID: "spn.unique", Step: Step, Needs: []checks.ID{"spn.owner"}, Docs: docs, Retry: soon,
			Title: "No other account of the forest holds it",
			Why:   "With two owners the KDC cannot choose and gives no ticket at all.",
			Run:   unique(p.Directory),
		},
		{
			ID: "spn.alias", Step: Step, Needs: []checks.ID{"spn.owner"}, Docs: docs,
			Title: "No computer stands for the name through HOST",
			Why:   "HOST/name covers HTTP/name too, silently.",
			Run:   alias(p),
		},
		{
			ID: "spn.aes", Step: Step, Needs: []checks.ID{"spn.account"},
			Docs:  "Microsoft support article KB5073381",
			Title: "The account has AES keys",
			Why:   "Since 2026 domain controllers give no RC4 tickets by default.",
			Run:   aes(p.KDC),
		},
	}
}

func account(d Directory) checks.Func {
	return func(ctx context.Context, env checks.Env) checks.Result {
		expected := env.Site.Qlik.ServiceAccount + " exists and is enabled"
		a, err := d.Account(ctx, env.Site.ServiceAccountName())
		if checks.KindOf(err) == fact.NotFound {
			return checks.Failed("spn.account-missing", expected, "the domain has no such account")
		}
		if err != nil {
			return checks.Explain(err).Expect(expected)
		}
		switch {
		case a.Disabled:
			return checks.Failed("spn.account-disabled", expected, "the account is disabled").With("distinguished name", a.DN)
		case a.Expired:
			return checks.Failed("spn.account-disabled", expected, "the account has expired").With("distinguished name", a.DN)
		}
		return checks.Passed(expected, "enabled").With("distinguished name", a.DN).
			With("password set", a.PasswordSet.UTC().Format(time.DateOnly)).Provide(FactAccount, a)
	}
}

func owner(d Directory) checks.Func {
	return func(ctx context.Context, env checks.Env) checks.Result {
		name := env.Site.SPN()
		service, _ := checks.Known[fact.Account](env, FactAccount)
		expected := env.Site.Qlik.ServiceAccount + " holds " + name
		holders, err := d.Holders(ctx, name)
		if err != nil {
			return checks.Explain(err).Expect(expected)
		}
		if slices.ContainsFunc(holders, func(a fact.Account) bool { return strings.EqualFold(a.DN, service.DN) }) {
			return checks.Passed(expected, "held by "+service.SAM).With("account", service.DN)
		}
		if len(holders) == 0 {
			return checks.Failed("spn.missing", expected, "no account in the forest holds it")
		}
		return checks.Failed("spn.wrong-owner", expected, "it is held by "+names(holders)).
			Var("holder", holders[0].SAM).With("held by", holders[0].DN)
	}
}

func unique(d Directory) checks.Func {
	return func(ctx context.Context, env checks.Env) checks.Result {
		const expected = "one holder in the whole forest"
		holders, err := d.Holders(ctx, env.Site.SPN())
		if err != nil {
			return checks.Explain(err).Expect(expected)
		}
		service, _ := checks.Known[fact.Account](env, FactAccount)
		for _, h := range holders {
			if !strings.EqualFold(h.DN, service.DN) {
				return checks.Failed("spn.duplicate", expected, "held by "+names(holders)).Var("holder", h.SAM).With("also held by", h.DN)
			}
		}
		return checks.Passed(expected, "held once").With("asked", "global catalogue")
	}
}

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
		canonical, err := p.Resolver.CanonicalName(ctx, env.Site.InternalHost())
		if err != nil {
			return checks.Explain(err).Expect(expected)
		}
		r := checks.Passed(expected, "none does")
		if !strings.EqualFold(strings.TrimSuffix(canonical, "."), env.Site.InternalHost()) {
			r = checks.Warned("spn.cname", "an A record for "+host, host+" is an alias of "+canonical).Var("canonical", strings.TrimSuffix(canonical, "."))
		}
		return r
	}
}

func aes(k KDC) checks.Func {
	return func(ctx context.Context, env checks.Env) checks.Result {
		const expected = "AES in use for this account"
		a, _ := checks.Known[fact.Account](env, FactAccount)
		const aesBits = 0x8 | 0x10
		if a.EncTypes > 0 && a.EncTypes&aesBits == 0 {
			return checks.Failed("spn.no-aes", expected, fmt.Sprintf("msDS-SupportedEncryptionTypes is %d: AES is not among them", a.EncTypes))
		}
		probe, err := k.ProbeAccount(ctx, a.SAM)
		if err != nil {
			return checks.Explain(err).Expect(expected)
		}
		if !probe.AES {
			return checks.Failed("spn.no-aes", expected, "the domain controller has no AES key for it ("+probe.Name+")")
		}
		return checks.Passed(expected, "the domain controller offers AES").With("asked", "AS-REQ without a password").With("answer", probe.Name)
	}
}

func names(list []fact.Account) string {
	out := make([]string, len(list))
	for i, a := range list {
		out[i] = a.SAM
	}
	return strings.Join(out, " and ")
}
