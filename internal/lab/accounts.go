package lab

import (
	"strings"
	"sync"
	"time"

	"github.com/jcmturner/gokrb5/v8/types"

	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/directory"
	"sensegate/internal/lab/kdc"
)

// Bits of msDS-SupportedEncryptionTypes (MS-KILE 2.2.7).
const (
	bitRC4    = 0x4
	bitAES128 = 0x8
	bitAES256 = 0x10
)

// accounts shows the directory to the KDC.
type accounts struct{ store *directory.Store }

// ByName finds an account by sAMAccountName or user principal name.
func (a accounts) ByName(name string) (kdc.Account, bool) {
	found, ok := a.store.Find(name)
	if !ok {
		return kdc.Account{}, false
	}
	return forKDC(found), true
}

// BySPN finds the holders of a service principal name.
func (a accounts) BySPN(spn string) []kdc.Account {
	holders := a.store.BySPN(spn)
	out := make([]kdc.Account, 0, len(holders))
	for _, h := range holders {
		out = append(out, forKDC(h))
	}
	return out
}

func forKDC(a directory.Account) kdc.Account {
	return kdc.Account{
		SAM: a.SAM, UPN: a.UPN, Salt: a.Salt, Password: a.Password, KVNO: a.KVNO, ETypes: keyTypes(a),
		Disabled: a.Disabled, Expired: a.Expired, LockedOut: a.LockedOut,
		MustChangePassword: a.MustChangePassword || a.PasswordExpired,
		Sensitive:          a.Sensitive, ProtectedUser: a.ProtectedUser,
		TrustedToAuth: a.TrustedToAuth, TrustedForDelegation: a.TrustedForDelegation,
		HasSPN: len(a.SPNs) > 0, TokenGroupsUnreadable: a.TokenGroupsUnreadable,
		DelegateTo: a.DelegateTo, ActOnBehalf: a.ActOnBehalf, Confined: a.Silo != "",
	}
}

// keyTypes are the keys that both exist and are allowed; nil leaves the choice
// to the KDC's default, which is AES since RC4 was retired.
func keyTypes(a directory.Account) []int32 {
	if a.OldKeys {
		return []int32{kdc.RC4}
	}
	if a.EncryptionTypes&(bitRC4|bitAES128|bitAES256) == 0 {
		return nil
	}
	var out []int32
	for _, t := range []struct {
		bit   uint32
		etype int32
	}{{bitAES256, kdc.AES256}, {bitAES128, kdc.AES128}, {bitRC4, kdc.RC4}} {
		if a.EncryptionTypes&t.bit != 0 {
			out = append(out, t.etype)
		}
	}
	return out
}

// serviceKeys are the keys that the Qlik proxy runs with: those of the password
// it was started with, whatever the directory says by now.
type serviceKeys struct {
	cache *kdc.KeyCache
	mu    sync.Mutex
	as    kdc.Account
}

// adopt restarts the service with the account's present password.
func (k *serviceKeys) adopt(store *directory.Store) {
	a, ok := store.Find(contoso.ServiceAccount)
	if !ok {
		return
	}
	k.run(forKDC(a))
}

// run restarts the service as the account, with the password that it names.
func (k *serviceKeys) run(as kdc.Account) {
	k.mu.Lock()
	k.as = as
	k.mu.Unlock()
}

// account is as whom the service runs.
func (k *serviceKeys) account() kdc.Account {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.as
}

// key offers the service's key whatever version a ticket names, as Windows does.
func (k *serviceKeys) key(etype int32, _ int) (types.EncryptionKey, error) {
	return k.cache.Key(k.account(), contoso.Realm, etype)
}

// directoryClock is the domain controller's clock: the lab's, unless a fault
// moved it.
type directoryClock struct {
	clock  func() time.Time
	mu     sync.Mutex
	offset time.Duration
}

func (c *directoryClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.clock().Add(c.offset)
}

func (c *directoryClock) set(offset time.Duration) {
	c.mu.Lock()
	c.offset = offset
	c.mu.Unlock()
}

// samOf brings a Kerberos client name to the account name that Qlik stores.
func samOf(store *directory.Store, principal string) string {
	if a, ok := store.Find(principal); ok {
		return a.SAM
	}
	name, _, _ := strings.Cut(principal, "@")
	return name
}
