package netprobe

import (
	"context"
	"net"
	"strings"
)

// NameService is the site's name server, or the system's where it names none.
// Pins are not looked at: they say where to connect, not what is registered.
func (d *Dialer) NameService() *net.Resolver {
	if d == nil || d.site.DNS == "" {
		return net.DefaultResolver
	}
	server := d.site.NameServer()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return d.bare.DialContext(ctx, network, server)
	}}
}

// Resolver answers from DNS.
type Resolver struct {
	dialer *Dialer
	dns    *net.Resolver
}

// NewResolver makes a Resolver on the dialer's name service.
func NewResolver(d *Dialer) *Resolver { return &Resolver{dialer: d, dns: d.NameService()} }

// longest is how many aliases are followed: more are a circle.
const longest = 8

// CanonicalName is where the CNAMEs of host lead, in lower case without the
// final dot. A pinned host is its own where the site names no name server.
func (r *Resolver) CanonicalName(ctx context.Context, host string) (string, error) {
	host = plainName(host)
	if r.dialer.site.DNS == "" && r.dialer.pinnedName(host) {
		return host, nil
	}
	if net.ParseIP(host) != nil {
		return host, nil
	}
	name := host
	for range longest {
		ask := name + "."
		if !strings.Contains(name, ".") {
			ask = name // a short name is completed with the system's suffixes
		}
		// The library may stop at the first of several aliases.
		next, err := r.dns.LookupCNAME(ctx, ask)
		if err != nil {
			return "", Classify("DNS", "looking up "+name, err)
		}
		if next = plainName(next); next == name || ask == name && strings.HasPrefix(next, name+".") {
			break
		}
		name = next
	}
	return name, nil
}

func plainName(s string) string { return strings.ToLower(strings.TrimSuffix(s, ".")) }

// pinnedName says that the site pins a host, on whatever port.
func (d *Dialer) pinnedName(host string) bool {
	for _, p := range d.site.Pins {
		if name, _, err := net.SplitHostPort(p.Name); err == nil && strings.EqualFold(name, host) {
			return true
		}
	}
	return false
}
