package netprobe

import (
	"context"
	"errors"
	"net"
	"strings"
)

// DomainControllers are the hosts that DNS names for a domain (MS-ADTS, section
// 6.3.6: _ldap._tcp.dc._msdcs), the preferred first; none where it names none.
func (r *Resolver) DomainControllers(ctx context.Context, domain string) ([]string, error) {
	domain = plainName(domain)
	if domain == "" {
		return nil, nil
	}
	_, list, err := r.dns.LookupSRV(ctx, "ldap", "tcp", "dc._msdcs."+domain+".")
	var missing *net.DNSError
	switch {
	case errors.As(err, &missing) && missing.IsNotFound:
		return nil, nil
	case err != nil:
		return nil, Classify("DNS", "asking for the domain controllers of "+domain, err)
	}
	out := make([]string, 0, len(list))
	for _, s := range list {
		if s.Target != "." { // "no such service", RFC 2782
			out = append(out, strings.ToLower(strings.TrimSuffix(Clean(s.Target), ".")))
		}
	}
	return out, nil
}
