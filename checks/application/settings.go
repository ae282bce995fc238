package application

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"sensegate/checks"
	"sensegate/checks/access"
	"sensegate/checks/sync"
	"sensegate/internal/fact"
)

// external judges the external URL before anything is published under it.
func external(_ context.Context, env checks.Env) checks.Result {
	org, _ := checks.Known[fact.Organization](env, access.FactOrganization)
	host := env.Site.ExternalHost()
	expected := "a host under the tenant's own suffix, or in a verified domain"
	label, suffix, _ := strings.Cut(host, ".")
	tenant, _, _ := strings.Cut(org.InitialDomain, ".")
	verified := slices.IndexFunc(org.VerifiedDomains, func(d string) bool {
		return strings.EqualFold(host, d) || strings.HasSuffix(host, "."+strings.ToLower(d))
	})
	switch {
	case strings.HasPrefix(suffix, "msappproxy."):
		if tenant != "" && !strings.HasSuffix(label, "-"+strings.ToLower(tenant)) {
			return checks.Failed("app.external-other-tenant", expected, host+" does not end with -"+tenant+"."+suffix).Var("tenant-label", tenant)
		}
		return checks.Passed(expected, "the tenant's own suffix")
	case strings.Contains(suffix, "onmicrosoft."):
		return checks.Failed("app.external-onmicrosoft", expected, host)
	case verified < 0:
		return checks.Failed("app.external-unverified", expected, host+" is in none of "+strings.Join(org.VerifiedDomains, ", "))
	}
	return checks.Passed(expected, "the verified domain "+org.VerifiedDomains[verified]).
		With("certificate", "a custom domain needs a certificate of its own, uploaded with its key")
}

// redirect judges where Entra may send the browser after the sign-in.
func redirect(env checks.Env, a fact.PublishedApp) checks.Result {
	want := env.Site.Publish.ExternalURL
	expected := want + " among the redirect URIs"
	root := "https://" + env.Site.ExternalHost() + "/"
	for _, u := range a.RedirectURIs {
		// Compared letter by letter: the closing slash belongs to it.
		if u == a.ExternalURL || u == root {
			return shown(env, a, checks.Passed(expected, "registered")).With("redirect URIs", strings.Join(a.RedirectURIs, ", "))
		}
	}
	seen := "there is none"
	if len(a.RedirectURIs) > 0 {
		seen = "only " + strings.Join(a.RedirectURIs, ", ")
	}
	return checks.Failed("app.redirect-missing", expected, seen)
}

// shown judges where My Apps leads users, and whether it shows them the
// application at all: neither keeps anybody out who has the address.
func shown(env checks.Env, a fact.PublishedApp, fine checks.Result) checks.Result {
	switch home, err := url.Parse(a.HomePage); {
	case a.HomePage != "" && (err != nil || !strings.EqualFold(home.Hostname(), env.Site.ExternalHost())):
		return checks.Warned("app.home-page", "a home page under "+env.Site.Publish.ExternalURL, "the home page is "+a.HomePage)
	case a.HiddenFromUsers:
		return checks.Warned("app.hidden", "users see it among their applications", "it has the tag HideApp")
	}
	return fine.With("home page", a.HomePage)
}

// cookies judges the settings that guard application proxy's own cookies, and
// those that Qlik does not bear.
func cookies(_ checks.Env, a fact.PublishedApp) checks.Result {
	const expected = "secure, for HTTP only, gone with the browser; no links translated in pages"
	var odd []string
	for _, o := range []struct {
		is  bool
		say string
	}{
		{!a.SecureCookie, "cookies also travel without TLS, and browsers refuse them in frames"},
		{!a.HTTPOnlyCookie, "scripts may read the access cookie"},
		{a.PersistentCookie, "the access cookie outlives the browser"},
		{a.TranslateLinks, "links in pages are rewritten, which costs time and cannot help Qlik's scripts"},
	} {
		if o.is {
			odd = append(odd, o.say)
		}
	}
	r := checks.Passed(expected, "as advised")
	switch {
	case !a.SecureCookie:
		r = checks.Failed("app.cookie-open", expected, odd[0])
	case len(odd) > 0:
		r = checks.Warned("app.cookie-open", expected, strings.Join(odd, "; "))
	}
	timeout := map[string]string{"": "not told", "default": "85 s", "long": "180 s"}[strings.ToLower(a.BackendTimeout)]
	if timeout == "" {
		timeout = a.BackendTimeout
	}
	return r.With("back end may take", timeout)
}

// assigned accepts the user, or a group that the user is a direct member of:
// nested ones do not count.
func assigned(e Entra) checks.Func {
	return func(ctx context.Context, env checks.Env) checks.Result {
		a, _ := checks.Known[fact.PublishedApp](env, FactApp)
		u, _ := checks.Known[fact.CloudUser](env, sync.FactUser)
		expected := u.UPN + " is assigned"
		also, lack, err := others(ctx, env, e, a)
		switch {
		case err != nil:
			return checks.Explain(err).Expect(expected)
		case lack != "":
			return checks.Failed("app.other-not-assigned", expected+", and whom the site names besides", lack+" is not").Var("principal", lack)
		case slices.Contains(a.AssignedPrincipalIDs, u.ID):
			r := checks.Passed(expected, fmt.Sprintf("assigned, with %d others", len(a.AssignedPrincipalIDs)-1))
			if also != "" {
				r = r.With("assigned besides", also)
			}
			return r
		case !a.AssignmentRequired:
			return checks.Passed(expected, "no assignment is asked for")
		case len(a.AssignedPrincipalIDs) == 0:
			return checks.Failed("app.not-assigned", expected, "nobody is assigned, and assignment is required")
		}
		name, err := throughGroup(ctx, e, a, u)
		if err != nil {
			return checks.Explain(err).Expect(expected)
		}
		if name != "" {
			return checks.Passed(expected, "assigned through the group "+name)
		}
		return checks.Failed("app.not-assigned", expected, "not assigned, and assignment is required").
			With("assigned", fmt.Sprintf("%d others", len(a.AssignedPrincipalIDs)))
	}
}

// throughGroup names an assigned group that the user is a direct member of;
// empty when there is none.
func throughGroup(ctx context.Context, e Entra, a fact.PublishedApp, u fact.CloudUser) (string, error) {
	groups, err := e.DirectGroups(ctx, u.ID)
	if err != nil {
		return "", err
	}
	for _, g := range groups {
		if slices.Contains(a.AssignedPrincipalIDs, g.ID) {
			return g.Name, nil
		}
	}
	return "", nil
}

// others are those whom the site wants assigned besides the test user, and the
// first of them who is not.
func others(ctx context.Context, env checks.Env, e Entra, a fact.PublishedApp) (also, lack string, err error) {
	names := env.Site.Publish.Assign
	if len(names) == 0 || !a.AssignmentRequired {
		return "", "", nil
	}
	list, err := e.Principals(ctx, names)
	if err != nil {
		return "", "", err
	}
	var found []string
	for _, p := range list {
		name := p.Name
		if p.Group {
			name = "the group " + name
		}
		if !slices.Contains(a.AssignedPrincipalIDs, p.ID) {
			return "", name, nil
		}
		found = append(found, name)
	}
	return strings.Join(found, ", "), "", nil
}
