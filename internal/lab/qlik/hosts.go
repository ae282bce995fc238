package qlik

import (
	"net"
	"net/url"
	"strings"
)

// hostName is a Host header's or URL's host without port, in lower case.
func hostName(authority string) string {
	if h, _, err := net.SplitHostPort(authority); err == nil {
		authority = h
	}
	return strings.ToLower(strings.Trim(authority, "[]"))
}

// accepts says whether a host may be used with a virtual proxy on a node: the
// machine's own names always, others by the allow list. Entries are bare
// names; one with a scheme or a path never matches anything.
func (v *visit) accepts(authority string) bool {
	host := hostName(authority)
	if host == "" {
		return false
	}
	if host == v.node.host || host == shortName(v.node.host) {
		return true
	}
	for _, a := range v.aliases {
		if host == strings.ToLower(a) {
			return true
		}
	}
	for _, entry := range v.proxy.allow {
		if approves(strings.ToLower(entry), host, strings.ToLower(authority), v.rules) {
			return true
		}
	}
	return false
}

func approves(entry, host, authority string, rules Rules) bool {
	if strings.TrimSpace(entry) == "" {
		return false
	}
	if entry == host || entry == authority {
		return true
	}
	if rules.ExactHosts {
		return false
	}
	if rules.LabelBoundary {
		return strings.HasSuffix(host, "."+strings.TrimPrefix(entry, "."))
	}
	return strings.HasSuffix(host, entry)
}

// acceptsURL says whether an address that a client names is one of an accepted
// host.
func (v *visit) acceptsURL(raw string) bool {
	u, err := url.Parse(raw)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && v.accepts(u.Host)
}
