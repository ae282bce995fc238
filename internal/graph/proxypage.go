package graph

import (
	"net/http"
	"regexp"
	"strings"

	"sensegate/internal/fact"
	"sensegate/internal/netprobe"
)

// pageError reads an error page of application proxy; nil when the page is
// somebody else's. The service puts its headers on every answer it hands on,
// so only the page itself tells whose it is.
func pageError(op string, p netprobe.Page) error {
	if p.Status < http.StatusBadRequest {
		return nil
	}
	text := netprobe.PageWords(p)
	status, reason, ok := readProxyPage(text)
	if !ok {
		return nil
	}
	if status == "" {
		status = strings.ReplaceAll(http.StatusText(p.Status), " ", "")
	}
	id := p.Header.Get("X-Ms-Proxy-Transaction-Id")
	if m := transactionID().FindStringSubmatch(text); m != nil {
		id = m[1]
	}
	return &fact.Error{
		Kind: fact.Refused, System: proxySystem, Op: op,
		Code: status, Text: netprobe.Clean(reason), RequestID: netprobe.Clean(id),
	}
}

func transactionID() *regexp.Regexp {
	return regexp.MustCompile(`(?i)transaction\s*id\W{0,4}([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})`)
}

// readProxyPage takes the page's words apart: what it says, and the status
// word at its foot.
func readProxyPage(text string) (status, reason string, ok bool) {
	lower := strings.ToLower(strings.ReplaceAll(text, "’", "'"))
	foot := regexp.MustCompile(`(?i)status\s*code\W{0,3}([a-z]+)`).FindStringSubmatchIndex(text)
	corporate := strings.Contains(lower, "corporate app can't be accessed") || strings.Contains(lower, "can't access this corporate application")
	switch {
	case foot != nil && transactionID().MatchString(text):
		status = text[foot[2]:foot[3]]
		reason = text[:foot[0]]
	case corporate:
		// Older pages print the status word first: "BadGateway: This corporate
		// app can't be accessed right now."
		if m := regexp.MustCompile(`\b(BadGateway|GatewayTimeout|Forbidden|InternalServerError|NotFound|Unauthorized|ServiceUnavailable)\b`).FindString(text); m != "" {
			status = m
		}
		reason = text
	default:
		return "", "", false
	}
	return status, strings.TrimSpace(reason), true
}
