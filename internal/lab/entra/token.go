package entra

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"sensegate/internal/lab/contoso"
)

// How long what the tenant gives out is good for.
const (
	accessLifetime  = time.Hour
	codeLifetime    = 10 * time.Minute
	deviceLifetime  = 15 * time.Minute
	refreshLifetime = 90 * 24 * time.Hour
	sessionLifetime = 24 * time.Hour
)

const (
	issuer        = "https://" + contoso.LoginHost + "/" + contoso.TenantID + "/v2.0"
	graphAudience = "https://" + contoso.GraphHost
	graphAppID    = "00000003-0000-0000-c000-000000000000"
)

// Claims is what a verified token says.
type Claims struct {
	Audience, Issuer, TenantID string
	ObjectID, UPN, Name        string
	// AppID is the client that asked for the token.
	AppID  string
	Scopes []string // delegated permissions; empty in app-only tokens
	Roles  []string // application permissions, or app roles of the user
	// AppOnly says that no user stands behind the token.
	AppOnly bool
	Nonce   string
	Expires time.Time
}

// tokenClaims is the wire form of both kinds of token. The audience is a
// single string there, as Entra writes it and MSAL insists on.
type tokenClaims struct {
	Audience          string   `json:"aud"`
	Issuer            string   `json:"iss"`
	IssuedAt          int64    `json:"iat"`
	NotBefore         int64    `json:"nbf"`
	Expires           int64    `json:"exp"`
	Subject           string   `json:"sub"`
	ObjectID          string   `json:"oid"`
	TenantID          string   `json:"tid"`
	Version           string   `json:"ver"`
	UPN               string   `json:"upn,omitempty"`
	PreferredUsername string   `json:"preferred_username,omitempty"`
	Name              string   `json:"name,omitempty"`
	Nonce             string   `json:"nonce,omitempty"`
	AppID             string   `json:"appid,omitempty"`
	AuthorizedParty   string   `json:"azp,omitempty"`
	IDType            string   `json:"idtyp,omitempty"`
	Scope             string   `json:"scp,omitempty"`
	Roles             []string `json:"roles,omitempty"`
	DirectoryRoles    []string `json:"wids,omitempty"`
	TokenID           string   `json:"uti,omitempty"`
}

func (c *tokenClaims) GetExpirationTime() (*jwt.NumericDate, error) {
	return jwt.NewNumericDate(time.Unix(c.Expires, 0)), nil
}

func (c *tokenClaims) GetIssuedAt() (*jwt.NumericDate, error) {
	return jwt.NewNumericDate(time.Unix(c.IssuedAt, 0)), nil
}

func (c *tokenClaims) GetNotBefore() (*jwt.NumericDate, error) {
	return jwt.NewNumericDate(time.Unix(c.NotBefore, 0)), nil
}

func (c *tokenClaims) GetIssuer() (string, error) { return c.Issuer, nil }

func (c *tokenClaims) GetSubject() (string, error) { return c.Subject, nil }

func (c *tokenClaims) GetAudience() (jwt.ClaimStrings, error) {
	return jwt.ClaimStrings{c.Audience}, nil
}

func (c *tokenClaims) public() Claims {
	return Claims{
		Audience: c.Audience, Issuer: c.Issuer, TenantID: c.TenantID, ObjectID: c.ObjectID, UPN: c.UPN, Name: c.Name,
		AppID: c.AppID, Scopes: strings.Fields(c.Scope), Roles: c.Roles, AppOnly: c.IDType == "app", Nonce: c.Nonce,
		Expires: time.Unix(c.Expires, 0),
	}
}

// signingKey signs with ES256: an RSA key takes longer to make than the whole
// lab has to start.
type signingKey struct {
	key *ecdsa.PrivateKey
	id  string
	jwk map[string]string
}

func newSigningKey() (signingKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return signingKey{}, fmt.Errorf("making the practice tenant's signing key: %w", err)
	}
	point, err := key.PublicKey.Bytes() // 0x04, x, y
	if err != nil {
		return signingKey{}, fmt.Errorf("encoding the practice tenant's signing key: %w", err)
	}
	x, y := base64url(point[1:33]), base64url(point[33:])
	thumbprint := sha256.Sum256([]byte(`{"crv":"P-256","kty":"EC","x":"` + x + `","y":"` + y + `"}`))
	id := base64url(thumbprint[:])
	return signingKey{key: key, id: id, jwk: map[string]string{
		"kty": "EC", "use": "sig", "alg": "ES256", "crv": "P-256", "kid": id, "x": x, "y": y, "issuer": issuer,
	}}, nil
}

func (s *Server) sign(c tokenClaims, lifetime time.Duration) (string, error) {
	now := s.clock()
	c.Issuer, c.TenantID, c.Version = issuer, contoso.TenantID, "2.0"
	c.IssuedAt, c.NotBefore, c.Expires = now.Unix(), now.Unix(), now.Add(lifetime).Unix()
	c.TokenID = randomText(16)
	token := jwt.NewWithClaims(jwt.SigningMethodES256, &c)
	token.Header["kid"] = s.key.id
	raw, err := token.SignedString(s.key.key)
	if err != nil {
		return "", fmt.Errorf("signing a token: %w", err)
	}
	return raw, nil
}

// VerifyAccessToken checks signature, issuer and validity of an access token
// and that it was issued for one of the audiences.
func (s *Server) VerifyAccessToken(raw string, audiences []string) (Claims, error) {
	var c tokenClaims
	_, err := jwt.ParseWithClaims(raw, &c, func(*jwt.Token) (any, error) { return &s.key.key.PublicKey, nil },
		jwt.WithValidMethods([]string{jwt.SigningMethodES256.Alg()}), jwt.WithIssuer(issuer),
		jwt.WithTimeFunc(s.clock), jwt.WithExpirationRequired())
	if err != nil {
		return Claims{}, fmt.Errorf("verifying an access token: %w", err)
	}
	if !slices.ContainsFunc(audiences, func(a string) bool { return sameAudience(a, c.Audience) }) {
		return Claims{}, fmt.Errorf("verifying an access token: it is for %q", c.Audience)
	}
	// An id_token names no permission; taking it here would let a client in
	// that was never given any.
	if c.Scope == "" && c.IDType != "app" {
		return Claims{}, errors.New("verifying an access token: it carries no scope")
	}
	return c.public(), nil
}

func sameAudience(a, b string) bool {
	return strings.EqualFold(strings.TrimRight(a, "/"), strings.TrimRight(b, "/"))
}

func base64url(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// randomText is n random bytes as text that needs no escaping.
func randomText(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails: it ends the program instead
	return base64url(b)
}
