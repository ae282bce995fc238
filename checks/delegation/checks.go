package delegation

import (
	"context"
	"slices"
	"strings"
	"time"

	"sensegate/checks"
	"sensegate/checks/connector"
	"sensegate/internal/fact"
	"sensegate/internal/site"
)

// Step is the step that these checks guard.
const Step checks.StepID = "delegation"

// Ports are the questions of this room.
type Ports struct {
	Directory Directory
	Entra     Entra
	Rehearser Rehearser
}

// Checks are the assertions of the step, in order.
func Checks(p Ports) []checks.Check {
	const docs = "https://learn.microsoft.com/entra/identity/app-proxy/how-to-configure-sso-with-kcd"
	soon := checks.Retry{Every: 5 * time.Second, For: 2 * time.Minute, Because: "domain controllers follow each other within about 15 seconds"}
	accounts, computers := []checks.ID{"site.directory"}, []checks.ID{"delegation.computers"}
	return withProofs([]checks.Check{
		{
			ID: "delegation.complete", Step: Step, Needs: []checks.ID{"connector.group"}, Docs: docs,
			Title: "Every connector of the group is known here",
			Why:   "Traffic is spread at random: one forgotten host fails for some users.",
			Run:   complete(p.Entra),
		},
		{
			ID: "delegation.computers", Step: Step, Needs: accounts, Docs: docs,
			Title: "Each connector's computer account exists and is enabled",
			Why:   "The connector runs as Network Service and so acts as its computer.",
			Run:   eachComputer(p.Directory, "a computer account in use", func(fact.Account) *finding { return nil }),
		},
		{
			ID: "delegation.constrained", Step: Step, Needs: computers, Docs: docs,
			Title: "No connector may delegate to everything",
			Why:   "Unconstrained delegation hands every visitor's ticket to that machine.",
			Run:   eachComputer(p.Directory, "not trusted for unconstrained delegation", constrained),
		},
		{
			ID: "delegation.list", Step: Step, Needs: []checks.ID{"spn.account", "delegation.computers"}, Docs: docs, Retry: soon,
			Title: "Each connector may delegate to exactly Qlik's name",
			Why:   "The domain controller compares the list letter by letter with the name asked for.",
			Run:   list(p.Directory),
		},
		{
			ID: "delegation.transition", Step: Step, Needs: []checks.ID{"delegation.list"}, Docs: docs, Retry: soon,
			Title: "Each connector may use any authentication protocol",
			Why:   "Users arrive with a cloud token, not with Kerberos.",
			Run:   transition(p.Directory),
		},
		{
			ID: "delegation.user", Step: Step, Needs: accounts, Docs: docs,
			Title: "The test user may be delegated",
			Why:   "Accounts marked as sensitive and members of Protected Users never are.",
			Run:   user(p.Directory),
		},
		{
			ID: "delegation.groups", Step: Step, Needs: computers, Docs: docs,
			Title: "The connectors may read which groups a user is in",
			Why:   "The domain controller puts them into the ticket it makes in the user's name.",
			Run:   groups(p.Directory),
		},
		{
			ID: "delegation.auditors", Step: Step, Needs: []checks.ID{"delegation.list"}, Docs: docs,
			Title: "What auditors will say about it is known in advance",
			Why:   "Delegation is looked for in every security review; here is what will be found, and why.",
			Run:   auditors(p.Directory),
		},
		{
			ID: "delegation.rehearsal", Step: Step, Docs: docs, Retry: soon,
			Needs: []checks.ID{"delegation.complete", "delegation.constrained", "delegation.transition", "delegation.user", "kerberos.accepted"},
			Title: "The rehearsal succeeds: a connector's ticket for the user opens Qlik",
			Why:   "It is exactly what happens behind application proxy, before Entra is involved.",
			Run:   rehearsal(p),
		},
	}, p)
}

func complete(e Entra) checks.Func {
	return func(ctx context.Context, env checks.Env) checks.Result {
		g, _ := checks.Known[fact.ConnectorGroup](env, connector.FactGroup)
		expected := "the site names every active connector of " + g.Name
		all, err := e.Connectors(ctx)
		if err != nil {
			return checks.Explain(err).Expect(expected)
		}
		var ours []string
		for _, c := range all {
			if c.GroupID != g.ID || !c.Active {
				continue
			}
			known := slices.ContainsFunc(env.Site.Connector.Hosts, func(h site.ConnectorHost) bool {
				found, ok := connector.Named([]fact.Connector{c}, h.Name)
				return ok && found.ID == c.ID
			})
			if !known {
				return checks.Failed("delegation.connector-forgotten", expected, c.Machine+" serves the group too").Var("host", c.Machine)
			}
			ours = append(ours, c.Machine)
		}
		return checks.Passed(expected, strings.Join(ours, ", "))
	}
}

// finding is what is wrong with one computer account.
type finding struct {
	cause checks.CauseID
	seen  string
	warn  bool
}

func eachComputer(d Directory, expected string, judge func(fact.Account) *finding) checks.Func {
	return func(ctx context.Context, env checks.Env) checks.Result {
		r := checks.Passed(expected, "")
		var good []string
		for _, h := range env.Site.Connector.Hosts {
			a, err := d.Account(ctx, h.ComputerAccount())
			if checks.KindOf(err) == fact.NotFound {
				return checks.Failed("delegation.no-computer", expected, "the domain has no computer "+h.ComputerAccount()).Var("host", h.Name)
			}
			if err != nil {
				return checks.Explain(err).Expect(expected)
			}
			f := judge(a)
			if f == nil && a.Disabled {
				f = &finding{cause: "delegation.no-computer", seen: "the computer account is disabled"}
			}
			if f == nil {
				good = append(good, a.SAM)
				r = r.With(a.SAM, "as expected")
				continue
			}
			r = r.With(a.SAM, f.seen)
			if r.Status == checks.Pass || (r.Status == checks.Warn && !f.warn) {
				bad := checks.Failed(f.cause, expected, a.SAM+": "+f.seen)
				if f.warn {
					bad = checks.Warned(f.cause, expected, a.SAM+": "+f.seen)
				}
				bad.Evidence = r.Evidence
				r = bad.Var("connector", strings.TrimSuffix(a.SAM, "$")).Var("computer", a.SAM).Var("host", h.Name)
			}
		}
		if r.Status == checks.Pass {
			r.Seen = "true for " + strings.Join(good, " and ")
		}
		return r
	}
}

func constrained(a fact.Account) *finding {
	if a.Unconstrained() {
		return &finding{cause: "delegation.unconstrained", seen: "trusted for delegation to any service"}
	}
	return nil
}

func user(d Directory) checks.Func {
	return func(ctx context.Context, env checks.Env) checks.Result {
		sam := env.Site.SAM()
		expected := sam + " is neither sensitive nor a protected user"
		a, err := d.Account(ctx, sam)
		if err != nil {
			return checks.Explain(err).Expect(expected)
		}
		switch {
		case a.Sensitive():
			return checks.Failed("delegation.user-sensitive", expected, sam+" is marked as sensitive")
		case a.ProtectedUser:
			return checks.Failed("delegation.user-protected", expected, sam+" is in Protected Users")
		}
		return ticketService(ctx, d, checks.Passed(expected, "may be delegated").With("distinguished name", a.DN), env.Clock())
	}
}
