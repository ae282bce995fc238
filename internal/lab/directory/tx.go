package directory

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"sensegate/internal/lab/directory/security"
)

// Tx is one look at the directory, or one change of it.
type Tx struct {
	store    *Store
	now      time.Time
	readOnly bool
	before   map[string]*Entry // what each touched key held; nil: nothing
	links    bool
	usn      int64
	rid      uint32
	row      int64
}

var errReadOnly = errors.New("the directory is only being read")

// Find returns an entry by distinguished name, account name or user principal
// name.
func (tx *Tx) Find(who string) (*Entry, bool) { return tx.store.lookup(who) }

// Account is the account behind a name.
func (tx *Tx) Account(who string) (Account, bool) {
	e, ok := tx.store.lookup(who)
	if !ok {
		return Account{}, false
	}
	return tx.store.account(e, tx.now), true
}

// Set replaces all values of an attribute; with none it removes the attribute.
func (tx *Tx) Set(who, attr string, values ...string) error {
	return tx.edit(who, attr, func(*Entry, attribute, []string) []string { return values })
}

// Add adds values; one that is there already is left alone.
func (tx *Tx) Add(who, attr string, values ...string) error {
	return tx.edit(who, attr, func(_ *Entry, a attribute, old []string) []string {
		for _, v := range values {
			if indexOf(a, old, v) < 0 {
				old = append(old, v)
			}
		}
		return old
	})
}

// Remove takes values away; one that is missing does not matter.
func (tx *Tx) Remove(who, attr string, values ...string) error {
	return tx.edit(who, attr, func(_ *Entry, a attribute, old []string) []string {
		return slices.DeleteFunc(old, func(v string) bool { return indexOf(a, values, v) >= 0 })
	})
}

// SetFlag switches bits of userAccountControl.
func (tx *Tx) SetFlag(who string, bits uint32, on bool) error {
	return tx.edit(who, "userAccountControl", func(e *Entry, _ attribute, _ []string) []string {
		flags := e.control() &^ bits
		if on {
			flags |= bits
		}
		return []string{signed(flags)}
	})
}

// AllowToActOnBehalf writes the descriptor of resource-based delegation on
// target, naming the trustees; with none it removes the descriptor.
func (tx *Tx) AllowToActOnBehalf(target string, trustees ...string) error {
	const attr = "msDS-AllowedToActOnBehalfOfOtherIdentity"
	if len(trustees) == 0 {
		return tx.Set(target, attr)
	}
	sids := make([]security.SID, 0, len(trustees))
	for _, t := range trustees {
		e, ok := tx.store.lookup(t)
		if !ok {
			return fmt.Errorf("%w: %s", ErrNotFound, t)
		}
		sids = append(sids, e.sid())
	}
	raw, err := security.AllowOnly(sids...).Bytes()
	if err != nil {
		return err
	}
	return tx.Set(target, attr, string(raw))
}

// SetMember puts an account into a group or takes it out.
func (tx *Tx) SetMember(group, member string, in bool) error {
	m, ok := tx.store.lookup(member)
	if !ok {
		return fmt.Errorf("%w: %s", ErrNotFound, member)
	}
	if in {
		return tx.Add(group, "member", m.DN())
	}
	return tx.Remove(group, "member", m.DN())
}

// WithholdTokenGroups makes the group list of an account unreadable for
// ordinary callers, as hardening of the authorization access group does.
func (tx *Tx) WithholdTokenGroups(who string, withheld bool) error {
	e, err := tx.touch(who)
	if err != nil {
		return err
	}
	e.secret.withheld = withheld
	return nil
}

// edit changes one attribute and stamps the entry.
func (tx *Tx) edit(who, attr string, change func(*Entry, attribute, []string) []string) error {
	a, ok := tx.store.schema.find(attr)
	if !ok {
		return fmt.Errorf("%q is not an attribute of this directory", attr)
	}
	e, err := tx.touch(who)
	if err != nil {
		return err
	}
	values := change(e, a, slices.Clone(e.attrs[a.key()]))
	if len(values) == 0 {
		delete(e.attrs, a.key())
	} else {
		e.attrs[a.key()] = slices.Clone(values)
	}
	tx.links = tx.links || a.key() == "member"
	return nil
}

// touch makes the named entry writable for the rest of the transaction.
func (tx *Tx) touch(who string) (*Entry, error) {
	if tx.readOnly {
		return nil, errReadOnly
	}
	e, ok := tx.store.lookup(who)
	if !ok {
		return nil, fmt.Errorf("%w: %s", ErrNotFound, who)
	}
	if was, touched := tx.before[e.key]; !touched || was == e {
		tx.before[e.key] = e
		e = e.clone()
		tx.store.entries[e.key] = e
	}
	tx.stamp(e)
	return e, nil
}

func (tx *Tx) stamp(e *Entry) {
	tx.usn++
	e.attrs["usnchanged"] = []string{itoa(tx.usn)}
	e.attrs["whenchanged"] = []string{generalized(tx.now)}
}

func (tx *Tx) commit() {
	tx.store.usn, tx.store.nextRID, tx.store.nextRow = tx.usn, tx.rid, tx.row
	if tx.links {
		tx.store.relink()
	}
}

func (tx *Tx) rollback() {
	for k, e := range tx.before {
		if e == nil {
			delete(tx.store.entries, k)
		} else {
			tx.store.entries[k] = e
		}
	}
}

// indexOf finds a value among others as the attribute compares them.
func indexOf(a attribute, values []string, v string) int {
	return slices.IndexFunc(values, func(o string) bool { return same(a, o, v) })
}

// Delete removes an entry that has nothing below it, and its memberships.
func (tx *Tx) Delete(who string) error {
	if tx.readOnly {
		return errReadOnly
	}
	e, ok := tx.store.lookup(who)
	if !ok {
		return fmt.Errorf("%w: %s", ErrNotFound, who)
	}
	for k := range tx.store.entries {
		if isBelow(k, e.key) {
			return fmt.Errorf("%s still holds other entries", e.DN())
		}
	}
	groups := tx.store.inOrder(func(g *Entry) bool {
		return slices.ContainsFunc(g.attrs["member"], func(m string) bool { return named(m, e.DN()) })
	})
	for _, g := range groups {
		if err := tx.Remove(g.DN(), "member", e.DN()); err != nil {
			return err
		}
	}
	if _, touched := tx.before[e.key]; !touched {
		tx.before[e.key] = e
	}
	delete(tx.store.entries, e.key)
	tx.links = true
	tx.usn++
	return nil
}

// named says whether two names mean the same entry.
func named(a, b string) bool {
	x, err1 := parseDN(a)
	y, err2 := parseDN(b)
	return err1 == nil && err2 == nil && x.key() == y.key()
}
