package application

import (
	"strings"

	"sensegate/checks"
	"sensegate/internal/fact"
)

// Refusal says what a refused or unfinished change of the tenant means: the
// assertion that it puts in question, and why. ok is false for what only its
// own words explain.
func Refusal(err error) (id checks.ID, r checks.Result, ok bool) {
	about, code := checks.AboutOf(err), checks.CodeOf(err)
	failed := func(id checks.ID, cause checks.CauseID) (checks.ID, checks.Result, bool) {
		return id, checks.Failed(cause, "the change is accepted", err.Error()), true
	}
	unknown := func(id checks.ID, cause checks.CauseID) (checks.ID, checks.Result, bool) {
		r := checks.Explain(err).Expect("the change is accepted, and shows within the time that Graph's replicas take")
		r.Cause = cause
		return id, r, true
	}
	switch {
	case about == fact.NotReadable:
		return unknown("app.published", "app.not-readable")
	case about == fact.GroupNotShown:
		return unknown("app.group", "app.group-not-shown")
	case about == fact.NotShown:
		return unknown("app.published", "app.not-shown")
	case throttled(code):
		return unknown("site.entra", "site.entra-busy")
	case code == "InternalUrl_Duplicate", code == "ExternalUrl_Duplicate":
		// The plan looks for a rival before it writes: this one no list shows.
		return failed("app.urls", "app.url-orphan")
	case code == "OnPremisesPublishing_NotEnabled", code == "Application_NotFound":
		return failed("connector.enabled", "connector.proxy-disabled")
	case strings.HasPrefix(code, "AADSTS65"), code == "AADSTS90094":
		return failed("site.entra", "site.entra-consent")
	case checks.KindOf(err) == fact.NoRight:
		id, r, ok := failed("site.role", "site.role-not-in-force")
		return id, r.Var("code", code), ok
	case strings.Contains(strings.ToLower(err.Error()), "verifiedcustomdomain"):
		return failed("app.external", "app.external-unverified")
	}
	return "", checks.Result{}, false
}

// throttled says that Graph asked to come back later, and later was too late.
func throttled(code string) bool {
	return code == "429" || strings.Contains(code, "Throttled") || code == "TooManyRequests"
}
