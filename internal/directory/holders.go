package directory

import (
	"context"
	"slices"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"sensegate/internal/fact"
	"sensegate/internal/netprobe"
)

// Holders finds every account of the forest that holds spn, from the global
// catalogue, and reads each in full at its own domain. Of an account in a domain
// that does not answer only what the catalogue has is known.
func (c *Client) Holders(ctx context.Context, spn string) ([]fact.Account, error) {
	op := "finding who holds " + netprobe.Clean(spn)
	var found []fact.Account
	err := c.with(ctx, c.catalog, op, func(s *session) error {
		found = nil
		entries, err := s.subtree("", "(servicePrincipalName="+ldap.EscapeFilter(spn)+")", listed()...)
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
	if err != nil || len(found) == 0 {
		return nil, err
	}
	for i, a := range found {
		if strings.EqualFold(a.Domain, c.site.Directory.Domain) {
			continue
		}
		if full, ok := c.inFull(ctx, op, a.DN); ok {
			found[i] = full
		} else {
			found[i].Partial = true
		}
	}
	err = c.with(ctx, c.domain, op, func(s *session) error {
		for i, a := range found {
			if !inDomain(a.DN, s.defaultNC) {
				continue
			}
			full, err := c.account(s, a.DN)
			if ldap.IsErrorWithCode(err, ldap.LDAPResultNoSuchObject) {
				// Renamed or gone; the catalogue lags behind its domain.
				continue
			}
			if err != nil {
				return err
			}
			found[i] = full
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return stillHolding(found, spn), nil
}

// stillHolding drops accounts that the catalogue has not heard of losing the
// name. A name that differs by an accent is the same to the directory, so only
// accounts without any value that could be meant are dropped.
func stillHolding(found []fact.Account, spn string) []fact.Account {
	service, _, _ := strings.Cut(spn, "/")
	return slices.DeleteFunc(found, func(a fact.Account) bool {
		return !slices.ContainsFunc(a.SPNs, func(s string) bool {
			class, _, _ := strings.Cut(s, "/")
			return strings.EqualFold(s, spn) || strings.EqualFold(class, service) && !ascii(s)
		})
	})
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// Mappings are the classes that HOST stands for in this forest, lower case.
// Where the list cannot be seen they are those of a forest as installed.
func (c *Client) Mappings(ctx context.Context) ([]string, error) {
	const op = "reading which service classes HOST stands for"
	var out []string
	err := c.with(ctx, c.domain, op, func(s *session) error {
		entry, err := s.base("CN=Directory Service,CN=Windows NT,CN=Services,"+s.configNC, "sPNMappings")
		if ldap.IsErrorWithCode(err, ldap.LDAPResultNoSuchObject) {
			return nil
		}
		if err != nil {
			return err
		}
		values, err := s.values(entry, "sPNMappings")
		out = hostClasses(values)
		return err
	})
	if err != nil {
		return nil, err
	}
	if out == nil {
		out = fact.HostClasses()
	}
	return out, nil
}

// hostClasses reads values of the form host=alerter,appmgmt,….
func hostClasses(values []string) []string {
	var out []string
	for _, v := range values {
		alias, classes, ok := strings.Cut(v, "=")
		if !ok || !strings.EqualFold(strings.TrimSpace(alias), "host") {
			continue
		}
		for class := range strings.SplitSeq(classes, ",") {
			if class = strings.ToLower(strings.TrimSpace(class)); class != "" {
				out = append(out, class)
			}
		}
	}
	return out
}
