package directory

import (
	"strings"

	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/directory/wire"
)

// Home is the domain that a server is a domain controller of.
type Home struct {
	Host    string // of the domain controller
	Domain  string
	NetBIOS string
}

// firstHome is the forest's root domain.
func firstHome() Home {
	return Home{Host: contoso.DC, Domain: contoso.Domain, NetBIOS: contoso.NetBIOS}
}

// base is the domain's distinguished name.
func (h Home) base() string { return "DC=" + strings.ReplaceAll(h.Domain, ".", ",DC=") }

// elsewhere refers a request about another domain to that: a domain controller
// holds its own domain and what the forest has in common.
func (h Home) elsewhere(given string) *refusal {
	d, err := parseDN(given)
	if err != nil || len(d) == 0 {
		return nil //nolint:nilerr // what is no name is refused by whoever looks it up
	}
	nc := namingContext(d.key())
	if nc == "" || !strings.HasPrefix(nc, "dc=") || nc == strings.ToLower(h.base()) {
		return nil
	}
	return referral(d.domainOf(), given)
}

// about is the name that a request is about, empty for none.
func about(op any) string {
	switch op := op.(type) {
	case wire.SearchRequest:
		return op.Base
	case wire.ModifyRequest:
		return op.DN
	case wire.AddRequest:
		return op.DN
	case wire.DelRequest:
		return op.DN
	case wire.CompareRequest:
		return op.DN
	}
	return ""
}

// AddDomain makes the head of another domain of the forest, its places for
// accounts, and its entry among the forest's partitions.
func (tx *Tx) AddDomain(h Home) error {
	for _, o := range []object{
		{dn: h.base(), kind: []string{"top", "domain", "domainDNS"}, attrs: map[string][]string{"msDS-Behavior-Version": one("7")}},
		{dn: "CN=Computers," + h.base(), kind: one("container")},
		{dn: "CN=Users," + h.base(), kind: one("container")},
		{dn: "CN=" + h.NetBIOS + ",CN=Partitions," + configurationDN, kind: []string{"top", "crossRef"}, attrs: map[string][]string{
			"nCName": one(h.base()), "dnsRoot": one(h.Domain), "systemFlags": one("3"), "nETBIOSName": one(h.NetBIOS),
		}},
	} {
		if err := tx.createAll([]object{o}); err != nil {
			return err
		}
	}
	return nil
}
