package entra

import (
	"crypto/x509"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"sensegate/internal/lab/contoso"
)

// asserted checks the client assertion that stands in for a secret: a token
// that the client made itself and signed with the key of a certificate it
// registered (RFC 7523).
func (p party) asserted(raw string, now time.Time) bool {
	if p.client == nil {
		return false
	}
	for _, cert := range p.client.Certificates {
		claims := jwt.RegisteredClaims{}
		_, err := jwt.ParseWithClaims(raw, &claims, func(*jwt.Token) (any, error) { return cert.PublicKey, nil },
			jwt.WithValidMethods([]string{"PS256", "RS256"}), jwt.WithTimeFunc(func() time.Time { return now }),
			jwt.WithIssuer(p.id), jwt.WithSubject(p.id), jwt.WithExpirationRequired(),
			jwt.WithAudience("https://"+contoso.LoginHost+"/"+contoso.TenantID+"/oauth2/v2.0/token"))
		if err == nil && validAt(cert, now) {
			return true
		}
	}
	return false
}

func validAt(c *x509.Certificate, now time.Time) bool {
	return !now.Before(c.NotBefore) && now.Before(c.NotAfter)
}
