package cli

import (
	"strings"
	"testing"
	"time"

	"sensegate/internal/lab"
	"sensegate/internal/site"
	"sensegate/ui"
)

// TestDiscovery finds, in the practice lab's DNS, directory and tenant, what a
// first-time admin does not know by heart, and says where.
func TestDiscovery(t *testing.T) {
	l, err := lab.Start(t.Context(), lab.Options{Finished: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	p := &program{Process: Process{Clock: time.Now}}
	find := p.suggestFor(ui.NewDesk(nil))
	facts := l.Site()
	tests := []struct {
		key, want, from string
		change          func(*site.Site)
	}{
		{"test_user.upn", facts.TestUser.UPN, "a synchronised user in Entra", func(s *site.Site) { s.TestUser.UPN = "" }},
		{"directory.domain", facts.Directory.Domain, "DNS names its domain controllers", func(s *site.Site) { s.Directory.Domain, s.Directory.Server = "", "" }},
		{"directory.domain", facts.Directory.Domain, "DNS names its domain controllers", func(*site.Site) {}},
		{"directory.server", "dc1." + facts.Directory.Domain, "DNS, service records", func(s *site.Site) { s.Directory.Server = "" }},
		{"kerberos.realm", facts.Realm(), "DNS, service records", func(s *site.Site) { s.Kerberos.Realm = "" }},
		{"qlik.service_account", facts.Qlik.ServiceAccount, "holds " + facts.SPN(), func(s *site.Site) { s.Qlik.ServiceAccount = `CONTOSO\someone` }},
		{"qlik.service_account", facts.ServiceAccountName() + "@" + facts.Directory.Domain, "holds " + facts.SPN(), func(s *site.Site) { s.Qlik.ServiceAccount = "" }},
		{"qlik.repository", "https://", "", func(s *site.Site) { s.Qlik.Repository = "" }},
	}
	for _, tt := range tests {
		t.Run(tt.key, func(t *testing.T) {
			s := facts
			tt.change(&s)
			list, err := find(t.Context(), s, tt.key)
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range list {
				if (v.Value == tt.want || strings.HasSuffix(tt.want, "/") && strings.HasPrefix(v.Value, tt.want)) && strings.Contains(v.From, tt.from) {
					return
				}
			}
			t.Errorf("%q (%s) is not among %+v", tt.want, tt.from, list)
		})
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"test_user.upn", "directory.server", "qlik.service_account"} {
		if list, err := find(t.Context(), facts, key); err == nil || len(list) > 0 {
			t.Errorf("%s: %v was found where nobody answers, %v", key, list, err)
		}
	}
}
