package kdc_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sensegate/internal/foreign"
	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/kdc"
	"sensegate/internal/lab/kdc/kdctest"
)

// mit runs the Kerberos tools of MIT, which nobody here wrote.
type mit struct {
	dir string
	env []string
}

func newMIT(t *testing.T, addr string, udp bool) *mit {
	t.Helper()
	limit := 1
	if udp {
		limit = 4000
	}
	foreign.Need(t, "the package krb5-user", "kinit", "kvno")
	dir := t.TempDir()
	conf := fmt.Sprintf(`[libdefaults]
 default_realm = %s
 dns_lookup_kdc = false
 dns_lookup_realm = false
 rdns = false
 dns_canonicalize_hostname = false
 forwardable = true
 udp_preference_limit = %d
[realms]
 %s = {
  kdc = %s
 }
[domain_realm]
 .%s = %s
`, contoso.Realm, limit, contoso.Realm, addr, contoso.Domain, contoso.Realm)
	file := filepath.Join(dir, "krb5.conf")
	if err := os.WriteFile(file, []byte(conf), 0o600); err != nil {
		t.Fatal(err)
	}
	return &mit{dir: dir, env: append(os.Environ(), "KRB5_CONFIG="+file, "KRB5CCNAME=FILE:"+filepath.Join(dir, "cc"), "LC_ALL=C")}
}

func (m *mit) run(t *testing.T, stdin, name string, args ...string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Env, cmd.Stdin = m.env, strings.NewReader(stdin)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func TestMITClients(t *testing.T) {
	d := kdctest.Contoso()
	s := kdctest.Start(t, d, nil)
	user, conn := contoso.TestUser(), contoso.Connectors()[0]
	realm := contoso.Realm
	// With -P the tool prints the key version of the evidence, not of the target.
	type step struct {
		args []string
		in   string
		fail string // text of the refusal, empty when it must succeed
		want string
	}
	kinit := func(p string, extra ...string) []string { return append(append([]string{"kinit"}, extra...), p) }
	tests := []struct {
		name   string
		udp    bool
		change func(*kdctest.Directory)
		steps  []step
	}{
		{"password and service ticket", false, nil, []step{
			{args: kinit(user.SAM), in: user.Password + "\n"},
			{args: []string{"kvno", contoso.SPN}, want: "kvno = 3"},
			{args: []string{"klist", "-e", "-f"}, want: "aes256-cts-hmac-sha1-96"},
		}},
		{"over UDP", true, nil, []step{{args: kinit(user.SAM), in: user.Password + "\n"}, {args: []string{"kvno", contoso.SPN}, want: "kvno = 3"}}},
		{"UPN", false, nil, []step{
			{args: kinit(user.UPN, "-E", "-C"), in: user.Password + "\n"},
			{args: []string{"klist"}, want: "Default principal: alice@" + realm},
		}},
		{"wrong password", false, nil, []step{{args: kinit(user.SAM), in: "no\n", fail: "Password incorrect"}}},
		{"disabled", false, func(d *kdctest.Directory) {
			d.Change(user.SAM, func(a *kdc.Account) { a.Disabled = true })
		}, []step{{args: kinit(user.SAM), in: user.Password + "\n", fail: "revoked"}}},
		{"renewal", false, nil, []step{
			{args: kinit(user.SAM, "-r", "2d"), in: user.Password + "\n"},
			{args: []string{"kinit", "-R"}},
			{args: []string{"kvno", contoso.SPN}, want: "kvno = 3"},
		}},
		{"unknown service", false, nil, []step{
			{args: kinit(user.SAM), in: user.Password + "\n"},
			{args: []string{"kvno", "HTTP/nobody.contoso.test"}, fail: "not found in Kerberos database"},
		}},
		{"delegation", false, nil, []step{
			{args: kinit(conn.Account, "-f"), in: conn.Password + "\n"},
			{args: []string{"kvno", "-I", user.SAM, conn.Account}, want: "kvno = 4"},
			{args: []string{"kvno", "-I", user.SAM, "-P", contoso.SPN}, want: "kvno = 4"},
			{args: []string{"kvno", "-U", user.UPN, "-P", contoso.SPN}, want: "kvno = 4"},
			{args: []string{"klist", "-f"}, want: contoso.SPN + "@" + realm + "\n\tfor client alice@" + realm + ", Flags: FA"},
			{args: []string{"kvno", "-I", "nobody", conn.Account}, fail: "not found in Kerberos database"},
		}},
		{"no delegation", false, func(d *kdctest.Directory) {
			d.Change(conn.Account, func(a *kdc.Account) { a.DelegateTo = nil })
		}, []step{
			{args: kinit(conn.Account, "-f"), in: conn.Password + "\n"},
			{args: []string{"kvno", "-I", user.SAM, "-P", contoso.SPN}, fail: "KDC can't fulfill requested option"},
		}},
		{"resource-based", false, func(d *kdctest.Directory) {
			d.Change(conn.Account, func(a *kdc.Account) { a.DelegateTo, a.TrustedToAuth = nil, false })
			d.Change("qlik", func(a *kdc.Account) { a.ActOnBehalf = []string{conn.Account} })
		}, []step{
			{args: kinit(conn.Account, "-f"), in: conn.Password + "\n"},
			{args: []string{"kvno", "-I", user.SAM, "-P", contoso.SPN}, want: "kvno = 4"},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := newMIT(t, s.Addr(), tt.udp)
			if tt.change != nil {
				d := kdctest.Contoso()
				tt.change(d)
				m = newMIT(t, kdctest.Start(t, d, nil).Addr(), tt.udp)
			}
			for _, st := range tt.steps {
				out, err := m.run(t, st.in, st.args[0], st.args[1:]...)
				switch {
				case st.fail == "" && err != nil:
					t.Fatalf("%v: %v\n%s", st.args, err, out)
				case st.fail != "" && (err == nil || !strings.Contains(out, st.fail)):
					t.Fatalf("%v: wanted %q, got %v\n%s", st.args, st.fail, err, out)
				case !strings.Contains(out, st.want):
					t.Fatalf("%v: wanted %q\n%s", st.args, st.want, out)
				}
			}
		})
	}
}

// A keytab written here must open for MIT: the right salt for a computer, and
// a service name that carries its owner's key.
func TestMITReadsTheKeytab(t *testing.T) {
	d := kdctest.Contoso()
	s := kdctest.Start(t, d, nil)
	m := newMIT(t, s.Addr(), false)
	conn, _ := d.ByName("CONN01$")
	qlik, _ := d.ByName("qlik")
	b, err := kdc.Keytab(contoso.Realm, time.Now(), kdc.KeytabEntry{Account: conn}, kdc.KeytabEntry{Principal: contoso.SPN, Account: qlik})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(m.dir, "kt")
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := m.run(t, "", "kinit", "-f", "-k", "-t", file, "CONN01$"); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if out, err := m.run(t, "", "kvno", "-k", file, contoso.SPN); err != nil || !strings.Contains(out, "keytab entry valid") {
		t.Errorf("%v\n%s", err, out)
	}
}
