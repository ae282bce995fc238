package netprobe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
)

// MaxBody is how much of an answer is read.
const MaxBody = 1 << 20

// ErrTooLarge says that an answer was longer than it may be.
var ErrTooLarge = errors.New("the answer is larger than allowed")

// ClientOptions tunes a client.
type ClientOptions struct {
	// Jar keeps cookies between the client's requests; none when nil.
	Jar http.CookieJar
	// Follow lets the client follow up to ten redirects; without it the first
	// answer counts.
	Follow bool
	// KeepAlive reuses connections; the caller then closes the idle ones.
	KeepAlive bool
	// MaxBody bounds every answer, MaxBody when zero.
	MaxBody int64
}

// HTTPClient makes a client over a transport of its own. Answers are capped.
func (d *Dialer) HTTPClient(o ClientOptions) *http.Client {
	tr := d.Transport()
	tr.DisableKeepAlives = !o.KeepAlive
	c := &http.Client{Transport: Capped(tr, o.MaxBody), Jar: o.Jar}
	if !o.Follow {
		c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	}
	return c
}

// Capped makes rt's answers fail with ErrTooLarge after limit bytes, MaxBody
// when zero.
func Capped(rt http.RoundTripper, limit int64) http.RoundTripper {
	if limit <= 0 {
		limit = MaxBody
	}
	return capped{next: rt, limit: limit}
}

type capped struct {
	next  http.RoundTripper
	limit int64
}

// RoundTrip implements http.RoundTripper.
func (c capped) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := c.next.RoundTrip(r)
	if err != nil {
		return nil, err //nolint:wrapcheck // the client says what it was doing
	}
	// An upgraded connection's body is the connection itself.
	if resp.StatusCode != http.StatusSwitchingProtocols {
		resp.Body = &capReader{body: resp.Body, left: c.limit}
	}
	return resp, nil
}

// CloseIdleConnections makes http.Client.CloseIdleConnections work through it.
func (c capped) CloseIdleConnections() {
	if t, ok := c.next.(interface{ CloseIdleConnections() }); ok {
		t.CloseIdleConnections()
	}
}

type capReader struct {
	body io.ReadCloser
	left int64
}

// Read hands on what is left and tells an answer of exactly the limit from a
// longer one.
func (r *capReader) Read(p []byte) (int, error) {
	if r.left <= 0 {
		if n, err := r.body.Read(make([]byte, 1)); n == 0 {
			return 0, err //nolint:wrapcheck // io.EOF has to stay what it is
		}
		return 0, ErrTooLarge
	}
	if int64(len(p)) > r.left {
		p = p[:r.left]
	}
	n, err := r.body.Read(p)
	r.left -= int64(n)
	return n, err //nolint:wrapcheck // as above
}

// Close closes the answer.
func (r *capReader) Close() error {
	return r.body.Close() //nolint:wrapcheck // it only counts
}

// Page is an answer, read and closed.
type Page struct {
	Status int
	Header http.Header
	Body   []byte
}

// Get asks for a URL as a browser would and reads the answer. Header adds to
// or replaces what is sent. An answer that is too long is cut, not refused.
func Get(ctx context.Context, c *http.Client, at string, header http.Header) (Page, error) {
	ctx, cancel := Patient(ctx)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at, http.NoBody)
	if err != nil {
		return Page{}, fmt.Errorf("making a request: %w", err)
	}
	req.Header.Set("User-Agent", BrowserUA)
	req.Header.Set("Accept", "text/html,application/xhtml+xml,application/json;q=0.9,*/*;q=0.8")
	maps.Copy(req.Header, header)
	resp, err := c.Do(req)
	for again := 0; again < 3 && spokeFirst(err) && ctx.Err() == nil; again++ {
		resp, err = c.Do(req)
	}
	if err != nil {
		if ue, ok := errors.AsType[*url.Error](err); ok {
			ue.URL = CleanURL(ue.URL) // it may hold a ticket
		}
		return Page{}, err //nolint:wrapcheck // Classify takes it from here
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil && !errors.Is(err, ErrTooLarge) {
		return Page{}, fmt.Errorf("reading the answer: %w", err)
	}
	return Page{Status: resp.StatusCode, Header: resp.Header, Body: body}, nil
}

// spokeFirst recognises a server that sent something before it was asked, as
// one of HTTP/2 alone does. The library then drops what was sent: asked again,
// the words may come as an answer, which says what they are.
func spokeFirst(err error) bool {
	return err != nil && strings.Contains(err.Error(), "readLoopPeekFailLocked")
}

// Patient gives a context without a deadline the one of a cold server.
func Patient(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, ok := ctx.Deadline(); ok {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, patience)
}
