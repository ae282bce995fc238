package ad_test

import (
	"testing"

	"sensegate/checks"
	"sensegate/internal/directory"
	"sensegate/internal/kerberos"
	practice "sensegate/internal/lab"
	"sensegate/internal/netprobe"
)

// TestLabAgrees breaks the practice lab in the ways that the real domain was
// broken, and wants the rehearsal to name the same causes.
func TestLabAgrees(t *testing.T) {
	for fault, cause := range map[string]checks.CauseID{
		"":                         "",
		"delegation-missing":       "delegation.missing",
		"delegation-other-spn":     "delegation.other-spn",
		"delegation-kerberos-only": "delegation.kerberos-only",
		"user-sensitive":           "delegation.user-sensitive",
		"user-protected":           "delegation.user-protected",
		"spn-missing":              "spn.missing",
		"spn-duplicate":            "spn.duplicate",
		"spn-no-aes":               "spn.no-aes",
		"service-account-disabled": "spn.account-disabled",
		"clock-skew":               "site.clock-skew",
	} {
		t.Run("fault "+fault, func(t *testing.T) {
			l, err := practice.Start(t.Context(), practice.Options{Finished: true, Dir: t.TempDir()})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = l.Close() })
			if fault != "" {
				if err := l.Break(fault); err != nil {
					t.Fatal(err)
				}
			}
			w := &world{site: l.Site()}
			if w.dialer, err = netprobe.New(w.site); err != nil {
				t.Fatal(err)
			}
			w.kerberos = kerberos.New(w.site, w.dialer, nil)
			w.directory = directory.New(w.site, w.dialer, w.kerberos, nil)
			t.Cleanup(func() { _ = w.directory.Close() })
			r := w.ask(t, w.delegationChecks(), "delegation.rehearsal")
			if r.Cause != cause || (cause == "") != (r.Status == checks.Pass) {
				t.Errorf("%s %s, want %q\nseen: %s\n%v", r.Status, r.Cause, cause, r.Seen, r.Evidence)
			}
		})
	}
}
