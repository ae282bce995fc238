package websocket

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"sensegate/checks"
	"sensegate/checks/allowlist"
	"sensegate/internal/fact"
)

// judge names what a socket came to. From outside the page's host and Qlik's
// differ, and more boxes stand in between.
func judge(env checks.Env, p fact.SocketProbe, outside bool) checks.Result {
	const expected = "101, a session, and the engine's version"
	evidence := func(r checks.Result) checks.Result {
		r = r.With("WebSocket", p.URL).With("origin", p.Origin).With("status", strconv.Itoa(p.Status)).
			With("CSRF token", map[bool]string{true: "asked for and sent", false: "not offered"}[p.CSRF])
		if p.Handshake > 0 {
			r = r.With("time of a page, of the upgrade", rounded(p.Page)+", "+rounded(p.Handshake))
		}
		if p.Server != "" {
			r = r.With("answered by", p.Server)
		}
		return r
	}
	if !p.Upgraded {
		cause, seen := refusal(env, p, outside)
		r := evidence(checks.Failed(cause, expected, seen))
		if p.OwnOrigin > 0 {
			r = r.With("from Qlik's own host", strconv.Itoa(p.OwnOrigin))
		}
		if p.Body != "" {
			r = r.With("page", p.Body)
		}
		return r
	}
	if unlicensed(p) {
		return evidence(checks.Passed(expected, "let in; what Qlik says of the licence is judged by itself ("+p.Topic+")"))
	}
	if cause, seen := ended(p); cause != "" {
		r := evidence(checks.Failed(cause, expected, seen))
		if p.Body != "" {
			r = r.With("end", p.Body)
		}
		return r
	}
	r := checks.Passed(expected, fmt.Sprintf("engine %s in %s", p.EngineVersion, rounded(p.RoundTrip)))
	switch {
	case p.RoundTrip > late:
		r = checks.Warned("verify.late", expected, "engine "+p.EngineVersion+", but each answer takes "+rounded(p.RoundTrip)+" or more")
	case p.Handshake-p.Page > late:
		r = checks.Warned("verify.late", expected, "engine "+p.EngineVersion+", but the upgrade was answered after "+rounded(p.Handshake)+", a page after "+rounded(p.Page))
	}
	return evidence(r).With("user at the engine", p.User).With("session", p.Session)
}

// late is more than any healthy way adds to an answer: people see it.
const late = 2 * time.Second

func rounded(d time.Duration) string {
	switch {
	case d == 0:
		return "not measured"
	case d < time.Millisecond:
		return "less than 1ms"
	case d < time.Second:
		return d.Round(time.Millisecond).String()
	}
	return d.Round(100 * time.Millisecond).String()
}

// Cause names why a socket did not lead to an engine, and says what was seen;
// empty where it did.
func Cause(env checks.Env, p fact.SocketProbe, outside bool) (cause checks.CauseID, seen string) {
	switch {
	case !p.Upgraded:
		return refusal(env, p, outside)
	case unlicensed(p):
		return "verify.no-licence", "let in, and Qlik says " + firstOf(p.Topic, p.Session)
	}
	return ended(p)
}

// unlicensed is the answer to somebody whom Qlik let in and has no access type
// for: it proves network, allow list and session.
func unlicensed(p fact.SocketProbe) bool {
	return strings.Contains(p.Topic, "License") || strings.HasPrefix(p.Session, "SESSION_ERROR_NO_LICENSE")
}

// ended explains a socket that was let in and led nowhere.
func ended(p fact.SocketProbe) (checks.CauseID, string) {
	why := firstOf(p.Topic, p.Session, p.Body)
	switch {
	case p.MustAuthenticate:
		return "verify.must-authenticate", "upgraded, but asked to sign in"
	case strings.Contains(p.Topic, "MaxParallelSessions"), strings.Contains(p.Session, "LIMIT_EXCEEDED"):
		return "verify.session-limit", "let in, then turned away: " + why
	case strings.Contains(p.Topic, "SessionTimedOut"), strings.Contains(p.Topic, "SessionClosed"), strings.Contains(p.Topic, "SessionLoggedOut"):
		return "verify.session-ended", "let in, then the session ended: " + why
	case p.Silent:
		return "verify.held-back", "upgraded, and then not one frame came"
	case p.EngineVersion == "" && p.Topic == "" && p.Session == "" && strings.HasPrefix(p.Body, "closed"):
		return "verify.cut-at-once", "upgraded, then " + p.Body
	case p.EngineVersion == "":
		seen := "upgraded, but the engine does not answer"
		if why != "" {
			seen += " (" + why + ")"
		}
		return "verify.no-engine", seen
	}
	return "", ""
}

func firstOf(list ...string) string {
	for _, s := range list {
		if s != "" {
			return s
		}
	}
	return ""
}

// Statuses of a refused upgrade, as Qlik and boxes in between answer them.
const (
	statusUpgraded     = 101
	statusOK           = 200
	statusBadRequest   = 400
	statusUnauthorized = 401
	statusForbidden    = 403
	statusUpgrade      = 426
	statusServer       = 500
	statusGateway      = 502
	statusUnavailable  = 503
	statusTimeout      = 504
)

// refusal names why an upgrade was not made.
func refusal(env checks.Env, p fact.SocketProbe, outside bool) (checks.CauseID, string) {
	seen := fmt.Sprintf("the upgrade was answered with %d", p.Status)
	page := strings.ToLower(p.Body)
	switch {
	case p.Unanswered:
		return "verify.held-back", "the upgrade got no answer in " + rounded(p.Handshake) + ", though a page did in " + rounded(p.Page)
	case p.Status == statusForbidden && p.OwnOrigin == statusUpgraded:
		return "verify.origin-refused", seen + ", though not from Qlik's own host"
	case p.Status == statusForbidden && p.OwnOrigin == statusForbidden && p.CSRF:
		return "verify.token-refused", seen + ", from Qlik's own host too, with a token"
	case p.Status == statusForbidden && allowlist.Wall(page):
		return "verify.wrong-server", seen + " by something that is not Qlik"
	case p.Status == statusForbidden:
		return "verify.origin-refused", seen
	case p.Status == statusBadRequest && strings.Contains(page, "header is incorrect"):
		return "verify.host-refused", seen + ": Qlik does not know the host it is called by"
	case p.Status == statusServer && strings.Contains(page, "unable to route"):
		if vp, ok := checks.Known[fact.VirtualProxy](env, allowlist.FactVirtualProxy); ok && vp.EngineNodes == 0 {
			return "verify.no-engine-nodes", seen + ": the virtual proxy names no engine node"
		}
		return "verify.no-engine", seen + ": no engine to route to"
	case outside && (p.Status == statusGateway || p.Status == statusUnavailable || p.Status == statusTimeout):
		return "verify.gateway-error", seen
	case p.Status == statusGateway, p.Status == statusUnavailable, p.Status == statusTimeout:
		return "verify.no-way-to-qlik", seen
	case p.Status >= 300 && p.Status < statusBadRequest, p.Status == statusUnauthorized:
		return "verify.must-authenticate", seen
	case p.Status == statusOK:
		return "verify.upgrade-stripped", seen + " and a page instead of an upgrade"
	case p.Status == statusUpgrade, p.Status == statusBadRequest:
		return "verify.upgrade-stripped", seen
	}
	return "verify.upgrade-stripped", seen
}

func licence(_ context.Context, env checks.Env) checks.Result {
	const expected = "an access type for the test user"
	p, _ := checks.Known[fact.SocketProbe](env, factSocket)
	if unlicensed(p) {
		return checks.Failed("verify.no-licence", expected, "Qlik says "+firstOf(p.Topic, p.Session)).
			With("proved all the same", "network, allow list and sign-in: Qlik asks about the licence only after them")
	}
	return checks.Passed(expected, "the engine opened a session")
}
