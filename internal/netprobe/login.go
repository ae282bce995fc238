package netprobe

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"sensegate/internal/fact"
)

// frontHops bounds the proxy's own redirects before the login module, as from
// / to /hub/.
const frontHops = 4

// LoginFlow asks for the hub without a session and does not follow: where the
// proxy points tells the release's flow and whether the user agent matched. An
// empty user agent stands for a browser on Windows. Where the answer points at
// the Windows module, that is asked for the schemes it offers.
func (f *Front) LoginFlow(ctx context.Context, rawURL, userAgent string) (fact.LoginFlow, error) {
	const op = "asking for the hub without a session"
	u, err := hubURL(rawURL)
	if err != nil {
		return fact.LoginFlow{}, fmt.Errorf("%s: %w", op, err)
	}
	ctx, cancel := Patient(ctx)
	defer cancel()
	if userAgent == "" {
		userAgent = BrowserUA
	}
	header := http.Header{"User-Agent": {userAgent}}
	client := f.client()
	for range frontHops {
		page, err := Get(ctx, client, u.String(), header)
		if err != nil {
			if u.Scheme == "https" && f.newerOnly(ctx, u, err) {
				return fact.LoginFlow{}, &fact.Error{Kind: fact.Unsupported, System: frontSystem, Op: op, Text: HTTP2Only}
			}
			return fact.LoginFlow{}, Classify(frontSystem, op, err)
		}
		location := page.Header.Get("Location")
		if page.Status < 300 || page.Status > 399 || location == "" {
			if page.Status == http.StatusUnauthorized {
				return fact.LoginFlow{Schemes: Schemes(page.Header)}, nil
			}
			if page.Status == http.StatusOK {
				// Anonymous access: nobody is sent anywhere.
				return fact.LoginFlow{}, nil
			}
			return fact.LoginFlow{}, refusal(op, page)
		}
		flow, next := readLogin(u, location)
		switch {
		case next == nil:
			return fact.LoginFlow{}, &fact.Error{Kind: fact.Refused, System: frontSystem, Op: op, Code: strconv.Itoa(page.Status), Text: "redirects to " + CleanURL(location) + ", which is no address"}
		case flow.onward:
			u = next
			continue
		case flow.windows:
			flow.Schemes, err = f.offered(ctx, client, next, header)
			// The second port of an old release may be closed to us; that it
			// is named is the answer all the same.
			if err != nil && !flow.SecondApp {
				return flow.LoginFlow, err
			}
		}
		return flow.LoginFlow, nil
	}
	return fact.LoginFlow{}, &fact.Error{Kind: fact.Refused, System: frontSystem, Op: op, Text: "the proxy redirects in a circle"}
}

// offered asks the Windows module which schemes it takes.
func (f *Front) offered(ctx context.Context, c *http.Client, u *url.URL, header http.Header) ([]string, error) {
	const op = "asking the Windows module for its schemes"
	page, err := Get(ctx, c, u.String(), header)
	if err != nil {
		return nil, Classify(frontSystem, op, err)
	}
	if page.Status != http.StatusUnauthorized {
		return nil, refusal(op, page)
	}
	return Schemes(page.Header), nil
}

// login is a redirect, understood.
type login struct {
	fact.LoginFlow
	windows bool // it points at the Windows module
	onward  bool // it points elsewhere in the front, before any login module
}

// readLogin understands the redirect from at to location; next is where it
// leads, nil when that is no http address.
func readLogin(at *url.URL, location string) (flow login, next *url.URL) {
	next, err := at.Parse(location)
	if err != nil || next.Hostname() == "" || next.Scheme != "https" && next.Scheme != "http" {
		return login{}, nil
	}
	flow.Location = CleanURL(next.String())
	path := strings.ToLower(next.Path)
	sameHost := strings.EqualFold(next.Hostname(), at.Hostname())
	switch port := next.Port(); {
	case sameHost && strings.Contains(path, "/internal_windows_authentication"):
		flow.windows = true
	case sameHost && strings.Contains(path, "/internal_forms_authentication"):
		flow.Forms = true
	case sameHost && strings.Contains(path, "/windows_authentication"):
		flow.SecondApp, flow.windows = true, true
	case sameHost && (port == "4244" || port == "4248"):
		flow.SecondApp = true
		flow.Forms = strings.Contains(path, "/form")
	case sameHost && hostPort(next) == hostPort(at) && next.Scheme == at.Scheme:
		flow.onward = true
	default:
		flow.Foreign = true
	}
	return flow, next
}

// hubURL is rawURL, or its hub when it names no page.
func hubURL(rawURL string) (*url.URL, error) {
	base, err := baseOf(rawURL)
	if err != nil {
		return nil, err
	}
	u, err := url.Parse(rawURL)
	if err != nil {
		return nil, fmt.Errorf("reading the URL: %w", err)
	}
	if strings.Trim(u.Path, "/") == "" {
		return under(base, "", "hub/"), nil
	}
	u.Fragment, u.User = "", nil
	return u, nil
}
