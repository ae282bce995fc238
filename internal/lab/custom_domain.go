package lab

import (
	"crypto/sha1" //nolint:gosec // a thumbprint is what it is
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/entra"
)

const (
	// customHost is the external host in a domain of the tenant's own.
	customHost = "qlik.contoso-apps.test"
	// customDomain is that domain.
	customDomain = "contoso-apps.test"
	// customVariant publishes there.
	customVariant = "custom-domain"
)

// customDomainVariation publishes under a verified domain with a certificate of
// its own.
func customDomainVariation() variation {
	return variation{
		Variant: Variant{
			ID: customVariant, Title: "published under a domain of one's own, with its certificate",
			Note: "The domain is verified in the tenant, its name leads to the application by CNAME, and the certificate was uploaded with its key. Inside and outside may then bear the same name.",
		},
		form: func(f *form) {
			f.externalURL = "https://" + customHost + "/"
			f.allow = []string{customHost}
		},
		build: inTenant(func(s *entra.State) {
			s.Tenant.Domains = append(s.Tenant.Domains, entra.Domain{Name: customDomain})
		}),
		setUp: func(l *Lab) error { return l.upload(customHost, time.Time{}) },
	}
}

// upload puts a certificate for a name on the application, as an administrator
// does with a PFX; until is its end, that of the authority when zero.
func (l *Lab) upload(name string, until time.Time) error {
	cert, err := l.ca.ServerUntil(until, name)
	if err != nil {
		return fmt.Errorf("making the certificate of %s: %w", name, err)
	}
	leaf, err := x509.ParseCertificate(cert.Certificate[0])
	if err != nil {
		return fmt.Errorf("reading the certificate of %s: %w", name, err)
	}
	sum := sha1.Sum(leaf.Raw) //nolint:gosec // as above
	l.mu.Lock()
	l.uploaded = &cert
	l.mu.Unlock()
	l.entra.Update(func(s *entra.State) {
		if a := ours(s); a != nil {
			a.Publishing.Certificate = &entra.DomainCertificate{
				Subject: leaf.Subject.String(), Issuer: leaf.Issuer.String(), Thumbprint: strings.ToUpper(hex.EncodeToString(sum[:])),
				Issued: leaf.NotBefore.UTC(), Expires: leaf.NotAfter.UTC(),
			}
		}
	})
	return nil
}

// uploadedFor is what visitors of a host in a domain of the tenant's own are
// shown; nil for the service's suffix.
func (l *Lab) uploadedFor(host string) *tls.Certificate {
	if strings.HasSuffix(host, "."+contoso.ProxySuffix) {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.uploaded
}

// ours is the application that publishes Qlik, under whichever host; nil while
// there is none.
func ours(s *entra.State) *entra.Application {
	if a := s.PublishedAt(contoso.ExternalHost); a != nil {
		return a
	}
	return s.PublishedAt(customHost)
}

// customDomainTraps break what a domain of one's own needs. They are played on
// the variant that has one.
func customDomainTraps() []trap {
	on := []string{customVariant}
	return []trap{
		{
			Fault: Fault{
				ID: "custom-domain-unverified", Step: "app", Check: "app.external", Cause: "app.external-unverified",
				Title: "the domain of the external URL was taken out of the tenant",
				Note:  "Verified once, removed when somebody tidied the domains up. Graph then refuses every change of the publishing: verifiedCustomDomain.",
				On:    on,
			},
			set: inTenant(func(s *entra.State) {
				s.Tenant.Domains = slices.DeleteFunc(s.Tenant.Domains, func(d entra.Domain) bool { return d.Name == customDomain })
			}),
		},
		{
			Fault: Fault{
				ID: "custom-domain-certificate", Step: "app", Check: "app.certificate", Cause: "app.certificate-missing",
				Title: "no certificate was uploaded for the domain of one's own",
				Note:  "The portal lets one publish without it and warns in small print. Browsers stop before anything of Qlik is seen.",
				On:    on,
			},
			after: published,
			set: func(l *Lab) error {
				l.mu.Lock()
				l.uploaded = nil
				l.mu.Unlock()
				l.entra.Update(func(s *entra.State) {
					if a := ours(s); a != nil {
						a.Publishing.Certificate = nil
					}
				})
				return nil
			},
		},
		{
			Fault: Fault{
				ID: "custom-domain-other-name", Step: "app", Check: "app.certificate", Cause: "app.certificate-other-name",
				Title: "the uploaded certificate was made for another name",
				Note:  "Often the one for the internal name, or for www. The portal shows the subject, and nobody reads it.",
				On:    on,
			},
			after: published,
			set:   func(l *Lab) error { return l.upload("www."+customDomain, time.Time{}) },
		},
		{
			Fault: Fault{
				ID: "custom-domain-expired", Step: "app", Check: "app.certificate", Cause: "app.certificate-expired",
				Title: "the uploaded certificate has expired",
				Note:  "Nobody renews it by itself: whoever renews the company's certificates does not know of this copy.",
				On:    on,
			},
			after: published,
			set:   func(l *Lab) error { return l.upload(customHost, l.clock().Add(-26*time.Hour)) },
		},
	}
}
