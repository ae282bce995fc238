package netprobe

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"syscall"

	"sensegate/internal/fact"
)

// Classify turns what a connection died of into a *fact.Error that says which
// kind of trouble it is. An error that is one already is handed back as it is;
// nil stays nil.
func Classify(system, op string, err error) error {
	if err == nil {
		return nil
	}
	if _, known := errors.AsType[*fact.Error](err); known {
		return err
	}
	kind, text := kindOf(err)
	return &fact.Error{Kind: kind, System: system, Op: op, Text: text, Err: sanitized{err}}
}

// sanitized keeps an error's chain and neutralises its words: they may quote
// what a server sent.
type sanitized struct{ err error }

// Error is the wrapped error's text, cleaned.
func (s sanitized) Error() string { return Clean(s.err.Error()) }

// Unwrap returns the wrapped error.
func (s sanitized) Unwrap() error { return s.err }

func kindIs(err error, kind fact.ErrorKind) bool {
	k, _ := kindOf(err)
	return k == kind
}

func kindOf(err error) (fact.ErrorKind, string) {
	var timeout net.Error
	switch {
	case errors.Is(err, context.Canceled):
		return fact.Unclassified, ""
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return fact.TimedOut, "no answer in time"
	case errors.As(err, &timeout) && timeout.Timeout():
		return fact.TimedOut, "no answer in time"
	}
	if text, ok := untrusted(err); ok {
		return fact.Untrusted, text
	}
	if text, ok := alert(err); ok {
		return fact.NotSignedIn, text
	}
	if newerOnly(err) {
		return fact.Unsupported, HTTP2Only
	}
	if text, ok := unreachable(err); ok {
		return fact.Unreachable, text
	}
	return fact.Unclassified, ""
}

func untrusted(err error) (string, bool) {
	var (
		authority x509.UnknownAuthorityError
		host      x509.HostnameError
		invalid   x509.CertificateInvalidError
		roots     x509.SystemRootsError
		verify    *tls.CertificateVerificationError
	)
	switch {
	case errors.As(err, &authority):
		return "the certificate is signed by an authority that is not trusted" + issuer(authority.Cert), true
	case errors.As(err, &host):
		return "the certificate is for another name" + names(host.Certificate), true
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "the certificate has expired or is not valid yet", true
	case errors.As(err, &invalid), errors.As(err, &roots), errors.As(err, &verify):
		return "the certificate was not accepted", true
	}
	return "", false
}

// issuer and names say what stands in a certificate that was not accepted: who
// inspects connections on the way shows there, and so does a short name.
func issuer(c *x509.Certificate) string {
	if c == nil || c.Issuer.CommonName == "" {
		return ""
	}
	return " (" + Clean(c.Issuer.CommonName) + ")"
}

func names(c *x509.Certificate) string {
	const few = 4
	if c == nil {
		return ""
	}
	list := c.DNSNames
	if len(list) == 0 {
		list = []string{c.Subject.CommonName}
	}
	if len(list) > few {
		list = append(list[:few:few], "…")
	}
	return " (" + Clean(strings.Join(list, ", ")) + ")"
}

// alert recognises the other side's complaint about our certificate. The
// standard library exports no type for it.
func alert(err error) (string, bool) {
	var op *net.OpError
	if !errors.As(err, &op) || op.Op != "remote error" || op.Err == nil {
		return "", false
	}
	switch s := op.Err.Error(); {
	case strings.Contains(s, "certificate required"):
		return "a client certificate is required", true
	case strings.Contains(s, "certificate"), strings.Contains(s, "access denied"):
		return "the client certificate was refused", true
	}
	return "", false
}

// HTTP2Only is what an error says when the server answers in the frames of
// HTTP/2 although nobody agreed on it.
const HTTP2Only = "the server speaks HTTP/2 only, which carries no WebSocket upgrade"

// newerOnly recognises such frames: the first one is SETTINGS or GOAWAY on
// stream 0 (RFC 9113, section 4.1). The standard library exports no type.
func newerOnly(err error) bool {
	_, frame, ok := strings.Cut(err.Error(), `malformed HTTP response "\x00\x00`)
	return ok && len(frame) > 0
}

func unreachable(err error) (string, bool) {
	var (
		dns    *net.DNSError
		addr   *net.AddrError
		record tls.RecordHeaderError
		op     *net.OpError
	)
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		return "the name does not resolve", true
	case errors.As(err, &dns):
		return "the name could not be looked up", true
	case errors.As(err, &addr):
		return "the address is not one", true
	case errors.As(err, &record):
		return "the port does not speak TLS", true
	case errors.Is(err, syscall.ECONNREFUSED):
		return "the connection was refused", true
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE),
		errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the connection was closed without an answer", true
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH):
		return "there is no route", true
	case errors.As(err, &op) && op.Op == "dial":
		return "no connection", true
	}
	return "", false
}
