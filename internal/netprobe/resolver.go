package netprobe

import (
	"context"
	"net"
	"strings"
)

// Resolver answers from DNS, the site's pins first.
type Resolver struct {
	dialer *Dialer
	dns    *net.Resolver
}

// NewResolver makes a Resolver on the system's name service.
func NewResolver(d *Dialer) *Resolver { return &Resolver{dialer: d, dns: net.DefaultResolver} }

// CanonicalName is where the CNAMEs of host lead, in lower case without the
// final dot. A pinned host is not looked up: it is its own.
func (r *Resolver) CanonicalName(ctx context.Context, host string) (string, error) {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	for _, p := range r.dialer.site.Pins {
		if name, _, err := net.SplitHostPort(p.Name); err == nil && strings.EqualFold(name, host) {
			return host, nil
		}
	}
	name, err := r.dns.LookupCNAME(ctx, host)
	if err != nil {
		return "", Classify("DNS", "looking up "+host, err)
	}
	return strings.ToLower(strings.TrimSuffix(name, ".")), nil
}
