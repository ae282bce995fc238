package kdc

import (
	"errors"
	"fmt"
	"math"
	"sync"
	"time"

	"github.com/jcmturner/gokrb5/v8/keytab"
	"github.com/jcmturner/gokrb5/v8/types"

	"sensegate/internal/lab/kdc/wire"
)

// maxCachedKeys bounds the cache against somebody who changes passwords in a loop.
const maxCachedKeys = 4096

// KeyCache remembers derived keys, since deriving an AES key takes 4096 rounds
// of hashing. The zero value is ready.
type KeyCache struct {
	mu   sync.Mutex
	keys map[keyID]types.EncryptionKey
}

type keyID struct {
	password, salt string
	etype          int32
}

// Key is the long-term key of an account.
func (c *KeyCache) Key(a Account, realm string, etype int32) (types.EncryptionKey, error) {
	id := keyID{a.Password, a.SaltFor(realm), etype}
	c.mu.Lock()
	k, ok := c.keys[id]
	c.mu.Unlock()
	if ok {
		return k, nil
	}
	k, err := wire.StringToKey(id.password, id.salt, etype)
	if err != nil {
		return k, fmt.Errorf("key of %s: %w", a.SAM, err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.keys == nil || len(c.keys) >= maxCachedKeys {
		c.keys = make(map[keyID]types.EncryptionKey)
	}
	c.keys[id] = k
	return k, nil
}

// ErrNoAccount says that an account named to this package does not exist.
var ErrNoAccount = errors.New("no such account")

// KeySource gives the keys of one account as the machine that runs under it
// has them. Like Windows it offers the present key whatever version a ticket
// names, so that a ticket for another account fails as modified.
func (c *KeyCache) KeySource(accounts Accounts, realm, sam string) func(etype int32, kvno int) (types.EncryptionKey, error) {
	return func(etype int32, _ int) (types.EncryptionKey, error) {
		a, ok := accounts.ByName(sam)
		if !ok {
			return types.EncryptionKey{}, fmt.Errorf("key of %s: %w", sam, ErrNoAccount)
		}
		return c.Key(a, realm, etype)
	}
}

// KeytabEntry is one principal of a keytab file. Principal may be a service
// name; the key is always that of the account with its true salt.
type KeytabEntry struct {
	Principal string
	Account   Account
}

// Keytab writes a keytab of the entries, one key for every encryption type the
// account has.
func Keytab(realm string, at time.Time, entries ...KeytabEntry) ([]byte, error) {
	kt := keytab.New()
	for _, e := range entries {
		principal := e.Principal
		if principal == "" {
			principal = e.Account.SAM
		}
		kvno := e.Account.kvno()
		if kvno > math.MaxUint8 {
			return nil, fmt.Errorf("keytab entry %s: key version %d does not fit", principal, kvno)
		}
		for _, et := range e.Account.keyTypes() {
			key, err := wire.StringToKey(e.Account.Password, e.Account.SaltFor(realm), et)
			if err != nil {
				return nil, fmt.Errorf("keytab entry %s: %w", principal, err)
			}
			if err := kt.AddEntry(principal, realm, e.Account.Password, at, uint8(kvno), et); err != nil {
				return nil, fmt.Errorf("keytab entry %s: %w", principal, err)
			}
			// AddEntry salts with the principal it was given, which is right
			// for users only.
			kt.Entries[len(kt.Entries)-1].Key = key
		}
	}
	b, err := kt.Marshal()
	if err != nil {
		return nil, fmt.Errorf("writing the keytab: %w", err)
	}
	return b, nil
}
