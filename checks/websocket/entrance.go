package websocket

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"sensegate/checks"
	"sensegate/checks/application"
	"sensegate/internal/fact"
)

// preauthentication judges where a stranger is led, and whether Entra will lead
// back from there.
func preauthentication(o Outside) checks.Func {
	return func(ctx context.Context, env checks.Env) checks.Result {
		target := env.Site.Publish.ExternalURL
		expected := target + " leads to the sign-in of Entra"
		w, err := o.Anonymous(ctx, target)
		if err != nil {
			return refusedPage(err, expected, checks.Explain(err).Expect(expected))
		}
		login := loginHost(env)
		to, err := url.Parse(w.Final)
		switch {
		case err != nil || w.Status < 300 || w.Status >= 400:
			if w.Status < 400 {
				return checks.Failed("verify.open-door", expected, "status "+strconv.Itoa(w.Status)+", without any sign-in")
			}
			return checks.Failed("verify.gateway-error", expected, "status "+strconv.Itoa(w.Status))
		case !strings.EqualFold(to.Hostname(), login):
			return checks.Failed("verify.other-login", expected, "it leads to "+to.Hostname())
		}
		back := to.Query().Get("redirect_uri")
		app, known := checks.Known[fact.PublishedApp](env, application.FactApp)
		// Compared letter by letter, as Entra does. Without the application's
		// list there is nothing to compare with.
		if known && back != "" && !slices.Contains(app.RedirectURIs, back) {
			return checks.Failed("verify.redirect-unregistered", expected, "it asks to come back to "+back+", which is not registered").
				With("registered", strings.Join(app.RedirectURIs, ", ")).Var("redirect", back)
		}
		return checks.Passed(expected, "it leads to "+to.Hostname()).With("redirect URI", back)
	}
}

func loginHost(env checks.Env) string {
	u, err := url.Parse(env.Site.LoginURL())
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// refusedPage makes an error page of application proxy a finding, with the
// transaction that support asks for; anything else stays what it is.
func refusedPage(err error, expected string, otherwise checks.Result) checks.Result {
	if checks.KindOf(err) != fact.Refused || checks.SystemOf(err) != "application proxy" {
		return otherwise
	}
	r := checks.Failed("verify.gateway-error", expected, err.Error()).With("code", checks.CodeOf(err))
	if id := checks.RequestOf(err); id != "" {
		r = r.With("transaction id", id)
	}
	if what := pageMeans(checks.CodeOf(err), err.Error()); what != "" {
		r = r.With("what it means", what)
	}
	return r
}

// pageMeans explains the status word at the foot of application proxy's page, by
// the words above it where one status has several meanings.
func pageMeans(status, text string) string {
	text = strings.ToLower(text)
	says := func(words ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(text, w) })
	}
	switch {
	case says("kerberos constrained delegation", "kcd"):
		return "the connector was given no ticket for the user: delegation, service name or login identity; event 13019 or 12027 on the connector"
	case says("premium", "license", "licence"):
		return "the user, or the tenant, has no Entra ID P1 or P2"
	case says("not assigned", "isn't assigned"):
		return "the user is not assigned to the application; members of nested groups are not"
	case says("on-premises active directory", "could not be authorized"):
		return "the connector may not read the user's groups: put its account into Windows Authorization Access Group"
	case says("connectorerror:unauthorized"):
		return "the connector's client certificate was lost on the way: TLS inspection"
	case says("host name could not be found"):
		return "the name of the custom domain leads nowhere: its CNAME"
	case says("timed out") && strings.EqualFold(status, "GatewayTimeout"), strings.EqualFold(status, "GatewayTimeout"):
		return "no connector of the group answers, or Qlik took longer than the back end may (85 s, 180 s with the long time-out)"
	case strings.EqualFold(status, "BadGateway"):
		return "the connector does not reach Qlik: name, port, firewall, or a certificate that it does not trust"
	case strings.EqualFold(status, "Forbidden"):
		return "Qlik refused the ticket (event 13022 on the connector): the service name is on another account, or its keys differ"
	case strings.EqualFold(status, "InternalServerError"):
		return "the service or the connector failed; the transaction id tells Microsoft's support which request it was"
	}
	return ""
}

// refusedUser makes what Entra answered to the test user's sign-in a finding,
// where its code tells. What only forbids this way of signing in, or this
// client, says nothing about the installation.
func refusedUser(err error, expected string) (checks.Result, bool) {
	code, ok := strings.CutPrefix(checks.CodeOf(err), "AADSTS")
	if checks.KindOf(err) != fact.NotSignedIn || !ok {
		return checks.Result{}, false
	}
	unknown := func(cause checks.CauseID) (checks.Result, bool) {
		r := checks.Explain(err).Expect(expected)
		r.Cause = cause
		return r.Var("code", "AADSTS"+code), true
	}
	switch code {
	case "65001", "65004", "90094", "650053", "650057", "500011":
		return unknown("verify.no-consent")
	case "53000", "53001", "53002", "53003", "53004", "530032", "530034", "50072", "50074", "50076", "50079", "50158", "50126", "50055":
		return unknown("verify.sign-in-conditions")
	}
	return checks.Failed("verify.sign-in-refused", expected, err.Error()).With("code", "AADSTS"+code).Var("code", "AADSTS"+code), true
}
