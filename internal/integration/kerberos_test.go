package integration_test

import (
	"strings"
	"testing"

	"sensegate/internal/foreign"
	"sensegate/internal/lab/contoso"
)

// exchange is one run of a client and what it must say.
type exchange struct {
	name    string
	stdin   string
	command []string
	fails   bool
	want    []string
}

func (x exchange) try(t *testing.T, env []string) {
	t.Helper()
	out, code := run(t, env, x.stdin, x.command[0], x.command[1:]...)
	if code < 0 || (code != 0) != x.fails {
		t.Fatalf("%s: exit %d\n%s", strings.Join(x.command, " "), code, out)
	}
	for _, w := range x.want {
		if !strings.Contains(out, w) {
			t.Errorf("%s: no %q in\n%s", strings.Join(x.command, " "), w, out)
		}
	}
}

// TestMITUser signs a person in and gets the ticket that a browser would.
func TestMITUser(t *testing.T) {
	foreign.Need(t, "the package krb5-user", "kinit", "kvno", "klist", "kdestroy")
	l := startLab(t, "--finished")
	env := l.ticketEnv(t)
	alice := contoso.TestUser()
	for _, x := range []exchange{
		{name: "a wrong password", stdin: "not it\n", command: []string{"kinit", alice.SAM}, fails: true, want: []string{"Password incorrect"}},
		{name: "nobody", stdin: "x\n", command: []string{"kinit", "nobody"}, fails: true, want: []string{"not found in Kerberos database"}},
		{name: "the password", stdin: alice.Password + "\n", command: []string{"kinit", alice.SAM}},
		{name: "a service nobody holds", command: []string{"kvno", "HTTP/nowhere." + contoso.Domain}, fails: true, want: []string{"not found in Kerberos database"}},
		{name: "the front", command: []string{"kvno", contoso.SPN}, want: []string{contoso.SPN + "@" + contoso.Realm + ": kvno = "}},
		{name: "the tickets", command: []string{"klist", "-e", "-f"}, want: []string{
			"krbtgt/" + contoso.Realm, contoso.SPN, "aes256-cts-hmac-sha1-96", "Default principal: alice@" + contoso.Realm, "Flags: F",
		}},
		{name: "sign out", command: []string{"kdestroy"}},
		{name: "the keytab", command: []string{"kinit", "-k", "-t", l.path("alice.keytab"), alice.SAM}},
		{name: "the front again", command: []string{"kvno", contoso.SPN}, want: []string{"kvno = "}},
	} {
		t.Run(x.name, func(t *testing.T) { x.try(t, env) })
	}
}

// TestMITDelegation does what a connector does: a ticket for somebody who never
// typed a password here, and with it one for the front.
func TestMITDelegation(t *testing.T) {
	foreign.Need(t, "the package krb5-user", "kinit", "kvno")
	connector, user := contoso.Connectors()[0].Account, contoso.TestUser().SAM
	signIn := func(l *lab) exchange {
		return exchange{name: "the connector", command: []string{"kinit", "-f", "-k", "-t", l.path("conn01.keytab"), connector}}
	}
	self := exchange{name: "to itself", command: []string{"kvno", "-I", user, connector}, want: []string{"kvno = "}}

	t.Run("set up", func(t *testing.T) {
		l := startLab(t, "--finished")
		env := l.ticketEnv(t)
		for _, x := range []exchange{
			signIn(l), self,
			{name: "to the front", command: []string{"kvno", "-I", user, "-P", contoso.SPN}, want: []string{"kvno = "}},
			{name: "to another service", command: []string{"kvno", "-I", user, "-P", "ldap/" + contoso.DC}, fails: true, want: []string{"KDC can't fulfill requested option"}},
			{name: "for nobody", command: []string{"kvno", "-I", "nobody", connector}, fails: true},
		} {
			t.Run(x.name, func(t *testing.T) { x.try(t, env) })
		}
	})
	t.Run("not set up", func(t *testing.T) {
		l := startLab(t)
		env := l.ticketEnv(t)
		for _, x := range []exchange{
			signIn(l), self,
			{name: "to the front", command: []string{"kvno", "-I", user, "-P", contoso.SPN}, fails: true, want: []string{"not found in Kerberos database"}},
			{name: "to another service", command: []string{"kvno", "-I", user, "-P", "ldap/" + contoso.DC}, fails: true, want: []string{"KDC can't fulfill requested option"}},
		} {
			t.Run(x.name, func(t *testing.T) { x.try(t, env) })
		}
	})
	// The name is registered, but the connectors may not delegate to it.
	t.Run("delegation missing", func(t *testing.T) {
		l := startLab(t, "--fault", "delegation-missing")
		env := l.ticketEnv(t)
		account := contoso.Connectors()[1].Account
		for _, x := range []exchange{
			{name: "the connector", command: []string{"kinit", "-f", "-k", "-t", l.path("conn02.keytab"), account}},
			{name: "to the front", command: []string{"kvno", "-I", user, "-P", contoso.SPN}, fails: true, want: []string{"KDC can't fulfill requested option"}},
		} {
			t.Run(x.name, func(t *testing.T) { x.try(t, env) })
		}
	})
}
