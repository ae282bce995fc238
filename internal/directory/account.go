package directory

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"sensegate/internal/fact"
	"sensegate/internal/netprobe"
)

// protectedUsers is the relative identifier of the domain's Protected Users.
const protectedUsers = "-525"

// Bits of msDS-User-Account-Control-Computed.
const (
	computedLocked          = 0x10
	computedPasswordExpired = 0x800000
)

// listed are the attributes that a catalogue has as well.
func listed() []string {
	return []string{
		"objectClass", "sAMAccountName", "userPrincipalName", "objectSid", "userAccountControl",
		"servicePrincipalName", "dNSHostName", "pwdLastSet", "accountExpires",
	}
}

// own are those that only the account's own domain has, the constructed ones
// among them: they come only when asked for by name, for one object.
func own() []string {
	return append(listed(),
		"msDS-SupportedEncryptionTypes", "msDS-AllowedToDelegateTo", "msDS-AllowedToActOnBehalfOfOtherIdentity",
		"msDS-User-Account-Control-Computed", "msDS-KeyVersionNumber", "allowedAttributesEffective")
}

// Account finds an account by sAMAccountName, DOMAIN\name or UPN, in the site's
// domain and then in the others of the forest. A name may be used once in each
// domain: with a domain in front, by its NetBIOS or DNS name, that one is meant,
// without one the site's; where only others have it, and several, it is refused
// as ambiguous. One of another domain is read at a domain controller of its own;
// where none answers it is Partial.
func (c *Client) Account(ctx context.Context, sam string) (fact.Account, error) {
	op := "reading the account " + netprobe.Clean(sam)
	var out fact.Account
	missing, home := false, ""
	err := c.with(ctx, c.domain, op, func(s *session) error {
		missing = false
		nobody := &fact.Error{Kind: fact.NotFound, System: system, Op: op, Text: "there is no such account"}
		var err error
		if home, err = s.homeOf(sam); err != nil {
			return err
		}
		if home != "" && !strings.EqualFold(home, domainOf(s.defaultNC)) {
			missing = true
			return nobody
		}
		found, err := s.subtree(s.defaultNC, accountFilter(sam), "objectClass")
		if err != nil {
			return err
		}
		switch len(found) {
		case 0:
			// Whoever names this domain means no other.
			missing = home == ""
			return nobody
		case 1:
			out, err = c.account(s, found[0].DN)
			return err
		}
		return ambiguous(op, fmt.Sprintf("%d accounts answer to that name", len(found)))
	})
	if missing {
		a, several, ok := c.elsewhere(ctx, op, sam, home)
		if several != "" {
			return out, ambiguous(op, "it is in several domains: "+several+`. Name it DOMAIN\name, or by its principal name`)
		}
		if ok {
			if full, ok := c.inFull(ctx, op, a.DN); ok {
				return full, nil
			}
			return a, nil
		}
	}
	return out, err
}

func ambiguous(op, text string) error {
	return &fact.Error{Kind: fact.Refused, System: system, Op: op, Code: "ambiguous", Text: text}
}

// homeOf is the DNS name of the domain that stands in front of a name, empty
// where none does, or none of the forest that this directory shows.
func (s *session) homeOf(name string) (string, error) {
	prefix, _, ok := strings.Cut(name, `\`)
	if !ok {
		return "", nil
	}
	list, err := s.domains()
	for _, d := range list {
		if strings.EqualFold(d.NetBIOS, prefix) || strings.EqualFold(d.DNS, prefix) {
			return d.DNS, nil
		}
	}
	return "", err
}

// elsewhere looks for an account in the other domains of the forest, or in that
// of the name home, in the catalogue, which knows a part of it. several are the
// domains where more than one has it.
func (c *Client) elsewhere(ctx context.Context, op, sam, home string) (out fact.Account, several string, ok bool) {
	err := c.with(ctx, c.catalog, op, func(s *session) error {
		ok, several = false, ""
		found, err := s.subtree("", accountFilter(sam), listed()...)
		if err != nil {
			return err
		}
		found = slices.DeleteFunc(found, func(e *ldap.Entry) bool {
			return inDomain(e.DN, s.defaultNC) || home != "" && !strings.EqualFold(domainOf(e.DN), home)
		})
		if len(found) > 1 {
			domains := make([]string, len(found))
			for i, e := range found {
				domains[i] = domainOf(e.DN)
			}
			slices.Sort(domains)
			several = strings.Join(domains, ", ")
		}
		if len(found) != 1 {
			return nil
		}
		if out, err = c.fill(s, found[0]); err != nil {
			return err
		}
		out.Partial, ok = true, true
		return nil
	})
	if err != nil {
		return fact.Account{}, "", false
	}
	return out, several, ok
}

func accountFilter(name string) string {
	if _, sam, ok := strings.Cut(name, `\`); ok {
		name = sam
	}
	attribute := "sAMAccountName"
	if strings.Contains(name, "@") {
		attribute = "userPrincipalName"
	}
	return "(&(" + attribute + "=" + ldap.EscapeFilter(name) + ")(objectClass=user))"
}

// account reads everything about one object of the connected domain.
func (c *Client) account(s *session, dn string) (fact.Account, error) {
	entry, err := s.base(dn, own()...)
	if err != nil {
		return fact.Account{}, err
	}
	a, err := c.fill(s, entry)
	if err != nil {
		return fact.Account{}, err
	}
	a.EncTypes = number(entry.GetEqualFoldAttributeValue("msDS-SupportedEncryptionTypes"), -1)
	a.KeyVersion = number(entry.GetEqualFoldAttributeValue("msDS-KeyVersionNumber"), 0)
	computed := flags(entry.GetEqualFoldAttributeValue("msDS-User-Account-Control-Computed"))
	a.Locked = computed&computedLocked != 0
	a.PasswordExpired = computed&computedPasswordExpired != 0
	if a.DelegateTo, err = s.values(entry, "msDS-AllowedToDelegateTo"); err != nil {
		return fact.Account{}, err
	}
	if a.Writable, err = s.values(entry, "allowedAttributesEffective"); err != nil {
		return fact.Account{}, err
	}
	if raw := entry.GetEqualFoldRawAttributeValue("msDS-AllowedToActOnBehalfOfOtherIdentity"); len(raw) > 0 {
		d, err := parseDescriptor(raw)
		if err != nil {
			return fact.Account{}, fmt.Errorf("reading who may act on behalf of others to %s: %w", a.SAM, err)
		}
		a.ActOnBehalf, a.ActConditions = d.trustees(), d.conditional()
	}
	a.ProtectedUser, a.Groups, err = s.protected(entry.DN)
	return a, err
}

// fill takes over what both a domain controller and a catalogue have.
func (c *Client) fill(s *session, e *ldap.Entry) (fact.Account, error) {
	get := e.GetEqualFoldAttributeValue
	names, err := s.values(e, "servicePrincipalName")
	if err != nil {
		return fact.Account{}, err
	}
	a := fact.Account{
		DN: e.DN, SAM: get("sAMAccountName"), UPN: get("userPrincipalName"),
		SID: sidOf(e.GetEqualFoldRawAttributeValue("objectSid")), Domain: domainOf(e.DN),
		SPNs: names, EncTypes: -1, UAC: flags(get("userAccountControl")), DNSHostName: get("dNSHostName"),
	}
	classes := e.GetEqualFoldAttributeValues("objectClass")
	a.Managed = slices.ContainsFunc(classes, func(class string) bool {
		class = strings.ToLower(class)
		return strings.HasPrefix(class, "msds-") && strings.HasSuffix(class, "managedserviceaccount")
	})
	// Managed service accounts descend from the class of computers.
	a.Computer = !a.Managed && slices.ContainsFunc(classes, func(class string) bool { return strings.EqualFold(class, "computer") })
	a.Disabled = a.UAC&fact.UACDisabled != 0
	if t, ok := fileTime(get("pwdLastSet")); ok {
		a.PasswordSet = t
	}
	if t, ok := fileTime(get("accountExpires")); ok {
		a.Expired = !t.After(c.now())
	}
	return a, nil
}

// protected says whether an account is in Protected Users, directly or through
// other groups. tokenGroups needs a catalogue at hand and certain rights, so
// its absence is no answer and the membership is searched for instead.
func (s *session) protected(dn string) (protected bool, groups []string, err error) {
	entry, err := s.base(dn, "tokenGroups")
	if err == nil {
		for _, g := range entry.GetEqualFoldRawAttributeValues("tokenGroups") {
			sid := sidOf(g)
			groups = append(groups, sid)
			protected = protected || strings.HasPrefix(sid, "S-1-5-21-") && strings.HasSuffix(sid, protectedUsers)
		}
		if len(groups) > 0 {
			return protected, groups, nil
		}
	} else if s.lost(err) != nil {
		return false, nil, err
	}
	const wellKnown = "(&(objectClass=group)(sAMAccountName=Protected Users))"
	group, err := s.subtree(s.defaultNC, wellKnown, "objectSid")
	if err != nil || len(group) == 0 {
		return false, nil, err
	}
	const chain = "(memberOf:1.2.840.113556.1.4.1941:="
	member, err := s.ldap.Search(ldap.NewSearchRequest(dn, ldap.ScopeBaseObject, ldap.NeverDerefAliases,
		0, 0, false, chain+ldap.EscapeFilter(group[0].DN)+")", []string{"1.1"}, nil))
	if err != nil {
		return false, nil, fmt.Errorf("looking for the membership: %w", err)
	}
	return len(member.Entries) > 0, nil, nil
}
