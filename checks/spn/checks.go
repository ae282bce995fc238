package spn

import (
	"context"
	"slices"
	"strings"
	"time"

	"sensegate/checks"
	"sensegate/checks/access"
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
	// Hosts may be nil: then nothing was collected.
	Hosts access.Host
}

// Checks are the assertions of the step, in order.
func Checks(p Ports) []checks.Check {
	const docs = "https://learn.microsoft.com/windows-server/administration/windows-commands/setspn"
	soon := checks.Retry{Every: 5 * time.Second, For: 2 * time.Minute, Because: "domain controllers follow each other within about 15 seconds"}
	return withProofs([]checks.Check{
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
			ID: "spn.runs", Step: Step, Needs: []checks.ID{"spn.owner"}, Docs: docs,
			Title: "The Qlik proxy really runs as the account that holds the name",
			Why:   "Only the holder's key opens the tickets; who runs the service, its machine alone can tell.",
			Run:   runs(p.Hosts), Proof: access.NodeProof(runs),
		},
		{
			ID: "spn.names", Step: Step, Needs: []checks.ID{"spn.owner"}, Docs: docs,
			Title: "No name that users type leads to another account",
			Why:   "Browsers ask for exactly the name in the address bar.",
			Run:   required(p.Directory),
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
		{
			ID: "spn.forest", Step: Step, Needs: []checks.ID{"spn.unique"}, Docs: docs, Timeout: 5 * time.Minute,
			Title: "The forest holds no name twice",
			Why:   "What happened to other names can happen to this one: restores and look-alikes get past the domain controller.",
			Run:   forest(p.Directory),
		},
	}, p)
}

func account(d Directory) checks.Func {
	return func(ctx context.Context, env checks.Env) checks.Result {
		expected := env.Site.Qlik.ServiceAccount + " exists and is enabled"
		// With its domain: another domain may have an account of that name.
		a, err := d.Account(ctx, env.Site.Qlik.ServiceAccount)
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
		case a.Locked:
			return checks.Warned("spn.account-locked", expected, "the account is locked out").With("distinguished name", a.DN).Provide(FactAccount, a)
		}
		return checks.Passed(expected, "enabled").With("distinguished name", a.DN).
			With("kind", kind(a)).With("password set", a.PasswordSet.UTC().Format(time.DateOnly)).Provide(FactAccount, a)
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
			Var("holder", holders[0].SAM).With("held by", holders[0].DN).With("which is", kind(holders[0]))
	}
}

func names(list []fact.Account) string {
	out := make([]string, len(list))
	for i, a := range list {
		out[i] = a.SAM
	}
	return strings.Join(out, " and ")
}
