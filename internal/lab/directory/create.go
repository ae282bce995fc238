package directory

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"

	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/directory/security"
)

// ErrExists reports a name that is taken.
var ErrExists = errors.New("an entry of that name exists")

// Create makes an entry and everything the directory adds on its own: identity,
// account type, category and stamps.
func (tx *Tx) Create(name string, attrs map[string][]string) error {
	if tx.readOnly {
		return errReadOnly
	}
	d, err := parseDN(name)
	if err != nil {
		return err
	}
	if len(d) == 0 {
		return errors.New("an entry needs a name")
	}
	k := d.key()
	if _, taken := tx.store.entries[k]; taken {
		return fmt.Errorf("%w: %s", ErrExists, name)
	}
	e := &Entry{dn: d, key: k, number: tx.row, attrs: map[string][]string{}}
	for n, values := range attrs {
		a, ok := tx.store.schema.find(n)
		if !ok {
			return fmt.Errorf("%q is not an attribute of this directory", n)
		}
		if len(values) > 0 {
			e.attrs[a.key()] = slices.Clone(values)
		}
	}
	if err := tx.complete(e); err != nil {
		return err
	}
	tx.row++
	if _, touched := tx.before[k]; !touched {
		tx.before[k] = nil
	}
	tx.store.entries[k] = e
	tx.links = true
	tx.stamp(e)
	e.attrs["usncreated"] = e.attrs["usnchanged"]
	return nil
}

func (tx *Tx) complete(e *Entry) error {
	kinds := e.attrs["objectclass"]
	if len(kinds) == 0 {
		return fmt.Errorf("%s has no object class", e.DN())
	}
	kind := kinds[len(kinds)-1]
	if spelled := superclasses(kind); spelled != nil {
		e.attrs["objectclass"] = spelled
	}
	set := func(key, value string) {
		if len(e.attrs[key]) == 0 && value != "" {
			e.attrs[key] = []string{value}
		}
	}
	if a, ok := tx.store.schema.find(e.dn[0].attr); ok {
		set(a.key(), e.dn[0].value)
	}
	set("instancetype", "4")
	set("whencreated", generalized(tx.now))
	id := sha256.Sum256(fmt.Appendf(nil, "%s %d %s", contoso.DomainSID, e.number, e.key))
	set("objectguid", string(id[:16]))
	if c := category(kind); c != "" {
		set("objectcategory", "CN="+c+","+schemaDN)
	}
	switch {
	case e.isA("user"):
		tx.completeAccount(e, set)
	case e.isA("group"):
		set("grouptype", signed(globalGroup))
		set("samaccountname", e.dn[0].value)
		set("samaccounttype", groupAccountType(e.number64("grouptype")))
	default:
		return nil
	}
	if len(e.attrs["objectsid"]) == 0 {
		raw, err := security.SID(contoso.DomainSID).Child(tx.rid).Bytes()
		if err != nil {
			return err
		}
		tx.rid++
		set("objectsid", string(raw))
	}
	return nil
}

func (tx *Tx) completeAccount(e *Entry, set func(key, value string)) {
	computer := e.isA("computer")
	sam := e.dn[0].value
	if computer {
		sam += "$"
	}
	set("samaccountname", sam)
	flags := NormalAccount | PasswordNotRequired | AccountDisabled
	if computer {
		flags = WorkstationAccount
	}
	set("useraccountcontrol", signed(flags))
	group, kind := "513", "805306368"
	switch {
	case e.control()&ServerTrustAccount != 0:
		group, kind = "516", "805306369"
	case computer:
		group, kind = "515", "805306369"
	}
	set("primarygroupid", group)
	set("samaccounttype", kind)
	set("accountexpires", itoa(never))
	set("pwdlastset", "0")
	set("badpwdcount", "0")
	set("badpasswordtime", "0")
	set("lastlogon", "0")
	set("logoncount", "0")
	set("codepage", "0")
	set("countrycode", "0")
	e.secret.version = 1
}

// Kinds of group.
const (
	globalGroup    uint32 = 0x80000002
	localGroup     uint32 = 0x80000004
	universalGroup uint32 = 0x80000008
	builtinGroup   uint32 = 0x80000005
)

func groupAccountType(kind int64) string {
	if uint32(kind)&4 != 0 {
		return "536870912"
	}
	return "268435456"
}

// SetPassword changes a password: the key version number rises by one, the date
// is stamped, keys for every encryption type exist again.
func (tx *Tx) SetPassword(who, password string) error {
	e, err := tx.touch(who)
	if err != nil {
		return err
	}
	if !e.isA("user") {
		return fmt.Errorf("%s has no password", e.DN())
	}
	e.secret.password = password
	e.secret.version++
	e.secret.oldKeys = false
	e.secret.salt = salt(e)
	e.attrs["pwdlastset"] = []string{itoa(FileTime(tx.now))}
	e.attrs["badpwdcount"] = []string{"0"}
	return nil
}

// KeepOldKeys leaves an account with the keys of a password that predates AES,
// until the password is set again.
func (tx *Tx) KeepOldKeys(who string) error {
	e, err := tx.touch(who)
	if err != nil {
		return err
	}
	e.secret.oldKeys = true
	return nil
}

// salt is the account part of the Kerberos salt.
func salt(e *Entry) string {
	sam := e.first("samaccountname")
	if e.isA("computer") {
		host := strings.ToLower(strings.TrimSuffix(sam, "$"))
		return contoso.Realm + "host" + host + "." + strings.ToLower(contoso.Domain)
	}
	return contoso.Realm + sam
}
