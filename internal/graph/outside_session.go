package graph

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"sensegate/internal/fact"
)

// Session signs in from outside like SignIn and hands the session over: its
// cookies, and the header that lets a caller in where cookies alone do not.
func (o *Outside) Session(ctx context.Context, rawURL string) (http.CookieJar, http.Header, fact.WebSession, error) {
	s, err := o.SignIn(ctx, rawURL)
	if err != nil {
		return nil, nil, s, err
	}
	o.mu.Lock()
	v := o.session
	o.mu.Unlock()
	at, err := url.Parse(rawURL)
	switch {
	case err != nil:
		return nil, nil, s, fmt.Errorf("reading the external URL: %w", err)
	case v == nil:
		return nil, nil, s, &fact.Error{Kind: fact.NotSignedIn, System: proxySystem, Op: "signing in from outside", Text: "a page came, but no session"}
	}
	return v.jar, v.header(at), s, nil
}
