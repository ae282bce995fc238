package cli

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"sensegate/internal/fact"
	"sensegate/internal/graph"
	"sensegate/internal/site"
	"sensegate/steps"
)

// nameService is what DNS can be asked beside what the checks ask it.
type nameService interface {
	CanonicalName(ctx context.Context, host string) (string, error)
	DomainControllers(ctx context.Context, domain string) ([]string, error)
}

// people is a tenant that lists its users.
type people interface {
	SyncedPeople(ctx context.Context) ([]graph.Person, error)
}

// discover finds answers in DNS, the directory and the tenant's list of users,
// and puts each with where it was found.
func discover(ctx context.Context, w steps.World, s site.Site, key string, put func(value, from string)) error {
	dns, _ := w.Resolver.(nameService)
	switch key {
	case "directory.domain":
		return discoverDomain(ctx, w, s, dns, put)
	case "directory.server":
		return discoverControllers(ctx, s.Directory.Domain, dns, put)
	case "kerberos.realm":
		return discoverControllers(ctx, s.Directory.Domain, dns, func(_, from string) { put(strings.ToUpper(s.Directory.Domain), from) })
	case "qlik.repository":
		return discoverRepository(ctx, s, dns, put)
	case "qlik.service_account":
		return discoverHolders(ctx, w, s, put)
	case "test_user.upn":
		list, ok := w.Graph.(people)
		if !ok {
			return nil
		}
		found, err := list.SyncedPeople(ctx)
		if err != nil {
			return fmt.Errorf("asking Entra for synchronised users: %w", err)
		}
		for _, p := range found {
			put(p.UPN, p.Name+", a synchronised user in Entra")
		}
	}
	return nil
}

// discoverDomain tries the names that hosts and users of the site end with: one
// for which DNS names domain controllers is a domain. Then the directory itself.
func discoverDomain(ctx context.Context, w steps.World, s site.Site, dns nameService, put func(value, from string)) error {
	var failed error
	for _, host := range []string{s.InternalHost(), repositoryHost(s), strings.ReplaceAll(s.TestUser.UPN, "@", ".")} {
		_, domain, _ := strings.Cut(host, ".")
		if dns == nil || !strings.Contains(domain, ".") {
			continue
		}
		list, err := dns.DomainControllers(ctx, domain)
		if failed = err; len(list) > 0 {
			put(domain, "DNS names its domain controllers, "+strings.Join(list, ", "))
		}
	}
	if s.Directory.Server == "" && s.Directory.Domain == "" || w.Directory == nil {
		return failed
	}
	root, err := w.Directory.RootDSE(ctx)
	if err != nil {
		return fmt.Errorf("asking the directory for its domain: %w", err)
	}
	put(domainOf(root.DefaultNC), "what the domain controller "+root.Host+" serves")
	return nil
}

// repositoryHost is the machine that the repository was said to be on.
func repositoryHost(s site.Site) string {
	u, err := url.Parse(s.Qlik.Repository)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// domainOf writes DC=contoso,DC=com as contoso.com.
func domainOf(dn string) string {
	var parts []string
	for p := range strings.SplitSeq(dn, ",") {
		if name, value, ok := strings.Cut(strings.TrimSpace(p), "="); ok && strings.EqualFold(name, "DC") {
			parts = append(parts, value)
		}
	}
	return strings.Join(parts, ".")
}

func discoverControllers(ctx context.Context, domain string, dns nameService, put func(value, from string)) error {
	if dns == nil || domain == "" {
		return nil
	}
	list, err := dns.DomainControllers(ctx, domain)
	if err != nil {
		return fmt.Errorf("asking DNS for domain controllers: %w", err)
	}
	for _, host := range list {
		put(host, "DNS, service records of "+domain)
	}
	return nil
}

// discoverRepository follows the name that users type to the machine behind it.
func discoverRepository(ctx context.Context, s site.Site, dns nameService, put func(value, from string)) error {
	host := s.InternalHost()
	if dns == nil || host == "" {
		return nil
	}
	machine, err := dns.CanonicalName(ctx, host)
	if err != nil {
		return fmt.Errorf("asking DNS where %s leads: %w", host, err)
	}
	from := "the host of the internal URL"
	if machine != host {
		from = "DNS, where " + host + " leads"
	}
	put("https://"+machine+":4242", from)
	return nil
}

// discoverHolders asks the forest who holds the service name, and who may be
// meant by names like it.
func discoverHolders(ctx context.Context, w steps.World, s site.Site, put func(value, from string)) error {
	if s.SPN() == "" {
		return nil
	}
	list, err := w.Directory.Holders(ctx, s.SPN())
	if err != nil {
		return fmt.Errorf("asking the directory who holds %s: %w", s.SPN(), err)
	}
	for _, a := range list {
		put(accountName(s, a), "holds "+s.SPN()+" in the directory")
	}
	return nil
}

// accountName writes an account as DOMAIN\name, as far as the domain's short
// name is known from what was answered already; else as name@domain.
func accountName(s site.Site, a fact.Account) string {
	for _, known := range []string{s.Qlik.ServiceAccount, s.Directory.User} {
		if short, _, ok := strings.Cut(known, `\`); ok && strings.EqualFold(a.Domain, s.Directory.Domain) {
			return short + `\` + a.SAM
		}
	}
	return a.SAM + "@" + a.Domain
}
