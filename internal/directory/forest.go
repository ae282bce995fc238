package directory

import (
	"slices"
	"strings"

	"sensegate/internal/fact"
	"sensegate/internal/netprobe"
)

// domains are the domains of the forest with their two names, from the list of
// its partitions (MS-ADTS 6.1.1.2.1.1.5); none where it may not be read.
func (s *session) domains() ([]fact.Domain, error) {
	const domain = "(&(objectClass=crossRef)(systemFlags:1.2.840.113556.1.4.803:=3))"
	found, err := s.subtree("CN=Partitions,"+s.configNC, domain, "dnsRoot", "nETBIOSName")
	if err != nil {
		return nil, s.lost(err)
	}
	var out []fact.Domain
	for _, e := range found {
		out = append(out, fact.Domain{NetBIOS: netprobe.Clean(e.GetEqualFoldAttributeValue("nETBIOSName")), DNS: netprobe.Clean(strings.ToLower(e.GetEqualFoldAttributeValue("dnsRoot")))})
	}
	slices.SortFunc(out, func(a, b fact.Domain) int { return strings.Compare(a.DNS, b.DNS) })
	return out, nil
}
