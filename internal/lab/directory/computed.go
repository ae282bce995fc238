package directory

import (
	"slices"

	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/directory/security"
)

// values are what a reader sees under an attribute: what is stored, or what the
// directory works out at the moment of asking.
func (s *Store) values(e *Entry, a attribute, r rights, alone bool) []string {
	switch {
	case a.is(hidden):
		return nil
	case !a.is(constructed | computed):
		return e.attrs[a.key()]
	}
	switch a.name {
	case "distinguishedName":
		return one(e.DN())
	case "name":
		return one(e.dn[0].value)
	case "memberOf":
		var out []string
		for _, k := range s.groups[e.key] {
			if g, ok := s.entries[k]; ok {
				out = append(out, g.DN())
			}
		}
		return out
	case "canonicalName":
		return one(e.dn.canonical())
	case "subSchemaSubEntry":
		return one("CN=Aggregate," + schemaDN)
	case "nTSecurityDescriptor":
		return defaultDescriptor()
	case "allowedAttributes", "allowedAttributesEffective":
		return s.allowed(e, r, a.name == "allowedAttributes")
	}
	if e.isA("user") || e.isA("group") {
		return s.accountValues(e, a, r, alone)
	}
	return nil
}

func (s *Store) accountValues(e *Entry, a attribute, r rights, alone bool) []string {
	switch a.name {
	case "tokenGroups", "tokenGroupsNoGCAcceptable", "tokenGroupsGlobalAndUniversal":
		// Walking the memberships of many entries at once is refused to all.
		if !alone || !r.seesGroups(e) {
			return nil
		}
		return s.tokenGroups(e, a.name == "tokenGroupsGlobalAndUniversal")
	case "msDS-PrincipalName":
		return one(contoso.NetBIOS + `\` + e.first("samaccountname"))
	}
	if !e.isA("user") {
		return nil
	}
	switch a.name {
	case "msDS-KeyVersionNumber":
		return one(itoa(int64(e.secret.version)))
	case "msDS-User-Account-Control-Computed":
		var flags uint32
		if s.lockedOut(e, s.clock()) {
			flags |= LockedOut
		}
		if s.passwordExpired(e, s.clock()) || mustChange(e) {
			flags |= PasswordExpired
		}
		return one(signed(flags))
	case "msDS-UserPasswordExpiryTimeComputed":
		if end, ok := s.passwordExpires(e); ok {
			return one(itoa(FileTime(end)))
		}
		if mustChange(e) {
			return one("0")
		}
		return one(itoa(never))
	}
	return nil
}

func (s *Store) tokenGroups(e *Entry, globalOnly bool) []string {
	var out []string
	for _, g := range s.groupsOf(e) {
		if globalOnly && uint32(g.number64("grouptype"))&4 != 0 {
			continue
		}
		out = append(out, g.first("objectsid"))
	}
	return out
}

// allowed lists the attributes the entry may have, or those of them that the
// caller may write. Validated writes do not show, as in a real directory.
func (s *Store) allowed(e *Entry, r rights, all bool) []string {
	if !all && !r.mayWrite(e) {
		return nil
	}
	var out []string
	for _, a := range s.schema.all {
		if a.allowedOn(e.attrs["objectclass"]) && (all || !a.is(system)) {
			out = append(out, a.name)
		}
	}
	slices.Sort(out)
	return out
}

func defaultDescriptor() []string {
	admins := security.SID(contoso.DomainSID).Child(512)
	raw, err := security.Descriptor{Owner: admins, Group: admins, DACL: []security.ACE{
		{Type: security.AllowType, Mask: security.FullControl, SID: admins},
		{Type: security.AllowType, Mask: security.FullControl, SID: security.Administrators},
		{Type: security.AllowType, Mask: 0x20094, SID: security.AuthenticatedUsers},
	}}.Bytes()
	if err != nil {
		return nil
	}
	return one(string(raw))
}
