package access

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
const Step checks.StepID = "site"

// Facts that later checks may use.
const (
	FactOrganization = "entra.organization" // fact.Organization
	FactSignedIn     = "entra.signed-in"    // fact.SignedIn
)

// Ports are the questions of this room.
type Ports struct {
	Entra     Entra
	Qlik      Qlik
	Directory Directory
	Times     Times // nil where the directory's clock cannot be read
	KDC       KDC
	Front     Front
	// Hosts may be nil: then nothing was collected.
	Hosts Host
}

// Checks are the assertions of the step, in order.
func Checks(p Ports) []checks.Check {
	reload := checks.Retry{Every: 2 * time.Second, For: 2 * time.Minute, Because: "the Qlik proxy reads its settings again"}
	return []checks.Check{
		{
			ID: "site.facts", Step: Step,
			Title: "The facts of the site are complete and fit together",
			Why:   "Every later check compares the systems with these facts.",
			Run:   facts,
		},
		{
			ID: "site.clocks", Step: Step, Needs: []checks.ID{"site.facts"},
			Title: "The clocks of the domain controller, of Qlik and of this machine agree",
			Why:   "Kerberos refuses tickets when clocks differ by more than five minutes.",
			Docs:  "RFC 4120, section 1.3",
			Run:   clocks(p), Proof: clocksProof(),
		},
		{
			ID: "site.directory", Step: Step, Needs: []checks.ID{"site.clocks"},
			Title: "The directory lets you sign in and is the domain you named",
			Why:   "Service names and delegation live there.",
			Right: "an account of the domain",
			Run:   directory(p.Directory), Proof: directoryProof(),
		},
		{
			ID: "site.repository", Step: Step, Needs: []checks.ID{"site.facts"},
			Title: "The Qlik repository accepts your certificate",
			Why:   "The host allow list and the Kerberos switch live there.",
			Right: "the exported client certificate of the Qlik site",
			Docs:  "Qlik help: Connecting to the QRS API",
			Run:   repository(p.Qlik),
		},
		{
			ID: "site.front", Step: Step, Needs: []checks.ID{"site.facts"}, Timeout: time.Minute, Retry: reload,
			Title: "Qlik itself answers under the internal URL",
			Why:   "It is the address that the connectors will call.",
			Docs:  "Qlik help: Virtual proxies",
			Run:   front(p),
		},
		{
			ID: "site.services", Step: Step, Needs: []checks.ID{"site.repository"}, Retry: reload,
			Title: "Qlik's services are heard of on every node",
			Why:   "A node that is away takes its share of the users with it.",
			Docs:  "Qlik help: Service status",
			Run:   services(p.Qlik),
		},
		{
			ID: "site.qlik-host", Step: Step, Needs: []checks.ID{"site.facts"},
			Title: "Qlik's services run, as its machines themselves tell",
			Why:   "The repository hears of its nodes late, and never why a service has stopped.",
			Docs:  "Qlik help: Services",
			Run:   qlikHost(p.Hosts), Proof: NodeProof(qlikHost),
		},
		{
			ID: "site.qlik-licence", Step: Step, Needs: []checks.ID{"site.repository"},
			Title: "Qlik's licence is valid",
			Why:   "Without one nobody opens an app, from inside or outside.",
			Docs:  "Qlik help: Site license",
			Run:   qlikLicence(p.Qlik),
		},
		{
			ID: "site.entra", Step: Step, Needs: []checks.ID{"site.facts"},
			Provides: []string{FactOrganization, FactSignedIn},
			Title:    "Entra lets you sign in to the tenant you named",
			Why:      "The application is registered there.",
			Timeout:  10 * time.Minute, // a person may be typing a code
			Run:      entra(p.Entra),
		},
		{
			ID: "site.role", Step: Step, Needs: []checks.ID{"site.entra"},
			Title: "You hold the role that application proxy asks for",
			Why:   "Cloud Application Administrator looks right and is not enough.",
			Docs:  "https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference",
			Run:   role,
		},
		{
			ID: "site.licence", Step: Step, Needs: []checks.ID{"site.entra"},
			Title: "The tenant has Entra ID P1 or P2",
			Why:   "Application proxy is part of these licences.",
			Docs:  "https://learn.microsoft.com/entra/identity/app-proxy/overview-what-is-app-proxy",
			Run:   licence(p.Entra),
		},
	}
}

func facts(_ context.Context, env checks.Env) checks.Result {
	const expected = "every fact given, and none contradicts another"
	problems := env.Site.Problems()
	if len(problems) == 0 {
		return checks.Passed(expected, "complete").
			With("external URL", env.Site.Publish.ExternalURL).
			With("internal URL", env.Site.Publish.InternalURL).
			With("service name", env.Site.SPN())
	}
	cause := checks.CauseID("site.fact-wrong")
	if problems[0].Missing {
		cause = "site.fact-missing"
	}
	r := checks.Failed(cause, expected, problems[0].String()).Var("fact", problems[0].Path)
	for _, p := range problems {
		r = r.With(p.Path, p.Text)
	}
	return r
}

func repository(q Qlik) checks.Func {
	return func(ctx context.Context, env checks.Env) checks.Result {
		expected := "an answer from " + env.Site.Qlik.Repository
		about, err := q.About(ctx)
		if err != nil {
			return repositoryRefusal(err, expected)
		}
		return checks.Passed(expected, "accepted").With("repository build", about.Build).With("reached", about.Way)
	}
}

func entra(e Entra) checks.Func {
	return func(ctx context.Context, env checks.Env) checks.Result {
		expected := "signed in to the tenant " + env.Site.Entra.Tenant
		me, err := e.SignedIn(ctx)
		if err != nil {
			return refusedSignIn(err, env, expected)
		}
		org, err := e.Organization(ctx)
		if err != nil {
			return checks.Explain(err).Expect(expected)
		}
		same := func(d string) bool { return strings.EqualFold(d, env.Site.Entra.Tenant) }
		if !same(org.ID) && !slices.ContainsFunc(org.VerifiedDomains, same) {
			return checks.Failed("site.entra-other-tenant", expected, "signed in to "+org.Name+" ("+org.ID+")")
		}
		return checks.Passed(expected, "signed in as "+me.UPN).
			With("tenant", org.Name+" ("+org.ID+")").With("scopes", strings.Join(me.Scopes, " ")).
			Provide(FactOrganization, org).Provide(FactSignedIn, me)
	}
}

// Role template ids, the same in every tenant.
const (
	globalAdministrator      = "62e90394-69f5-4237-9190-012177145e10"
	applicationAdministrator = "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3"
)

func role(_ context.Context, env checks.Env) checks.Result {
	const expected = "Application Administrator or Global Administrator"
	me, _ := checks.Known[fact.SignedIn](env, FactSignedIn)
	if me.AppOnly {
		return checks.NotApplicable("an application signed in: it reads what Graph documents for it, and changes nothing")
	}
	var names []string
	for _, r := range me.Roles {
		if r.TemplateID == applicationAdministrator || r.TemplateID == globalAdministrator {
			return checks.Passed(expected, me.UPN+" is "+r.Name)
		}
		names = append(names, r.Name)
	}
	seen := me.UPN + " holds no directory role that is active now"
	if len(names) > 0 {
		seen = me.UPN + " is only " + strings.Join(names, ", ")
	}
	return checks.Failed("site.role-missing", expected, seen).Var("signed-in", me.UPN)
}

func licence(e Entra) checks.Func {
	return func(ctx context.Context, _ checks.Env) checks.Result {
		const expected = "a subscription with Entra ID P1 or P2"
		list, err := e.Licences(ctx)
		if err != nil {
			return checks.Explain(err).Expect(expected)
		}
		var names []string
		for _, l := range list {
			for _, plan := range l.Plans {
				if strings.HasPrefix(plan, "AAD_PREMIUM") && l.Enabled > 0 {
					return checks.Passed(expected, fmt.Sprintf("%s, %d seats", l.SKU, l.Enabled))
				}
			}
			names = append(names, l.SKU)
		}
		seen := "no subscription at all"
		if len(names) > 0 {
			seen = "only " + strings.Join(names, ", ")
		}
		return checks.Failed("site.licence-missing", expected, seen)
	}
}

// refused turns a refusal of credentials into a failure of the assertion "you
// can sign in"; anything else stays unknown.
func refused(err error, cause checks.CauseID, expected string) checks.Result {
	switch checks.KindOf(err) {
	case fact.NotSignedIn, fact.NoRight, fact.Untrusted:
		r := checks.Failed(cause, expected, err.Error())
		if code := checks.CodeOf(err); code != "" {
			r = r.With("code", code)
		}
		return r
	default:
		return checks.Explain(err).Expect(expected)
	}
}
