package connector

import (
	"net/url"
	"strconv"
	"strings"

	"sensegate/checks"
	"sensegate/internal/fact"
)

// outbound compares the places where a proxy is named.
func outbound(ev fact.HostEvidence) *problem {
	p := ev.Proxy
	c, u := said(p.Connector, p.Machine), said(p.Updater, p.Machine)
	out := &problem{notes: []checks.Evidence{
		{Name: "connector", Value: words(c)},
		{Name: "updater", Value: words(u)},
		{Name: "WinHTTP", Value: direct(p.WinHTTP)},
		{Name: "discovery (WPAD)", Value: discovered(p)},
	}}
	if p.ForBackend != nil {
		out.notes = append(out.notes, checks.Evidence{Name: "UseDefaultProxyForBackendRequests", Value: strconv.Itoa(*p.ForBackend)})
	}
	switch {
	case c.Mode != u.Mode || !strings.EqualFold(c.Address, u.Address):
		out.cause, out.seen = "connector.proxy-differs", "the connector goes out by "+words(c)+", its updater by "+words(u)
	case c.Mode == fact.ProxyNamed && !strings.HasPrefix(strings.ToLower(c.Address), "http://"):
		out.cause, out.seen = "connector.proxy-address", "the proxy is written as "+c.Address
	case c.Mode == fact.ProxyNamed && !names(p.WinHTTP, c.Address):
		out.cause, out.seen, out.warn = "connector.proxy-winhttp", "the connector goes out by "+c.Address+", WinHTTP by "+direct(p.WinHTTP), true
	case p.ForBackend != nil && *p.ForBackend != 0:
		out.cause, out.seen, out.warn = "connector.proxy-backend", "UseDefaultProxyForBackendRequests is set: requests to Qlik go by a proxy", true
	case c.Mode == fact.ProxyUnsaid && (p.Discovery || p.PAC != ""):
		out.cause, out.seen, out.warn = "connector.proxy-discovered", "no proxy is named, and discovery (WPAD) finds one: "+discovered(p), true
	}
	return out
}

// names says whether WinHTTP's setting, which may name a proxy for each
// protocol, holds the one of an address.
func names(winHTTP, address string) bool {
	at := strings.TrimSuffix(address, "/")
	if u, err := url.Parse(address); err == nil && u.Host != "" {
		at = u.Host
	}
	bare := strings.TrimSuffix(at, ":80")
	for part := range strings.FieldsFuncSeq(winHTTP, func(r rune) bool { return r == ';' || r == ' ' }) {
		if _, after, ok := strings.Cut(part, "="); ok {
			part = after
		}
		part = strings.TrimPrefix(strings.ToLower(part), "http://")
		if strings.EqualFold(strings.TrimSuffix(part, ":80"), bare) {
			return true
		}
	}
	return false
}

// discovered says what looking for a proxy brings on a host.
func discovered(p fact.HostProxy) string {
	out := "the name wpad does not resolve"
	if p.Discovery {
		out = "the name wpad resolves"
	}
	if p.PAC != "" {
		out += "; DHCP and DNS lead to " + p.PAC
	}
	if p.AutoDetect {
		out += "; the service's account looks for it"
	}
	return out
}

// said is what counts for a service: its own file, or the machine's.
func said(own, machine fact.ConfigProxy) fact.ConfigProxy {
	if own.Mode == fact.ProxyUnsaid {
		return machine
	}
	return own
}

func words(c fact.ConfigProxy) string {
	switch c.Mode {
	case fact.ProxyNamed:
		return c.Address
	case fact.ProxyOff:
		return "no proxy"
	}
	return "discovery"
}

func direct(winHTTP string) string {
	if winHTTP == "" {
		return "direct access"
	}
	return winHTTP
}
