// Package kdctest is a small directory in memory for tests of what stands on
// the KDC. The lab itself uses its LDAP server's store.
package kdctest

import (
	"strings"
	"sync"
	"testing"
	"time"

	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/kdc"
)

// Directory is a set of accounts and the names they hold.
type Directory struct {
	mu       sync.Mutex
	accounts map[string]kdc.Account
	spns     map[string][]string // folded SPN to sAMAccountNames
}

// New makes an empty directory.
func New() *Directory {
	return &Directory{accounts: make(map[string]kdc.Account), spns: make(map[string][]string)}
}

// Contoso is the practice domain with everything set up: the SPN of Qlik, and
// classic delegation from the first connector.
func Contoso() *Directory {
	d := New()
	for _, p := range []contoso.Person{contoso.Admin(), contoso.TestUser()} {
		d.Put(kdc.Account{SAM: p.SAM, UPN: p.UPN, Password: p.Password, KVNO: 2})
	}
	q := contoso.Qlik()
	d.Put(kdc.Account{SAM: q.SAM, UPN: q.UPN, Password: q.Password, KVNO: 3}, contoso.SPN)
	for _, h := range append(contoso.Connectors(), contoso.QlikServer()) {
		d.Put(kdc.Account{SAM: h.Account, Password: h.Password, KVNO: 4}, "HOST/"+h.Name)
	}
	d.Change(contoso.Connectors()[0].Account, func(a *kdc.Account) {
		a.TrustedToAuth, a.DelegateTo = true, []string{contoso.SPN}
	})
	d.Put(kdc.Account{SAM: "DC1$", Password: "Practice-DC1-1", KVNO: 5}, "HOST/"+contoso.DC, "ldap/"+contoso.DC)
	return d
}

// Put adds or replaces an account and adds to its names.
func (d *Directory) Put(a kdc.Account, spns ...string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	a.HasSPN = a.HasSPN || len(spns) > 0
	d.accounts[strings.ToLower(a.SAM)] = a
	for _, s := range spns {
		key := strings.ToLower(s)
		d.spns[key] = append(d.spns[key], a.SAM)
	}
}

// Change alters an account; an unknown one is a mistake of the test.
func (d *Directory) Change(sam string, f func(*kdc.Account)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	a, ok := d.accounts[strings.ToLower(sam)]
	if !ok {
		panic("no account " + sam)
	}
	f(&a)
	d.accounts[strings.ToLower(sam)] = a
}

// ByName implements kdc.Accounts.
func (d *Directory) ByName(name string) (kdc.Account, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if a, ok := d.accounts[strings.ToLower(name)]; ok {
		return a, true
	}
	for _, a := range d.accounts {
		if a.UPN != "" && strings.EqualFold(a.UPN, name) {
			return a, true
		}
	}
	return kdc.Account{}, false
}

// BySPN implements kdc.Accounts, with HTTP standing for HOST.
func (d *Directory) BySPN(spn string) []kdc.Account {
	d.mu.Lock()
	defer d.mu.Unlock()
	key := strings.ToLower(spn)
	sams := d.spns[key]
	if rest, ok := strings.CutPrefix(key, "http/"); ok && len(sams) == 0 {
		sams = d.spns["host/"+rest]
	}
	var out []kdc.Account
	for _, s := range sams {
		out = append(out, d.accounts[strings.ToLower(s)])
	}
	return out
}

// Start runs a KDC over d until the test ends.
func Start(t testing.TB, d kdc.Accounts, clock func() time.Time) *kdc.Server {
	t.Helper()
	s, err := kdc.New(kdc.Options{Realm: contoso.Realm, Accounts: d, Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}
