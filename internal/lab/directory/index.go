package directory

import (
	"iter"
	"slices"
)

// index finds entries without a look at every one. It holds one state of the
// store and is made anew when somebody asks after a change.
type index struct {
	byAge  []*Entry
	bySID  map[string]*Entry
	byName map[string]*Entry // folded account name
}

// indexed is the index of the present state, nil while that is being changed.
// The caller holds the store's lock, be it for reading only.
func (s *Store) indexed() *index {
	s.indexing.Lock()
	defer s.indexing.Unlock()
	if s.changing {
		return nil
	}
	if s.index == nil {
		s.index = newIndex(s.entries)
	}
	return s.index
}

func newIndex(entries map[string]*Entry) *index {
	x := &index{
		byAge: make([]*Entry, 0, len(entries)),
		bySID: make(map[string]*Entry, len(entries)), byName: make(map[string]*Entry, len(entries)),
	}
	for _, e := range entries {
		x.byAge = append(x.byAge, e)
		if sid := e.first("objectsid"); sid != "" {
			x.bySID[sid] = e
		}
		if sam := e.first("samaccountname"); sam != "" {
			x.byName[fold(sam)] = e
		}
	}
	slices.SortFunc(x.byAge, func(a, b *Entry) int { return int(a.number - b.number) })
	return x
}

// forget drops the index before and after a change; the caller holds the
// store's lock for writing.
func (s *Store) forget(changing bool) {
	s.indexing.Lock()
	defer s.indexing.Unlock()
	s.index, s.changing = nil, changing
}

// since are the entries younger than the one of that number, by age.
func (s *Store) since(number int64) []*Entry {
	all := s.byAge()
	at, _ := slices.BinarySearchFunc(all, number+1, func(e *Entry, n int64) int { return int(e.number - n) })
	return all[at:]
}

// byAge are all entries by age; nobody may change the list.
func (s *Store) byAge() []*Entry {
	if x := s.indexed(); x != nil {
		return x.byAge
	}
	out := make([]*Entry, 0, len(s.entries))
	for _, e := range s.entries {
		out = append(out, e)
	}
	slices.SortFunc(out, func(a, b *Entry) int { return int(a.number - b.number) })
	return out
}

func (s *Store) byAttribute(key, value string) (*Entry, bool) {
	want := fold(value)
	if x := s.indexed(); x != nil && key == "samaccountname" {
		e, ok := x.byName[want]
		return e, ok
	}
	for _, e := range s.entries {
		for _, v := range e.attrs[key] {
			if fold(v) == want {
				return e, true
			}
		}
	}
	return nil, false
}

// inOrder lists the entries that keep accepts by age.
func (s *Store) inOrder(keep func(*Entry) bool) []*Entry {
	var out []*Entry
	if x := s.indexed(); x != nil {
		for _, e := range x.byAge {
			if keep(e) {
				out = append(out, e)
			}
		}
		return out
	}
	for _, e := range s.entries {
		if keep(e) {
			out = append(out, e)
		}
	}
	slices.SortFunc(out, func(a, b *Entry) int { return int(a.number - b.number) })
	return out
}

// bySIDBytes finds the entry of an identifier in its binary form.
func (s *Store) bySIDBytes(raw string) (*Entry, bool) {
	if x := s.indexed(); x != nil {
		e, ok := x.bySID[raw]
		return e, ok
	}
	for _, e := range s.entries {
		if e.first("objectsid") == raw {
			return e, true
		}
	}
	return nil, false
}

// candidates are the entries in scope that are younger than the one of that
// number. Outside the catalogue a search stays in the naming context of its
// base.
func (s *Store) candidates(from asking, base string, below func(*Entry) bool, after int64) iter.Seq[*Entry] {
	nc := namingContext(base)
	return func(yield func(*Entry) bool) {
		for _, e := range s.since(after) {
			if !below(e) || !from.catalogue && namingContext(e.key) != nc {
				continue
			}
			if !yield(e) {
				return
			}
		}
	}
}
