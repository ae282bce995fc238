package application

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"sensegate/checks"
	"sensegate/checks/connector"
	"sensegate/internal/fact"
)

// Step is the step that these checks guard.
const Step checks.StepID = "app"

// Facts that later checks may use.
const (
	// FactApp is the application under the external URL: fact.PublishedApp.
	FactApp = "entra.application"
	// FactSecond is the application of the sign-in port: fact.PublishedApp.
	FactSecond = "entra.second-application"
	// factRivals are other applications that hold one of our URLs:
	// []fact.PublishedApp.
	factRivals = "entra.rivals"
)

// Ports are the questions of this room.
type Ports struct {
	Entra Entra
	Front Front
	// Qlik may be nil: it is asked only where the front does not tell.
	Qlik Qlik
	// Door may be nil: what it tells is evidence only.
	Door Door
}

// browser is the user agent of an ordinary browser: Qlik chooses its login
// module by it.
const browser = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0"

// Checks are the assertions of the step, in order.
func Checks(p Ports) []checks.Check {
	const docs = "https://learn.microsoft.com/entra/identity/app-proxy/application-proxy-add-on-premises-application"
	soon := checks.Retry{Every: 5 * time.Second, For: 5 * time.Minute, Because: "what is written to Entra can be read everywhere after a while"}
	need := []checks.ID{"app.published"}
	return []checks.Check{
		{
			ID: "app.external", Step: Step, Needs: []checks.ID{"site.entra"}, Docs: docs,
			Title: "The external URL is one that this tenant may use",
			Why:   "Entra refuses any other, after half of the application was made.",
			Run:   external,
		},
		{
			ID: "app.published", Step: Step, Needs: []checks.ID{"app.external"}, Provides: []string{FactApp, factRivals}, Docs: docs, Retry: soon,
			Title: "One application is published under the external URL",
			Why:   "It is what the browser opens and what Entra signs in to.",
			Run:   published(p.Entra),
		},
		{
			ID: "app.urls", Step: Step, Needs: need, Docs: docs, Retry: soon,
			Title: "It leads to Qlik's internal URL",
			Why:   "The connector calls exactly this address.",
			Run:   ofApp(urls),
		},
		{
			ID: "app.redirect", Step: Step, Needs: need, Docs: docs, Retry: soon,
			Title: "Entra may send the browser back to it",
			Why:   "Without its address among the redirect URIs every sign-in ends with AADSTS50011.",
			Run:   ofApp(redirect),
		},
		{
			ID: "app.preauthentication", Step: Step, Needs: need, Docs: docs, Retry: soon,
			Title: "Users sign in to Entra before anything reaches Qlik",
			Why:   "Without it there is no user to ask a ticket for, and Qlik is open to the world.",
			Run:   ofApp(preauthentication),
		},
		{
			ID: "app.group", Step: Step, Needs: []checks.ID{"app.published", "connector.group"}, Docs: docs, Retry: soon,
			Title: "The right connector group serves it",
			Why:   "Only these connectors stand near Qlik and will hold the delegation.",
			Run:   ofApp(group),
		},
		{
			ID: "app.assigned", Step: Step, Needs: []checks.ID{"app.published", "sync.licence"}, Docs: docs, Retry: soon,
			Title: "The test user is assigned to it",
			Why:   "Entra refuses everybody else.",
			Run:   assigned(p.Entra),
		},
		{
			ID: "app.headers", Step: Step, Needs: need, Docs: docs, Retry: soon,
			Title: "Qlik will see its own host name",
			Why:   "Qlik refuses requests for a host that it does not know.",
			Run:   headers(p.Front),
		},
		{
			ID: "app.certificate", Step: Step, Needs: need, Docs: "https://learn.microsoft.com/entra/identity/app-proxy/how-to-configure-custom-domain", Retry: soon,
			Title: "Browsers accept the certificate of the external host",
			Why:   "A domain of your own needs a certificate of your own, renewed in time.",
			Run:   certificate(p.Front),
		},
		{
			ID: "app.cookies", Step: Step, Needs: need, Docs: "https://learn.microsoft.com/entra/identity/app-proxy/application-proxy-configure-cookie-settings", Retry: soon,
			Title: "Its cookies are guarded, and pages are left as they are",
			Why:   "The access cookie is worth as much as a sign-in.",
			Run:   ofApp(cookies),
		},
		{
			ID: "app.count", Step: Step, Needs: []checks.ID{"app.published", "site.front"}, Provides: []string{FactSecond}, Retry: soon,
			Docs:  "https://learn.microsoft.com/entra/identity/app-proxy/application-proxy-qlik",
			Title: "The number of applications fits the Qlik release",
			Why:   "Releases before April 2018 sign in on a second port, which needs an application of its own.",
			Run:   count(p),
		},
		{
			ID: "app.second", Step: Step, Needs: []checks.ID{"app.count", "connector.group", "sync.user"}, Retry: soon,
			Docs:  "https://learn.microsoft.com/entra/identity/app-proxy/application-proxy-qlik",
			Title: "The second application is there for signing in only",
			Why:   "Users must not open it, and single sign-on belongs to the first one alone.",
			Run:   second(p.Entra),
		},
	}
}

func published(e Entra) checks.Func {
	return func(ctx context.Context, env checks.Env) checks.Result {
		s := env.Site
		expected := "one application for " + s.Publish.ExternalURL
		list, err := e.PublishedApps(ctx, s.Publish.ExternalURL, s.Publish.InternalURL, s.Publish.AppName)
		if err != nil {
			return checks.Explain(err).Expect(expected)
		}
		var ours, rivals []fact.PublishedApp
		half, unread := "", ""
		for _, a := range list {
			switch {
			case SameURL(a.ExternalURL, s.Publish.ExternalURL):
				ours = append(ours, a)
			case SameURL(a.InternalURL, s.Publish.InternalURL):
				rivals = append(rivals, a)
			case a.NotReadable:
				unread = a.Name
			case a.PublishingNotAvailable:
				half = a.Name
			}
		}
		switch {
		case len(ours) == 1:
			a := ours[0]
			return checks.Passed(expected, a.Name).With("application id", a.AppID).With("object id", a.ObjectID).
				Provide(FactApp, a).Provide(factRivals, rivals)
		case len(ours) > 1:
			return checks.Failed("app.doubled", expected, fmt.Sprintf("%d applications claim it", len(ours)))
		case len(rivals) > 0:
			return clash(expected, rivals[0])
		case unread != "":
			r := checks.CouldNotTell(checks.Unexplained, expected, "lists show the application "+unread+", and reading it answers that it is not there")
			r.Cause = "app.not-readable"
			return r
		case half != "":
			return checks.Failed("app.half-made", expected, "the application "+half+" exists but is not published")
		}
		return checks.Failed("app.missing", expected, "no application is published there")
	}
}

// clash names the application that holds our internal URL.
func clash(expected string, rival fact.PublishedApp) checks.Result {
	return checks.Failed("app.url-clash", expected, rival.Name+" publishes "+rival.InternalURL+" as "+rival.ExternalURL).
		Var("rival", rival.Name).With("its object id", rival.ObjectID)
}

// ofApp judges the application that app.published found.
func ofApp(judge func(env checks.Env, a fact.PublishedApp) checks.Result) checks.Func {
	return func(_ context.Context, env checks.Env) checks.Result {
		a, _ := checks.Known[fact.PublishedApp](env, FactApp)
		return judge(env, a)
	}
}

func urls(env checks.Env, a fact.PublishedApp) checks.Result {
	want := env.Site.Publish.InternalURL
	rivals, _ := checks.Known[[]fact.PublishedApp](env, factRivals)
	switch {
	case len(rivals) > 0:
		return clash(want, rivals[0])
	case oldPort(a.InternalURL, want):
		return checks.Failed("app.internal-url-old-port", want, a.InternalURL)
	case !SameURL(a.InternalURL, want):
		return checks.Failed("app.internal-url-wrong", want, a.InternalURL)
	}
	return checks.Passed(want, a.InternalURL)
}

// preAuthEntra is what Graph calls pre-authentication by Entra.
const preAuthEntra = "aadPreAuthentication"

func preauthentication(_ checks.Env, a fact.PublishedApp) checks.Result {
	const expected = "pre-authentication by Microsoft Entra ID"
	if a.PreAuthentication != preAuthEntra {
		return checks.Failed("app.passthrough", expected, "pre-authentication is "+a.PreAuthentication)
	}
	return checks.Passed(expected, "Microsoft Entra ID")
}

func group(env checks.Env, a fact.PublishedApp) checks.Result {
	g, _ := checks.Known[fact.ConnectorGroup](env, connector.FactGroup)
	if a.GroupID != g.ID {
		return checks.Failed("app.group-wrong", g.Name, a.GroupName)
	}
	return checks.Passed(g.Name, a.GroupName)
}

func headers(f Front) checks.Func {
	return func(ctx context.Context, env checks.Env) checks.Result {
		a, _ := checks.Known[fact.PublishedApp](env, FactApp)
		const expected = "URLs in headers are translated"
		if !a.TranslateHostHeader {
			return checks.Failed("app.host-header", expected, "the external host would be sent to Qlik")
		}
		r := checks.Passed(expected, "translated")
		if !a.ValidateBackendCert {
			return r.With("back-end certificate", "not validated: a connector takes whatever answers for Qlik")
		}
		return r.With("back-end certificate", "validated: the connector hosts must trust Qlik's certificate").
			With("Qlik's certificate", shownHere(ctx, f, env.Site.Publish.InternalURL))
	}
}

// shownHere says how the certificate that Qlik shows now looks from this
// machine. The connector hosts have stores of their own, so it decides nothing.
func shownHere(ctx context.Context, f Front, internalURL string) string {
	ctx, cancel := context.WithTimeout(ctx, engineWait)
	defer cancel()
	switch _, err := f.Date(ctx, internalURL); {
	case checks.KindOf(err) == fact.Untrusted:
		return "not trusted by this machine: " + err.Error()
	case err != nil:
		return "could not be looked at: " + err.Error()
	}
	return "trusted by this machine"
}

func count(p Ports) checks.Func {
	return func(ctx context.Context, env checks.Env) checks.Result {
		const expected = "one application; a second one for releases before April 2018 alone"
		flow, err := p.Front.LoginFlow(ctx, env.Site.Publish.InternalURL, browser)
		if err != nil {
			return checks.Explain(err).Expect(expected)
		}
		release, asks := "not published by the server", "cannot tell"
		if product, err := p.Front.Product(ctx, env.Site.Publish.InternalURL); err == nil {
			release, asks = product.Label+" ("+product.Version+")", evidence(product)
		} else if p.Qlik != nil {
			// Some fronts tell it only to those signed in; the about service
			// tells it to whoever has the site's certificate.
			if product, err := p.Qlik.Release(ctx); err == nil {
				release, asks = product.Label+" ("+product.Version+")", evidence(product)
			}
		}
		// The second application has the same host and the authentication port.
		list, err := p.Entra.PublishedApps(ctx, "", env.Site.SecondInternalURL(), "")
		if err != nil {
			return checks.Explain(err).Expect(expected)
		}
		first, _ := checks.Known[fact.PublishedApp](env, FactApp)
		var second fact.PublishedApp
		for _, a := range list {
			// The first application with that port is no second one.
			if SameURL(a.InternalURL, env.Site.SecondInternalURL()) && a.ObjectID != first.ObjectID {
				second = a
			}
		}
		var r checks.Result
		switch {
		case flow.SecondApp && second.ObjectID == "":
			r = checks.Failed("app.second-missing", expected, "Qlik signs in at "+flow.Location+", which is not published")
		case !flow.SecondApp && second.ObjectID != "":
			r = checks.Warned("app.second-needless", expected, "the application "+second.Name+" is not needed")
		case second.ObjectID != "":
			r = checks.Passed(expected, "two, as this release needs").Provide(FactSecond, second)
		default:
			r = checks.Passed(expected, "one, as this release needs")
		}
		return r.With("release", release).With("sign-in page", flow.Location).
			With("the redirect asks for", map[bool]string{true: "two applications", false: "one application"}[flow.SecondApp]).
			With("the release asks for", asks).With("engine", engine(ctx, p.Door, env))
	}
}

// engineWait is how long the engine may take to say what is only evidence.
const engineWait = 5 * time.Second

// engine is the version that the engine itself gives: it is installed with the
// release, and nobody edits it. It decides nothing.
func engine(ctx context.Context, d Door, env checks.Env) string {
	if d == nil {
		return "not asked"
	}
	ctx, cancel := context.WithTimeout(ctx, engineWait)
	defer cancel()
	version, err := d.EngineVersion(ctx, env.Site.Publish.InternalURL, env.Site.Qlik.Prefix)
	if err != nil {
		return "could not be asked: " + err.Error()
	}
	return version
}

// oldPort says that a URL is the wanted one with the port on which releases
// before April 2018 sign people in.
func oldPort(have, want string) bool {
	h, err := url.Parse(have)
	w, werr := url.Parse(want)
	return err == nil && werr == nil && strings.EqualFold(h.Hostname(), w.Hostname()) &&
		(h.Port() == "4244" || h.Port() == "4248") && w.Port() != h.Port()
}

// SameURL compares URLs as the portal does: letter case of the host and a
// closing slash do not matter.
func SameURL(a, b string) bool {
	return a != "" && strings.EqualFold(strings.TrimRight(a, "/"), strings.TrimRight(b, "/"))
}
