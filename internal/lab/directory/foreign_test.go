package directory_test

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"sensegate/internal/foreign"
	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/directory"
	"sensegate/internal/lab/pki"
)

// tool runs one of OpenLDAP's programs.
type tool struct{ env []string }

func (o tool) run(t *testing.T, stdin, name string, args ...string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Env, cmd.Stdin = o.env, strings.NewReader(stdin)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// The programs of OpenLDAP, written by others against the standard, must accept
// this server.
func TestOpenLDAP(t *testing.T) {
	foreign.Need(t, "the package ldap-utils", "ldapsearch", "ldapmodify", "ldapwhoami")
	ca, err := pki.NewCA("Contoso test CA")
	if err != nil {
		t.Fatal(err)
	}
	l := start(t, func(o *directory.Options) { o.CA = ca })
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, ca.PEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	o := tool{env: append(os.Environ(), "LDAPTLS_CACERT="+file, "LDAPCONF=/dev/null", "LC_ALL=C")}
	local := func(scheme, addr string) string {
		_, port, err := net.SplitHostPort(addr)
		if err != nil {
			t.Fatal(err)
		}
		return scheme + "://127.0.0.1:" + port
	}
	admin := contoso.Admin()
	bind := []string{"-x", "-D", admin.UPN, "-w", admin.Password}
	search := func(url string, more ...string) []string {
		return append(append([]string{"-LLL", "-o", "ldif-wrap=no", "-H", url}, bind...), more...)
	}
	tests := []struct {
		name, stdin, program string
		args                 []string
		want                 []string
		fails                bool
	}{
		{
			name: "root entry, anonymous", program: "ldapsearch",
			args: []string{"-x", "-LLL", "-H", local("ldap", l.AddrLDAP()), "-s", "base", "-b", ""},
			want: []string{"defaultNamingContext: " + contoso.BaseDN, "supportedLDAPVersion: 3"},
		},
		{
			name: "refused in clear", program: "ldapsearch", fails: true,
			args: search(local("ldap", l.AddrLDAP()), "-b", contoso.BaseDN),
			want: []string{"Strong(er) authentication required (8)", "integrity checking"},
		},
		{
			name: "over StartTLS", program: "ldapsearch",
			args: search(local("ldap", l.AddrLDAP()), "-ZZ", "-b", contoso.BaseDN, "(sAMAccountName=alice)", "userPrincipalName"),
			want: []string{"dn: CN=Alice Example,OU=Staff,DC=contoso,DC=test", "userPrincipalName: alice@contoso.test"},
		},
		{
			name: "over TLS, in pages", program: "ldapsearch",
			args: search(local("ldaps", l.AddrLDAPS()), "-E", "pr=10/noprompt", "-b", contoso.BaseDN, "(objectCategory=person)", "sAMAccountName"),
			want: []string{"sAMAccountName: Administrator", "sAMAccountName: qlik", "sAMAccountName: olaf"},
		},
		{
			name: "global catalogue", program: "ldapsearch",
			args: search(local("ldaps", l.AddrGCS()), "-b", "", "(servicePrincipalName=HTTP/intranet)", "servicePrincipalName"),
			want: []string{"servicePrincipalName: HTTP/intranet.contoso.test"},
		},
		{
			name: "who am I", program: "ldapwhoami",
			args: append([]string{"-H", local("ldaps", l.AddrLDAPS())}, bind...), want: []string{`u:CONTOSO\admin`},
		},
		{
			name: "a change", program: "ldapmodify",
			args:  append([]string{"-H", local("ldaps", l.AddrLDAPS())}, bind...),
			stdin: "dn: " + qlikDN + "\nchangetype: modify\nadd: servicePrincipalName\nservicePrincipalName: " + contoso.SPN + "\n",
			want:  []string{"modifying entry"},
		},
		{
			name: "a change that is refused", program: "ldapmodify", fails: true,
			args:  append([]string{"-H", local("ldaps", l.AddrLDAPS())}, bind...),
			stdin: "dn: " + sqlDN + "\nchangetype: modify\nadd: servicePrincipalName\nservicePrincipalName: " + contoso.SPN + "\n",
			want:  []string{"Constraint violation (19)", "000021C7"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			out, err := o.run(t, tt.stdin, tt.program, tt.args...)
			if (err != nil) != tt.fails {
				t.Errorf("%v\n%s", err, out)
			}
			for _, w := range tt.want {
				if !strings.Contains(out, w) {
					t.Errorf("no %q in\n%s", w, out)
				}
			}
		})
	}
}
