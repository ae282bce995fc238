package application

import (
	"context"
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
func certificate(f Front) checks.Func {
	return func(ctx context.Context, env checks.Env) checks.Result {
		a, _ := checks.Known[fact.PublishedApp](env, FactApp)
		host := env.Site.ExternalHost()
		if _, suffix, _ := strings.Cut(host, "."); strings.HasPrefix(suffix, "msappproxy.") {
			return checks.NotApplicable("the service has a certificate for its own suffix")
		}
		expected := "a certificate for " + host + ", valid for another month"
		if a.Certificate == nil {
			return checks.Failed("app.certificate-missing", expected, "none was uploaded")
		}
		return uploaded(ctx, env, f, *a.Certificate, expected)
	}
}

func uploaded(ctx context.Context, env checks.Env, f Front, c fact.DomainCertificate, expected string) checks.Result {
	host := env.Site.ExternalHost()
	left := c.Expires.Sub(env.Clock())
	evidence := func(r checks.Result) checks.Result {
		return r.With("subject", c.Subject).With("issuer", c.Issuer).With("thumbprint", c.Thumbprint).With("until", c.Expires.UTC().Format(time.RFC3339))
	}
	if left <= 0 {
		return evidence(checks.Failed("app.certificate-expired", expected, "it ended "+c.Expires.UTC().Format(time.DateOnly)))
	}
	how := "its subject"
	if !names(c.Subject, host) {
		// Graph shows the subject alone. The alternative names, which count, are
		// seen by who opens the address.
		_, err := f.Date(ctx, env.Site.Publish.ExternalURL)
		switch {
		case checks.KindOf(err) == fact.Untrusted:
			return evidence(checks.Failed("app.certificate-other-name", expected, "it is for "+commonName(c.Subject))).With("opened", err.Error())
		case err != nil:
			return evidence(checks.Warned("app.certificate-other-name", expected, "its subject is "+commonName(c.Subject)+", and the address could not be opened to see its other names")).With("opened", err.Error())
		}
		how = "its alternative names, as the address shows them"
	}
	if left < expirySoon {
		return evidence(checks.Warned("app.certificate-expired", expected, fmt.Sprintf("it ends in %d days", int(left.Hours()/24))))
	}
	return evidence(checks.Passed(expected, "until "+c.Expires.UTC().Format(time.DateOnly))).With("named by", how)
}

// names says whether a subject's common name is the host, or a wildcard for it.
func names(subject, host string) bool {
	cn := commonName(subject)
	if strings.EqualFold(cn, host) {
		return true
	}
	wild, isWild := strings.CutPrefix(cn, "*.")
	_, parent, _ := strings.Cut(host, ".")
	return isWild && strings.EqualFold(wild, parent)
}

// commonName is the CN of a distinguished name, or all of it where it has none.
func commonName(subject string) string {
	for part := range strings.SplitSeq(subject, ",") {
		key, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		if strings.EqualFold(strings.TrimSpace(key), "CN") {
			return strings.Trim(strings.TrimSpace(value), `"`)
		}
	}
	return subject
}
