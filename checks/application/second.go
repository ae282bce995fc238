package application

import (
	"context"
	"slices"

	"sensegate/checks"
	"sensegate/checks/connector"
	"sensegate/checks/sync"
	"sensegate/internal/fact"
)

// second judges the application of the sign-in port, where the release needs
// one: reached like the first, but seen by nobody and without single sign-on.
func second(e Entra) checks.Func {
	return func(ctx context.Context, env checks.Env) checks.Result { return judgeSecond(ctx, env, e) }
}

func judgeSecond(ctx context.Context, env checks.Env, e Entra) checks.Result {
	a, needed := checks.Known[fact.PublishedApp](env, FactSecond)
	if !needed {
		return checks.NotApplicable("this release signs in under its own address")
	}
	const expected = "pre-authenticated, same connectors, same users, hidden, single sign-on off"
	group, _ := checks.Known[fact.ConnectorGroup](env, connector.FactGroup)
	user, _ := checks.Known[fact.CloudUser](env, sync.FactUser)
	evidence := func(r checks.Result) checks.Result {
		return r.With("application", a.Name).With("external URL", a.ExternalURL).With("internal URL", a.InternalURL).Var("second", a.Name)
	}
	switch {
	case a.SSOMode != "" && a.SSOMode != "none":
		return evidence(checks.Failed("app.second-sso", expected, "single sign-on is "+a.SSOMode))
	case a.PreAuthentication != preAuthEntra:
		return evidence(checks.Failed("app.second-wrong", expected, "pre-authentication is "+a.PreAuthentication))
	case a.GroupID != group.ID:
		return evidence(checks.Failed("app.second-wrong", expected, "served by the connector group "+a.GroupName))
	case !a.HiddenFromUsers:
		return evidence(checks.Failed("app.second-visible", expected, "users see it among their applications"))
	}
	if a.AssignmentRequired && !slices.Contains(a.AssignedPrincipalIDs, user.ID) {
		group := ""
		if len(a.AssignedPrincipalIDs) > 0 {
			var err error
			if group, err = throughGroup(ctx, e, a, user); err != nil {
				return evidence(checks.Explain(err).Expect(expected))
			}
		}
		if group == "" {
			return evidence(checks.Failed("app.second-wrong", expected, user.UPN+" is not assigned to it"))
		}
		return evidence(checks.Passed(expected, a.Name+", as it should be, assigned through the group "+group))
	}
	return evidence(checks.Passed(expected, a.Name+", as it should be"))
}
