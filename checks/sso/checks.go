package sso

import (
	"context"
	"strings"
	"time"

	"sensegate/checks"
	"sensegate/checks/application"
	"sensegate/internal/fact"
)

// Step is the step that these checks guard.
const Step checks.StepID = "sso"

// KerberosMode is what Graph calls integrated Windows authentication.
const KerberosMode = "onPremisesKerberos"

// Ports are the questions of this room.
type Ports struct {
	Entra     Entra
	Directory Directory
}

// Checks are the assertions of the step, in order.
func Checks(p Ports) []checks.Check {
	const docs = "https://learn.microsoft.com/entra/identity/app-proxy/how-to-configure-sso-with-kcd"
	soon := checks.Retry{Every: 3 * time.Second, For: 3 * time.Minute, Because: "what is written to Entra can be read everywhere after a while"}
	return withProofs([]checks.Check{
		{
			ID: "sso.mode", Step: Step, Needs: []checks.ID{"app.published"}, Docs: docs, Retry: soon,
			Title: "Single sign-on is set to integrated Windows authentication",
			Why:   "Without it users see Qlik's own sign-in after that of Entra.",
			Run:   p.judge("integrated Windows authentication", mode),
		},
		{
			ID: "sso.spn", Step: Step, Needs: []checks.ID{"sso.mode", "spn.owner"}, Docs: docs, Retry: soon,
			Title: "Entra, directory and connectors name the same service",
			Why:   "The connector asks a ticket for exactly what is typed in Entra.",
			Run:   p.judge("", p.name),
		},
		{
			ID: "sso.mapping", Step: Step, Needs: []checks.ID{"sso.mode", "sync.joined"}, Docs: docs, Retry: soon,
			Title: "The test user's name in the cloud leads to the right account",
			Why:   "The connector asks for the user by this name.",
			Run:   p.judge("", mapping(p)),
		},
	}, p)
}

// judge reads the application afresh: this step's plan changes it.
func (p Ports) judge(expected string, f func(ctx context.Context, env checks.Env, a fact.PublishedApp) checks.Result) checks.Func {
	return func(ctx context.Context, env checks.Env) checks.Result {
		s := env.Site
		list, err := p.Entra.PublishedApps(ctx, s.Publish.ExternalURL, s.Publish.InternalURL, s.Publish.AppName)
		if err != nil {
			return checks.Explain(err).Expect(expected)
		}
		for _, a := range list {
			if application.SameURL(a.ExternalURL, s.Publish.ExternalURL) {
				return f(ctx, env, a)
			}
		}
		return checks.CouldNotTell(checks.Unexplained, expected, "the application is no longer there")
	}
}

func mode(_ context.Context, _ checks.Env, a fact.PublishedApp) checks.Result {
	const expected = "integrated Windows authentication"
	if a.SSOMode != KerberosMode {
		seen := a.SSOMode
		if seen == "" || seen == "none" {
			seen = "switched off"
		}
		return checks.Failed("sso.off", expected, seen)
	}
	return checks.Passed(expected, "set")
}

// Mapping attributes of Graph (onPremisesSingleSignOn resource), each with the
// name the connector would ask for.
const (
	UserPrincipalName = "userPrincipalName"
	OnPremUPN         = "onPremisesUserPrincipalName"
	UPNUser           = "userPrincipalUsername"
	OnPremUPNUser     = "onPremisesUserPrincipalUsername"
	OnPremSAM         = "onPremisesSAMAccountName"
)

// LoginName is the name that a mapping makes of a user; empty where it cannot.
func LoginName(mapping string, u fact.CloudUser) string {
	before := func(s string) string {
		n, _, _ := strings.Cut(s, "@")
		return n
	}
	switch mapping {
	case UserPrincipalName:
		return u.UPN
	case OnPremUPN:
		return u.OnPremUPN
	case UPNUser:
		return before(u.UPN)
	case OnPremUPNUser:
		return before(u.OnPremUPN)
	case OnPremSAM:
		return u.OnPremSAM
	}
	return ""
}

// Reason says in a sentence why Advise chooses a mapping.
func Reason(mapping string, u fact.CloudUser) string {
	switch mapping {
	case UserPrincipalName:
		return "the sign-in name " + u.UPN + " is the same in cloud and directory"
	case OnPremUPN:
		return "in the cloud the user signs in as " + u.UPN + ", the directory says " + u.OnPremUPN
	}
	return "no sign-in name of the cloud leads to the account; its short name does, within the connectors' own domain"
}

// Advise chooses the mapping for a user whose account in the directory is a:
// the first that leads there, most general first.
func Advise(u fact.CloudUser, a fact.Account) string {
	for _, m := range []string{UserPrincipalName, OnPremUPN, OnPremSAM} {
		if leads(LoginName(m, u), a) {
			return m
		}
	}
	return OnPremSAM
}

func leads(login string, a fact.Account) bool {
	if strings.Contains(login, "@") {
		return strings.EqualFold(login, a.UPN)
	}
	return login != "" && strings.EqualFold(login, a.SAM)
}

func mapping(p Ports) func(context.Context, checks.Env, fact.PublishedApp) checks.Result {
	return func(ctx context.Context, env checks.Env, app fact.PublishedApp) checks.Result {
		expected := "a name that leads to " + env.Site.SAM()
		u, err := p.Entra.User(ctx, env.Site.TestUser.UPN)
		if err != nil {
			return checks.Explain(err).Expect(expected)
		}
		a, err := p.Directory.Account(ctx, env.Site.SAM())
		if err != nil {
			return checks.Explain(err).Expect(expected)
		}
		login := LoginName(app.Mapping, u)
		evidence := func(r checks.Result) checks.Result {
			return r.With("mapping", app.Mapping).With("name asked for", login).With("UPN in the directory", a.UPN)
		}
		if !leads(login, a) {
			return evidence(checks.Failed("sso.mapping-wrong", expected, app.Mapping+` gives "`+login+`", which is not `+a.SAM).Var("mapping", Advise(u, a)))
		}
		return evidence(checks.Passed(expected, app.Mapping+" gives "+login))
	}
}
