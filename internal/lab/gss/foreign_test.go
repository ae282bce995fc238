package gss_test

import (
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"sensegate/internal/foreign"
	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/kdc"
)

// kinit signs alice in with MIT's tool and gives the environment it left.
func kinit(t *testing.T, b *bench) []string {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "krb5.conf")
	conf := fmt.Sprintf("[libdefaults]\n default_realm = %s\n dns_lookup_kdc = false\n rdns = false\n dns_canonicalize_hostname = false\n udp_preference_limit = 1\n[realms]\n %s = {\n  kdc = %s\n }\n[domain_realm]\n localhost = %s\n .%s = %s\n",
		contoso.Realm, contoso.Realm, b.kdc.Addr(), contoso.Realm, contoso.Domain, contoso.Realm)
	if err := os.WriteFile(file, []byte(conf), 0o600); err != nil {
		t.Fatal(err)
	}
	env := append(os.Environ(), "KRB5_CONFIG="+file, "KRB5CCNAME=FILE:"+filepath.Join(dir, "cc"), "LC_ALL=C", "no_proxy=*")
	u := contoso.TestUser()
	if out, err := run(t, env, u.Password+"\n", "kinit", u.SAM); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return env
}

func run(t *testing.T, env []string, stdin, name string, args ...string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Env, cmd.Stdin = env, strings.NewReader(stdin)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func TestCurl(t *testing.T) {
	foreign.Need(t, "the packages krb5-user and curl", "kinit", "curl")
	b := newBench(t, "qlik", nil)
	env := kinit(t, b)
	u, err := url.Parse(b.web(t).URL)
	if err != nil {
		t.Fatal(err)
	}
	get := func() (string, error) {
		return run(t, env, "", "curl", "-sS", "--negotiate", "-u", ":", "-w", " %{http_code}", "--resolve",
			contoso.QlikHost+":"+u.Port()+":127.0.0.1", "http://"+contoso.QlikHost+":"+u.Port()+"/")
	}
	out, err := get()
	if err != nil || out != "hello alice@CONTOSO.TEST 200" {
		t.Errorf("%v\n%s", err, out)
	}
	// The password changes after the ticket was taken: curl must be turned away.
	b.dir.Change("qlik", func(a *kdc.Account) { a.Password = "changed" })
	if out, _ := get(); !strings.HasSuffix(out, "401") {
		t.Errorf("with a stale ticket: %s", out)
	}
}

func TestLdapsearch(t *testing.T) {
	foreign.Need(t, "the packages krb5-user and ldap-utils", "kinit", "ldapsearch")
	b := newBench(t, "DC1$", nil)
	dc, _ := b.dir.ByName("DC1$")
	b.dir.Put(dc, "ldap/localhost")
	env := kinit(t, b)
	s := newBindServer(t, b.acceptor)
	_, port, _ := strings.Cut(s.listener.Addr().String(), ":")
	out, err := run(t, env, "", "ldapsearch", "-Y", "GSSAPI", "-O", "maxssf=0", "-N", "-H", "ldap://localhost:"+port, "-b", "", "-s", "base")
	if err != nil || !strings.Contains(out, "result: 0 Success") {
		t.Errorf("%v\n%s", err, out)
	}
	if got := s.names(); len(got) != 1 || got[0] != "alice@CONTOSO.TEST" {
		t.Errorf("bound as %v", got)
	}
}
