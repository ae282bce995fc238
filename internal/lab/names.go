package lab

import (
	"net"
	"net/netip"
	"strings"

	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/dns"
)

// buildNames makes the name server: the domain controllers' own for the domain,
// and what the world's would say of the cloud.
func (l *Lab) buildNames() {
	l.dns = dns.New(dns.Zone{}, l.ports["dns"])
	here := netip.AddrFrom4([4]byte{127, 0, 0, 1})
	z := dns.Zone{
		Apexes: []string{contoso.Domain}, Hosts: map[string]netip.Addr{}, Aliases: map[string]string{},
		Services: map[string][]dns.Service{
			"_ldap._tcp." + contoso.Domain:           {{Host: contoso.DC, Port: 389}},
			"_ldap._tcp.dc._msdcs." + contoso.Domain: {{Host: contoso.DC, Port: 389}},
			"_gc._tcp." + contoso.Domain:             {{Host: contoso.DC, Port: 3268}},
			"_kerberos._tcp." + contoso.Domain:       {{Host: contoso.DC, Port: 88}},
			"_kerberos._udp." + contoso.Domain:       {{Host: contoso.DC, Port: 88}},
		},
	}
	if l.otherLDAP != nil {
		other := otherDomain()
		z.Apexes = append(z.Apexes, other.Domain)
		z.Services["_ldap._tcp.dc._msdcs."+other.Domain] = []dns.Service{{Host: other.Host, Port: 389}}
	}
	for _, e := range l.endpoints() {
		for _, name := range e.names {
			if host, _, err := net.SplitHostPort(name); err == nil {
				z.Hosts[strings.ToLower(host)] = here
			}
		}
	}
	for _, h := range contoso.Connectors() {
		z.Hosts[h.Name] = here
	}
	for host := range z.Hosts {
		if _, domain, ok := strings.Cut(host, "."); ok {
			z.Apexes = append(z.Apexes, domain)
		}
	}
	l.dns.Update(func(now *dns.Zone) { *now = z })
}

// aliased makes the name that people type an alias of the machine's.
func (l *Lab) aliased() error {
	l.dns.Update(func(z *dns.Zone) {
		delete(z.Hosts, contoso.QlikHost)
		z.Aliases[contoso.QlikHost] = contoso.QlikNode
	})
	return nil
}

// nameTraps break what DNS says.
func nameTraps() []trap {
	return []trap{{
		Fault: Fault{
			ID: "name-alias", Step: "spn", Check: "spn.alias", Cause: "spn.cname", Warning: true,
			Title: "the name that people type is an alias of the machine's name",
			Note:  "A CNAME instead of an A record. Browsers ask for a ticket to the machine's name, the connector for one to the name that was typed.",
		},
		set: (*Lab).aliased,
	}}
}
