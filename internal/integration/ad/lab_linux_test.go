package ad_test

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sensegate/checks"
	"sensegate/internal/directory"
	"sensegate/internal/kerberos"
	practice "sensegate/internal/lab"
	"sensegate/internal/lab/contoso"
	"sensegate/internal/netprobe"
)

// TestPreconditionsOnTheLab spoils the practice lab in the ways that the real
// domain is spoilt, and wants the rehearsal to name the same causes and MIT's
// kvno to agree there as well.
func TestPreconditionsOnTheLab(t *testing.T) {
	need(t)
	at := place{spn: contoso.SPN, domain: contoso.Domain}
	for _, p := range preconditions() {
		t.Run(p.name, func(t *testing.T) {
			dir := t.TempDir()
			l, err := practice.Start(t.Context(), practice.Options{Finished: true, Dir: dir})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = l.Close() })
			w := openLab(t, l)
			if p.edits != nil {
				w.change(t, p.edits(at))
			}
			for _, fault := range []string{p.fault, map[bool]string{true: "spn-duplicate"}[p.twice != ""]} {
				if fault == "" {
					continue
				}
				if err := l.Break(fault); err != nil {
					t.Fatal(err)
				}
			}
			secrets := map[string]string{}
			if p.site != nil {
				p.site(at, &w.site, secrets)
				w.reopen(t, secrets)
			}
			green := p.cause == ""
			r := w.ask(t, w.delegationChecks(), "delegation.rehearsal")
			if r.Cause != p.cause || green != (r.Status == checks.Pass) {
				t.Errorf("%s %s, want %q\nseen: %s\n%v", r.Status, r.Cause, p.cause, r.Seen, r.Evidence)
			}
			if p.alone || p.fault == "clock-skew" { // MIT's client corrects the clock
				return
			}
			if out, code := kvnoOnLab(t, dir); (code == 0) != green {
				t.Errorf("the rehearsal says %s, kvno exits %d:\n%s", r.Status, code, out)
			}
		})
	}
}

func openLab(t *testing.T, l *practice.Lab) *world {
	t.Helper()
	w := &world{site: l.Site()}
	w.reopen(t, nil)
	return w
}

// reopen makes the adapters for the site as it is now.
func (w *world) reopen(t *testing.T, secrets map[string]string) {
	t.Helper()
	var err error
	if w.dialer, err = netprobe.New(w.site); err != nil {
		t.Fatal(err)
	}
	known := func(name string) (string, bool) { v, ok := secrets[name]; return v, ok }
	w.kerberos = kerberos.New(w.site, w.dialer, known)
	w.directory = directory.New(w.site, w.dialer, w.kerberos, known)
	t.Cleanup(func() { _ = w.directory.Close() })
}

// change writes to the lab's directory with somebody else's client.
func (w *world) change(t *testing.T, edits []edit) {
	t.Helper()
	var ldif strings.Builder
	for _, e := range edits {
		a, err := w.directory.Account(t.Context(), e.account)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&ldif, "dn: %s\nchangetype: modify\nreplace: %s\n", a.DN, e.attribute)
		for _, v := range e.values {
			fmt.Fprintf(&ldif, "%s:: %s\n", e.attribute, base64.StdEncoding.EncodeToString([]byte(v)))
		}
		ldif.WriteString("\n")
	}
	address := w.site.Resolve(contoso.DC + ":636")
	client := &dc{env: append(os.Environ(), "LC_ALL=C", "LDAPTLS_REQCERT=never")}
	client.must(t, ldif.String(), "ldapmodify", "-x", "-H", "ldaps://"+address, "-D", contoso.Admin().UPN, "-w", contoso.Admin().Password)
}

// kvnoOnLab does what the rehearsal does with MIT's programs.
func kvnoOnLab(t *testing.T, dir string) (out string, code int) {
	t.Helper()
	conf, err := os.ReadFile(filepath.Join(dir, "krb5.conf"))
	if err != nil {
		t.Fatal(err)
	}
	// As hardened as we are: RC4 is neither offered nor taken.
	hard := strings.Replace(string(conf), "[libdefaults]", "[libdefaults]\n\tpermitted_enctypes = aes256-cts-hmac-sha1-96 aes128-cts-hmac-sha1-96", 1)
	file := filepath.Join(t.TempDir(), "krb5.conf")
	if err := os.WriteFile(file, []byte(hard), 0o600); err != nil {
		t.Fatal(err)
	}
	client := &dc{env: append(os.Environ(), "LC_ALL=C", "KRB5_CONFIG="+file)}
	cache := "FILE:" + filepath.Join(t.TempDir(), "cc")
	if out, code = client.client(t, "", "kinit", "-f", "-k", "-t", filepath.Join(dir, "conn01.keytab"), "-c", cache, connector); code != 0 {
		return out, code
	}
	return client.client(t, "", "kvno", "-c", cache, "-I", alice, "-P", contoso.SPN)
}
