package directory_test

import (
	"errors"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"sensegate/internal/directory"
	"sensegate/internal/fact"
	"sensegate/internal/lab/contoso"
	lab "sensegate/internal/lab/directory"
	"sensegate/internal/lab/pki"
	"sensegate/internal/site"
)

// deaf is an address at which nobody listens.
func deaf(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// repin leads a port of the domain controller elsewhere.
func (d *dc) repin(port, address string) {
	i := slices.IndexFunc(d.site.Pins, func(p site.Pin) bool { return strings.HasSuffix(p.Name, ":"+port) })
	d.site.Pins[i].Address = address
}

// reencrypted presents a certificate that is not the domain controller's own, as
// a box that looks into TLS does.
func (d *dc) reencrypted(t *testing.T) {
	t.Helper()
	ca, err := pki.NewCA("The box's CA")
	if err != nil {
		t.Fatal(err)
	}
	other, err := ca.Server(contoso.DC)
	if err != nil {
		t.Fatal(err)
	}
	d.trust(t, ca)
	d.ldap.Update(func(s *lab.State) { s.Certificate = &other })
}

// TestWays takes away one way into the directory after the other.
func TestWays(t *testing.T) {
	const (
		tls      = contoso.DC + ":636 over TLS"
		startTLS = contoso.DC + ":389 with StartTLS"
		sealed   = contoso.DC + ":389 signed and sealed by Kerberos"
	)
	keytab := func(t *testing.T, d *dc) { d.site.Directory.Keytab = d.keytab(t, "admin") }
	none := func(*testing.T, *dc) {}
	for _, tt := range []struct {
		name, reached, instead string
		secret, world          func(*testing.T, *dc)
		kind                   fact.ErrorKind
		code                   string
	}{
		{name: "the usual", secret: none, world: none, reached: tls},
		{name: "636 is closed", secret: none, world: func(t *testing.T, d *dc) { d.repin("636", deaf(t)) }, reached: startTLS},
		{name: "636 is closed, with a key", secret: keytab, world: func(t *testing.T, d *dc) { d.repin("636", deaf(t)) }, reached: startTLS},
		{name: "389 is closed, and named", secret: none, world: func(t *testing.T, d *dc) {
			d.site.Directory.Server = "ldap://" + contoso.DC
			d.repin("389", deaf(t))
		}, reached: tls},
		{name: "no certificate, with a key", secret: keytab, world: func(_ *testing.T, d *dc) { d.ldap.Update(func(s *lab.State) { s.NoTLS = true }) }, reached: sealed},
		{name: "no certificate, with a password", secret: none, world: func(_ *testing.T, d *dc) { d.ldap.Update(func(s *lab.State) { s.NoTLS = true }) }, reached: sealed},
		{name: "no certificate, and a simple bind wanted", secret: func(_ *testing.T, d *dc) { d.site.Directory.Bind = "simple" }, world: func(_ *testing.T, d *dc) {
			d.ldap.Update(func(s *lab.State) { s.NoTLS = true })
		}, kind: fact.Unreachable},
		{name: "a box ends TLS, and signing is demanded", secret: keytab, world: func(_ *testing.T, d *dc) { d.ldap.Update(func(s *lab.State) { s.Offloaded = true }) }, reached: sealed, instead: "strongerAuthRequired"},
		{name: "the same with a password", secret: none, world: func(_ *testing.T, d *dc) { d.ldap.Update(func(s *lab.State) { s.Offloaded = true }) }, reached: sealed, instead: "strongerAuthRequired"},
		{name: "the same, and a simple bind wanted", secret: func(_ *testing.T, d *dc) { d.site.Directory.Bind = "simple" }, world: func(_ *testing.T, d *dc) {
			d.ldap.Update(func(s *lab.State) { s.Offloaded = true })
		}, kind: fact.NotSignedIn, code: "strongerAuthRequired"},
		{name: "the channel is bound", secret: keytab, world: func(_ *testing.T, d *dc) { d.ldap.Update(func(s *lab.State) { s.RequireBinding = true }) }, reached: tls},
		{name: "a box looks into TLS, and the channel must be bound", secret: keytab, world: func(t *testing.T, d *dc) {
			d.reencrypted(t)
			d.ldap.Update(func(s *lab.State) { s.RequireBinding = true })
		}, reached: sealed, instead: "80090346"},
		{name: "nobody there", secret: keytab, world: func(t *testing.T, d *dc) { d.repin("636", deaf(t)); d.repin("389", deaf(t)) }, kind: fact.Unreachable},
		{name: "a distrusted certificate opens no other way", secret: keytab, world: func(_ *testing.T, d *dc) { d.site.Trust.CA = nil }, kind: fact.Untrusted},
		{name: "nor does a wrong password", secret: func(_ *testing.T, d *dc) { d.secrets["directory"] = "wrong" }, world: none, kind: fact.NotSignedIn, code: "52e"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := start(t)
			tt.secret(t, d)
			tt.world(t, d)
			c := d.client(t)
			root, err := c.RootDSE(t.Context())
			if tt.kind != 0 {
				kindAndCode(t, err, tt.kind, tt.code)
				return
			}
			if err != nil || root.Reached != tt.reached || root.Instead != tt.instead || root.BoundAs != `CONTOSO\admin` {
				t.Fatalf("%+v, %v", root, err)
			}
			// The catalogue is found by the same ways, and long answers come whole.
			if err := populate(d.store, 1200); err != nil {
				t.Fatal(err)
			}
			if got, err := c.Audit(t.Context()); err != nil || got.Accounts < 1200 {
				t.Errorf("%+v, %v", got, err)
			}
			err = directory.NewWriter(c).AddSPN(t.Context(), qlikDN, contoso.SPN)
			if err != nil || !slices.Contains(d.store.Values("qlik", "servicePrincipalName"), contoso.SPN) {
				t.Error(err)
			}
		})
	}
}

// TestSealedIsBroken changes a sealed message on the way: nothing of it is
// believed.
func TestSealedIsBroken(t *testing.T) {
	d := start(t)
	d.site.Directory.Keytab = d.keytab(t, "admin")
	d.ldap.Update(func(s *lab.State) { s.NoTLS = true })
	box := between(t, d.ldap.AddrLDAP())
	d.repin("389", box.addr)
	c := d.client(t)
	if _, err := c.RootDSE(t.Context()); err != nil {
		t.Fatal(err)
	}
	box.mu.Lock()
	box.spoil = func(b []byte) { b[len(b)-1] ^= 1 }
	box.mu.Unlock()
	_, err := c.Account(t.Context(), "alice")
	if _, ok := errors.AsType[*fact.Error](err); !ok {
		t.Fatalf("it was believed: %v", err)
	}
	box.mu.Lock()
	box.spoil = nil
	box.mu.Unlock()
	if a, err := c.Account(t.Context(), "alice"); err != nil || a.SAM != "alice" {
		t.Errorf("afterwards: %+v, %v", a, err)
	}
}

// TestDirectoryTime reads the clock without signing in, by whatever way is open.
func TestDirectoryTime(t *testing.T) {
	d := start(t)
	d.secrets["directory"] = "never asked for"
	d.ldap.Update(func(s *lab.State) { s.ClockOffset = time.Hour })
	ahead := func() {
		t.Helper()
		at, err := d.client(t).DirectoryTime(t.Context())
		if off := time.Until(at); err != nil || off < 50*time.Minute || off > 70*time.Minute {
			t.Errorf("%v, %v", at, err)
		}
	}
	ahead()
	d.repin("636", deaf(t))
	ahead()
	d.ldap.Update(func(s *lab.State) { s.NoTLS = true })
	ahead()
	if bad := d.store.Values("admin", "badPwdCount"); len(bad) > 0 && bad[0] != "0" {
		t.Errorf("the password was tried: %v", bad)
	}
	d.repin("389", deaf(t))
	_, err := d.client(t).DirectoryTime(t.Context())
	kindAndCode(t, err, fact.Unreachable, "")
}
