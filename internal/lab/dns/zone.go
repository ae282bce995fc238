// Package dns is the practice lab's name server: what the domain controllers of
// an installation answer about their own names (RFC 1034, 1035, 2782).
package dns

import (
	"maps"
	"net/netip"
	"slices"
	"strings"

	"golang.org/x/net/dns/dnsmessage"
)

// Zone is what the server is authoritative for. Names are in lower case without
// the final dot.
type Zone struct {
	// Apexes are the domains; a name outside of them is refused.
	Apexes []string
	// Hosts are the addresses of names.
	Hosts map[string]netip.Addr
	// Aliases lead from a name to another (CNAME).
	Aliases map[string]string
	// Services are SRV records by their full name, _ldap._tcp.contoso.test, the
	// preferred first.
	Services map[string][]Service
}

// Service is one target of an SRV record.
type Service struct {
	Host string
	Port uint16
}

// clone makes a copy that shares nothing.
func (z Zone) clone() Zone {
	out := Zone{Apexes: slices.Clone(z.Apexes), Hosts: maps.Clone(z.Hosts), Aliases: maps.Clone(z.Aliases), Services: map[string][]Service{}}
	for k, v := range z.Services {
		out.Services[k] = slices.Clone(v)
	}
	return out
}

// holds says whether a name lies in the zone.
func (z Zone) holds(name string) bool {
	return slices.ContainsFunc(z.Apexes, func(a string) bool { return name == a || strings.HasSuffix(name, "."+a) })
}

// known says whether a name exists, with whatever records.
func (z Zone) known(name string) bool {
	_, host := z.Hosts[name]
	_, alias := z.Aliases[name]
	_, service := z.Services[name]
	return host || alias || service || slices.Contains(z.Apexes, name)
}

const ttl = 60 // seconds

// record is one resource record of an answer.
type record struct {
	name string
	body dnsmessage.ResourceBody
}

// answer are the records for a question, aliases followed first
// (RFC 1034, section 3.6.2).
func (z Zone) answer(name string, kind dnsmessage.Type) (list []record, code dnsmessage.RCode) {
	if !z.holds(name) {
		return nil, dnsmessage.RCodeRefused
	}
	const most = 8 // a chain that is longer is a circle
	for range most {
		to, ok := z.Aliases[name]
		if !ok || kind == dnsmessage.TypeCNAME {
			break
		}
		target, err := dnsmessage.NewName(to + ".")
		if err != nil {
			return nil, dnsmessage.RCodeServerFailure
		}
		list = append(list, record{name, &dnsmessage.CNAMEResource{CNAME: target}})
		if name = to; !z.holds(name) {
			return list, dnsmessage.RCodeSuccess // for somebody else to say
		}
	}
	if !z.known(name) {
		return list, dnsmessage.RCodeNameError
	}
	more, err := z.own(name, kind)
	if err != nil {
		return nil, dnsmessage.RCodeServerFailure
	}
	return append(list, more...), dnsmessage.RCodeSuccess
}

// own are the records of a name itself; none where it has none of that kind.
func (z Zone) own(name string, kind dnsmessage.Type) (list []record, err error) {
	switch kind {
	case dnsmessage.TypeA:
		if a, ok := z.Hosts[name]; ok && a.Is4() {
			list = append(list, record{name, &dnsmessage.AResource{A: a.As4()}})
		}
	case dnsmessage.TypeAAAA:
		if a, ok := z.Hosts[name]; ok && a.Is6() {
			list = append(list, record{name, &dnsmessage.AAAAResource{AAAA: a.As16()}})
		}
	case dnsmessage.TypeCNAME:
		if to, ok := z.Aliases[name]; ok {
			target, err := dnsmessage.NewName(to + ".")
			if err != nil {
				return nil, err //nolint:wrapcheck // it becomes a code
			}
			list = append(list, record{name, &dnsmessage.CNAMEResource{CNAME: target}})
		}
	case dnsmessage.TypeSRV:
		for i, s := range z.Services[name] {
			target, err := dnsmessage.NewName(s.Host + ".")
			if err != nil {
				return nil, err //nolint:wrapcheck // as above
			}
			list = append(list, record{name, &dnsmessage.SRVResource{Priority: uint16(i), Weight: 100, Port: s.Port, Target: target}}) //nolint:gosec // a few
		}
	}
	return list, nil
}
