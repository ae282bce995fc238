package directory

import (
	"iter"
	"strings"

	"sensegate/internal/lab/directory/wire"
)

// maxPage is how many entries one answer holds.
const maxPage = 1000

// asking is the connection a request arrived on, as far as it matters.
type asking struct {
	caller    string // key of the bound entry, empty when anonymous
	catalogue bool
	secure    bool
	home      Home
}

// found is the outcome of a search.
type found struct {
	entries    []wire.Entry
	references []string
	paging     *wire.Paging
	truncated  bool
}

// search answers everything but the root entry.
func (s *Store) search(from asking, req wire.SearchRequest, ctl asked) (found, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	m := matcher{store: s, rights: s.rightsOf(from.caller), catalogue: from.catalogue}
	if m.rights.caller == nil {
		return found{}, needBind()
	}
	base, err := s.searchBase(from, req)
	if err != nil {
		return found{}, err
	}
	if err := m.check(req.Filter); err != nil {
		return found{}, err
	}
	var out found
	if !from.catalogue && !ctl.domainScope {
		out.references = continuations(base, req.Scope)
	}
	mark := fingerprint(req, base)
	after := int64(0)
	limit := maxPage
	if req.SizeLimit > 0 && req.SizeLimit < maxPage {
		limit = int(req.SizeLimit)
	}
	if p := ctl.paging; p != nil {
		if after, err = readCookie(p.Cookie, mark); err != nil {
			return found{}, err
		}
		out.paging = &wire.Paging{Cookie: []byte{}}
		if p.Size == 0 { // the searcher gives up the rest
			return out, nil
		}
		limit = min(limit, int(min(p.Size, maxPage)))
		if after > 0 {
			out.references = nil
		}
	}
	sel := s.schema.selectFrom(req.Attributes, req.TypesOnly, from.catalogue)
	last := int64(0)
	for e := range s.reached(from, base, req.Scope, after) {
		if m.matches(e, req.Filter) != yes {
			continue
		}
		if len(out.entries) == limit {
			if out.paging != nil {
				out.paging.Cookie = cookie(last, mark)
			} else {
				out.truncated = true
			}
			return out, nil
		}
		last = e.number
		out.entries = append(out.entries, wire.Entry{
			DN: e.DN(), Attributes: s.show(e, sel, m.rights, req.Scope == wire.ScopeBase),
		})
	}
	return out, nil
}

// searchBase is the key to search under; only the catalogue knows the empty one.
func (s *Store) searchBase(from asking, req wire.SearchRequest) (string, error) {
	if strings.TrimSpace(req.Base) == "" {
		if from.catalogue {
			return "", nil
		}
		return "", noObject("")
	}
	e, err := s.resolve(req.Base)
	if err != nil {
		return "", err
	}
	return e.key, nil
}

// reached are the entries in scope that are younger than the one of that number.
func (s *Store) reached(from asking, base string, scope wire.Scope, after int64) iter.Seq[*Entry] {
	if scope != wire.ScopeBase {
		return s.candidates(from, base, scoped(base, scope), after)
	}
	return func(yield func(*Entry) bool) {
		if e, ok := s.entries[base]; ok && e.number > after {
			yield(e)
		}
	}
}

// scoped says which entries a search below a base reaches.
func scoped(base string, scope wire.Scope) func(*Entry) bool {
	if scope == wire.ScopeOne {
		return func(e *Entry) bool { return e.dn.parent().key() == base }
	}
	return func(e *Entry) bool { return e.key == base || isBelow(e.key, base) }
}

// compareValue answers the compare operation.
func (s *Store) compareValue(from asking, req wire.CompareRequest) (bool, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	r := s.rightsOf(from.caller)
	if r.caller == nil {
		return false, needBind()
	}
	e, err := s.resolve(req.DN)
	if err != nil {
		return false, err
	}
	a, ok := s.schema.find(req.Name)
	if !ok || a.is(hidden) || from.catalogue && !a.is(catalogue) {
		return false, unknownAttribute()
	}
	values := s.values(e, a, r, true)
	if len(values) == 0 {
		return false, valueMissing(a)
	}
	return indexOf(a, values, req.Value) >= 0, nil
}
