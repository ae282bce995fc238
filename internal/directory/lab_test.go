package directory_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"

	"sensegate/checks/access"
	"sensegate/checks/delegation"
	"sensegate/checks/spn"
	"sensegate/checks/sso"
	"sensegate/checks/sync"
	"sensegate/internal/directory"
	"sensegate/internal/kerberos"
	"sensegate/internal/lab/contoso"
	lab "sensegate/internal/lab/directory"
	"sensegate/internal/lab/gss"
	"sensegate/internal/lab/kdc"
	"sensegate/internal/lab/pki"
	"sensegate/internal/netprobe"
	"sensegate/internal/site"
	"sensegate/steps"
)

var (
	_ access.Directory      = (*directory.Client)(nil)
	_ sync.Directory        = (*directory.Client)(nil)
	_ spn.Directory         = (*directory.Client)(nil)
	_ delegation.Directory  = (*directory.Client)(nil)
	_ sso.Directory         = (*directory.Client)(nil)
	_ steps.DirectoryWriter = (*directory.Writer)(nil)
)

func TestMain(m *testing.M) {
	if accounts := os.Getenv(largeForest); accounts != "" {
		if err := beForest(accounts, os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	goleak.VerifyTestMain(m)
}

// dc is a running domain controller: directory and KDC on one store.
type dc struct {
	ldap    *lab.Server
	kdc     *kdc.Server
	store   *lab.Store
	site    site.Site
	secrets map[string]string
	dir     string
	ca      *pki.CA
}

// people shows the store to the KDC.
type people struct{ store *lab.Store }

func (p people) ByName(name string) (kdc.Account, bool) {
	a, ok := p.store.Find(name)
	return account(a), ok
}

func (p people) BySPN(name string) []kdc.Account {
	var out []kdc.Account
	for _, a := range p.store.BySPN(name) {
		out = append(out, account(a))
	}
	return out
}

func account(a lab.Account) kdc.Account {
	return kdc.Account{SAM: a.SAM, UPN: a.UPN, Salt: a.Salt, Password: a.Password, KVNO: a.KVNO, HasSPN: len(a.SPNs) > 0}
}

func start(t testing.TB) *dc {
	t.Helper()
	ca, err := pki.NewCA("Contoso test CA")
	if err != nil {
		t.Fatal(err)
	}
	store, err := lab.NewStore(time.Now)
	if err != nil {
		t.Fatal(err)
	}
	d := &dc{store: store, ca: ca, dir: t.TempDir(), secrets: map[string]string{"directory": contoso.Admin().Password}}
	count := func(who string) { _ = store.NoteBadPassword(who) }
	if d.kdc, err = kdc.New(kdc.Options{Realm: contoso.Realm, Accounts: people{store}, BadPassword: count}); err != nil {
		t.Fatal(err)
	}
	acceptor, err := gss.New(gss.Options{Keys: d.kdc.Keys().KeySource(people{store}, contoso.Realm, "DC1$")})
	if err != nil {
		t.Fatal(err)
	}
	d.ldap, err = lab.New(lab.Options{CA: ca, Store: store, AcceptGSS: func() lab.GSSAcceptor { return acceptor.SASL() }})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []interface {
		Start(context.Context) error
		Close() error
	}{d.kdc, d.ldap} {
		if err := s.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
	}
	d.site = site.Site{
		Directory: site.Directory{
			Domain: contoso.Domain, User: contoso.Admin().UPN,
			Server: "ldaps://" + contoso.DC + ":636", GlobalCatalog: "ldaps://" + contoso.DC + ":3269",
		},
		Kerberos: site.Kerberos{KDC: contoso.DC + ":88"},
		Pins: []site.Pin{
			{Name: contoso.DC + ":636", Address: d.ldap.AddrLDAPS()},
			{Name: contoso.DC + ":389", Address: d.ldap.AddrLDAP()},
			{Name: contoso.DC + ":3269", Address: d.ldap.AddrGCS()},
			{Name: contoso.DC + ":88", Address: d.kdc.Addr()},
			{Name: contoso.DC + ":3268", Address: d.ldap.AddrGC()},
		},
	}
	d.trust(t, ca)
	return d
}

// trust adds a CA to those that the site trusts.
func (d *dc) trust(t testing.TB, ca *pki.CA) {
	t.Helper()
	file := filepath.Join(d.dir, fmt.Sprintf("ca%d.pem", len(d.site.Trust.CA)))
	if err := os.WriteFile(file, ca.PEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	d.site.Trust.CA = append(d.site.Trust.CA, file)
}

func (d *dc) client(t testing.TB) *directory.Client {
	t.Helper()
	dialer, err := netprobe.New(d.site)
	if err != nil {
		t.Fatal(err)
	}
	secrets := func(name string) (string, bool) { s, ok := d.secrets[name]; return s, ok }
	c := directory.New(d.site, dialer, kerberos.New(d.site, dialer, secrets), secrets)
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// keytab writes the keytab of an account.
func (d *dc) keytab(t *testing.T, sam string) string {
	t.Helper()
	a, ok := people{d.store}.ByName(sam)
	if !ok {
		t.Fatalf("no account %s", sam)
	}
	raw, err := kdc.Keytab(contoso.Realm, time.Now(), kdc.KeytabEntry{Account: a})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(d.dir, sam+".keytab")
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func (d *dc) change(t *testing.T, f func(*lab.Tx) error) {
	t.Helper()
	if err := d.store.Update(f); err != nil {
		t.Fatal(err)
	}
}
