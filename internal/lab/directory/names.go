package directory

import (
	"encoding/hex"
	"strings"

	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/directory/wire"
)

// resolve finds the entry that a request names, or says why not: a name of
// another forest is referred, a missing one is told how far it leads.
func (s *Store) resolve(given string) (*Entry, error) {
	if e, ok := s.byAlternative(given); ok {
		return e, nil
	}
	if strings.HasPrefix(given, "<") {
		return nil, noObject("")
	}
	d, err := parseDN(given)
	if err != nil {
		return nil, badName(given)
	}
	if e, ok := s.entries[d.key()]; ok {
		return e, nil
	}
	if domain := d.domainOf(); namingContext(d.key()) == "" && domain != "" {
		return nil, referral(domain, given)
	}
	best := ""
	for up := d.parent(); len(up) > 0; up = up.parent() {
		if e, ok := s.entries[up.key()]; ok {
			best = e.DN()
			break
		}
	}
	return nil, noObject(best)
}

// byAlternative understands <GUID=…> and <SID=…>.
func (s *Store) byAlternative(given string) (*Entry, bool) {
	inner, ok := strings.CutPrefix(strings.TrimSpace(given), "<")
	if !ok {
		return nil, false
	}
	kind, value, ok := strings.Cut(strings.TrimSuffix(inner, ">"), "=")
	if !ok {
		return nil, false
	}
	var raw []byte
	key := "objectsid"
	switch {
	case strings.EqualFold(kind, "GUID"):
		key, raw = "objectguid", binaryGUID(value)
	case strings.EqualFold(kind, "SID"):
		raw = binarySID(value)
	default:
		return nil, false
	}
	if decoded, err := hex.DecodeString(value); err == nil {
		raw = decoded
	}
	for _, e := range s.entries {
		if v := e.first(key); v != "" && v == string(raw) {
			return e, true
		}
	}
	return nil, false
}

func referral(domain, given string) *refusal {
	r := refuse(codeReferral, "0000202B: RefErr: DSID-0310084A, data 0, 1 access points\n\tref 1: '%s'\n", domain)
	r.Referrals = []string{"ldap://" + domain + "/" + given}
	return r
}

// continuations are the other naming contexts under a base, which a search of
// the domain points to instead of entering.
func continuations(base string, scope wire.Scope) []string {
	if scope == wire.ScopeBase || base != domainKey() {
		return nil
	}
	out := make([]string, 0, 3)
	for _, zone := range []string{"ForestDnsZones", "DomainDnsZones"} {
		out = append(out, "ldap://"+zone+"."+contoso.Domain+"/DC="+zone+","+contoso.BaseDN)
	}
	out = append(out, "ldap://"+contoso.Domain+"/"+configurationDN)
	if scope == wire.ScopeOne {
		for i := range out {
			out[i] += "??base"
		}
	}
	return out
}

// displayName is who a connection is bound as, in the form of the WhoAmI answer.
func displayName(e *Entry) string {
	if e == nil {
		return ""
	}
	if sam := e.first("samaccountname"); sam != "" {
		return "u:" + contoso.NetBIOS + `\` + sam
	}
	return "dn:" + e.DN()
}
