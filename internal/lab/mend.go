package lab

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"time"

	"sensegate/internal/lab/appproxy"
	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/directory"
	"sensegate/internal/lab/entra"
	"sensegate/internal/lab/kdc"
	"sensegate/internal/lab/qlik"
)

// Play sets a fault as Break does. What it returns takes the fault back: what
// the fault changed becomes what it was, and everything else stays as it is.
// A fault that still waits for what it breaks is forgotten.
func (l *Lab) Play(id string) (mend func() error, err error) {
	t, err := findTrap(id)
	if err != nil {
		return nil, err
	}
	p := &played{lab: l, set: t.set}
	t.set = p.spring
	if err := l.lay(t); err != nil {
		return nil, err
	}
	return p.mend, nil
}

// Mend takes back the fault ID, as what Play returns does.
type Mend struct {
	ID string
	Do func() error
}

// Mends take back the faults that the lab was started with, in their order.
func (l *Lab) Mends() []Mend { return slices.Clone(l.mends) }

// played is a fault that can be taken back.
type played struct {
	lab *Lab
	set func(*Lab) error

	mu     sync.Mutex
	undo   []func() error
	sprung bool
	over   bool
}

// spring sets the fault and notes what that changes.
func (p *played) spring(l *Lab) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.over {
		return nil
	}
	p.sprung = true
	seen := l.memory()
	err := p.set(l)
	p.undo = seen.since()
	return err
}

func (p *played) mend() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.over {
		return nil
	}
	p.over = true
	if !p.sprung {
		return nil
	}
	if len(p.undo) == 0 {
		return errElsewhere
	}
	var errs []error
	for _, u := range slices.Backward(p.undo) {
		errs = append(errs, u())
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("taking a fault back: %w", err)
	}
	return nil
}

// errElsewhere says that a fault changed nothing of the lab's systems.
var errElsewhere = errors.New("taking a fault back: it is in a log or a file, which stays as it is")

// memory is everything that a fault can change, as it was.
type memory struct {
	lab       *Lab
	tenant    entra.State
	site      qlik.State
	proxy     appproxy.State
	hosts     map[string]hostFacts
	others    map[string]otherFacts
	offset    time.Duration
	qlikAway  time.Duration // of Qlik's clock
	ldap      directory.State
	unheard   int
	tickets   kdc.State
	service   kdc.Account // as whom Qlik's proxy runs, with the password it was started with
	keytab    []byte
	directory func() (int, func() error)
}

func (l *Lab) memory() memory {
	m := memory{lab: l, proxy: l.proxy.View(), directory: l.store.Keep()}
	l.entra.View(func(s *entra.State) { m.tenant = kept(*s) })
	l.qlik.View(func(s *qlik.State) { m.site = kept(*s) })
	l.hosts.mu.Lock()
	m.hosts, m.others = keptAll(l.hosts.facts), keptAll(l.hosts.others)
	l.hosts.mu.Unlock()
	l.dcClock.mu.Lock()
	m.offset = l.dcClock.offset
	l.dcClock.mu.Unlock()
	m.qlikAway, m.ldap = l.qlikClock.now().Sub(l.clock()).Round(time.Second), l.ldap.View()
	m.tickets, m.service = l.kdc.View(), l.service.account()
	// A lab whose folder is gone has no keytab to remember.
	m.keytab, _ = os.ReadFile(l.file(keytabOf(contoso.ServiceAccount)))
	l.qlikMu.Lock()
	m.unheard = len(l.unheard)
	l.qlikMu.Unlock()
	return m
}

func keptAll[T any](facts map[string]*T) map[string]T {
	out := map[string]T{}
	for name, f := range facts {
		out[name] = kept(*f)
	}
	return out
}

// since are the ways to take back what changed since m was made; none where
// nothing did.
func (m memory) since() []func() error {
	l, now := m.lab, m.lab.memory()
	var out []func() error
	put := func(changed bool, back func() error) {
		if changed {
			out = append(out, back)
		}
	}
	plainly := func(f func()) func() error { return func() error { f(); return nil } }
	entries, reshelve := m.directory()
	put(entries > 0, reshelve)
	put(differ(m.tenant, now.tenant), plainly(func() { l.entra.Update(func(s *entra.State) { takeBack(s, m.tenant, now.tenant) }) }))
	put(differ(m.proxy, now.proxy), plainly(func() { l.proxy.Update(func(s *appproxy.State) { takeBack(s, m.proxy, now.proxy) }) }))
	put(m.unheard != now.unheard || differ(m.site, now.site), plainly(func() {
		l.qlikMu.Lock()
		defer l.qlikMu.Unlock()
		l.unheard = l.unheard[:min(m.unheard, len(l.unheard))]
		l.qlik.Update(func(s *qlik.State) { takeBack(s, m.site, now.site) })
	}))
	put(m.tickets != now.tickets, plainly(func() { l.kdc.Update(func(s *kdc.State) { *s = m.tickets }) }))
	put(differ(m.service, now.service), plainly(func() { l.service.run(m.service) }))
	put(len(m.keytab) > 0 && !bytes.Equal(m.keytab, now.keytab), func() error { return l.writeFile(keytabOf(contoso.ServiceAccount), m.keytab) })
	put(m.offset != now.offset, plainly(func() { l.dcClock.set(m.offset) }))
	put(m.qlikAway != now.qlikAway, plainly(func() { l.qlikClock.set(m.qlikAway) }))
	put(m.ldap != now.ldap, plainly(func() { l.ldap.Update(func(s *directory.State) { *s = m.ldap }) }))
	for name, was := range m.hosts {
		is := now.hosts[name]
		put(differ(was, is), func() error { return l.hosts.update(name, func(f *hostFacts) { takeBack(f, was, is) }) })
	}
	for name, was := range m.others {
		is := now.others[name]
		put(differ(was, is), func() error { return l.hosts.updateOther(name, func(f *otherFacts) { takeBack(f, was, is) }) })
	}
	return out
}
