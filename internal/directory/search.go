package directory

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/go-ldap/ldap/v3"
)

// pageSize stays below the 1000 entries that domain controllers hand out at
// once; maxPages bounds what one question can bring.
const (
	pageSize = 500
	// maxRanges bounds the pieces of one long attribute.
	maxRanges = 64
)

// base reads one object.
func (s *session) base(dn string, attributes ...string) (*ldap.Entry, error) {
	r, err := s.ldap.Search(ldap.NewSearchRequest(dn, ldap.ScopeBaseObject, ldap.NeverDerefAliases,
		2, 0, false, "(objectClass=*)", attributes, nil))
	if err != nil {
		return nil, err //nolint:wrapcheck // with classifies it, and says what was asked
	}
	if len(r.Entries) != 1 {
		return nil, &ldap.Error{ResultCode: ldap.LDAPResultNoSuchObject, Err: fmt.Errorf("%d entries were returned", len(r.Entries))}
	}
	return r.Entries[0], nil
}

// subtree searches below dn, page by page.
func (s *session) subtree(dn, filter string, attributes ...string) ([]*ldap.Entry, error) {
	// The request is changed by the search, so each needs its own.
	r, err := s.ldap.SearchWithPaging(ldap.NewSearchRequest(dn, ldap.ScopeWholeSubtree, ldap.NeverDerefAliases,
		0, 0, false, filter, attributes, nil), pageSize)
	if err != nil {
		return nil, err //nolint:wrapcheck // with classifies it, and says what was asked
	}
	return r.Entries, nil
}

// values reads a whole attribute: domain controllers hand out long ones in
// pieces named attribute;range=0-1499.
func (s *session) values(e *ldap.Entry, attribute string) ([]string, error) {
	if v := e.GetEqualFoldAttributeValues(attribute); len(v) > 0 {
		return v, nil
	}
	var out []string
	for range maxRanges {
		piece, last, ok := rangeOf(e, attribute)
		if !ok {
			return out, nil
		}
		out = append(out, piece...)
		if last < 0 {
			return out, nil
		}
		var err error
		if e, err = s.base(e.DN, fmt.Sprintf("%s;range=%d-*", attribute, last+1)); err != nil {
			return nil, err
		}
	}
	return nil, fmt.Errorf("%s of %s has too many values", attribute, e.DN)
}

// rangeOf finds a piece of attribute and the number of its last value, -1 when
// nothing follows.
func rangeOf(e *ldap.Entry, attribute string) (values []string, last int, ok bool) {
	prefix := strings.ToLower(attribute) + ";range="
	for _, a := range e.Attributes {
		_, bounds, found := strings.Cut(strings.ToLower(a.Name), prefix)
		if !found || !strings.HasPrefix(strings.ToLower(a.Name), prefix) {
			continue
		}
		_, end, _ := strings.Cut(bounds, "-")
		if n, err := strconv.Atoi(end); err == nil {
			return a.Values, n, true
		}
		return a.Values, -1, true
	}
	return nil, 0, false
}
