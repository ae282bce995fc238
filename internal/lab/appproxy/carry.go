package appproxy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"time"
)

// trip is one request on its way through one connector.
type trip struct {
	server  *Server
	app     Application
	sess    *session
	machine string
	tx      transaction
	state   State
}

// errUnreachable is what the connector says when a fault keeps it from the
// application.
var errUnreachable = errors.New("no connection could be made (0x80072efd)")

// carry forwards the request to the internal URL and the answer back.
func (s *Server) carry(w http.ResponseWriter, r *http.Request, t *trip) {
	inside, err := url.Parse(t.app.InternalURL)
	if err != nil || inside.Host == "" {
		t.tx.page(w, pageBackend("the internal URL "+t.app.InternalURL+" cannot be read"))
		return
	}
	if t.state.StripUpgrade && isUpgrade(r) {
		r = r.Clone(r.Context())
		for _, h := range []string{"Connection", "Upgrade"} {
			r.Header.Del(h)
		}
	}
	proxy := &httputil.ReverseProxy{
		Rewrite:        func(p *httputil.ProxyRequest) { t.outbound(p, inside) },
		Transport:      t,
		ModifyResponse: func(res *http.Response) error { return t.inbound(res, inside) },
		ErrorHandler:   func(w http.ResponseWriter, _ *http.Request, err error) { t.fail(w, err) },
		ErrorLog:       log.New(io.Discard, "", 0),
		FlushInterval:  -1,
	}
	proxy.ServeHTTP(w, r)
}

// outbound makes the request that the application sees.
func (t *trip) outbound(p *httputil.ProxyRequest, inside *url.URL) {
	out := p.Out
	out.URL.Scheme, out.URL.Host = inside.Scheme, inside.Host
	out.URL.RawQuery = p.In.URL.RawQuery
	out.Host = p.In.Host
	if t.app.TranslateHeaders {
		out.Host = inside.Host
	}
	dropProxyCookies(out.Header)
	if _, ok := bearer(p.In); ok && t.app.Preauth {
		out.Header.Del("Authorization")
	}
	if client, _, err := net.SplitHostPort(p.In.RemoteAddr); err == nil {
		if before := p.In.Header.Values("X-Forwarded-For"); len(before) > 0 {
			client = strings.Join(before, ", ") + ", " + client
		}
		out.Header.Set("X-Forwarded-For", client)
	}
}

// inbound makes the answer that the visitor sees.
func (t *trip) inbound(res *http.Response, inside *url.URL) error {
	if t.app.TranslateHeaders {
		translate(res.Header, inside, t.app)
	}
	if res.StatusCode != http.StatusSwitchingProtocols {
		return nil
	}
	res.Header.Del("Set-Cookie")
	if rw, ok := res.Body.(io.ReadWriteCloser); ok && t.state.IdleCut > 0 {
		res.Body = newIdleCutter(rw, t.state.IdleCut)
	}
	return nil
}

// RoundTrip is the connector: it adds the user's ticket where single sign-on is
// on, and bounds the application's answer.
func (t *trip) RoundTrip(r *http.Request) (*http.Response, error) {
	if t.state.BackendUnreachable {
		return nil, errUnreachable
	}
	if !t.kerberos() || isUpgrade(r) {
		return t.send(r)
	}
	return t.withTicket(r)
}

// send does one exchange. The time limit ends with the answer's headers: a
// long body is no timeout.
func (t *trip) send(r *http.Request) (*http.Response, error) {
	limit := t.state.DefaultTimeout
	if t.app.LongTimeout {
		limit = t.state.LongTimeout
	}
	late := &timeoutError{after: limit}
	ctx, cancel := context.WithCancelCause(r.Context())
	timer := time.AfterFunc(limit, func() { cancel(late) })
	transport := t.server.checked
	if !t.app.ValidateCertificate {
		transport = t.server.trusting
	}
	res, err := transport.RoundTrip(r.WithContext(ctx))
	timer.Stop()
	if err != nil {
		cancel(nil)
		if errors.Is(context.Cause(ctx), late) {
			return nil, late
		}
		return nil, fmt.Errorf("reaching %s: %w", r.URL.Host, err)
	}
	if rw, ok := res.Body.(io.ReadWriteCloser); ok {
		res.Body = &socketBody{ReadWriteCloser: rw, done: func() { cancel(nil) }}
	} else {
		res.Body = &body{ReadCloser: res.Body, done: func() { cancel(nil) }}
	}
	return res, nil
}

// fail turns what went wrong into the page that the real thing shows.
func (t *trip) fail(w http.ResponseWriter, err error) {
	var (
		late     *timeoutError
		identity *identityError
		ticket   *ticketError
		refused  *refusedError
	)
	switch {
	case errors.As(err, &late):
		t.tx.page(w, pageTimeout(late.after))
	case errors.As(err, &identity):
		t.tx.page(w, pageNoIdentity(identity.mapping))
	case errors.As(err, &ticket):
		t.tx.page(w, pageDelegation())
	case errors.As(err, &refused):
		t.tx.page(w, pageTicketRefused())
	default:
		t.tx.page(w, pageBackend(err.Error()))
	}
}

type timeoutError struct{ after time.Duration }

func (e *timeoutError) Error() string { return fmt.Sprintf("no answer within %s", e.after) }

// body releases the request's context once the answer was read.
type body struct {
	io.ReadCloser
	done func()
}

func (b *body) Close() error {
	defer b.done()
	return b.ReadCloser.Close() //nolint:wrapcheck // an answer's body, seen through
}

// socketBody is the same for an upgraded connection, which is written too.
type socketBody struct {
	io.ReadWriteCloser
	done func()
}

func (b *socketBody) Close() error {
	defer b.done()
	return b.ReadWriteCloser.Close() //nolint:wrapcheck // an upgraded connection, seen through
}
