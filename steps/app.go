package steps

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"sensegate/checks"
	"sensegate/checks/application"
	"sensegate/checks/connector"
	"sensegate/checks/sync"
	"sensegate/internal/fact"
	"sensegate/internal/site"
)

func appStep(p Ports) Step {
	// Whoever opens the door may also ask the engine behind it.
	door, _ := p.Door.(application.Door)
	return Step{
		ID: application.Step, Title: "Application registration", Short: "Application",
		What:     "An enterprise application gives Qlik's internal URL a public address, and says who may use it.",
		Why:      "It needs the connector group that will serve it, and a synchronised user to try it with.",
		Seed:     "Add an on-premises application whose internal URL is Qlik's, with Entra pre-authentication; assign a test user. Leave single sign-on for later.",
		SeedFrom: tutorialSource,
		Checks:   application.Checks(application.Ports{Entra: p.Graph, Front: p.Front, Qlik: p.Qlik, Door: door}),
		Plan:     appPlan(p),
		Manual: []Instruction{
			{Who: "Entra administrator", Where: "portal", Do: "Add an on-premises application {app}: internal URL {internal-url}, external URL {external-url}, pre-authentication Microsoft Entra ID, connector group {group}.", Command: "Entra admin center > Enterprise applications > New application > Add an on-premises application"},
			asRemedy(entraByCommand(), "app.missing"),
			{Who: "Entra administrator", Where: "portal", Do: "Assign {test-user} to it.", Command: "Entra admin center > Enterprise applications > {app} > Users and groups > Add user"},
			asRemedy(entraByCommand(), "app.not-assigned"),
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
		if _, suffix, _ := strings.Cut(s.ExternalHost(), "."); !strings.HasPrefix(suffix, "msappproxy.") {
			plan.Notes = append(plan.Notes, s.ExternalHost()+" is in a domain of your own: afterwards upload its certificate with the key (PFX) by hand, and give it a CNAME to the name that the page shows: Entra admin center > Enterprise applications > "+s.Publish.AppName+" > Application proxy > Certificate.")
		}
		group, ok := checks.Known[fact.ConnectorGroup](env, connector.FactGroup)
		if !ok {
			return plan, fmt.Errorf("the connector group %q is not known yet: check the step Connector install first", s.Publish.ConnectorGroup)
		}
		user, ok := checks.Known[fact.CloudUser](env, sync.FactUser)
		if !ok {
			return plan, fmt.Errorf("the test user %q is not known yet: check the step Directory synchronisation first", s.TestUser.UPN)
		}
		var also []fact.Principal
		if len(s.Publish.Assign) > 0 {
			var err error
			if also, err = p.Graph.Principals(ctx, s.Publish.Assign); err != nil {
				return plan, fmt.Errorf("looking for those to assign: %w", err)
			}
		}
		var ids []string
		for _, a := range also {
			ids = append(ids, a.ID)
		}
		person := fact.Principal{ID: user.ID, Name: user.UPN}
		wishes := []publishing{{
			id: "app.publish", group: group, user: person, also: also,
			affects: "nobody yet: only assigned users see it, and single sign-on stays off",
			wish: fact.PublishWish{
				Name: s.Publish.AppName, ExternalURL: s.Publish.ExternalURL, InternalURL: s.Publish.InternalURL,
				GroupID: group.ID, AssignUserID: user.ID, AlsoAssign: ids,
			},
		}}
		flow, err := p.Front.LoginFlow(ctx, s.Publish.InternalURL, "")
		if err != nil {
			return plan, fmt.Errorf("asking Qlik where it signs in: %w", err)
		}
		if flow.SecondApp {
			at, _, _ := strings.Cut(flow.Location, "?")
			plan.Notes = append(plan.Notes, "This release of Qlik signs in at "+at+": that port needs an application of its own, hidden and without single sign-on.")
			wishes = append(wishes, publishing{
				id: "app.publish-second", group: group, user: person, also: also,
				affects: "nobody: it is hidden from users, and single sign-on stays off for good",
				wish: fact.PublishWish{
					Name: s.SecondAppName(), ExternalURL: s.SecondExternalURL(), InternalURL: s.SecondInternalURL(),
					GroupID: group.ID, AssignUserID: user.ID, AlsoAssign: ids, Hidden: true,
				},
			})
		}
		for _, x := range wishes {
			present, err := findApp(ctx, p, x.wish)
			if err != nil {
				return plan, err
			}
			if !sameValues(x.describe(present), x.after()) {
				plan.Changes = append(plan.Changes, x.change(p, w, present))
			}
		}
		return plan, nil
	}
}

// publishing is one application that a plan publishes.
type publishing struct {
	id, affects string
	wish        fact.PublishWish
	group       fact.ConnectorGroup
	user        fact.Principal // the test user
	also        []fact.Principal
}

func (x publishing) change(p Ports, w Writers, present *fact.PublishedApp) Change {
	quote := func(v string) string { return checks.Quote(v, checks.PowerShell) }
	trace := Trace{App: &AppTrace{Wish: x.wish, Group: x.group, User: x.user, Also: x.also, Had: present}}
	if present != nil {
		trace.Object = present.ObjectID
	}
	made := ""
	c := Change{
		ID: x.id, Target: x.wish.Name + " (enterprise application)", Field: "publishing",
		Before: x.describe(present), After: x.after(),
		Command: "New-EntraBetaApplicationProxyApplication -DisplayName " + quote(x.wish.Name) +
			" -ExternalUrl " + quote(x.wish.ExternalURL) + " -InternalUrl " + quote(x.wish.InternalURL) +
			" -ExternalAuthenticationType AadPreAuthentication -ConnectorGroupId " + quote(x.group.ID),
		Shell:   checks.PowerShell,
		Affects: x.affects,
		Right:   "Application Administrator; the sign-in asks for Application.ReadWrite.All, AppRoleAssignment.ReadWrite.All (to assign) and Directory.ReadWrite.All (for the connector group)",
		Undo:    undoApp(present),
		Trace:   trace,
		Do: func(ctx context.Context) error {
			a, err := w.Graph.Publish(ctx, x.wish)
			made = a.ObjectID
			return err
		},
		Made:    func() string { return made },
		rebuild: func(c Change) Change { return undoable(p, w, c) },
	}
	return undoable(p, w, c)
}

// after is the application as it is wished.
func (x publishing) after() []string {
	out := []string{
		"internal URL " + x.wish.InternalURL, "external URL " + x.wish.ExternalURL,
		"pre-authentication Microsoft Entra ID", "connector group " + x.group.Name,
		"assigned " + x.user.Name, "URLs in headers translated",
	}
	for _, a := range x.also {
		out = append(out, "assigned "+a.Name)
	}
	if x.wish.Hidden {
		out = append(out, "hidden from users")
	}
	return out
}

// describe is the application as it is.
func (x publishing) describe(a *fact.PublishedApp) []string {
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
	if slices.Contains(a.AssignedPrincipalIDs, x.user.ID) {
		out = append(out, "assigned "+x.user.Name)
	}
	for _, p := range x.also {
		if slices.Contains(a.AssignedPrincipalIDs, p.ID) {
			out = append(out, "assigned "+p.Name)
		}
	}
	if x.wish.Hidden && a.HiddenFromUsers {
		out = append(out, "hidden from users")
	}
	return out
}

func undoApp(had *fact.PublishedApp) string {
	switch {
	case had == nil:
		return "deletes the application and its service principal again"
	case had.PublishingNotAvailable:
		return "by hand: the application was there before, unpublished, and stays"
	}
	return "gives the application back the settings that it had; it stays"
}

// ourWish names the published application.
func ourWish(s site.Site) fact.PublishWish {
	return fact.PublishWish{Name: s.Publish.AppName, ExternalURL: s.Publish.ExternalURL, InternalURL: s.Publish.InternalURL}
}

// ourApp is the application under the external URL, or a half-made one of that
// name; nil when there is neither.
func ourApp(ctx context.Context, p Ports, env checks.Env) (*fact.PublishedApp, error) {
	return findApp(ctx, p, ourWish(env.Site))
}

func findApp(ctx context.Context, p Ports, wish fact.PublishWish) (*fact.PublishedApp, error) {
	list, err := p.Graph.PublishedApps(ctx, wish.ExternalURL, wish.InternalURL, wish.Name)
	if err != nil {
		return nil, fmt.Errorf("reading the applications: %w", err)
	}
	for i := range list {
		if application.SameURL(list[i].ExternalURL, wish.ExternalURL) {
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

func preAuthName(v string) string {
	if v == "aadPreAuthentication" {
		return "Microsoft Entra ID"
	}
	return v
}
