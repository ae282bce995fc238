package ad_test

import (
	"path/filepath"
	"strings"
	"testing"

	"sensegate/checks"
	"sensegate/internal/fact"
	"sensegate/internal/site"
)

// relaxed lets Samba take a Kerberos bind inside TLS, as Windows does.
const relaxed = "ldap server require strong auth=allow_sasl_over_tls"

// TestBinds signs in to the directory in every way that there is; the domain
// controller is found by DNS unless it is named.
func TestBinds(t *testing.T) {
	d := startDC(t, relaxed)
	cache := filepath.Join(t.TempDir(), "cc")
	d.must(t, adminPass+"\n", "kinit", "-c", cache, adminName)
	keytab := d.keytab(t, adminName)
	tests := []struct {
		name string
		edit func(*site.Site, map[string]string)
		code string
		kind fact.ErrorKind
	}{
		{name: "found by DNS, simple bind with a principal name"},
		{name: "simple bind with DOMAIN\\name", edit: func(s *site.Site, _ map[string]string) { s.Directory.User = netbios + `\` + adminName }},
		{name: "simple bind over StartTLS", edit: func(s *site.Site, _ map[string]string) { s.Directory.Server = "ldap://" + dcHost }},
		{name: "simple bind to a named server", edit: func(s *site.Site, _ map[string]string) { s.Directory.Server = "ldaps://" + dcHost }},
		{name: "Kerberos with a password", edit: func(s *site.Site, _ map[string]string) { s.Directory.Bind, s.Directory.User = "kerberos", adminName }},
		{name: "Kerberos with a keytab", edit: func(s *site.Site, _ map[string]string) { s.Directory.Keytab, s.Directory.User = keytab, adminName }},
		{name: "Kerberos with kinit's tickets", edit: func(s *site.Site, secrets map[string]string) { s.Directory.CCache = "FILE:" + cache; clear(secrets) }},
		{name: "Kerberos over StartTLS", edit: func(s *site.Site, _ map[string]string) {
			s.Directory.CCache, s.Directory.Server = cache, "ldap://"+dcHost
		}},
		{name: "a wrong password", edit: func(_ *site.Site, secrets map[string]string) { secrets["directory"] = "not it" }, kind: fact.NotSignedIn, code: "52e"},
		{name: "nobody", edit: func(s *site.Site, _ map[string]string) { s.Directory.User = "nobody@" + domainName }, kind: fact.NotSignedIn, code: "52e"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := open(t, d, tt.edit)
			root, err := w.directory.RootDSE(t.Context())
			if tt.kind != 0 {
				if checks.KindOf(err) != tt.kind || checks.CodeOf(err) != tt.code {
					t.Errorf("%v (code %s)", err, checks.CodeOf(err))
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if root.Host != dcHost || root.Realm != realmName || root.DefaultNC != baseDN || root.BoundAs == "" && tt.edit == nil {
				t.Errorf("%+v", root)
			}
			if a, err := w.directory.Account(t.Context(), alice); err != nil || a.SAM != alice {
				t.Errorf("%+v, %v", a, err)
			}
		})
	}
}

// TestSigningDemanded is a domain controller as Samba ships: Kerberos inside
// TLS is refused because nothing is signed, and that is said.
func TestSigningDemanded(t *testing.T) {
	d := startDC(t)
	w := open(t, d, func(s *site.Site, _ map[string]string) { s.Directory.Bind, s.Directory.User = "kerberos", adminName })
	_, err := w.directory.RootDSE(t.Context())
	if checks.KindOf(err) != fact.NotSignedIn || checks.CodeOf(err) != "strongerAuthRequired" || !strings.Contains(err.Error(), "directory.bind") {
		t.Errorf("%v (code %s)", err, checks.CodeOf(err))
	}
}

// TestLockout counts what our attempts cost an account: one for a wrong
// password however many checks ask, and nothing once it is locked.
func TestLockout(t *testing.T) {
	d := startDC(t)
	d.tool(t, "domain", "passwordsettings", "set", "--account-lockout-threshold=2")
	count := func() string {
		return d.must(t, "", "ldbsearch", "-H", d.path("private", "sam.ldb"), "(sAMAccountName="+alice+")", "badPwdCount")
	}
	w := open(t, d, func(s *site.Site, secrets map[string]string) {
		s.Directory.User, secrets["directory"], secrets["kerberos"] = alice+"@"+domainName, "not it", "not it"
	})
	for range 3 {
		if _, err := w.kerberos.ServiceTicket(t.Context(), "ldap/"+dcHost); checks.CodeOf(err) != "KDC_ERR_PREAUTH_FAILED" && !strings.Contains(err.Error(), "not tried again") {
			t.Errorf("%v", err)
		}
	}
	if out := count(); !strings.Contains(out, "badPwdCount: 1") {
		t.Errorf("three questions cost more than one attempt: %s", out)
	}
	for range 3 {
		if _, err := w.directory.RootDSE(t.Context()); err == nil {
			t.Error("a wrong password was taken")
		}
	}
	if out := count(); !strings.Contains(out, "badPwdCount: 2") {
		t.Errorf("the directory was asked more than once: %s", out)
	}
	// Now it is locked. Windows' KDC says so before a password is shown; Samba's
	// only afterwards, and its directory by itself. Neither counts it.
	again := open(t, d, func(s *site.Site, secrets map[string]string) {
		s.Directory.User, secrets["directory"] = alice+"@"+domainName, secretOf(alice)
	})
	if _, err := again.directory.RootDSE(t.Context()); checks.CodeOf(err) != "775" && checks.CodeOf(err) != "KDC_ERR_CLIENT_REVOKED" {
		t.Errorf("the directory: %v", err)
	}
	if _, err := again.kerberos.ServiceTicket(t.Context(), "ldap/"+dcHost); checks.CodeOf(err) != "KDC_ERR_CLIENT_REVOKED" {
		t.Errorf("the KDC: %v", err)
	}
	if a, err := open(t, d, nil).directory.Account(t.Context(), alice); err != nil || !a.Locked {
		t.Errorf("%+v, %v", a, err)
	}
	if out := count(); !strings.Contains(out, "badPwdCount: 2") {
		t.Errorf("a locked account was tried: %s", out)
	}
}

// TestCache finds the ticket that MIT's programs leave behind.
func TestCache(t *testing.T) {
	d := startDC(t)
	d.change(t, set(qlikAccount, "servicePrincipalName", webSPN))
	cache := "FILE:" + filepath.Join(t.TempDir(), "cc")
	d.must(t, secretOf(alice)+"\n", "kinit", "-c", cache, alice)
	d.must(t, "", "kvno", "-c", cache, webSPN)
	w := open(t, d, func(s *site.Site, _ map[string]string) { s.Kerberos.CCache = cache })
	list, err := w.kerberos.CachedTickets(t.Context())
	if err != nil || len(list) != 2 {
		t.Fatalf("%+v, %v", list, err)
	}
	if got := list[1]; got.Server != webSPN || got.Client != alice+"@"+realmName || got.ETypeName != "aes256-cts-hmac-sha1-96" || got.KeyVersion == 0 || got.Until.IsZero() {
		t.Errorf("%+v", got)
	}
	out := d.must(t, "", "klist", "-c", cache)
	if !strings.Contains(out, webSPN) {
		t.Errorf("klist shows %s", out)
	}
}
