package directory

import (
	"context"
	"fmt"
	"hash/maphash"
	"slices"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"sensegate/internal/fact"
	"sensegate/internal/netprobe"
)

const (
	// auditPage is as much as a domain controller hands out at once.
	auditPage = 1000
	// maxGroups bounds the report of an audit, not the audit.
	maxGroups = 100
)

// kadmin is held by the krbtgt account of every domain, rightly.
const kadmin = "kadmin/changepw"

// Audit looks for names that several accounts of the forest hold, folded as
// the eye folds them. It reads page by page and keeps eight bytes for each
// name, so that a large forest fits; the holders are asked for afterwards.
func (c *Client) Audit(ctx context.Context) (fact.SPNAudit, error) {
	const op = "looking for duplicate service principal names"
	var out fact.SPNAudit
	var doubled []string
	err := c.with(ctx, c.catalog, op, func(s *session) error {
		out, doubled = fact.SPNAudit{}, nil
		seed := maphash.MakeSeed()
		owner := map[uint64]int32{}
		reported := map[uint64]bool{}
		return s.pages("", "(servicePrincipalName=*)", func(e *ldap.Entry) {
			out.Accounts++
			for _, name := range e.GetEqualFoldAttributeValues("servicePrincipalName") {
				out.Names++
				folded := skeleton(name)
				if folded == kadmin {
					continue
				}
				key := maphash.String(seed, folded)
				first, twice := owner[key]
				switch {
				case !twice:
					owner[key] = int32(out.Accounts) //nolint:gosec // accounts of one forest
				case first != int32(out.Accounts) && !reported[key]: //nolint:gosec // likewise
					reported[key] = true
					doubled = append(doubled, name)
				}
			}
		}, "servicePrincipalName")
	})
	if err != nil {
		return fact.SPNAudit{}, err
	}
	out.Doubled = len(doubled)
	for _, name := range doubled[:min(len(doubled), maxGroups)] {
		group, err := c.group(ctx, op, name)
		if err != nil {
			return fact.SPNAudit{}, err
		}
		if len(group.Holders) > 1 {
			out.Groups = append(out.Groups, group)
		}
	}
	return out, nil
}

// group finds who holds a name, or one that looks like it.
func (c *Client) group(ctx context.Context, op, name string) (fact.SPNGroup, error) {
	g := fact.SPNGroup{Name: netprobe.Clean(name)}
	list, err := c.similar(ctx, op, name)
	for _, a := range list {
		g.Holders = append(g.Holders, a.SAM)
		g.LookAlike = g.LookAlike || !slices.ContainsFunc(a.SPNs, func(s string) bool { return strings.EqualFold(s, name) })
	}
	return g, err
}

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
		var failed error
		err := s.pages("", filter, func(e *ldap.Entry) {
			if !slices.ContainsFunc(e.GetEqualFoldAttributeValues("servicePrincipalName"), func(v string) bool { return skeleton(v) == folded }) {
				return
			}
			a, err := c.fill(s, e)
			if err != nil {
				failed = err
				return
			}
			found = append(found, a)
		}, listed()...)
		if err == nil {
			err = failed
		}
		return err
	})
	return found, err
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

// pages searches below dn and hands out every entry as it comes, so that no
// more than a page is ever kept.
func (s *session) pages(dn, filter string, each func(*ldap.Entry), attributes ...string) error {
	paging := ldap.NewControlPaging(auditPage)
	for {
		r, err := s.ldap.Search(ldap.NewSearchRequest(dn, ldap.ScopeWholeSubtree, ldap.NeverDerefAliases,
			0, 0, false, filter, attributes, []ldap.Control{paging}))
		if err != nil {
			return fmt.Errorf("reading a page: %w", err)
		}
		for _, e := range r.Entries {
			each(e)
		}
		next, ok := ldap.FindControl(r.Controls, ldap.ControlTypePaging).(*ldap.ControlPaging)
		if !ok || len(next.Cookie) == 0 {
			return nil
		}
		paging.SetCookie(next.Cookie)
	}
}
