package directory

import (
	"slices"
	"strings"

	"sensegate/internal/lab/directory/wire"
)

// modify carries out a modification in one piece, by the rules a client meets.
func (s *Store) modify(from asking, req wire.ModifyRequest, ctl asked) error {
	return s.Update(func(tx *Tx) error {
		r := s.rightsOf(from.caller)
		if r.caller == nil {
			return needBind()
		}
		if from.catalogue {
			return comment(codeUnwilling, "00002035", "0C090B3E", "Operation not allowed through GC port")
		}
		e, err := s.resolve(req.DN)
		if err != nil {
			return err
		}
		w := write{tx: tx, rights: r, secure: from.secure, permissive: ctl.permissive, old: e}
		if w.entry, err = tx.touch(e.DN()); err != nil {
			return err
		}
		for _, c := range req.Changes {
			if err := w.apply(c); err != nil {
				return err
			}
		}
		return w.review()
	})
}

// write is one request to change one entry.
type write struct {
	tx         *Tx
	rights     rights
	secure     bool
	permissive bool
	old        *Entry // nil when the entry is being made
	entry      *Entry
	validated  bool // some change stands on the validated write alone
}

func (w *write) apply(c wire.Change) error {
	a, ok := w.tx.store.schema.find(c.Name)
	if !ok {
		return unknownAttribute()
	}
	if err := w.permitted(a); err != nil {
		return err
	}
	if a.name == "unicodePwd" {
		return w.password(c)
	}
	for i, v := range c.Values {
		if !wellFormed(a, v) {
			return badValue(a)
		}
		if indexOf(a, c.Values[:i], v) >= 0 {
			return valueExists(a)
		}
	}
	values, err := w.changed(a, c)
	if err != nil {
		return err
	}
	if a.is(single) && len(values) > 1 {
		return constraint("00002081", a)
	}
	if len(values) == 0 {
		delete(w.entry.attrs, a.key())
	} else {
		w.entry.attrs[a.key()] = values
	}
	w.tx.links = w.tx.links || a.name == "member"
	return nil
}

// permitted checks the right to write the attribute and that the entry may
// have it.
func (w *write) permitted(a attribute) error {
	switch {
	case w.rights.mayWrite(w.entry):
	case a.name == "servicePrincipalName" && w.rights.mayValidate(w.entry):
		w.validated = true
	default:
		return noAccess()
	}
	if a.is(system) {
		if a.is(constructed | computed) {
			return unwilling("0000209A")
		}
		return constraint("000020B1", a)
	}
	if !a.allowedOn(w.entry.attrs["objectclass"]) || a.name == "objectClass" {
		return classViolation()
	}
	return nil
}

// changed works out the values an attribute has after one change.
func (w *write) changed(a attribute, c wire.Change) ([]string, error) {
	have := slices.Clone(w.entry.attrs[a.key()])
	switch c.Kind {
	case wire.ChangeAdd:
		if len(c.Values) == 0 {
			return nil, badValue(a)
		}
		for _, v := range c.Values {
			if indexOf(a, have, v) < 0 {
				have = append(have, v)
			} else if !w.permissive {
				return nil, valueExists(a)
			}
		}
		if a.is(single) && len(have) > 1 {
			return nil, valueExists(a)
		}
		return have, nil
	case wire.ChangeReplace:
		return slices.Clone(c.Values), nil
	}
	if len(c.Values) == 0 {
		if len(have) == 0 && !w.permissive {
			return nil, valueMissing(a)
		}
		return nil, nil
	}
	for _, v := range c.Values {
		i := indexOf(a, have, v)
		if i >= 0 {
			have = slices.Delete(have, i, i+1)
		} else if !w.permissive {
			return nil, valueMissing(a)
		}
	}
	return have, nil
}

// password sets unicodePwd: replaced by an administrator, in quotes and UTF-16,
// over an encrypted connection.
func (w *write) password(c wire.Change) error {
	if !w.secure {
		return unwilling("0000001F")
	}
	if c.Kind != wire.ChangeReplace || len(c.Values) != 1 {
		return noAccess()
	}
	plain, ok := fromUTF16(c.Values[0])
	if !ok || len(plain) < 2 || !strings.HasPrefix(plain, `"`) || !strings.HasSuffix(plain, `"`) {
		return unwilling("0000001F")
	}
	plain = plain[1 : len(plain)-1]
	if int64(len([]rune(plain))) < w.tx.store.policy("minpwdlength") || plain == "" {
		return refuse(codeConstraint, "0000052D: AtrErr: DSID-03191083, #1:\n\t0: 0000052D: DSID-03191083, "+
			"problem 1005 (CONSTRAINT_ATT_TYPE), data 0, Att 9005a (unicodePwd)\n")
	}
	return w.tx.SetPassword(w.entry.DN(), plain)
}

// added lists the values of an attribute that the request brings.
func (w *write) added(key string) []string {
	var before []string
	if w.old != nil {
		before = w.old.attrs[key]
	}
	a, ok := w.tx.store.schema.find(key)
	if !ok {
		return nil
	}
	var out []string
	for _, v := range w.entry.attrs[key] {
		if indexOf(a, before, v) < 0 {
			out = append(out, v)
		}
	}
	return out
}

func (w *write) differs(key string) bool {
	if w.old == nil {
		return len(w.entry.attrs[key]) > 0
	}
	return !slices.Equal(w.old.attrs[key], w.entry.attrs[key])
}
