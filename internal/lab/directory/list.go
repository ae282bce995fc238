package directory

import (
	"slices"
	"strings"
)

// Accounts are all users and computers, by name.
func (s *Store) Accounts() []Account {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var out []Account
	for _, e := range s.entries {
		if e.isA("user") {
			out = append(out, s.account(e, s.clock()))
		}
	}
	slices.SortFunc(out, func(a, b Account) int { return strings.Compare(a.SAM, b.SAM) })
	return out
}
