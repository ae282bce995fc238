package steps

import (
	"context"
	"fmt"

	"sensegate/checks"
	"sensegate/checks/sso"
	"sensegate/internal/fact"
)

func ssoStep(p Ports) Step {
	return Step{
		ID: sso.Step, Title: "Enable single sign-on", Short: "Single sign-on",
		What:     "The application is switched to integrated Windows authentication: from now on the connector asks for tickets.",
		Why:      "It is the last switch. Thrown before Kerberos and delegation are proved it only shows error pages.",
		Seed:     "Subsequently enable Windows integrated authentication for the enterprise application in the portal.",
		SeedFrom: guideSource,
		Checks:   sso.Checks(sso.Ports{Entra: p.Graph, Directory: p.Directory}),
		Plan:     ssoPlan(p),
		Manual: []Instruction{
			{Who: "Entra administrator", Where: "portal", Do: "Choose integrated Windows authentication, internal application SPN {spn}.", Command: "Entra admin center > Enterprise applications > {app} > Single sign-on"},
			asRemedy(entraByCommand(), "sso.off"),
			{Who: "Entra administrator", Where: "portal", Do: "Choose the delegated login identity that leads to the directory's account."},
		},
	}
}

func ssoPlan(p Ports) PlanFunc {
	return func(ctx context.Context, env checks.Env, w Writers) (Plan, error) {
		s := env.Site
		plan := Plan{Step: sso.Step, Title: "Enable single sign-on", Notes: []string{"Written through Microsoft Graph and read back. Connectors take it within a few minutes."}}
		a, err := ourApp(ctx, p, env)
		if err != nil {
			return plan, err
		}
		if a == nil {
			return plan, fmt.Errorf("finding the application for %s: there is none", s.Publish.ExternalURL)
		}
		user, err := p.Graph.User(ctx, s.TestUser.UPN)
		if err != nil {
			return plan, fmt.Errorf("reading %s in the tenant: %w", s.TestUser.UPN, err)
		}
		account, err := p.Directory.Account(ctx, s.SAM())
		if err != nil {
			return plan, fmt.Errorf("reading %s in the directory: %w", s.SAM(), err)
		}
		mapping := sso.Advise(user, account)
		after := describeSSO(sso.KerberosMode, s.SPN(), mapping)
		before := describeSSO(a.SSOMode, a.SPN, a.Mapping)
		if sameValues(before, after) {
			return plan, nil
		}
		earlier := fact.SSOWish{Mode: a.SSOMode, SPN: a.SPN, Mapping: a.Mapping}
		if earlier.Mode == "" {
			earlier.Mode = "none"
		}
		plan.Notes = append(plan.Notes, fmt.Sprintf("Delegated login identity %s: it makes %q of the test user, which is the directory's %s; %s.", mapping, sso.LoginName(mapping, user), account.SAM, sso.Reason(mapping, user)))
		plan.Changes = []Change{undoable(p, w, Change{
			ID: "sso.enable", Target: a.Name + " (enterprise application)", Field: "single sign-on",
			Before: before, After: after,
			Command: "Entra admin center > Enterprise applications > " + a.Name + " > Single sign-on > Integrated Windows authentication > " + s.SPN(), Shell: checks.Portal,
			Affects: "everybody who opens the external URL: they are signed in to Qlik without being asked again",
			Right:   "Application Administrator; the sign-in asks for Application.ReadWrite.All",
			Undo:    "sets single sign-on back to what it was; this is also Microsoft's first step when something is wrong",
			Do: func(ctx context.Context) error {
				return w.Graph.SetSSO(ctx, a.ObjectID, fact.SSOWish{Mode: sso.KerberosMode, SPN: s.SPN(), Mapping: mapping})
			},
			Trace: Trace{Object: a.ObjectID, App: &AppTrace{Wish: ourWish(s), SSO: &earlier}},
		})}
		return plan, nil
	}
}

func describeSSO(mode, spn, mapping string) []string {
	if mode != sso.KerberosMode {
		return []string{"off"}
	}
	return []string{"integrated Windows authentication", "internal application SPN " + spn, "delegated login identity " + mapping}
}
