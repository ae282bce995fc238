package directory

import (
	"fmt"
	"maps"
	"slices"
)

// Keep notes what the directory holds. Calling its result counts the entries
// that were changed, made or removed since, and gives what takes that back: entry
// by entry, as a change like any other. A later change of the same entries goes
// with it.
func (s *Store) Keep() (changed func() (n int, takeBack func() error)) {
	before := s.shelf()
	return func() (int, func() error) {
		after := s.shelf()
		var keys []string
		for k, e := range after {
			if before[k] != e {
				keys = append(keys, k)
			}
		}
		for k := range before {
			if after[k] == nil {
				keys = append(keys, k)
			}
		}
		slices.Sort(keys)
		return len(keys), func() error {
			return s.Update(func(tx *Tx) error {
				for _, k := range keys {
					if err := tx.putBack(k, before[k]); err != nil {
						return err
					}
				}
				return nil
			})
		}
	}
}

// shelf is the entries as they stand; an entry never changes once it is there.
func (s *Store) shelf() map[string]*Entry {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return maps.Clone(s.entries)
}

// putBack makes an entry what it was; nil makes it nothing.
func (tx *Tx) putBack(key string, was *Entry) error {
	now := tx.store.entries[key]
	switch {
	case was == nil && now == nil:
		return nil
	case was == nil:
		if err := tx.Delete(now.DN()); err != nil {
			return fmt.Errorf("taking back %s: %w", now.DN(), err)
		}
		return nil
	}
	if _, touched := tx.before[key]; !touched {
		tx.before[key] = now
	}
	e := was.clone()
	tx.store.entries[key] = e
	tx.stamp(e)
	tx.links = true
	return nil
}
