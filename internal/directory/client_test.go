package directory_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sensegate/internal/fact"
	"sensegate/internal/lab/contoso"
	lab "sensegate/internal/lab/directory"
	"sensegate/internal/lab/kdc"
	"sensegate/internal/lab/pki"
)

const qlikDN = "CN=Qlik Sense services,OU=Services," + contoso.BaseDN

func kindAndCode(t *testing.T, err error, kind fact.ErrorKind, code string) {
	t.Helper()
	var f *fact.Error
	if !errors.As(err, &f) || f.Kind != kind || f.Code != code {
		t.Errorf("got %#v (%v), want kind %d code %q", f, err, kind, code)
	}
}

func TestSignIn(t *testing.T) {
	d := start(t)
	tests := []struct {
		name  string
		setup func()
		who   string
	}{
		{"UPN and password", func() {}, `CONTOSO\admin`},
		{"account and password", func() { d.site.Directory.User = `CONTOSO\admin` }, `CONTOSO\admin`},
		{"StartTLS", func() { d.site.Directory.Server = "ldap://" + contoso.DC }, `CONTOSO\admin`},
		{"keytab over TLS", func() {
			d.site.Directory.Server = "ldaps://" + contoso.DC
			d.site.Directory.Keytab = d.keytab(t, "admin")
		}, `CONTOSO\admin`},
		{"keytab over StartTLS", func() { d.site.Directory.Server = "ldap://" + contoso.DC }, `CONTOSO\admin`},
		{"keytab of a computer", func() {
			d.site.Directory.User, d.site.Directory.Keytab = "CONN01$", d.keytab(t, "CONN01$")
		}, `CONTOSO\CONN01$`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.setup()
			got, err := d.client(t).RootDSE(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if age := time.Since(got.Time); age < -2*time.Second || age > time.Minute {
				t.Errorf("its clock is off by %v", age)
			}
			got.Time, got.Reached = time.Time{}, ""
			want := fact.RootDSE{
				Host: contoso.DC, DefaultNC: contoso.BaseDN, RootNC: contoso.BaseDN, ConfigNC: "CN=Configuration," + contoso.BaseDN,
				Realm: contoso.Realm, BoundAs: tt.who, FunctionalLevel: 7,
				Domains: []fact.Domain{{NetBIOS: contoso.NetBIOS, DNS: contoso.Domain}},
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSignInRefused(t *testing.T) {
	tests := []struct {
		name  string
		setup func(*testing.T, *dc)
		kind  fact.ErrorKind
		code  string
	}{
		{"wrong password", func(_ *testing.T, d *dc) { d.secrets["directory"] = "wrong" }, fact.NotSignedIn, "52e"},
		{"no password", func(_ *testing.T, d *dc) { delete(d.secrets, "directory") }, fact.NotSignedIn, "no-secret"},
		{"unknown user", func(_ *testing.T, d *dc) { d.site.Directory.User = "nobody@contoso.test" }, fact.NotSignedIn, "525"},
		{"disabled", func(t *testing.T, d *dc) {
			d.change(t, func(tx *lab.Tx) error { return tx.SetFlag("admin", fact.UACDisabled, true) })
		}, fact.NotSignedIn, "533"},
		{"stale keytab", func(t *testing.T, d *dc) {
			d.site.Directory.Keytab = d.keytab(t, "admin")
			d.change(t, func(tx *lab.Tx) error { return tx.SetPassword("admin", "Another-Password-2") })
		}, fact.NotSignedIn, "KDC_ERR_PREAUTH_FAILED"},
		{"no keytab", func(_ *testing.T, d *dc) { d.site.Directory.Keytab = "/nowhere/at.all" }, fact.NotSignedIn, "keytab"},
		{"Kerberos not offered", func(t *testing.T, d *dc) {
			d.site.Directory.Keytab = d.keytab(t, "admin")
			d.ldap.Update(func(s *lab.State) { s.GSSAPI = false })
		}, fact.Unsupported, "authMethodNotSupported"},
		{"KDC gone", func(t *testing.T, d *dc) {
			d.site.Directory.Keytab = d.keytab(t, "admin")
			d.kdc.Update(func(s *kdc.State) { s.Unavailable = true })
		}, fact.Unreachable, "KDC_ERR_SVC_UNAVAILABLE"},
		{"not trusted", func(_ *testing.T, d *dc) { d.site.Trust.CA = nil }, fact.Untrusted, ""},
		{"not trusted, StartTLS", func(_ *testing.T, d *dc) {
			d.site.Trust.CA, d.site.Directory.Server = nil, "ldap://"+contoso.DC
		}, fact.Untrusted, ""},
		{"certificate of another name", func(t *testing.T, d *dc) {
			ca, err := pki.NewCA("other")
			if err != nil {
				t.Fatal(err)
			}
			other, err := ca.Server("dc9.contoso.test")
			if err != nil {
				t.Fatal(err)
			}
			d.ldap.Update(func(s *lab.State) { s.Certificate = &other })
		}, fact.Untrusted, ""},
		{"busy", func(_ *testing.T, d *dc) { d.ldap.Update(func(s *lab.State) { s.Busy = true }) }, fact.Unreachable, "busy"},
		{"gone", func(_ *testing.T, d *dc) { _ = d.ldap.Close() }, fact.Unreachable, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := start(t)
			tt.setup(t, d)
			_, err := d.client(t).RootDSE(t.Context())
			kindAndCode(t, err, tt.kind, tt.code)
			if err != nil && strings.Contains(err.Error(), d.secrets["directory"]) && d.secrets["directory"] != "" {
				t.Error("the password is in the error")
			}
		})
	}
}

// However many checks ask, a wrong password costs one bad-password count.
func TestRefusedPasswordIsNotTriedAgain(t *testing.T) {
	d := start(t)
	d.secrets["directory"] = "wrong"
	c := d.client(t)
	count := func() string {
		v := d.store.Values("admin", "badPwdCount")
		return strings.Join(v, "")
	}
	for range 4 {
		_, err := c.Account(t.Context(), "alice")
		kindAndCode(t, err, fact.NotSignedIn, "52e")
		_, err = c.Holders(t.Context(), contoso.SPN)
		kindAndCode(t, err, fact.NotSignedIn, "52e")
	}
	if got := count(); got != "1" {
		t.Errorf("bad passwords: %s", got)
	}
	d.secrets["directory"] = contoso.Admin().Password
	if _, err := c.Account(t.Context(), "alice"); err != nil {
		t.Error(err)
	}
	d.secrets["directory"] = "wrong"
	d2 := d.client(t)
	_, err := d2.Account(t.Context(), "alice")
	kindAndCode(t, err, fact.NotSignedIn, "52e")
	d2.Forget()
	_, err = d2.Account(t.Context(), "alice")
	kindAndCode(t, err, fact.NotSignedIn, "52e")
	if got := count(); got != "2" {
		t.Errorf("bad passwords: %s, want 2: a right one resets the count, Forget allows one more", got)
	}
}

func TestSilenceEndsWithTheContext(t *testing.T) {
	d := start(t)
	c := d.client(t)
	if _, err := c.RootDSE(t.Context()); err != nil {
		t.Fatal(err)
	}
	d.ldap.Update(func(s *lab.State) { s.Silent = true })
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	begun := time.Now()
	_, err := c.Account(ctx, "alice")
	kindAndCode(t, err, fact.TimedOut, "")
	if time.Since(begun) > 5*time.Second {
		t.Error("the context did not end the wait")
	}
	cancelled, stop := context.WithCancel(t.Context())
	stop()
	if _, err = c.Account(cancelled, "alice"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	d.ldap.Update(func(s *lab.State) { s.Silent = false })
	if _, err := c.Account(t.Context(), "alice"); err != nil {
		t.Errorf("no new connection was made: %v", err)
	}
}

func TestQuestionsAtOnce(t *testing.T) {
	d := start(t)
	c := d.client(t)
	errs := make(chan error)
	for i := range 8 {
		go func() {
			var err error
			if i%2 == 0 {
				_, err = c.Account(t.Context(), "alice")
			} else {
				_, err = c.Holders(t.Context(), "HOST/qlik01.contoso.test")
			}
			errs <- err
		}()
	}
	for range 8 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
}

func TestAccount(t *testing.T) {
	d := start(t)
	d.change(t, func(tx *lab.Tx) error {
		return errors.Join(
			tx.SetFlag("CONN01$", fact.UACTrustedToAuthDeleg, true),
			tx.Set("CONN01$", "msDS-AllowedToDelegateTo", contoso.SPN, "HTTP/sense"),
			tx.AllowToActOnBehalf("qlik", "CONN01$", "CONN02$"),
			tx.SetMember("Protected Users", "Finance", true),
			tx.SetFlag("admin", fact.UACNotDelegated, true),
		)
	})
	c := d.client(t)
	get := func(name string) fact.Account {
		a, err := c.Account(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	conn, other, qlik, admin := get("CONN01$"), get("CONN02$"), get("qlik"), get(`CONTOSO\admin`)
	if !conn.Computer || conn.DNSHostName != "conn01.contoso.test" || !conn.ProtocolTransition() || conn.Domain != contoso.Domain {
		t.Errorf("got %+v", conn)
	}
	if diff := cmp.Diff([]string{contoso.SPN, "HTTP/sense"}, conn.DelegateTo); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{conn.SID, other.SID}, qlik.ActOnBehalf); diff != "" {
		t.Error(diff)
	}
	if !strings.HasPrefix(qlik.SID, contoso.DomainSID+"-") || qlik.DN != qlikDN || qlik.UPN != "qlik@contoso.test" || qlik.Computer {
		t.Errorf("got %+v", qlik)
	}
	if qlik.EncTypes != 24 || qlik.KeyVersion < 1 || qlik.PasswordSet.IsZero() || qlik.Disabled || qlik.Locked || qlik.Expired || qlik.PasswordExpired {
		t.Errorf("got %+v", qlik)
	}
	if !slices.ContainsFunc(qlik.Writable, func(a string) bool { return strings.EqualFold(a, "servicePrincipalName") }) {
		t.Errorf("writable: %v", qlik.Writable)
	}
	if !admin.Sensitive() || get("alice@contoso.test").SAM != "alice" {
		t.Error("the wrong accounts were read")
	}
	_, err := c.Account(t.Context(), "nobody")
	kindAndCode(t, err, fact.NotFound, "")
	_, err = c.Account(t.Context(), "*")
	kindAndCode(t, err, fact.NotFound, "")
	_, err = c.Account(t.Context(), "alice)(objectClass=*")
	kindAndCode(t, err, fact.NotFound, "")
}

func TestProtectedUsers(t *testing.T) {
	d := start(t)
	c := d.client(t)
	protected := func() bool {
		a, err := c.Account(t.Context(), "alice")
		if err != nil {
			t.Fatal(err)
		}
		return a.ProtectedUser
	}
	if protected() {
		t.Error("alice is protected from the start")
	}
	d.change(t, func(tx *lab.Tx) error { return tx.SetMember("Protected Users", "alice", true) })
	if !protected() {
		t.Error("direct membership is not seen")
	}
	d.change(t, func(tx *lab.Tx) error { return tx.WithholdTokenGroups("alice", true) })
	d.site.Directory.User, d.secrets["directory"] = "qlik@contoso.test", contoso.Qlik().Password
	c = d.client(t)
	if !protected() {
		t.Error("without tokenGroups the membership is not found")
	}
	d.change(t, func(tx *lab.Tx) error {
		return errors.Join(tx.SetMember("Protected Users", "alice", false), tx.SetMember("Protected Users", "Qlik users", true))
	})
	if !protected() {
		t.Error("nested membership is not found")
	}
}

func TestHolders(t *testing.T) {
	d := start(t)
	c := d.client(t)
	names := func(spn string) []string {
		found, err := c.Holders(t.Context(), spn)
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, a := range found {
			if a.KeyVersion < 1 {
				t.Errorf("%s was not read in its domain", a.SAM)
			}
			out = append(out, a.SAM)
		}
		slices.Sort(out)
		return out
	}
	if got := names(contoso.SPN); got != nil {
		t.Errorf("held by %v from the start", got)
	}
	d.change(t, func(tx *lab.Tx) error {
		return errors.Join(tx.Add("qlik", "servicePrincipalName", contoso.SPN), tx.Add("CONN02$", "servicePrincipalName", "http/SENSE.contoso.test"))
	})
	if diff := cmp.Diff([]string{"CONN02$", "qlik"}, names(contoso.SPN)); diff != "" {
		t.Error(diff)
	}
	if got := names("HOST/qlik01.contoso.test"); len(got) != 1 || got[0] != "QLIK01$" {
		t.Errorf("got %v", got)
	}
	if got := names("HTTP/*"); got != nil {
		t.Errorf("a star was taken for a pattern: %v", got)
	}
	d.ldap.Update(func(s *lab.State) { s.Catalogue = false })
	_, err := d.client(t).Holders(t.Context(), contoso.SPN)
	if _, ok := errors.AsType[*fact.Error](err); !ok {
		t.Errorf("got %v", err)
	}
}

func TestMappings(t *testing.T) {
	d := start(t)
	got, err := d.client(t).Mappings(t.Context())
	if err != nil || len(got) != 53 || !slices.Contains(got, "http") {
		t.Errorf("got %d, %v", len(got), err)
	}
}
