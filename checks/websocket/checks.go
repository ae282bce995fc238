package websocket

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
const Step checks.StepID = "verify"

// Facts that later checks may use.
const (
	factInside  = "inside.session"  // fact.WebSession
	factSocket  = "inside.socket"   // fact.SocketProbe
	factOutside = "outside.session" // fact.WebSession
	factWeb     = "outside.socket"  // fact.SocketProbe
)

// Ports are the questions of this room.
type Ports struct {
	Tickets Tickets
	Outside Outside
	// Logs may be nil: they are evidence only.
	Logs Logs
}

// Checks are the assertions of the step, in order.
func Checks(p Ports) []checks.Check {
	const docs = "https://learn.microsoft.com/entra/identity/app-proxy/application-proxy-qlik"
	soon := checks.Retry{Every: 5 * time.Second, For: 5 * time.Minute, Because: "a new application is served everywhere after a few minutes"}
	person := 10 * time.Minute // a person may be signing in
	return []checks.Check{
		{
			ID: "verify.inside", Step: Step, Needs: []checks.ID{"kerberos.accepted"}, Docs: docs,
			Provides: []string{factInside, factSocket}, Timeout: 5 * time.Minute,
			Title: "Inside: the hub opens after a silent sign-in",
			Why:   "What does not work inside cannot work outside.",
			Run:   withLogs(p.Logs, inside(p.Tickets)),
		},
		{
			ID: "verify.websocket-inside", Step: Step, Needs: []checks.ID{"verify.inside", "allowlist.websocket"}, Docs: docs,
			Title: "Inside: the engine answers over WebSocket",
			Why:   "All data in Qlik's pages comes this way.",
			Run:   withLogs(p.Logs, socket(factSocket)),
		},
		{
			ID: "verify.licence", Step: Step, Needs: []checks.ID{"verify.websocket-inside"},
			Docs:  "Qlik help: License management, access allocation",
			Title: "Qlik's licence has room for the test user",
			Why:   "The way may be clear and the apps closed all the same.",
			Run:   licence,
		},
		{
			ID: "verify.preauthentication", Step: Step, Needs: []checks.ID{"app.preauthentication", "app.urls", "app.redirect", "app.group", "app.certificate"}, Docs: docs, Retry: soon,
			Title: "Outside: a stranger is sent to Entra",
			Why:   "Nothing reaches Qlik before the sign-in.",
			Run:   preauthentication(p.Outside),
		},
		{
			ID: "verify.outside", Step: Step, Docs: docs, Provides: []string{factOutside}, Timeout: person, Retry: soon,
			Needs: []checks.ID{"verify.preauthentication", "verify.licence", "app.assigned", "delegation.rehearsal", "sso.spn", "sso.mapping", "allowlist.websocket"},
			Title: "Outside: the test user signs in once and the hub opens",
			Why:   "It is what all the steps before were for.",
			Run:   withLogs(p.Logs, outside(p.Outside)),
		},
		{
			ID: "verify.websocket-outside", Step: Step, Needs: []checks.ID{"verify.outside"}, Docs: docs, Retry: soon,
			Provides: []string{factWeb}, Timeout: 5 * time.Minute,
			Title: "Outside: the engine answers over WebSocket",
			Why:   "Pages without it stay grey; many boxes in between break it.",
			Run:   withLogs(p.Logs, outsideSocket(p.Outside)),
		},
		{
			ID: "verify.idle", Step: Step, Needs: []checks.ID{"verify.websocket-outside"}, Docs: docs,
			Title: "Outside: a silent WebSocket is not cut",
			Why:   "Somebody who reads a chart for a minute sends nothing.",
			Run:   idle,
		},
		{
			ID: "verify.same", Step: Step, Needs: []checks.ID{"verify.inside", "verify.websocket-outside"}, Docs: docs,
			Title: "Inside and outside are the same person and the same engine",
			Why:   "Otherwise licences and rights would differ.",
			Run:   same,
		},
		{
			ID: "verify.logs", Step: Step, Needs: []checks.ID{"verify.websocket-inside"},
			Docs:  "Qlik help: Logging, proxy service",
			Title: "The proxy's logs tell of nobody turned away",
			Why:   "What works for the test user may fail for others; the proxy writes that down.",
			Run:   refusals(p.Logs),
		},
	}
}

func inside(t Tickets) checks.Func {
	return func(ctx context.Context, env checks.Env) checks.Result {
		s := env.Site
		expected := "the hub at " + s.Publish.InternalURL + ", as " + s.KerberosUser()
		web, probe, err := t.NegotiatedSocket(ctx, s.Publish.InternalURL, s.Qlik.Prefix, s.SPN(), "https://"+s.InternalHost())
		if err != nil {
			return checks.Explain(err).Expect(expected)
		}
		switch {
		case web.Status >= 400:
			return checks.Failed("verify.no-page", expected, fmt.Sprintf("status %d at %s", web.Status, web.Final))
		case web.UserID == "":
			return checks.Failed("verify.no-session", expected, "a page, but no session")
		}
		return session(checks.Passed(expected, "the hub, as "+web.UserDirectory+`\`+web.UserID), web).
			Provide(factInside, web).Provide(factSocket, probe)
	}
}

func session(r checks.Result, w fact.WebSession) checks.Result {
	if len(w.Hops) > 0 {
		r = r.With("way", strings.Join(w.Hops, " > "))
	}
	return r.With("signed in by", w.Mechanism).With("cookies", strings.Join(w.Cookies, ", "))
}

// socket judges a probe that an earlier check made.
func socket(key string) checks.Func {
	return func(_ context.Context, env checks.Env) checks.Result {
		p, _ := checks.Known[fact.SocketProbe](env, key)
		return judge(env, p, key == factWeb)
	}
}

func outside(o Outside) checks.Func {
	return func(ctx context.Context, env checks.Env) checks.Result {
		s := env.Site
		expected := "the hub at " + s.Publish.ExternalURL + ", as " + s.SAM()
		w, err := o.SignIn(ctx, s.Publish.ExternalURL)
		if err != nil {
			if r, ok := refusedUser(err, expected); ok {
				return r
			}
			return refusedPage(err, expected, checks.Explain(err).Expect(expected))
		}
		switch {
		case w.Status >= 500:
			return session(checks.Failed("verify.gateway-error", expected, fmt.Sprintf("status %d at %s", w.Status, w.Final)), w)
		case w.UserID == "":
			return session(checks.Failed("verify.no-session", expected, "a page, but no Qlik session"), w)
		case !strings.EqualFold(w.UserID, s.SAM()):
			return session(checks.Failed("verify.other-user", expected, "Qlik opened as "+w.UserDirectory+`\`+w.UserID), w)
		}
		return session(checks.Passed(expected, "the hub, as "+w.UserDirectory+`\`+w.UserID), w).Provide(factOutside, w)
	}
}

func outsideSocket(o Outside) checks.Func {
	return func(ctx context.Context, env checks.Env) checks.Result {
		p, err := o.Socket(ctx, env.Site.Publish.ExternalURL, env.Site.Qlik.Prefix)
		if err != nil {
			return checks.Explain(err)
		}
		return judge(env, p, true).Provide(factWeb, p)
	}
}

func idle(_ context.Context, env checks.Env) checks.Result {
	p, _ := checks.Known[fact.SocketProbe](env, factWeb)
	watched := p.Idle.Round(100 * time.Millisecond)
	expected := fmt.Sprintf("silent for %s, then still answered", watched)
	if p.Idle == 0 {
		return checks.CouldNotTell(checks.Unexplained, "a silent socket survives", "the socket was not watched")
	}
	if !p.IdleSurvived {
		return checks.Failed("verify.idle-cut", expected, "it was cut while silent")
	}
	return checks.Passed(expected, "it survived")
}

func same(_ context.Context, env checks.Env) checks.Result {
	in, _ := checks.Known[fact.WebSession](env, factInside)
	out, _ := checks.Known[fact.WebSession](env, factOutside)
	inSocket, _ := checks.Known[fact.SocketProbe](env, factSocket)
	outSocket, _ := checks.Known[fact.SocketProbe](env, factWeb)
	const expected = "the same user and engine on both sides"
	sides := func(r checks.Result) checks.Result {
		return r.With("inside", in.UserDirectory+`\`+in.UserID+", engine "+inSocket.EngineVersion).
			With("outside", out.UserDirectory+`\`+out.UserID+", engine "+outSocket.EngineVersion).
			With("round trip inside", rounded(inSocket.RoundTrip)).
			With("round trip outside", rounded(outSocket.RoundTrip))
	}
	people := []string{strings.ToLower(in.UserDirectory + `\` + in.UserID), strings.ToLower(out.UserDirectory + `\` + out.UserID)}
	slices.Sort(people)
	verified := env.Site.KerberosUser() == env.Site.SAM()
	if verified && people[0] != people[1] {
		return sides(checks.Failed("verify.users-differ", expected, "inside "+in.UserID+", outside "+out.UserID))
	}
	return sides(checks.Passed(expected, out.UserDirectory+`\`+out.UserID+" on both sides"))
}
