package directory

import (
	"context"
	"hash/maphash"
	"slices"
	"strings"

	"sensegate/internal/fact"
	"sensegate/internal/netprobe"
)

// maxGroups bounds the report of an audit, not the audit.
const maxGroups = 100

// kadmin is held by the krbtgt account of every domain, rightly.
const kadmin = "kadmin/changepw"

// Audit looks for names that several accounts of the forest hold, folded as
// the eye folds them. It reads page by page and keeps eight bytes for each
// name, so that a large forest fits; the holders are asked for afterwards.
func (c *Client) Audit(ctx context.Context) (fact.SPNAudit, error) {
	const op = "looking for duplicate service principal names"
	var out fact.SPNAudit
	var doubled []string
	err := c.with(ctx, c.catalog, op, func(s *session) error {
		found := newTally()
		err := s.stream("", "(servicePrincipalName=*)", found.entry, attrSPN)
		if err == nil {
			err = found.rest(s)
		}
		out, doubled = fact.SPNAudit{Accounts: int(found.accounts), Names: found.names}, found.doubled
		return err
	})
	if err != nil {
		return fact.SPNAudit{}, err
	}
	if len(doubled) > 0 {
		out.Groups, err = c.groups(ctx, op, doubled)
	}
	out.Doubled = len(doubled)
	return out, err
}

// groups reads the forest once more, for the holders of the first names that
// are held twice. A name that was mended in between has none.
func (c *Client) groups(ctx context.Context, op string, doubled []string) ([]fact.SPNGroup, error) {
	asked := map[string]int{}
	for i, name := range doubled[:min(len(doubled), maxGroups)] {
		asked[skeleton(name)] = i
	}
	var all []fact.SPNGroup
	err := c.with(ctx, c.catalog, op, func(s *session) error {
		all = make([]fact.SPNGroup, len(asked))
		for _, i := range asked {
			all[i].Name = netprobe.Clean(doubled[i])
		}
		return s.named(func(sam string, names []string) {
			for _, name := range names {
				i, ok := asked[skeleton(name)]
				if !ok || slices.Contains(all[i].Holders, sam) {
					continue
				}
				all[i].Holders = append(all[i].Holders, sam)
				all[i].LookAlike = all[i].LookAlike || !strings.EqualFold(name, doubled[i])
			}
		})
	})
	return slices.DeleteFunc(all, func(g fact.SPNGroup) bool { return len(g.Holders) < 2 }), err
}

// named hands out every account with its names, the long lists in pieces.
func (s *session) named(each func(sam string, names []string)) error {
	held := map[string]string{}
	var names []string
	err := s.stream("", "(servicePrincipalName=*)", func(raw []byte) error {
		sam := ""
		if _, _, err := eachValue(raw, attrSAM, func(v []byte) { sam = string(v) }); err != nil {
			return err
		}
		names = names[:0]
		dn, more, err := eachValue(raw, attrSPN, func(v []byte) { names = append(names, string(v)) })
		if more {
			held[string(dn)] = sam
		}
		each(sam, names)
		return err
	}, attrSPN, attrSAM)
	if err != nil {
		return err
	}
	for dn, sam := range held {
		all, err := s.allNames(dn)
		if err != nil {
			return err
		}
		each(sam, all)
	}
	return nil
}

// allNames are the names of one object, however many.
func (s *session) allNames(dn string) ([]string, error) {
	entry, err := s.base(dn, attrSPN)
	if err != nil {
		return nil, err
	}
	return s.values(entry, attrSPN)
}

// tally counts the names of a forest and who was the first to hold each.
type tally struct {
	seed     maphash.Seed
	accounts int32
	names    int
	owner    map[uint64]int32
	reported map[uint64]bool
	doubled  []string
	scratch  []byte
	// held are the accounts with more names than the server hands out at once.
	held map[string]int32
}

func newTally() *tally {
	return &tally{seed: maphash.MakeSeed(), owner: map[uint64]int32{}, reported: map[uint64]bool{}, held: map[string]int32{}}
}

// entry counts the names of one entry as it came off the wire.
func (t *tally) entry(raw []byte) error {
	t.accounts++
	before := t.names
	dn, more, err := eachValue(raw, attrSPN, func(name []byte) { t.name(name, t.accounts) })
	if more {
		t.held[string(dn)], t.names = t.accounts, before
	}
	return err
}

// rest asks for the names of those accounts once more, and in full.
func (t *tally) rest(s *session) error {
	for dn, account := range t.held {
		all, err := s.allNames(dn)
		if err != nil {
			return err
		}
		for _, name := range all {
			t.name([]byte(name), account)
		}
	}
	return nil
}

func (t *tally) name(name []byte, account int32) {
	t.names++
	key, known := t.key(name)
	if !known {
		return
	}
	first, twice := t.owner[key]
	switch {
	case !twice:
		t.owner[key] = account
	case first != account && !t.reported[key]:
		t.reported[key] = true
		t.doubled = append(t.doubled, string(name))
	}
}

// key is what a name is known by once folded; ok is false for the one name that
// every domain holds.
func (t *tally) key(name []byte) (key uint64, ok bool) {
	t.scratch = t.scratch[:0]
	for _, c := range name {
		if c <= ' ' || c > '~' {
			t.scratch = append(t.scratch[:0], skeleton(string(name))...)
			break
		}
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		t.scratch = append(t.scratch, c)
	}
	return maphash.Bytes(t.seed, t.scratch), string(t.scratch) != kadmin
}
