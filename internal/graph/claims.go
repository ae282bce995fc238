package graph

import (
	"encoding/base64"
	"encoding/json"
	"strings"

	"github.com/google/uuid"
)

// claims are what a token says of itself. They are read for display and for
// early, clear refusals; whoever is asked with the token verifies it.
type claims struct {
	Scope    string   `json:"scp"`
	Kind     string   `json:"idtyp"`
	Object   string   `json:"oid"`
	Roles    []string `json:"roles"`
	UPN      string   `json:"upn"`
	Username string   `json:"preferred_username"`
	Unique   string   `json:"unique_name"`
}

// readClaims reads a token's middle part. A token of another form, which Entra
// reserves the right to send, has no claims.
func readClaims(token string) claims {
	var c claims
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return c
	}
	raw, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil || json.Unmarshal(raw, &c) != nil {
		return claims{}
	}
	return c
}

// appOnly says that nobody stands behind the token.
func (c claims) appOnly() bool { return c.Kind == "app" }

// user is the name that signed in, empty when the token does not say.
func (c claims) user() string {
	for _, name := range []string{c.UPN, c.Username, c.Unique} {
		if name != "" {
			return name
		}
	}
	return ""
}

func newRequestID() string { return uuid.NewString() }
