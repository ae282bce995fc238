package netprobe

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"sensegate/internal/fact"
)

const frontSystem = "Qlik proxy"

// Front asks the running Qlik proxy, each time on a connection of its own and
// without a session.
type Front struct {
	dialer *Dialer
}

// NewFront makes a Front.
func NewFront(d *Dialer) *Front { return &Front{dialer: d} }

// Date is the clock of the server behind rawURL, from the Date header of any
// answer.
func (f *Front) Date(ctx context.Context, rawURL string) (time.Time, error) {
	const op = "reading the proxy's clock"
	base, err := baseOf(rawURL)
	if err != nil {
		return time.Time{}, fmt.Errorf("%s: %w", op, err)
	}
	page, err := Get(ctx, f.client(), base.String(), nil)
	if err != nil {
		return time.Time{}, Classify(frontSystem, op, err)
	}
	at, err := http.ParseTime(page.Header.Get("Date"))
	if err != nil {
		return time.Time{}, &fact.Error{Kind: fact.Unsupported, System: frontSystem, Op: op, Text: "the answer bears no date"}
	}
	return at, nil
}

// client follows nothing and keeps nothing.
func (f *Front) client() *http.Client { return f.dialer.HTTPClient(ClientOptions{}) }

// baseOf is scheme and host of an http(s) URL, with the path "/".
func baseOf(rawURL string) (*url.URL, error) {
	u, err := url.Parse(rawURL)
	if err != nil {
		return nil, fmt.Errorf("reading the URL: %w", err)
	}
	if u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" {
		return nil, fmt.Errorf("%q is not an http or https URL", Clean(rawURL))
	}
	return &url.URL{Scheme: u.Scheme, Host: u.Host, Path: "/"}, nil
}

// under is base with the virtual proxy's prefix and a path below it.
func under(base *url.URL, prefix, path string) *url.URL {
	u := *base
	u.Path = "/"
	if p := strings.Trim(prefix, "/"); p != "" {
		u.Path += p + "/"
	}
	u.Path += strings.TrimPrefix(path, "/")
	return &u
}

// refusal is the fact.Error of an answer that is no answer to op. The page for
// a host the proxy does not know is named as such.
func refusal(op string, p Page) error {
	e := &fact.Error{
		Kind: fact.Refused, System: frontSystem, Op: op,
		Code: strconv.Itoa(p.Status), Text: PageText(p),
	}
	switch {
	case hostRefused(p):
		e.Text = "the http request header is incorrect"
	case p.Status == http.StatusUnauthorized:
		e.Kind = fact.NotSignedIn
	case p.Status == http.StatusForbidden:
		e.Kind = fact.NoRight
	case p.Status == http.StatusNotFound:
		e.Kind = fact.NotFound
	case p.Status == http.StatusBadGateway, p.Status == http.StatusServiceUnavailable:
		e.Kind = fact.Unreachable
	case p.Status == http.StatusGatewayTimeout:
		e.Kind = fact.TimedOut
	}
	return e
}

// hostRefused recognises the page for an unknown Host header or prefix.
func hostRefused(p Page) bool {
	return p.Status == http.StatusBadRequest &&
		strings.Contains(strings.ToLower(string(p.Body)), "header is incorrect")
}
