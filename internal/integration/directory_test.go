package integration_test

import (
	"net"
	"strings"
	"testing"

	"sensegate/internal/foreign"
	"sensegate/internal/lab/contoso"
)

// TestOpenLDAP reads the directory as an administrator's tools would.
func TestOpenLDAP(t *testing.T) {
	foreign.Need(t, "the package ldap-utils", "ldapsearch", "ldapwhoami")
	foreign.Need(t, "the package krb5-user", "kinit")
	l := startLab(t, "--finished")
	admin := contoso.Admin()
	env := named(t, l.ticketEnv(t, "LDAPTLS_CACERT="+l.path("ca.pem")))
	must(t, env, "", "kinit", "-k", "-t", l.path("admin.keytab"), admin.SAM)

	at := func(scheme, server string) string {
		return scheme + "://" + net.JoinHostPort(contoso.DC, l.port(t, server))
	}
	search := func(url string, more ...string) []string {
		return append([]string{"ldapsearch", "-LLL", "-o", "ldif-wrap=no", "-H", url}, more...)
	}
	simple := []string{"-x", "-D", admin.UPN, "-w", admin.Password}
	// Without -N it would ask for a ticket to whatever 127.0.0.1 is called here.
	ticket := []string{"-N", "-Q", "-Y", "GSSAPI", "-O", "maxssf=0"}
	holder := []string{"-b", contoso.BaseDN, "(servicePrincipalName=" + contoso.SPN + ")", "sAMAccountName", "servicePrincipalName"}
	held := []string{"sAMAccountName: " + contoso.ServiceAccount, "servicePrincipalName: " + contoso.SPN}
	join := func(parts ...[]string) (out []string) {
		for _, p := range parts {
			out = append(out, p...)
		}
		return out
	}
	for _, x := range []exchange{
		{name: "simple bind over LDAPS", command: search(at("ldaps", "ldaps"), join(simple, holder)...), want: held},
		{name: "simple bind after StartTLS", command: search(at("ldap", "ldap"), join([]string{"-ZZ"}, simple, holder)...), want: held},
		{name: "simple bind in clear", command: search(at("ldap", "ldap"), join(simple, holder)...), fails: true, want: []string{"Strong(er) authentication required"}},
		{name: "a wrong password", command: search(at("ldaps", "ldaps"), join([]string{"-x", "-D", admin.UPN, "-w", "not it"}, holder)...), fails: true, want: []string{"Invalid credentials", "data 52e"}},
		{name: "a ticket after StartTLS", command: search(at("ldap", "ldap"), join([]string{"-ZZ"}, ticket, holder)...), want: held},
		{name: "a ticket over LDAPS", command: search(at("ldaps", "ldaps"), join(ticket, holder)...), want: held},
		{name: "a ticket in clear", command: search(at("ldap", "ldap"), join(ticket, holder)...), fails: true, want: []string{"Strong(er) authentication required"}},
		{name: "who the ticket is", command: join([]string{"ldapwhoami", "-H", at("ldaps", "ldaps")}, ticket), want: []string{`u:` + contoso.NetBIOS + `\` + admin.SAM}},
		{name: "global catalogue", command: search(at("ldaps", "gcs"), join(simple, []string{"-b", ""}, holder[2:])...), want: held},
		{name: "who may delegate", command: search(at("ldaps", "ldaps"), join(simple, []string{"-b", contoso.BaseDN, "(msDS-AllowedToDelegateTo=" + contoso.SPN + ")", "sAMAccountName"})...), want: []string{
			"sAMAccountName: CONN01$", "sAMAccountName: CONN02$",
		}},
	} {
		t.Run(x.name, func(t *testing.T) { x.try(t, env) })
	}

	t.Run("in pages as in one", func(t *testing.T) {
		everybody := []string{"-b", contoso.BaseDN, "(objectClass=user)", "sAMAccountName"}
		count := func(more ...string) int {
			cmd := search(at("ldaps", "ldaps"), join(simple, more, everybody)...)
			return strings.Count(must(t, env, "", cmd[0], cmd[1:]...), "\nsAMAccountName: ")
		}
		whole, paged := count(), count("-E", "pr=3/noprompt")
		if whole < 7 || paged != whole {
			t.Errorf("%d entries at once, %d in pages of three", whole, paged)
		}
	})
}
