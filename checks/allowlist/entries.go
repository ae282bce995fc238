package allowlist

import (
	"context"
	"net"
	"slices"
	"strings"

	"sensegate/internal/fact"
)

type verdict int

const (
	absent verdict = iota
	listed
	covered   // an entry is the end of the host
	ported    // an entry is the host with a port: whether that counts is not known
	malformed // an entry means the host but is not written as one
)

// judge looks for host among the entries. An entry is a bare host name; the
// end of a name is accepted by the proxy too, as far as is known, hence the
// probes.
func judge(entries []string, host string) (verdict, string) {
	best, which := absent, ""
	for _, e := range entries {
		t := strings.ToLower(strings.TrimSpace(e))
		switch {
		case t == host && e == strings.TrimSpace(e):
			return listed, e
		case flaw(e) == portFlaw:
			if bare(e) == host && best != malformed {
				best, which = ported, e
			}
		case flaw(e) != "":
			if Means(e, host) || among(t, host) || strings.Contains(t, "*") && strings.HasSuffix(host, strings.TrimLeft(bare(t), "*")) {
				best, which = malformed, e
			}
		case t != "" && strings.HasSuffix(host, t) && best == absent:
			best, which = covered, e
		}
	}
	return best, which
}

const portFlaw = "has a port"

// flaw says what keeps an entry from being a bare host name; empty when
// nothing does.
func flaw(entry string) string {
	t := strings.TrimSpace(entry)
	switch {
	case t == "":
		return "empty"
	case t != entry:
		return "a blank at its end"
	case strings.Contains(t, "://"):
		return "a URL, not a host"
	case strings.Contains(t, "/"):
		return "has a path"
	case strings.Contains(t, "*"):
		return "a pattern; Qlik knows none"
	case strings.ContainsAny(t, " \t,;"):
		return "has a blank or a separator inside: two entries in one"
	case net.ParseIP(t) == nil && strings.Contains(t, ":"):
		return portFlaw
	}
	return ""
}

// Means says that an entry names this very host and is not written as a bare
// host name: as a URL, with a port, with blanks around it.
func Means(entry, host string) bool {
	return entry != host && flaw(entry) != "" && bare(entry) == strings.ToLower(host)
}

// among says that an entry holds several names, and host is one of them.
func among(entry, host string) bool {
	for _, name := range strings.FieldsFunc(entry, func(r rune) bool { return strings.ContainsRune(" \t,;", r) }) {
		if bare(name) == host {
			return true
		}
	}
	return false
}

// bare is the host that an entry was meant to be.
func bare(entry string) string {
	t := strings.ToLower(strings.TrimSpace(entry))
	if _, rest, ok := strings.Cut(t, "://"); ok {
		t = rest
	}
	t, _, _ = strings.Cut(t, "/")
	if h, _, err := net.SplitHostPort(t); err == nil {
		t = h
	}
	return strings.Trim(t, "[]")
}

// Wall recognises the refusals of filters and firewalls, which are pages; the
// proxy's own refusal is one word.
func Wall(page string) bool {
	page = strings.ToLower(page)
	for _, word := range []string{"firewall", "blocked", "policy", "web filter", "request id", "support id", "nginx", "administrative rules"} {
		if strings.Contains(page, word) {
			return true
		}
	}
	return false
}

// Implicit is the machine whose own name host is, where that machine's proxy
// alone serves the virtual proxy: its names are accepted without an entry. It is
// empty where host needs one.
func Implicit(ctx context.Context, q Qlik, virtualProxy, host string) string {
	all, err := q.Proxies(ctx)
	if err != nil {
		return ""
	}
	serving := slices.DeleteFunc(slices.Clone(all), func(p fact.ProxyService) bool { return !slices.Contains(p.VirtualProxies, virtualProxy) })
	if len(serving) != 1 {
		return "" // the other nodes do not know the name of this one
	}
	machine := strings.ToLower(serving[0].Host)
	short, _, _ := strings.Cut(machine, ".")
	if host != machine && host != short || host == "" {
		return ""
	}
	return machine
}

// elsewhere names the other virtual proxies whose list holds the host.
func elsewhere(list []fact.VirtualProxy, published, host string) []string {
	var out []string
	for _, v := range list {
		if v.ID == published {
			continue
		}
		if is, _ := judge(v.AllowList, host); is == listed {
			out = append(out, named(v))
		}
	}
	return out
}
