package cli

import (
	"strings"
	"testing"
	"time"

	"sensegate/internal/lab"
	"sensegate/internal/site"
)

// TestDefaults: from the internal URL and the name of the test user alone, the
// practice lab's DNS, sign-in service and directory tell the rest, with where it
// was found; what was answered is left alone, and nobody signs in.
func TestDefaults(t *testing.T) {
	l, err := lab.Start(t.Context(), lab.Options{Finished: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closing(t, l.Close) })
	p := &program{Process: Process{Clock: time.Now}}
	whole := l.Site()
	bare := whole
	bare.Entra.Tenant, bare.Directory.Domain, bare.Directory.Server, bare.Kerberos.Realm = "", "", "", ""
	bare.Qlik.Repository, bare.Qlik.ServiceAccount = "", ""
	found := p.discover(t.Context(), bare)
	domain := whole.Directory.Domain
	for key, want := range map[string][2]string{
		"directory.domain":     {domain, "DNS names its domain controllers"},
		"directory.server":     {"ldaps://dc1." + domain + ":636", "service records of " + domain},
		"kerberos.realm":       {whole.Realm(), "the domain"},
		"entra.tenant":         {domain, "this domain is of the tenant " + whole.Entra.Tenant},
		"qlik.repository":      {"https://", "internal URL"},
		"qlik.service_account": {whole.ServiceAccountName() + "@" + domain, "holds " + whole.SPN()},
	} {
		if got := found[key]; !strings.HasPrefix(got.Value, want[0]) || !strings.Contains(got.From, want[1]) {
			t.Errorf("%s: %+v, want %q (%s)", key, got, want[0], want[1])
		}
	}
	if found := p.discover(t.Context(), whole); len(found) > 0 {
		t.Errorf("nothing is lacking, but %+v was found", found)
	}
	if found := p.discover(t.Context(), site.Site{DNS: "127.0.0.1:1"}); len(found) > 0 {
		t.Errorf("found out of nothing: %+v", found)
	}
}
