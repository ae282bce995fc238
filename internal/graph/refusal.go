package graph

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"sensegate/internal/fact"
	"sensegate/internal/netprobe"
)

// listener hears what the sign-in endpoints refuse with. The library reads the
// answer to a device code itself, and its error then comes without.
type listener struct {
	next http.RoundTripper

	mu   sync.Mutex
	code string
	text string
}

// RoundTrip implements http.RoundTripper.
func (l *listener) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := l.next.RoundTrip(r)
	if err != nil || resp.StatusCode < http.StatusBadRequest {
		return resp, err //nolint:wrapcheck // it only listens
	}
	body, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if err != nil {
		return nil, fmt.Errorf("reading a refused sign-in: %w", err)
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	code, text := readOAuth(resp, body)
	// Pending is not a refusal: the person is still at it.
	if code != "authorization_pending" && code != "slow_down" {
		l.mu.Lock()
		l.code, l.text = code, text
		l.mu.Unlock()
	}
	return resp, nil
}

// heard is the last refusal, which is forgotten with that.
func (l *listener) heard() (code, text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	code, text, l.code, l.text = l.code, l.text, "", ""
	return code, text
}

// explain says what a credential died of.
func (l *listener) explain(err error) error {
	if err == nil {
		return nil
	}
	code, text := l.heard()
	if code == "" || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return signInError(err)
	}
	return signInRefused(code, text)
}

// signInRefused is a refusal in Entra's own words, or in those of a box on the
// way there, which knows no OAuth and leaves the status as the code.
func signInRefused(code, text string) error {
	e := &fact.Error{Kind: fact.NotSignedIn, System: entraSystem, Op: "signing in", Code: code}
	if status, err := strconv.Atoi(code); err == nil {
		e.Kind = fact.Unreachable
		if status == http.StatusNotFound {
			e.Kind = fact.NotFound
		}
	}
	if m := regexp.MustCompile(`AADSTS\d+`).FindString(text); m != "" {
		e.Kind, e.Code = fact.NotSignedIn, m
		text = strings.TrimLeft(strings.TrimPrefix(text, m), ": ")
	}
	e.Text = firstSentence(text)
	return e
}

// signInError explains an error that holds no answer of Entra's, or only as
// text.
func signInError(err error) error {
	const op = "signing in"
	var known *fact.Error
	if errors.As(err, &known) {
		return err
	}
	text := err.Error()
	if _, words, found := strings.Cut(text, "AADSTS"); found {
		return signInRefused("", "AADSTS"+words)
	}
	// The library flattens what it wraps into text; what it kept of the chain
	// tells a dead network from a refusal.
	if wrapped := netprobe.Classify(entraSystem, op, err); errors.As(wrapped, &known) && known.Kind != fact.Unclassified {
		return wrapped
	}
	kind := flattened(text)
	if kind == fact.Unclassified {
		kind = fact.NotSignedIn
	}
	if errors.Is(err, context.Canceled) {
		return netprobe.Classify(entraSystem, op, err)
	}
	return &fact.Error{Kind: kind, System: entraSystem, Op: op, Text: firstSentence(text)}
}

// readOAuth reads the refusal of a sign-in endpoint.
func readOAuth(r *http.Response, body []byte) (code, text string) {
	var o struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}
	if json.Unmarshal(body, &o) != nil || o.Error == "" {
		return strconv.Itoa(r.StatusCode), netprobe.PageText(netprobe.Page{Header: r.Header, Body: body})
	}
	return netprobe.Clean(o.Error), o.Description
}

// flattened recognises a network failure by the words that the standard
// library has for it.
func flattened(text string) fact.ErrorKind {
	switch {
	case strings.Contains(text, "x509: "), strings.Contains(text, "failed to verify certificate"):
		return fact.Untrusted
	case strings.Contains(text, "deadline exceeded"), strings.Contains(text, "i/o timeout"):
		return fact.TimedOut
	case strings.Contains(text, "no such host"), strings.Contains(text, "connection refused"),
		strings.Contains(text, "dial tcp"), strings.Contains(text, ": EOF"), strings.Contains(text, "connection reset"):
		return fact.Unreachable
	}
	return fact.Unclassified
}

// firstSentence drops the trace lines that Entra appends to its message.
func firstSentence(text string) string {
	for _, mark := range []string{"\r\n", "\n", " Trace ID:"} {
		text, _, _ = strings.Cut(strings.TrimSpace(text), mark)
	}
	return netprobe.Clean(text)
}
