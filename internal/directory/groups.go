package directory

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"sensegate/internal/fact"
)

// Well-known identifiers, MS-DTYP 2.4.2.4.
const (
	everyone            = "S-1-1-0"
	authenticated       = "S-1-5-11"
	preWindows2000      = "S-1-5-32-554"
	authorizationAccess = "S-1-5-32-560"
)

// GroupReaders answers who may read the groups of users, which the KDC asks
// for before it makes a ticket in a user's name: everybody, through
// Pre-Windows 2000 Compatible Access, or the members of Windows Authorization
// Access Group. Kind NotFound means that the directory shows neither.
func (c *Client) GroupReaders(ctx context.Context) (fact.GroupReaders, error) {
	const op = "reading who may see users' groups"
	var out fact.GroupReaders
	err := c.with(ctx, c.domain, op, func(s *session) error {
		out = fact.GroupReaders{Group: authorizationAccess}
		found, err := s.subtree(s.defaultNC, bySID(preWindows2000), "member")
		if err != nil {
			return err
		}
		for _, g := range found {
			members, err := s.values(g, "member")
			if err != nil {
				return err
			}
			out.Seen = true
			out.Everybody = out.Everybody || slices.ContainsFunc(members, func(dn string) bool {
				name, _, _ := strings.Cut(dn, ",")
				_, sid, _ := strings.Cut(name, "=")
				return sid == everyone || sid == authenticated
			})
		}
		return nil
	})
	return out, err
}

// Rights are the groups of whom we are signed in as; nil when the directory
// does not say.
func (c *Client) Rights(ctx context.Context) (groups []string, err error) {
	err = c.with(ctx, c.domain, "reading the groups of the directory user", func(s *session) error {
		groups = nil
		entry, err := s.base("", "tokenGroups")
		if err != nil {
			return err
		}
		for _, g := range entry.GetEqualFoldRawAttributeValues("tokenGroups") {
			groups = append(groups, sidOf(g))
		}
		return nil
	})
	return groups, err
}

// bySID is a filter for one SID, in bytes: not every directory reads the text.
func bySID(sid string) string {
	raw, err := sidBytes(sid)
	if err != nil {
		return "(objectSid=" + ldap.EscapeFilter(sid) + ")"
	}
	var b strings.Builder
	for _, x := range raw {
		fmt.Fprintf(&b, `\%02x`, x)
	}
	return "(objectSid=" + b.String() + ")"
}
