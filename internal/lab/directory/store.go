package directory

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/directory/security"
)

// ErrNotFound reports a name that belongs to no entry.
var ErrNotFound = errors.New("no such entry in the directory")

// Naming contexts of the forest.
const (
	configurationDN = "CN=Configuration," + contoso.BaseDN
	schemaDN        = "CN=Schema," + configurationDN
	serviceDN       = "CN=Directory Service,CN=Windows NT,CN=Services," + configurationDN
	serverDN        = "CN=DC1,CN=Servers,CN=Default-First-Site-Name,CN=Sites," + configurationDN
)

// Store holds the objects of the forest. The LDAP server, the KDC and the
// faults of the lab share one.
type Store struct {
	clock  func() time.Time
	schema schema

	mu      sync.RWMutex
	entries map[string]*Entry
	groups  map[string][]string // key of a member -> keys of the groups that name it
	usn     int64
	nextRID uint32
	nextRow int64

	indexing sync.Mutex // guards what follows; taken after mu
	index    *index
	changing bool
}

// NewStore makes the forest of the practice installation, unfinished: no
// service principal name, no delegation.
func NewStore(clock func() time.Time) (*Store, error) {
	if clock == nil {
		clock = time.Now
	}
	s := &Store{
		clock: clock, schema: newSchema(),
		entries: map[string]*Entry{}, groups: map[string][]string{},
		usn: 12288, nextRID: 1104, nextRow: 1,
	}
	if err := s.Update(seed); err != nil {
		return nil, fmt.Errorf("filling the directory: %w", err)
	}
	return s, nil
}

// Update changes the directory in one piece: when change returns an error,
// nothing has happened. It is the door for faults, so it enforces none of the
// rules that a client meets.
func (s *Store) Update(change func(*Tx) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forget(true)
	defer s.forget(false)
	tx := &Tx{store: s, now: s.clock(), before: map[string]*Entry{}, usn: s.usn, rid: s.nextRID, row: s.nextRow}
	done := false
	defer func() {
		if !done {
			tx.rollback()
		}
	}()
	if err := change(tx); err != nil {
		return err
	}
	tx.commit()
	done = true
	return nil
}

// View reads the directory while nothing changes.
func (s *Store) View(look func(*Tx) error) error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return look(&Tx{store: s, now: s.clock(), readOnly: true})
}

// Values are the stored values of one attribute of a named entry.
func (s *Store) Values(name, attr string) []string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if e, ok := s.lookup(name); ok {
		return e.Values(attr)
	}
	return nil
}

// lookup finds an entry by distinguished name, DOMAIN\account, user principal
// name, or account name (a computer's also without its $).
func (s *Store) lookup(who string) (*Entry, bool) {
	if strings.Contains(who, "=") {
		if d, err := parseDN(who); err == nil {
			e, ok := s.entries[d.key()]
			return e, ok
		}
	}
	if domain, account, found := strings.Cut(who, `\`); found {
		if !strings.EqualFold(domain, contoso.NetBIOS) && !strings.EqualFold(domain, contoso.Domain) {
			return nil, false
		}
		return s.byAttribute("samaccountname", account)
	}
	if account, realm, found := strings.Cut(who, "@"); found {
		if e, ok := s.byAttribute("userprincipalname", who); ok {
			return e, true
		}
		// Every account also answers to its implicit name, account@domain.
		if strings.EqualFold(realm, contoso.Domain) || strings.EqualFold(realm, contoso.NetBIOS) {
			return s.byAttribute("samaccountname", account)
		}
		return nil, false
	}
	if e, ok := s.byAttribute("samaccountname", who); ok {
		return e, true
	}
	return s.byAttribute("samaccountname", who+"$")
}

// namingContext is the key of the naming context that holds the key k: schema,
// configuration, or the domain that its last parts spell.
func namingContext(k string) string {
	for _, nc := range []string{schemaDN, configurationDN} {
		if n := strings.ToLower(nc); k == n || isBelow(k, n) {
			return n
		}
	}
	forest := strings.ToLower(contoso.BaseDN)
	if k != forest && !isBelow(k, forest) {
		return ""
	}
	at := len(k) - len(forest)
	for at > 0 {
		before := strings.LastIndexByte(k[:at-1], ',') + 1
		if !strings.HasPrefix(k[before:], "dc=") {
			break
		}
		at = before
	}
	return k[at:]
}

// groupsOf lists the keys of all groups that e is in, however deeply, its
// primary group included.
func (s *Store) groupsOf(e *Entry) []*Entry {
	seen := map[string]bool{e.key: true}
	var out []*Entry
	queue := slices.Clone(s.groups[e.key])
	if rid := e.number64("primarygroupid"); rid > 0 {
		if g, ok := s.bySID(security.SID(contoso.DomainSID).Child(uint32(rid))); ok {
			queue = append([]string{g.key}, queue...)
		}
	}
	for len(queue) > 0 {
		k := queue[0]
		queue = queue[1:]
		g, ok := s.entries[k]
		if seen[k] || !ok {
			continue
		}
		seen[k] = true
		out = append(out, g)
		queue = append(queue, s.groups[k]...)
	}
	return out
}

func (s *Store) bySID(sid security.SID) (*Entry, bool) {
	raw, err := sid.Bytes()
	if err != nil {
		return nil, false
	}
	return s.bySIDBytes(string(raw))
}

// token is the set of identifiers that an account acts with.
func (s *Store) token(e *Entry) []security.SID {
	out := []security.SID{e.sid()}
	for _, g := range s.groupsOf(e) {
		out = append(out, g.sid())
	}
	return append(out, security.AuthenticatedUsers, security.Everyone)
}

func (s *Store) relink() {
	groups := map[string][]string{}
	for _, g := range s.entries {
		for _, m := range g.attrs["member"] {
			if d, err := parseDN(m); err == nil {
				k := d.key()
				groups[k] = append(groups[k], g.key)
			}
		}
	}
	for k := range groups {
		slices.Sort(groups[k])
	}
	s.groups = groups
}
