package appproxy

import (
	"net/http"
	"net/url"
	"strings"
)

// dropProxyCookies keeps the service's own cookies from the application.
func dropProxyCookies(h http.Header) {
	lines := h.Values("Cookie")
	if len(lines) == 0 {
		return
	}
	var kept []string
	for _, line := range lines {
		for pair := range strings.SplitSeq(line, ";") {
			pair = strings.TrimSpace(pair)
			if pair != "" && !strings.HasPrefix(pair, "AzureAppProxy") {
				kept = append(kept, pair)
			}
		}
	}
	h.Del("Cookie")
	if len(kept) > 0 {
		h.Set("Cookie", strings.Join(kept, "; "))
	}
}

// translate rewrites the internal host to the external one in the headers that
// name it, and those of other published applications; bodies stay as they are.
func translate(h http.Header, inside *url.URL, app Application) {
	outside, err := url.Parse(app.ExternalURL)
	if err != nil {
		return
	}
	for _, name := range []string{"Location", "Content-Location"} {
		u, err := url.Parse(h.Get(name))
		if err != nil || u.Host == "" {
			continue
		}
		to := outside
		if !strings.EqualFold(u.Host, inside.Host) {
			if to, err = url.Parse(app.Siblings[strings.ToLower(u.Host)]); err != nil || to.Host == "" {
				continue
			}
		}
		u.Scheme, u.Host = to.Scheme, to.Host
		h.Set(name, u.String())
	}
	for i, line := range h.Values("Set-Cookie") {
		h["Set-Cookie"][i] = translateCookie(line, inside.Hostname(), outside.Hostname())
	}
}

// translateCookie edits the Domain attribute in place, so that every other
// attribute survives as the application wrote it.
func translateCookie(line, inside, outside string) string {
	parts := strings.Split(line, ";")
	for i, p := range parts[1:] {
		name, value, ok := strings.Cut(strings.TrimSpace(p), "=")
		domain := strings.TrimPrefix(value, ".")
		if !ok || !strings.EqualFold(name, "Domain") {
			continue
		}
		if strings.EqualFold(domain, inside) || strings.HasSuffix(strings.ToLower(inside), "."+strings.ToLower(domain)) {
			parts[i+1] = " " + name + "=" + outside
		}
	}
	return strings.Join(parts, ";")
}
