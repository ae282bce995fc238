package steps

import (
	"context"
	"fmt"

	"sensegate/checks"
	"sensegate/checks/application"
	"sensegate/checks/connector"
	"sensegate/checks/sync"
	"sensegate/internal/fact"
)

func appStep(p Ports) Step {
	return Step{
		ID: application.Step, Title: "Application registration", Short: "Application",
		What:     "An enterprise application gives Qlik's internal URL a public address, and says who may use it.",
		Why:      "It needs the connector group that will serve it, and a synchronised user to try it with.",
		Seed:     "Add an on-premises application whose internal URL is Qlik's, with Entra pre-authentication; assign a test user. Leave single sign-on for later.",
		SeedFrom: tutorialSource,
		Checks:   application.Checks(application.Ports{Entra: p.Graph, Front: p.Front}),
		Plan:     appPlan(p),
		Manual: []Instruction{
			{Who: "Entra administrator", Where: "portal", Do: "Add an on-premises application {app}: internal URL {internal-url}, external URL {external-url}, pre-authentication Microsoft Entra ID, connector group {group}.", Command: "Entra admin center > Enterprise applications > New application > Add an on-premises application"},
			{Who: "Entra administrator", Where: "portal", Do: "Assign {test-user} to it.", Command: "Entra admin center > Enterprise applications > {app} > Users and groups > Add user"},
			{Who: "Entra administrator", Where: "portal", Do: "Leave single sign-on off: it comes after Kerberos and delegation are proved."},
		},
	}
}

func appPlan(p Ports) PlanFunc {
	return func(ctx context.Context, env checks.Env, w Writers) (Plan, error) {
		s := env.Site
		plan := Plan{Step: application.Step, Title: "Application registration", Notes: []string{
			"Written through Microsoft Graph and read back; Entra serves a new application everywhere after a few minutes.",
		}}
		group, ok := checks.Known[fact.ConnectorGroup](env, connector.FactGroup)
		if !ok {
			return plan, fmt.Errorf("the connector group %q is not known yet: check the step Connector install first", s.Publish.ConnectorGroup)
		}
		user, ok := checks.Known[fact.CloudUser](env, sync.FactUser)
		if !ok {
			return plan, fmt.Errorf("the test user %q is not known yet: check the step Directory synchronisation first", s.TestUser.UPN)
		}
		present, err := ourApp(ctx, p, env)
		if err != nil {
			return plan, err
		}
		before := describeApp(present)
		wish := fact.PublishWish{
			Name: s.Publish.AppName, ExternalURL: s.Publish.ExternalURL, InternalURL: s.Publish.InternalURL,
			GroupID: group.ID, AssignUserID: user.ID,
		}
		after := []string{
			"internal URL " + s.Publish.InternalURL, "external URL " + s.Publish.ExternalURL,
			"pre-authentication Microsoft Entra ID", "connector group " + group.Name,
			"assigned " + user.UPN, "URLs in headers translated",
		}
		if sameValues(describeAssigned(present, user), after) {
			return plan, nil
		}
		made := present != nil
		plan.Changes = []Change{{
			ID: "app.publish", Target: s.Publish.AppName + " (enterprise application)", Field: "publishing",
			Before: before, After: after,
			Command: "New-EntraBetaApplicationProxyApplication -DisplayName " + checks.Quote(s.Publish.AppName, checks.PowerShell) +
				" -ExternalUrl " + checks.Quote(s.Publish.ExternalURL, checks.PowerShell) + " -InternalUrl " + checks.Quote(s.Publish.InternalURL, checks.PowerShell) +
				" -ExternalAuthenticationType AadPreAuthentication -ConnectorGroupId " + checks.Quote(group.ID, checks.PowerShell),
			Shell:   checks.PowerShell,
			Affects: "nobody yet: only assigned users see it, and single sign-on stays off",
			Right:   "Application Administrator",
			Undo:    undoApp(made),
			Do: func(ctx context.Context) error {
				_, err := w.Graph.Publish(ctx, wish)
				return err //nolint:wrapcheck // Apply says what was being done
			},
			Revert: func(ctx context.Context) error {
				a, err := ourApp(ctx, p, env)
				if err != nil || a == nil || made {
					return err
				}
				return w.Graph.Unpublish(ctx, a.ObjectID) //nolint:wrapcheck // the caller says what was being undone
			},
			Read: func(ctx context.Context) ([]string, error) {
				a, err := ourApp(ctx, p, env)
				return describeAssigned(a, user), err
			},
		}}
		return plan, nil
	}
}

func undoApp(existed bool) string {
	if existed {
		return "the settings before are in the journal; the application itself stays"
	}
	return "deletes the application and its service principal again"
}

func ourApp(ctx context.Context, p Ports, env checks.Env) (*fact.PublishedApp, error) {
	s := env.Site
	list, err := p.Graph.PublishedApps(ctx, s.Publish.ExternalURL, s.Publish.InternalURL, s.Publish.AppName)
	if err != nil {
		return nil, fmt.Errorf("reading the applications: %w", err)
	}
	for i := range list {
		if application.SameURL(list[i].ExternalURL, s.Publish.ExternalURL) {
			return &list[i], nil
		}
	}
	for i := range list {
		if list[i].PublishingNotAvailable {
			return &list[i], nil
		}
	}
	return nil, nil //nolint:nilnil // no application is an ordinary answer
}

func describeApp(a *fact.PublishedApp) []string {
	switch {
	case a == nil:
		return nil
	case a.PublishingNotAvailable:
		return []string{"exists, but is not published"}
	}
	out := []string{
		"internal URL " + a.InternalURL, "external URL " + a.ExternalURL,
		"pre-authentication " + preAuthName(a.PreAuthentication), "connector group " + a.GroupName,
	}
	if a.TranslateHostHeader {
		out = append(out, "URLs in headers translated")
	}
	return out
}

func describeAssigned(a *fact.PublishedApp, u fact.CloudUser) []string {
	out := describeApp(a)
	if a == nil {
		return out
	}
	for _, id := range a.AssignedPrincipalIDs {
		if id == u.ID {
			out = append(out, "assigned "+u.UPN)
		}
	}
	return out
}

func preAuthName(v string) string {
	if v == "aadPreAuthentication" {
		return "Microsoft Entra ID"
	}
	return v
}
