package lab

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"sensegate/internal/lab/directory"
	"sensegate/internal/lab/entra"
	"sensegate/internal/lab/qlik"
)

// Fault is one way to break the practice installation.
type Fault struct {
	ID    string
	Title string // what is wrong, as a statement
	// Step, Check and Cause are what must name it.
	Step, Check, Cause string
	// Unknown says that the check cannot tell while it lasts: nothing is wrong
	// with the installation.
	Unknown bool
	// Warning says that the check only warns: its gate opens all the same.
	Warning bool
	// During is the step whose plan it shows in: checks find nothing before that
	// is applied. Empty where a check finds it.
	During string
	// On are the variants of the installation that have what it breaks; starting
	// with the fault brings them along.
	On []string
	// Note is for a trainer: what breaks in reality and how it looks.
	Note string
}

// UnknownFaultError says that there is no fault of that name.
type UnknownFaultError struct {
	ID      string
	Nearest []string
}

// Error names the fault that was asked for and those it may have meant.
func (e *UnknownFaultError) Error() string {
	return unknown("fault", e.ID, e.Nearest)
}

func unknown(what, id string, nearest []string) string {
	msg := fmt.Sprintf("there is no %s %q", what, id)
	if len(nearest) > 0 {
		msg += "; the nearest are " + strings.Join(nearest, ", ")
	}
	return msg
}

// Faults lists every fault, in the order of the steps.
func Faults() []Fault {
	all := traps()
	out := make([]Fault, 0, len(all))
	for _, t := range all {
		out = append(out, t.Fault)
	}
	return out
}

// trap is a fault with what sets it.
type trap struct {
	Fault
	set func(*Lab) error
	// after says whether that which the trap breaks is there. On a lab that is
	// still being set up the trap waits for it; nil waits for nothing.
	after func(*Lab) bool
}

// breaks says whether a chosen fault is one of an installation that is set up,
// or breaks something that has to be there first; the others show while one is.
func (o Options) breaks() bool {
	return slices.ContainsFunc(o.Faults, func(id string) bool {
		t, err := findTrap(id)
		return err != nil || t.During == "" || t.after != nil
	})
}

// stages are the chosen variants, and those that the chosen faults are played on.
func (o Options) stages() []string {
	out := slices.Clone(o.Variants)
	for _, id := range o.Faults {
		t, err := findTrap(id)
		if err != nil {
			continue // refused before anything starts
		}
		for _, v := range t.On {
			if !slices.Contains(out, v) {
				out = append(out, v)
			}
		}
	}
	return out
}

func traps() []trap {
	return slices.Concat(
		doorTraps(), siteTraps(), signInTraps(), writeSiteTraps(), consentTraps(), qlikSiteTraps(), qlikHostTraps(), missingUserTraps(), syncTraps(), syncServerTraps(), userTraps(),
		goneConnectorTraps(), connectorTraps(), hostTraps(), wayOutTraps(), betweenTraps(), cloudConnectorTraps(), halfMadeTraps(), customDomainTraps(), writeTraps(), assignTraps(), appTraps(), moreAppTraps(), shownTraps(), allowListTraps(), meanwhileTraps(),
		holderTraps(), spnTraps(), nameTraps(), qlikAccountTraps(), typedTraps(), othersTraps(), kerberosTraps(), ticketTraps(), delegationTraps(), trustTraps(), rehearsalTraps(), ssoTraps(), entranceTraps(), verifyTraps(), qlikPathTraps(),
	)
}

func findTrap(id string) (trap, error) {
	all := traps()
	if i := slices.IndexFunc(all, func(t trap) bool { return t.ID == id }); i >= 0 {
		return all[i], nil
	}
	ids := make([]string, 0, len(all))
	for _, t := range all {
		ids = append(ids, t.ID)
	}
	return trap{}, &UnknownFaultError{ID: id, Nearest: nearest(id, ids)}
}

// trapEvery is how often waiting traps look whether their time has come.
const trapEvery = 20 * time.Millisecond

// Break applies one fault to the running lab. On a lab that is still being set
// up, a fault of something that is not there yet waits until it is. The error
// is an *UnknownFaultError where no such fault exists.
func (l *Lab) Break(id string) error {
	t, err := findTrap(id)
	if err != nil {
		return err
	}
	return l.lay(t)
}

// lay springs a trap, or lets it wait for what it breaks.
func (l *Lab) lay(t trap) error {
	if err := l.bears(t); err != nil {
		return err
	}
	l.mu.Lock()
	if l.life.Err() != nil {
		l.mu.Unlock()
		return fmt.Errorf("setting the fault %s: the lab is closed", t.ID)
	}
	wait := !l.finished && t.after != nil && !t.after(l)
	if wait {
		l.waiting = append(l.waiting, t)
		if len(l.waiting) == 1 {
			l.watchers.Go(l.watch)
		}
	}
	l.mu.Unlock()
	if wait {
		return nil
	}
	if err := t.set(l); err != nil {
		return fmt.Errorf("setting the fault %s: %w", t.ID, err)
	}
	return nil
}

// bears says whether the running lab has what the fault breaks: names and
// addresses do not change while it runs.
func (l *Lab) bears(t trap) error {
	for _, id := range t.On {
		if !slices.ContainsFunc(l.variations, func(v variation) bool { return v.ID == id }) {
			return fmt.Errorf("setting the fault %s: it is played on the variant %s: start with --fault %s", t.ID, id, t.ID)
		}
	}
	return nil
}

// watch springs waiting traps until none is left or the lab ends.
func (l *Lab) watch() {
	tick := time.NewTicker(trapEvery)
	defer tick.Stop()
	for {
		select {
		case <-l.life.Done():
			return
		case <-tick.C:
		}
		ready, left := l.ready()
		for _, t := range ready {
			// What it breaks was there a moment ago; if it went away meanwhile,
			// there is nothing left to break.
			_ = t.set(l)
		}
		if left == 0 {
			return
		}
	}
}

// ready takes the traps whose time has come off the list. They are judged
// together, because one may take away what another waits for.
func (l *Lab) ready() (ready []trap, left int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var waiting []trap
	for _, t := range l.waiting {
		if t.after(l) {
			ready = append(ready, t)
		} else {
			waiting = append(waiting, t)
		}
	}
	l.waiting = waiting
	return ready, len(waiting)
}

// inTenant changes the tenant.
func inTenant(change func(*entra.State)) func(*Lab) error {
	return func(l *Lab) error {
		l.entra.Update(change)
		return nil
	}
}

// inDirectory changes the directory.
func inDirectory(change func(*directory.Tx) error) func(*Lab) error {
	return func(l *Lab) error { return l.store.Update(change) }
}

// inQlik changes the Qlik site, in force at once.
func inQlik(change func(*qlik.State)) func(*Lab) error {
	return func(l *Lab) error {
		l.qlik.Update(change)
		return nil
	}
}

// onHost changes what a connector host shows.
func onHost(name string, change func(*hostFacts)) func(*Lab) error {
	return func(l *Lab) error { return l.hosts.update(name, change) }
}

// all runs several changes as one.
func all(changes ...func(*Lab) error) func(*Lab) error {
	return func(l *Lab) error {
		for _, c := range changes {
			if err := c(l); err != nil {
				return err
			}
		}
		return nil
	}
}

// unheard stores a change in Qlik's repository that the running proxy does not
// learn of: before is what it keeps going by.
func unheard(before, stored func(*qlik.State)) func(*Lab) error {
	return func(l *Lab) error {
		l.qlikMu.Lock()
		defer l.qlikMu.Unlock()
		l.unheard = append(l.unheard, [2]func(*qlik.State){before, stored})
		l.qlik.Update(func(s *qlik.State) {
			s.Faults.Deaf = false
			for _, u := range l.unheard {
				u[0](s)
			}
		})
		l.qlik.Update(func(s *qlik.State) {
			s.Faults.Deaf = true
			for _, u := range l.unheard {
				u[1](s)
			}
		})
		return nil
	}
}

// nearest picks the ids that a mistyped one may have meant.
func nearest(id string, ids []string) []string {
	type candidate struct {
		id       string
		distance int
	}
	var near []candidate
	for _, known := range ids {
		d := editDistance(id, known)
		switch {
		case d <= max(2, len(known)/3):
		case len(id) >= 3 && strings.Contains(known, id):
			d = len(known)
		default:
			continue
		}
		near = append(near, candidate{known, d})
	}
	slices.SortStableFunc(near, func(a, b candidate) int { return a.distance - b.distance })
	var out []string
	for _, c := range near[:min(3, len(near))] {
		out = append(out, c.id)
	}
	return out
}

// editDistance is Levenshtein's, over bytes: ids are ASCII.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j]+1, row[j+1]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}
