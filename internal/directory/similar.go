package directory

import (
	"context"
	"slices"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"sensegate/internal/fact"
	"sensegate/internal/netprobe"
)

// Similar finds the accounts of the forest that hold a name which looks like
// spn, whether it is the same or not.
func (c *Client) Similar(ctx context.Context, spn string) ([]fact.Account, error) {
	return c.similar(ctx, "looking for names like "+netprobe.Clean(spn), spn)
}

func (c *Client) similar(ctx context.Context, op, spn string) ([]fact.Account, error) {
	folded := skeleton(spn)
	class, host, _ := strings.Cut(spn, "/")
	// Whatever shares the class or the host is compared here: a directory does
	// not know what things look like.
	filter := "(|(servicePrincipalName=" + ldap.EscapeFilter(class) + "/*)(servicePrincipalName=*/" + ldap.EscapeFilter(host) + "*)(servicePrincipalName=" + ldap.EscapeFilter(spn) + "))"
	var found []fact.Account
	err := c.with(ctx, c.catalog, op, func(s *session) error {
		found = nil
		resembling, err := s.resembling(filter, folded)
		if err != nil {
			return err
		}
		for _, dn := range resembling {
			e, err := s.base(dn, listed()...)
			if ldap.IsErrorWithCode(err, ldap.LDAPResultNoSuchObject) {
				continue // gone in between
			}
			if err != nil {
				return err
			}
			a, err := c.fill(s, e)
			if err != nil {
				return err
			}
			found = append(found, a)
		}
		return nil
	})
	return found, err
}

// resembling are the objects with a name that folds to the same.
func (s *session) resembling(filter, folded string) ([]string, error) {
	var out, held []string
	err := s.stream("", filter, func(raw []byte) error {
		match := false
		dn, more, err := eachValue(raw, attrSPN, func(v []byte) { match = match || skeleton(string(v)) == folded })
		switch {
		case match:
			out = append(out, string(dn))
		case more:
			held = append(held, string(dn))
		}
		return err
	}, attrSPN)
	if err != nil {
		return nil, err
	}
	for _, dn := range held {
		all, err := s.allNames(dn)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(all, func(v string) bool { return skeleton(v) == folded }) {
			out = append(out, dn)
		}
	}
	return out, nil
}

// Named finds the computers of the forest that bear host as their own name.
func (c *Client) Named(ctx context.Context, host string) ([]fact.Account, error) {
	op := "looking for a computer called " + netprobe.Clean(host)
	short, _, _ := strings.Cut(host, ".")
	filter := "(&(objectClass=computer)(|(dNSHostName=" + ldap.EscapeFilter(host) + ")(sAMAccountName=" + ldap.EscapeFilter(short) + "$)))"
	var found []fact.Account
	err := c.with(ctx, c.catalog, op, func(s *session) error {
		found = nil
		entries, err := s.subtree("", filter, listed()...)
		if err != nil {
			return err
		}
		for _, e := range entries {
			a, err := c.fill(s, e)
			if err != nil {
				return err
			}
			found = append(found, a)
		}
		return nil
	})
	return found, err
}
