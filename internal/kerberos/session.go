package kerberos

import (
	"context"
	"net/http"
	"strings"

	"sensegate/internal/fact"
)

// Session signs in to url as the site's Kerberos user and keeps the session:
// whoever asks for it ends it.
func (c *Client) Session(ctx context.Context, url, prefix, spn string) (http.CookieJar, error) {
	v, err := c.browse(ctx, url, prefix, spn)
	if v == nil {
		return nil, err
	}
	if err == nil && v.session.UserID == "" {
		err = &fact.Error{
			Kind: fact.NotSignedIn, System: frontSystem, Op: "signing in to Qlik with the ticket",
			Text: "no session came of it; offered: " + strings.Join(v.session.Schemes, ", "),
		}
	}
	if err != nil {
		v.close()
		return nil, err
	}
	v.client.CloseIdleConnections()
	return v.jar, nil
}
