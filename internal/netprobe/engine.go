package netprobe

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/gorilla/websocket"

	"sensegate/internal/fact"
)

const (
	engineSystem = "Qlik engine"
	// maxFrame bounds one frame of the engine: the calls made here have short
	// answers.
	maxFrame = 1 << 20
	// goodbye is how long the other side may take to answer our close.
	goodbye = time.Second
)

// Engine opens the engine's JSON API over WebSocket, as the hub does.
type Engine struct {
	dialer *Dialer
}

// NewEngine makes an Engine.
func NewEngine(d *Dialer) *Engine { return &Engine{dialer: d} }

// OpenOptions says which socket to open, and as whom.
type OpenOptions struct {
	// URL is the front's; only its scheme and host count.
	URL string
	// Origin is that of the page that opens the socket; that of URL when empty.
	Origin string
	// NoOrigin leaves the header out, as programs do that are no browsers.
	NoOrigin bool
	// Prefix is the virtual proxy's.
	Prefix string
	// Jar holds the session's cookies; without one there is no session.
	Jar http.CookieJar
	// Header is sent with every request of the probe, as an Authorization.
	Header http.Header
	// UserAgent is a browser's when empty.
	UserAgent string
	// Idle is how long the silent socket is watched; not at all when zero.
	Idle time.Duration
	// Budget bounds the greeting and each call, 15 s when zero.
	Budget time.Duration
	// PageOnly ends a chain with the page.
	PageOnly bool
	// Upgrade bounds the answer to the handshake, 15 s when zero.
	Upgrade time.Duration
}

// Open upgrades, waits for the greeting, asks the engine for its version and
// its user, watches the silent socket and closes it. A refused handshake and a
// socket that is closed on us are part of the answer; an error says that there
// was no answer, and the probe then holds what was learnt before.
func (e *Engine) Open(ctx context.Context, o OpenOptions) (fact.SocketProbe, error) {
	const op = "opening the engine over WebSocket"
	conn, probe, err := e.dial(ctx, o)
	if err == nil && conn == nil && probe.Status == http.StatusForbidden {
		probe.OwnOrigin = e.ownOrigin(ctx, o, probe.Origin)
	}
	if err != nil || conn == nil {
		return probe, err
	}
	talk := listen(conn)
	defer talk.close()
	if o.Budget > 0 {
		talk.budget = o.Budget
	}
	if err := talk.greet(ctx, &probe); err != nil {
		return probe, Classify(engineSystem, op, err)
	}
	if probe.EngineVersion == "" || o.Idle <= 0 {
		return probe, nil
	}
	if err := talk.watch(ctx, o.Idle, &probe); err != nil {
		return probe, Classify(engineSystem, "watching the silent WebSocket", err)
	}
	return probe, nil
}

// ownOrigin is what the same upgrade from the host's own pages is answered
// with: it tells a list that lacks the origin from everything else that is
// refused with 403. It is 0 where there is no other origin to try.
func (e *Engine) ownOrigin(ctx context.Context, o OpenOptions, origin string) int {
	base, err := baseOf(o.URL)
	if err != nil {
		return 0
	}
	o.Origin = base.Scheme + "://" + base.Host
	if strings.EqualFold(o.Origin, strings.TrimRight(origin, "/")) {
		return 0
	}
	probe, err := e.Shake(ctx, o)
	if err != nil {
		return 0
	}
	return probe.Status
}

// Shake only makes the handshake and closes politely when it succeeds.
func (e *Engine) Shake(ctx context.Context, o OpenOptions) (fact.SocketProbe, error) {
	conn, probe, err := e.dial(ctx, o)
	if err != nil || conn == nil {
		return probe, err
	}
	listen(conn).close()
	return probe, nil
}

// dial makes the handshake. The connection is nil when it was refused.
func (e *Engine) dial(ctx context.Context, o OpenOptions) (*websocket.Conn, fact.SocketProbe, error) {
	const op = "opening the engine over WebSocket"
	base, err := baseOf(o.URL)
	if err != nil {
		return nil, fact.SocketProbe{}, fmt.Errorf("%s: %w", op, err)
	}
	ctx, cancel := Patient(ctx)
	defer cancel()
	if o.Origin == "" {
		o.Origin = base.Scheme + "://" + base.Host
	}
	header := http.Header{"User-Agent": {BrowserUA}}
	maps.Copy(header, o.Header)
	if o.UserAgent != "" {
		header.Set("User-Agent", o.UserAgent)
	}
	header.Set("Origin", o.Origin)
	if o.NoOrigin {
		header.Del("Origin")
		o.Origin = ""
	}
	begun := time.Now()
	token, err := e.csrfToken(ctx, base, o, header)
	if err != nil {
		return nil, fact.SocketProbe{Origin: o.Origin}, err
	}
	u := socketURL(base, o.Prefix)
	probe := fact.SocketProbe{URL: u.String(), Origin: o.Origin, CSRF: token != "", Page: time.Since(begun)}
	if token != "" {
		u.RawQuery = url.Values{"qlik-csrf-token": {token}}.Encode()
	}
	dialer := websocket.Dialer{
		NetDialContext:   e.dialer.DialContext,
		Proxy:            e.dialer.proxy,
		TLSClientConfig:  e.dialer.TLSConfig(""),
		HandshakeTimeout: cmp.Or(o.Upgrade, budget), // the front is awake: it answered for the token
		Jar:              o.Jar,
	}
	begun = time.Now()
	conn, resp, err := dialer.DialContext(ctx, u.String(), header) //nolint:bodyclose // it is a buffer; the connection is closed by the library
	probe.Handshake = time.Since(begun)
	if resp != nil {
		probe.Status, probe.Server = resp.StatusCode, Clean(resp.Header.Get("Server"))
	}
	switch {
	case errors.Is(err, websocket.ErrBadHandshake) && resp != nil:
		// The body is at hand already: the library keeps its first kilobyte.
		page := Page{Status: resp.StatusCode, Header: resp.Header, Body: readSome(resp.Body)}
		probe.Body = PageText(page)
		if location := resp.Header.Get("Location"); location != "" {
			probe.Body = "redirects to " + CleanURL(location)
		}
		return nil, probe, nil
	case err != nil && ctx.Err() == nil && kindIs(err, fact.TimedOut):
		probe.Unanswered = true
		return nil, probe, nil
	case err != nil:
		return nil, probe, Classify(frontSystem, op, err)
	}
	conn.SetReadLimit(maxFrame)
	probe.Upgraded = true
	return conn, probe, nil
}

// csrfToken asks for the token that releases from November 2024 want in the
// query. Older ones do not know the path, and without a session there is none.
func (e *Engine) csrfToken(ctx context.Context, base *url.URL, o OpenOptions, header http.Header) (string, error) {
	client := e.dialer.HTTPClient(ClientOptions{Jar: o.Jar})
	page, err := Get(ctx, client, under(base, o.Prefix, "qps/csrftoken").String(), header)
	if err != nil {
		return "", Classify(frontSystem, "asking for the WebSocket token", err)
	}
	if page.Status != http.StatusOK && page.Status != http.StatusNoContent {
		return "", nil
	}
	return page.Header.Get("Qlik-Csrf-Token"), nil
}

// socketURL is the global connection, in an engine session of its own that
// ends with the socket.
func socketURL(base *url.URL, prefix string) *url.URL {
	u := under(base, prefix, "app/engineData/identity/"+uuid.NewString()+"/ttl/0")
	u.Scheme = "wss"
	if base.Scheme == "http" {
		u.Scheme = "ws"
	}
	return u
}

// Origin tries an upgrade as a page from origin would, without a session; only
// the handshake's answer counts.
func (f *Front) Origin(ctx context.Context, internalURL, prefix, origin string) (fact.SocketProbe, error) {
	return NewEngine(f.dialer).Shake(ctx, OpenOptions{URL: internalURL, Prefix: prefix, Origin: origin})
}

// readSome reads what is at hand of a refused handshake's page.
func readSome(r io.Reader) []byte {
	if r == nil {
		return nil
	}
	body, _ := io.ReadAll(io.LimitReader(r, MaxBody))
	return body
}
