package ad_test

import (
	"bytes"
	"io"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"sensegate/checks"
	"sensegate/checks/access"
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
		// reached is how; any way will do when it is empty.
		reached string
	}{
		{name: "found by DNS, simple bind with a principal name"},
		{name: "simple bind with DOMAIN\\name", edit: func(s *site.Site, _ map[string]string) { s.Directory.User = netbios + `\` + adminName }},
		{name: "simple bind over StartTLS", edit: func(s *site.Site, _ map[string]string) { s.Directory.Server = "ldap://" + dcHost }},
		{name: "simple bind to a named server", edit: func(s *site.Site, _ map[string]string) { s.Directory.Server = "ldaps://" + dcHost }},
		{name: "Kerberos with a password", edit: func(s *site.Site, _ map[string]string) { s.Directory.Bind, s.Directory.User = "kerberos", adminName }},
		{name: "Kerberos with a keytab", edit: func(s *site.Site, _ map[string]string) { s.Directory.Keytab, s.Directory.User = keytab, adminName }},
		{name: "Kerberos with kinit's tickets", edit: func(s *site.Site, secrets map[string]string) { s.Directory.CCache = "FILE:" + cache; clear(secrets) }},
		{name: "636 is out of reach", edit: func(s *site.Site, _ map[string]string) {
			s.Pins = []site.Pin{{Name: dcHost + ":636", Address: "127.0.0.1:1"}}
		}, reached: dcHost + ":389 with StartTLS"},
		{name: "Kerberos, 636 is out of reach", edit: func(s *site.Site, _ map[string]string) {
			s.Directory.Keytab, s.Directory.User = keytab, adminName
			s.Pins = []site.Pin{{Name: dcHost + ":636", Address: "127.0.0.1:1"}}
		}, reached: dcHost + ":389 with StartTLS"},
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
			if tt.reached != "" && root.Reached != tt.reached {
				t.Errorf("reached %s", root.Reached)
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
// TLS is refused because nothing is signed. Signed and sealed without TLS it is
// taken, and the refusal is told; a simple bind inside TLS is taken at once.
func TestSigningDemanded(t *testing.T) {
	d := startDC(t)
	w := open(t, d, func(s *site.Site, _ map[string]string) { s.Directory.Bind, s.Directory.User = "kerberos", adminName })
	root, err := w.directory.RootDSE(t.Context())
	if err != nil || root.Reached != dcHost+":389 signed and sealed by Kerberos" || root.Instead != "strongerAuthRequired" {
		t.Errorf("%+v, %v", root, err)
	}
	whole(t, w)
	simple := open(t, d, nil)
	if root, err = simple.directory.RootDSE(t.Context()); err != nil || root.Reached != dcHost+":636 over TLS" || root.Instead != "" {
		t.Errorf("%+v, %v", root, err)
	}
	r := simple.ask(t, access.Checks(access.Ports{Directory: simple.directory}), "site.directory")
	if r.Status != checks.Pass {
		t.Errorf("%s %s: %s", r.Status, r.Cause, r.Seen)
	}
	r = w.ask(t, access.Checks(access.Ports{Directory: w.directory}), "site.directory")
	if r.Status != checks.Warn || r.Cause != "site.directory-signing" {
		t.Errorf("%s %s: %s", r.Status, r.Cause, r.Seen)
	}
}

// TestWithoutTLS lets no TLS through to the domain controller: 636 is closed, and
// who asks for StartTLS is cut off. Kerberos signs and seals instead, with a key,
// with kinit's tickets, and with a password, which goes to the KDC alone. (This
// Samba with its TLS switched off ends with a fault when StartTLS is asked for,
// so it is a box in between that takes the TLS away.)
func TestWithoutTLS(t *testing.T) {
	d := startDC(t)
	plain, catalog := clearOnly(t, "127.0.0.1:389"), clearOnly(t, "127.0.0.1:3268")
	keytab := d.keytab(t, adminName)
	cache := filepath.Join(t.TempDir(), "cc")
	d.must(t, adminPass+"\n", "kinit", "-c", cache, adminName)
	boxed := func(edit func(*site.Site, map[string]string)) *world {
		return open(t, d, func(s *site.Site, secrets map[string]string) {
			const nobody = "127.0.0.1:1"
			s.Pins = []site.Pin{
				{Name: dcHost + ":636", Address: nobody},
				{Name: dcHost + ":3269", Address: nobody},
				{Name: dcHost + ":389", Address: plain},
				{Name: dcHost + ":3268", Address: catalog},
			}
			edit(s, secrets)
		})
	}
	for name, edit := range map[string]func(*site.Site, map[string]string){
		"a keytab":        func(s *site.Site, _ map[string]string) { s.Directory.Keytab, s.Directory.User = keytab, adminName },
		"kinit's tickets": func(s *site.Site, secrets map[string]string) { s.Directory.CCache = cache; clear(secrets) },
		"a password":      func(s *site.Site, _ map[string]string) { s.Directory.User = adminName },
		"a server by name": func(s *site.Site, _ map[string]string) {
			s.Directory.User, s.Directory.Server = adminName, "ldaps://"+dcHost+":636"
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := boxed(edit)
			root, err := w.directory.RootDSE(t.Context())
			if err != nil || root.Reached != dcHost+":389 signed and sealed by Kerberos" || root.Instead != "" {
				t.Fatalf("%+v, %v", root, err)
			}
			whole(t, w)
		})
	}
	simple := boxed(func(s *site.Site, _ map[string]string) { s.Directory.Bind = "simple" })
	if _, err := simple.directory.RootDSE(t.Context()); checks.KindOf(err) != fact.Unreachable {
		t.Errorf("a password went over the wire in clear, or: %v", err)
	}
}

// clearOnly passes a connection on until somebody asks for StartTLS on it.
func clearOnly(t *testing.T, to string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var running sync.WaitGroup
	running.Go(func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			running.Go(func() { passClear(in, to) })
		}
	})
	t.Cleanup(func() { _ = l.Close(); running.Wait() })
	return l.Addr().String()
}

func passClear(in net.Conn, to string) {
	defer func() { _ = in.Close() }()
	out, err := net.Dial("tcp", to)
	if err != nil {
		return
	}
	back := make(chan struct{})
	go func() {
		defer close(back)
		_, _ = io.Copy(in, out)
	}()
	defer func() { _ = out.Close(); _ = in.Close(); <-back }()
	b := make([]byte, 32<<10)
	for {
		n, err := in.Read(b)
		if err != nil || bytes.Contains(b[:n], []byte("1.3.6.1.4.1.1466.20037")) {
			return
		}
		if _, err := out.Write(b[:n]); err != nil {
			return
		}
	}
}

// whole reads, audits and writes over a connection.
func whole(t *testing.T, w *world) {
	t.Helper()
	audit, err := w.directory.Audit(t.Context())
	if err != nil || audit.Accounts < 5 {
		t.Errorf("%+v, %v", audit, err)
	}
	const name = "HTTP/sealed." + domainName
	if err := w.writer.AddSPN(t.Context(), dnOf(intranet), name); err != nil {
		t.Error(err)
	}
	holders, err := w.directory.Holders(t.Context(), name)
	if err != nil || len(holders) != 1 || holders[0].SAM != intranet {
		t.Errorf("%+v, %v", holders, err)
	}
	if err := w.writer.RemoveSPN(t.Context(), dnOf(intranet), name); err != nil {
		t.Error(err)
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
	// Whoever may read the directory sees it, and tries none.
	careful := open(t, d, func(_ *site.Site, secrets map[string]string) { secrets["kerberos"] = "not it either" })
	careful.kerberos.BeforePassword(careful.directory.MayTry)
	if l, err := careful.directory.Lockout(t.Context(), alice); err != nil || l.Bad != 1 || l.Threshold != 2 || l.Left() != 1 {
		t.Errorf("%+v, %v", l, err)
	}
	if _, err := careful.kerberos.ServiceTicket(t.Context(), "ldap/"+dcHost); checks.CodeOf(err) != "lockout-near" {
		t.Errorf("one attempt before the lock: %v", err)
	}
	if out := count(); !strings.Contains(out, "badPwdCount: 1") {
		t.Errorf("a password was tried: %s", out)
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
	careful.kerberos.Forget()
	if _, err := careful.kerberos.ServiceTicket(t.Context(), "ldap/"+dcHost); checks.CodeOf(err) != "locked-out" {
		t.Errorf("locked: %v", err)
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
