package application

import (
	"fmt"
	"strings"
	"time"

	"sensegate/checks"
	"sensegate/internal/fact"
)

// expirySoon is how long before the end of a certificate it is told.
const expirySoon = 30 * 24 * time.Hour

// certificate judges what browsers are shown under a domain of one's own. The
// service's own suffix brings its certificate along.
func certificate(env checks.Env, a fact.PublishedApp) checks.Result {
	host := env.Site.ExternalHost()
	if _, suffix, _ := strings.Cut(host, "."); strings.HasPrefix(suffix, "msappproxy.") {
		return checks.NotApplicable("the service has a certificate for its own suffix")
	}
	expected := "a certificate for " + host + ", valid for another month"
	c := a.Certificate
	if c == nil {
		return checks.Failed("app.certificate-missing", expected, "none was uploaded")
	}
	left := c.Expires.Sub(env.Clock())
	evidence := func(r checks.Result) checks.Result {
		return r.With("subject", c.Subject).With("issuer", c.Issuer).With("thumbprint", c.Thumbprint).With("until", c.Expires.UTC().Format(time.RFC3339))
	}
	switch {
	case left <= 0:
		return evidence(checks.Failed("app.certificate-expired", expected, "it ended "+c.Expires.UTC().Format(time.DateOnly)))
	case left < expirySoon:
		return evidence(checks.Warned("app.certificate-expired", expected, fmt.Sprintf("it ends in %d days", int(left.Hours()/24))))
	}
	return evidence(checks.Passed(expected, "until "+c.Expires.UTC().Format(time.DateOnly)))
}
