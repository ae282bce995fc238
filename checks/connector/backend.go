package connector

import (
	"fmt"
	"regexp"
	"strings"

	"sensegate/checks"
	"sensegate/internal/fact"
	"sensegate/internal/site"
)

// wrongCertificate is how a certificate is refused whoever signed it: by its
// name, or by its dates. Go's words, Windows' and those of .NET.
var wrongCertificate = regexp.MustCompile(`(?i)NameMismatch|is (?:not )?valid for|not valid for any names|has expired|not yet valid|cannot validate certificate for|another name|out of its time`)

// trusted judges the answer of the internal URL's host; others were probed for
// people to read.
func trusted(s site.Site, ev fact.HostEvidence) *problem {
	for _, b := range ev.Backends {
		if !strings.EqualFold(b.Host, s.InternalHost()) {
			continue
		}
		at := fmt.Sprintf("%s:%d", b.Host, b.Port)
		switch {
		case b.Trusted:
			return &problem{notes: []checks.Evidence{{Name: "issuer", Value: b.Issuer}}}
		case b.Issuer == "":
			// It showed no certificate: there is nothing to trust or distrust.
			return &problem{cause: "connector.backend-unreached", seen: at + " not reached: " + b.Problem, warn: ev.Proxy.ForBackend != nil && *ev.Proxy.ForBackend != 0}
		case wrongCertificate.MatchString(b.Problem) && !strings.Contains(b.Problem, "ChainErrors"):
			return &problem{cause: "connector.backend-certificate", seen: at + ", certificate from " + b.Issuer + ": " + b.Problem}
		}
		return &problem{cause: "connector.backend-untrusted", seen: at + " from " + b.Issuer + ": " + b.Problem}
	}
	return &problem{cause: "connector.backend-unseen", seen: "the host did not look at " + s.InternalHost(), warn: true}
}
