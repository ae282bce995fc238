package directory

import (
	"errors"
	"slices"
	"strings"

	"sensegate/internal/lab/directory/wire"
)

// add makes an entry for a client.
func (s *Store) add(from asking, req wire.AddRequest) error {
	return s.Update(func(tx *Tx) error {
		r := s.rightsOf(from.caller)
		if r.caller == nil {
			return needBind()
		}
		if from.catalogue {
			return comment(codeUnwilling, "00002035", "0C090B3E", "Operation not allowed through GC port")
		}
		d, err := parseDN(req.DN)
		if err != nil || len(d) < 2 {
			return badName(req.DN)
		}
		parent, err := s.resolve(d.parent().String())
		if err != nil {
			return err
		}
		if !r.admin && (!r.operator || namingContext(parent.key) != domainKey()) {
			return noAccess()
		}
		return s.addUnder(tx, r, from, d, req.Attributes)
	})
}

func (s *Store) addUnder(tx *Tx, r rights, from asking, d dn, list []wire.Attribute) error {
	attrs := map[string][]string{}
	var password []wire.Attribute
	for _, given := range list {
		a, ok := s.schema.find(given.Name)
		switch {
		case !ok:
			return unknownAttribute()
		case a.name == "unicodePwd":
			password = append(password, given)
			continue
		case a.name == "objectClass" || a.name == "objectCategory":
		case a.is(system) && a.name != "name":
			return constraint("000020B1", a)
		}
		if a.is(computed) {
			continue
		}
		if len(given.Values) == 0 || slices.ContainsFunc(given.Values, func(v string) bool { return !wellFormed(a, v) }) {
			return badValue(a)
		}
		if a.is(single) && len(given.Values) > 1 {
			return constraint("00002081", a)
		}
		attrs[a.key()] = given.Values
	}
	if len(attrs["objectclass"]) == 0 {
		return classViolation()
	}
	kind := attrs["objectclass"][len(attrs["objectclass"])-1]
	if superclasses(kind) == nil {
		return classViolation()
	}
	if !r.admin && !slices.Contains([]string{"user", "group", "computer"}, strings.ToLower(kind)) {
		return noAccess()
	}
	err := tx.Create(d.String(), attrs)
	if errors.Is(err, ErrExists) {
		return refuse(codeEntryExists, "00002071: UpdErr: DSID-0305038D, problem 6005 (ENTRY_EXISTS), data 0\n")
	}
	if err != nil {
		return classViolation()
	}
	w := write{tx: tx, rights: r, secure: from.secure, entry: s.entries[d.key()]}
	for key := range attrs {
		if a, ok := s.schema.find(key); ok && a.name != "objectClass" && !a.allowedOn(w.entry.attrs["objectclass"]) {
			return classViolation()
		}
	}
	for _, p := range password {
		if err := w.password(wire.Change{Kind: wire.ChangeReplace, Attribute: p}); err != nil {
			return err
		}
	}
	return w.review()
}

// remove deletes an entry for a client.
func (s *Store) remove(from asking, name string) error {
	return s.Update(func(tx *Tx) error {
		r := s.rightsOf(from.caller)
		if r.caller == nil {
			return needBind()
		}
		if from.catalogue {
			return comment(codeUnwilling, "00002035", "0C090B3E", "Operation not allowed through GC port")
		}
		e, err := s.resolve(name)
		if err != nil {
			return err
		}
		if !r.mayWrite(e) {
			return noAccess()
		}
		if e.first("iscriticalsystemobject") == "TRUE" || namingContext(e.key) != domainKey() {
			return unwilling("00002016")
		}
		for k := range s.entries {
			if isBelow(k, e.key) {
				return refuse(codeNotAllowedOnNonLeaf, "00002015: UpdErr: DSID-031A12B5, problem 6003 (CANT_ON_NON_LEAF), data 0\n")
			}
		}
		return tx.Delete(e.DN())
	})
}
