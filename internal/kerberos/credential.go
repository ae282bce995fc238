package kerberos

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/jcmturner/gokrb5/v8/crypto"
	"github.com/jcmturner/gokrb5/v8/iana/nametype"
	"github.com/jcmturner/gokrb5/v8/keytab"
	"github.com/jcmturner/gokrb5/v8/types"
)

// maxIterations bounds the work that a KDC can ask for a key; Windows asks for
// 4096.
const maxIterations = 1 << 19

// enterprise is the name type of a UPN, RFC 6806.
const enterprise = 10

// credential is an account with what proves it.
type credential struct {
	name     string // sAMAccountName, or a UPN
	realm    string // upper case
	password string
	keytab   *keytab.Keytab
	// print tells two secrets apart without keeping them.
	print [sha256.Size]byte
}

func withPassword(user, realm, password string) credential {
	return credential{
		name: account(user), realm: realm, password: password,
		print: sha256.Sum256([]byte("password\x00" + password)),
	}
}

func withKeytab(user, realm, path string) (credential, error) {
	c := credential{name: account(user), realm: realm}
	raw, err := os.ReadFile(path)
	if err == nil {
		c.keytab, err = readKeytab(raw)
	}
	if err != nil {
		return c, fmt.Errorf("reading the keytab %s: %w", path, err)
	}
	h := sha256.New()
	for _, e := range c.keytab.Entries {
		fmt.Fprintf(h, "%v %d %x\x00", e.Principal.Components, e.Key.KeyType, e.Key.KeyValue)
	}
	h.Sum(c.print[:0])
	return c, nil
}

// readKeytab reads a keytab; the library gives up by panic on some broken ones.
func readKeytab(raw []byte) (*keytab.Keytab, error) {
	kt := keytab.New()
	if err := guard(func() error { return kt.Unmarshal(raw) }); err != nil {
		return nil, err
	}
	return kt, nil
}

// account takes DOMAIN\name apart; a UPN stays whole.
func account(user string) string {
	if _, name, ok := strings.Cut(user, `\`); ok {
		return name
	}
	return user
}

// principal is the client name to ask for.
func (c credential) principal() types.PrincipalName {
	if strings.Contains(c.name, "@") {
		return types.PrincipalName{NameType: enterprise, NameString: []string{c.name}}
	}
	return types.PrincipalName{NameType: nametype.KRB_NT_PRINCIPAL, NameString: []string{c.name}}
}

// etypeInfo is what the KDC says of one key.
type etypeInfo struct {
	etype  int32
	salt   string
	salted bool
	params []byte
}

// key is the credential's key of one encryption type. The salt is the KDC's:
// it alone knows under which name the password was set.
func (c credential) key(info etypeInfo) (types.EncryptionKey, int, error) {
	if !isAES(info.etype) {
		return types.EncryptionKey{}, 0, fmt.Errorf("the KDC wants %s", ETypeName(int(info.etype)))
	}
	if c.keytab != nil {
		return c.fromKeytab(info.etype)
	}
	if c.password == "" {
		return types.EncryptionKey{}, 0, errors.New("the password is empty")
	}
	et, err := crypto.GetEtype(info.etype)
	if err != nil {
		return types.EncryptionKey{}, 0, fmt.Errorf("finding encryption type %d: %w", info.etype, err)
	}
	params := et.GetDefaultStringToKeyParams()
	if len(info.params) == 4 {
		if n := binary.BigEndian.Uint32(info.params); n == 0 || n > maxIterations {
			return types.EncryptionKey{}, 0, fmt.Errorf("the KDC asks for %d iterations", n)
		}
		params = hex.EncodeToString(info.params)
	}
	salt := info.salt
	if !info.salted {
		salt = c.principal().GetSalt(c.realm)
	}
	value, err := et.StringToKey(c.password, salt, params)
	if err != nil {
		return types.EncryptionKey{}, 0, fmt.Errorf("deriving the key: %w", err)
	}
	return types.EncryptionKey{KeyType: info.etype, KeyValue: value}, 0, nil
}

// etypes are the encryptions to offer. A keytab need not hold a key for all of
// them, and the KDC would take the strongest.
func (c credential) etypes() ([]int32, error) {
	if c.keytab == nil {
		return offered(), nil
	}
	var out []int32
	var errs []error
	for _, etype := range offered() {
		if _, _, err := c.fromKeytab(etype); err != nil {
			errs = append(errs, err)
			continue
		}
		out = append(out, etype)
	}
	if len(out) == 0 {
		return nil, noKey(c, errors.Join(errs...))
	}
	return out, nil
}

// fromKeytab takes the newest key of the account. Names are compared as the
// directory does, without case.
func (c credential) fromKeytab(etype int32) (types.EncryptionKey, int, error) {
	var best types.EncryptionKey
	version := -1
	sam, _, _ := strings.Cut(c.name, "@")
	for _, e := range c.keytab.Entries {
		name := strings.Join(e.Principal.Components, "/")
		if e.Key.KeyType != etype || !strings.EqualFold(e.Principal.Realm, c.realm) ||
			!strings.EqualFold(name, c.name) && !strings.EqualFold(name, sam) {
			continue
		}
		if v := int(e.KVNO); v > version {
			best, version = e.Key, v
		}
	}
	if version < 0 {
		return best, 0, fmt.Errorf("the keytab holds no %s key of %s@%s", ETypeName(int(etype)), c.name, c.realm)
	}
	return best, version, nil
}
