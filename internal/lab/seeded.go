package lab

import (
	"slices"
	"strings"

	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/entra"
)

// Seeded are the names and secrets that the lab's systems hold now: what must
// not be found where names are replaced, and what must be found nowhere.
type Seeded struct {
	// Names are accounts, sign-in names, people, machines, domains, tenants and
	// identifiers, as the systems write them.
	Names []string
	// Secrets are passwords.
	Secrets []string
}

// Seeded lists them.
func (l *Lab) Seeded() Seeded {
	var s Seeded
	add := func(list *[]string, values ...string) {
		for _, v := range values {
			if v = strings.TrimSpace(v); v != "" && !slices.Contains(*list, v) {
				*list = append(*list, v)
			}
		}
	}
	for _, a := range l.store.Accounts() {
		add(&s.Names, a.SAM, a.UPN, a.DN, string(a.SID), a.DNSHostName)
		add(&s.Names, a.SPNs...)
		add(&s.Secrets, a.Password)
	}
	l.entra.View(func(t *entra.State) {
		add(&s.Names, t.Tenant.ID, t.Tenant.DisplayName)
		for _, d := range t.Tenant.Domains {
			add(&s.Names, d.Name)
		}
		for _, u := range t.Users {
			add(&s.Names, u.ID, u.UPN, u.Mail)
			add(&s.Secrets, u.Password)
		}
		for _, c := range t.Clients {
			add(&s.Secrets, c.Secrets...)
		}
		for _, c := range t.Connectors {
			add(&s.Names, c.ID, c.MachineName, c.ExternalIP)
		}
		for _, g := range t.Groups {
			add(&s.Names, g.ID)
		}
		for _, a := range t.Applications {
			add(&s.Names, a.ID, a.AppID)
		}
	})
	add(&s.Names, contoso.DC, contoso.QlikHost, contoso.QlikNode, contoso.LoginHost, contoso.GraphHost, contoso.ExternalHost, contoso.Domain, contoso.Realm, contoso.NetBIOS, contoso.DomainSID, "127.0.0.1")
	for _, h := range contoso.Connectors() {
		add(&s.Names, h.Name)
	}
	return s
}
