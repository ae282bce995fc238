package cli

import (
	"context"
	"net"
	"os"
	"slices"
	"strings"
	"time"

	"sensegate/internal/directory"
	"sensegate/internal/graph"
	"sensegate/internal/kerberos"
	"sensegate/internal/netprobe"
	"sensegate/internal/site"
	"sensegate/steps"
	"sensegate/ui"
)

// defaultsWithin bounds the search for answers that nobody asked for.
const defaultsWithin = 10 * time.Second

// hunt is one search for the answers that a site lacks. What is found serves
// what is looked for after it.
type hunt struct {
	site   site.Site
	dialer *netprobe.Dialer
	dns    *netprobe.Resolver
	own    []string // domains that this machine says it is in
	found  map[string]ui.Suggestion
}

// discover finds what DNS, the sign-in service and a directory that lets in
// without a question can tell. Nobody is asked to sign in or for a password,
// and what does not answer is left out.
func (p *program) discover(ctx context.Context, s site.Site) map[string]ui.Suggestion {
	ctx, cancel := context.WithTimeout(ctx, defaultsWithin)
	defer cancel()
	dialer, err := netprobe.New(s)
	if err != nil {
		return nil
	}
	h := &hunt{site: s, dialer: dialer, dns: netprobe.NewResolver(dialer), own: p.ownDomains(), found: map[string]ui.Suggestion{}}
	h.domain(ctx)
	h.controller(ctx)
	h.tenant(ctx)
	if h.site.Qlik.Repository == "" {
		h.first("qlik.repository", func(put func(string, string)) error { return discoverRepository(ctx, h.site, h.dns, put) })
	}
	if h.site.Qlik.ServiceAccount == "" && h.site.Directory.Domain != "" && h.lets(p) {
		h.holder(ctx, p)
	}
	return h.found
}

// ownDomains are the domains that this machine and its user belong to, as they
// say themselves.
func (p *program) ownDomains() []string {
	out := []string{p.env("USERDNSDOMAIN")} // Windows sets it for users of a domain
	if name, err := os.Hostname(); err == nil {
		_, domain, _ := strings.Cut(name, ".")
		out = append(out, domain)
	}
	return out
}

// first takes the first that is put, where there is one.
func (h *hunt) first(key string, find func(put func(value, from string)) error) string {
	_ = find(func(value, from string) { // who does not answer has nothing to offer
		if _, has := h.found[key]; !has && value != "" {
			h.found[key] = ui.Suggestion{Value: value, From: from}
		}
	})
	return h.found[key].Value
}

func (h *hunt) domain(ctx context.Context) {
	if h.site.Directory.Domain != "" {
		return
	}
	h.site.Directory.Domain = h.first("directory.domain", func(put func(string, string)) error {
		_ = discoverDomain(ctx, steps.World{}, h.site, h.dns, put) // the names of this machine may do better
		for _, d := range h.own {
			if list, err := h.dns.DomainControllers(ctx, d); err == nil && len(list) > 0 {
				put(strings.ToLower(d), "this machine is in it, and DNS names its domain controllers")
			}
		}
		return nil
	})
}

// controller finds who answers for the domain, and so its realm: that of a
// domain of Active Directory is its name in capitals (MS-KILE, section 3.1.5).
func (h *hunt) controller(ctx context.Context) {
	d := h.site.Directory.Domain
	if d == "" {
		return
	}
	list, err := h.dns.DomainControllers(ctx, d)
	if err != nil || len(list) == 0 {
		return
	}
	from := "DNS, service records of " + d
	if h.site.Directory.Server == "" {
		h.found["directory.server"] = ui.Suggestion{Value: "ldaps://" + net.JoinHostPort(list[0], "636"), From: from}
	}
	if h.site.Kerberos.Realm == "" {
		h.found["kerberos.realm"] = ui.Suggestion{Value: strings.ToUpper(d), From: "the domain, whose controllers DNS names"}
	}
}

// tenant asks for the tenant of the domains that the site names already. The
// host of an application proxy bears the tenant's first domain.
func (h *hunt) tenant(ctx context.Context) {
	if h.site.Entra.Tenant != "" {
		return
	}
	var domains []string
	if _, d, ok := strings.Cut(h.site.TestUser.UPN, "@"); ok {
		domains = append(domains, d)
	}
	if name, ok := strings.CutSuffix(h.site.ExternalHost(), ".msappproxy.net"); ok {
		domains = append(domains, name[strings.LastIndex(name, "-")+1:]+".onmicrosoft.com")
	}
	domains = append(domains, h.site.Directory.Domain)
	h.first("entra.tenant", func(put func(string, string)) error {
		for _, d := range slices.Compact(domains) {
			if d == "" {
				continue
			}
			id, err := graph.TenantOf(ctx, h.dialer, h.site, d)
			if err != nil {
				return err
			}
			if id != "" {
				put(d, "Entra's sign-in service: this domain is of the tenant "+id)
				return nil
			}
		}
		return nil
	})
}

// lets says whether the directory can be asked without asking a person.
func (h *hunt) lets(p *program) bool {
	d := h.site.Directory
	_, known := p.secret("directory")
	return d.Keytab != "" || d.CCache != "" || known && d.User != "" || kerberos.CanUseLogon()
}

func (h *hunt) holder(ctx context.Context, p *program) {
	tickets := kerberos.New(h.site, h.dialer, p.secret)
	ldap := directory.New(h.site, h.dialer, tickets, p.secret)
	tickets.BeforePassword(ldap.MayTry)
	defer func() { _ = ldap.Close() }() // only read from
	h.first("qlik.service_account", func(put func(string, string)) error {
		return discoverHolders(ctx, steps.World{Ports: steps.Ports{Directory: ldap}}, h.site, put)
	})
}
