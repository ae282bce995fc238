package directory

import (
	"slices"
	"strconv"
	"strings"

	"sensegate/internal/lab/directory/wire"
)

// verdict is the outcome of a filter: the third value is why an unknown
// attribute matches neither itself nor its negation.
type verdict int

const (
	no verdict = iota
	yes
	undefined
)

func truth(b bool) verdict {
	if b {
		return yes
	}
	return no
}

// Matching rules of their own names.
const (
	ruleAllBits = "1.2.840.113556.1.4.803"
	ruleAnyBit  = "1.2.840.113556.1.4.804"
	ruleInChain = "1.2.840.113556.1.4.1941"
)

// matcher evaluates filters against entries.
type matcher struct {
	store     *Store
	rights    rights
	catalogue bool
}

// check refuses a filter that the directory would not evaluate at all.
func (m matcher) check(f wire.Filter) error {
	var bad error
	f.Attributes(func(name string) {
		if a, ok := m.store.schema.find(name); ok && a.is(constructed) {
			bad = comment(codeInappropriateMatch, "00000057", "0C090A2C", "Error processing filter")
		}
	})
	return bad
}

func (m matcher) matches(e *Entry, f wire.Filter) verdict {
	switch f.Kind {
	case wire.And:
		return combine(f.Children, no, func(c wire.Filter) verdict { return m.matches(e, c) })
	case wire.Or:
		return combine(f.Children, yes, func(c wire.Filter) verdict { return m.matches(e, c) })
	case wire.Not:
		return [...]verdict{no: yes, yes: no, undefined: undefined}[m.matches(e, f.Children[0])]
	}
	if strings.EqualFold(f.Attr, "anr") && f.Kind == wire.Equal {
		return m.resolvesName(e, f.Value)
	}
	a, ok := m.store.schema.find(f.Attr)
	if !ok || a.is(hidden) || m.catalogue && !a.is(catalogue) {
		return undefined
	}
	values := m.store.values(e, a, m.rights, false)
	switch f.Kind {
	case wire.Present:
		return truth(len(values) > 0)
	case wire.Substrings:
		return substrings(a, values, f)
	case wire.Extensible:
		return m.extensible(e, a, values, f)
	}
	return m.asserts(a, values, f)
}

// combine folds and/or: the decisive value wins, otherwise doubt remains.
func combine(children []wire.Filter, decisive verdict, eval func(wire.Filter) verdict) verdict {
	out := truth(decisive == no)
	for _, c := range children {
		switch eval(c) {
		case decisive:
			return decisive
		case undefined:
			out = undefined
		}
	}
	return out
}

func (m matcher) asserts(a attribute, values []string, f wire.Filter) verdict {
	asserted := f.Value
	if a.name == "objectCategory" && !strings.Contains(asserted, "=") {
		c := category(asserted)
		if c == "" {
			return undefined
		}
		asserted = "CN=" + c + "," + schemaDN
	}
	if a.syntax == syntaxDN {
		if resolved, ok := m.store.byAlternative(asserted); ok {
			asserted = resolved.DN()
		}
	}
	if _, sensible := compare(a, asserted, asserted); !sensible {
		return undefined
	}
	return truth(slices.ContainsFunc(values, func(v string) bool {
		order, ok := compare(a, v, asserted)
		switch f.Kind {
		case wire.GreaterOrEqual:
			return ok && order >= 0
		case wire.LessOrEqual:
			return ok && order <= 0
		}
		return ok && order == 0
	}))
}

func substrings(a attribute, values []string, f wire.Filter) verdict {
	if a.syntax != syntaxText && a.syntax != syntaxClass {
		return undefined
	}
	return truth(slices.ContainsFunc(values, func(v string) bool {
		rest, ok := strings.CutPrefix(fold(v), fold(f.Initial))
		if !ok {
			return false
		}
		for _, part := range f.Any {
			if _, rest, ok = strings.Cut(rest, fold(part)); !ok {
				return false
			}
		}
		return strings.HasSuffix(rest, fold(f.Final))
	}))
}

func (m matcher) extensible(e *Entry, a attribute, values []string, f wire.Filter) verdict {
	switch f.Rule {
	case ruleAllBits, ruleAnyBit:
		mask, err := strconv.ParseInt(strings.TrimSpace(f.Value), 10, 64)
		if err != nil || a.syntax != syntaxInteger {
			return undefined
		}
		return truth(slices.ContainsFunc(values, func(v string) bool {
			n, err := strconv.ParseInt(v, 10, 64)
			if f.Rule == ruleAnyBit {
				return err == nil && n&mask != 0
			}
			return err == nil && n&mask == mask
		}))
	case ruleInChain:
		return m.inChain(e, a, f.Value)
	case "":
		return m.asserts(a, values, f)
	}
	return undefined
}

// inChain follows memberships of any depth, in either direction.
func (m matcher) inChain(e *Entry, a attribute, who string) verdict {
	d, err := parseDN(who)
	if err != nil || a.syntax != syntaxDN {
		return undefined
	}
	reaches := func(from *Entry, to string) bool {
		seen := map[string]bool{}
		queue := slices.Clone(m.store.groups[from.key])
		for len(queue) > 0 {
			k := queue[0]
			queue = queue[1:]
			if k == to {
				return true
			}
			if !seen[k] {
				seen[k] = true
				queue = append(queue, m.store.groups[k]...)
			}
		}
		return false
	}
	switch a.name {
	case "memberOf":
		return truth(reaches(e, d.key()))
	case "member":
		other, ok := m.store.entries[d.key()]
		return truth(ok && reaches(other, e.key))
	}
	return undefined
}

// resolvesName is the ambiguous name resolution of address books.
func (m matcher) resolvesName(e *Entry, text string) verdict {
	want, exact := strings.CutPrefix(fold(text), "=")
	for _, key := range []string{"samaccountname", "displayname", "givenname", "sn", "cn", "mail", "physicaldeliveryofficename"} {
		v := fold(e.first(key))
		if v != "" && (v == want || !exact && strings.HasPrefix(v, want)) {
			return yes
		}
	}
	return no
}
