package directory

import (
	"slices"
	"strings"

	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/directory/wire"
)

// rootDSE is the entry without a name that tells anybody, bound or not, what
// this server is.
func (s *Store) rootDSE(from asking, st State, req wire.SearchRequest) []wire.Entry {
	s.mu.RLock()
	defer s.mu.RUnlock()
	attrs := s.rootAttributes(st, from.home)
	if !rootMatches(req.Filter, attrs) {
		return nil
	}
	all := len(req.Attributes) == 0 || slices.Contains(req.Attributes, "*")
	wants := func(name string) bool {
		return slices.ContainsFunc(req.Attributes, func(a string) bool { return strings.EqualFold(a, name) })
	}
	var out []wire.Attribute
	for _, a := range attrs {
		if len(a.Values) > 0 && (all || wants(a.Name)) {
			out = append(out, a)
		}
	}
	if caller := s.rightsOf(from.caller).caller; caller != nil && wants("tokenGroups") {
		out = append(out, wire.Attribute{Name: "tokenGroups", Values: s.tokenGroups(caller, false)})
	}
	if wants("subschemaSubentry") && !all {
		out = append(out, wire.Attribute{Name: "subschemaSubentry", Values: one("CN=Aggregate," + schemaDN)})
	}
	if req.TypesOnly {
		for i := range out {
			out[i].Values = nil
		}
	}
	return []wire.Entry{{Attributes: out}}
}

func (s *Store) rootAttributes(st State, home Home) []wire.Attribute {
	host, _, _ := strings.Cut(home.Host, ".")
	level := one(itoa(int64(st.FunctionalLevel)))
	// A real one lists more mechanisms; a client that chooses from the list must
	// find what works here.
	var mechanisms []string
	if st.GSSAPI {
		mechanisms = one("GSSAPI")
	}
	upper := func(b bool) []string {
		if b {
			return one("TRUE")
		}
		return one("FALSE")
	}
	return []wire.Attribute{
		{Name: "domainFunctionality", Values: level},
		{Name: "forestFunctionality", Values: level},
		{Name: "domainControllerFunctionality", Values: level},
		{Name: "rootDomainNamingContext", Values: one(contoso.BaseDN)},
		{Name: "ldapServiceName", Values: one(home.Domain + ":" + strings.ToLower(host) + "$@" + strings.ToUpper(home.Domain))},
		{Name: "isGlobalCatalogReady", Values: upper(st.Catalogue)},
		{Name: "supportedSASLMechanisms", Values: mechanisms},
		{Name: "supportedLDAPVersion", Values: []string{"3", "2"}},
		{Name: "supportedLDAPPolicies", Values: []string{"MaxPageSize", "MaxValRange", "MaxReceiveBuffer"}},
		{Name: "supportedExtension", Values: []string{oidStartTLS, oidWhoAmI}},
		{Name: "supportedControl", Values: knownControls()},
		{Name: "supportedCapabilities", Values: []string{
			"1.2.840.113556.1.4.800", "1.2.840.113556.1.4.1670", "1.2.840.113556.1.4.1791",
			"1.2.840.113556.1.4.1935", "1.2.840.113556.1.4.2080", "1.2.840.113556.1.4.2237",
		}},
		{Name: "subschemaSubentry", Values: one("CN=Aggregate," + schemaDN)},
		{Name: "serverName", Values: one(serverDN)},
		{Name: "schemaNamingContext", Values: one(schemaDN)},
		{Name: "namingContexts", Values: []string{
			home.base(), configurationDN, schemaDN,
			"DC=DomainDnsZones," + contoso.BaseDN, "DC=ForestDnsZones," + contoso.BaseDN,
		}},
		{Name: "isSynchronized", Values: one("TRUE")},
		{Name: "highestCommittedUSN", Values: one(itoa(s.usn))},
		{Name: "dsServiceName", Values: one("CN=NTDS Settings," + serverDN)},
		{Name: "dnsHostName", Values: one(home.Host)},
		{Name: "defaultNamingContext", Values: one(home.base())},
		{Name: "currentTime", Values: one(generalized(s.clock().Add(st.ClockOffset)))},
		{Name: "configurationNamingContext", Values: one(configurationDN)},
	}
}

// rootMatches evaluates what clients put into this search: presence of
// objectClass, or of an attribute the entry shows.
func rootMatches(f wire.Filter, attrs []wire.Attribute) bool {
	switch f.Kind {
	case wire.And:
		return !slices.ContainsFunc(f.Children, func(c wire.Filter) bool { return !rootMatches(c, attrs) })
	case wire.Or:
		return slices.ContainsFunc(f.Children, func(c wire.Filter) bool { return rootMatches(c, attrs) })
	case wire.Not:
		return !rootMatches(f.Children[0], attrs)
	}
	if strings.EqualFold(f.Attr, "objectClass") {
		return f.Kind == wire.Present || strings.EqualFold(f.Value, "top")
	}
	return slices.ContainsFunc(attrs, func(a wire.Attribute) bool {
		return strings.EqualFold(a.Name, f.Attr) && (f.Kind == wire.Present || slices.Contains(a.Values, f.Value))
	})
}
