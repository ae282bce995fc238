package session

import (
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"sensegate/checks"
	"sensegate/internal/site"
	"sensegate/steps"
)

const (
	siteFile    = "site.yaml"
	journalFile = "journal.jsonl"
	lockFile    = "lock"
)

// Session is an open, locked site. It is the steps.Journal of its journey and
// safe for concurrent use.
type Session struct {
	dir   string
	clock func() time.Time
	lock  *flock.Flock

	mu      sync.Mutex
	journal *journal
	site    site.Site
	resume  Resume
	past    past
}

var (
	_ steps.Journal = (*Session)(nil)
	_ steps.Past    = (*Session)(nil)
)

// ErrClosed is what writing to a closed session returns.
var ErrClosed = errors.New("the session is closed")

// open locks a folder, prepares it under the lock and reads what is in it.
func open(dir string, clock func() time.Time, prepare func() error) (*Session, error) {
	s := &Session{dir: dir, clock: clock, lock: flock.New(filepath.Join(dir, lockFile))}
	held, err := s.lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("locking it: %w", err)
	}
	if !held {
		return nil, ErrLocked
	}
	err = prepare()
	if err == nil {
		err = s.read()
	}
	if err != nil {
		return nil, errors.Join(err, s.lock.Unlock())
	}
	return s, nil
}

func (s *Session) read() error {
	facts, err := site.Load(filepath.Join(s.dir, siteFile))
	if err != nil {
		return err
	}
	path := filepath.Join(s.dir, journalFile)
	entries, whole, err := readJournal(path)
	if err != nil {
		return err
	}
	s.resume, err = fold(entries)
	if err != nil {
		return fmt.Errorf("reading the journal %s: %w", path, err)
	}
	s.resume.Site, s.site = facts, facts
	if s.past, err = recall(entries); err != nil {
		return fmt.Errorf("reading the journal %s: %w", path, err)
	}
	if s.journal, err = openJournal(path, whole); err != nil {
		return err
	}
	if len(entries) == 0 {
		if err := s.record(Begun, begunPayload{Schema: schema}, true); err != nil {
			return errors.Join(err, s.journal.close())
		}
	}
	return nil
}

// Dir is where the session is kept.
func (s *Session) Dir() string { return s.dir }

// SitePath is the site file.
func (s *Session) SitePath() string { return filepath.Join(s.dir, siteFile) }

// Resume is how the journey stood when the session was opened.
func (s *Session) Resume() Resume { return s.resume }

// Answered saves the site's facts; the former ones remain until the new ones
// are whole.
func (s *Session) Answered(facts site.Site) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	changed, err := differences(s.site, facts)
	if err != nil {
		return fmt.Errorf("saving the answers: %w", err)
	}
	if err := site.Save(filepath.Join(s.dir, siteFile), facts); err != nil {
		return fmt.Errorf("saving the answers: %w", err)
	}
	if err := s.record(Answered, answeredPayload{Changed: changed}, true); err != nil {
		// What is not on record is not saved either: whoever gave it is told so.
		return errors.Join(err, site.Save(filepath.Join(s.dir, siteFile), s.site))
	}
	s.site = facts
	return nil
}

// Finished records what a check found. Results are shown later and never
// believed, so they need not survive a power cut: the next line that must takes
// them along.
func (s *Session) Finished(r checks.Result) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.record(Finished, finding(r), false)
}

// Moved records where the journey stands.
func (s *Session) Moved(step checks.StepID) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.record(Moved, movedPayload{Step: step}, true)
}

// Intend records a change before it is made; without that it must not be made.
func (s *Session) Intend(step checks.StepID, c steps.Change) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.record(intent(c), recorded(step, c), true)
}

// Outcome records what became of a change.
func (s *Session) Outcome(step checks.StepID, a steps.Applied) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	kind, c := outcome(step, a)
	return s.record(kind, c, true)
}

func (s *Session) record(kind Kind, payload any, durable bool) error {
	if s.journal == nil {
		return fmt.Errorf("recording %s: %w", kind, ErrClosed)
	}
	e, err := encode(s.clock(), kind, payload)
	if err != nil {
		return err
	}
	if err := s.journal.add(e, durable); err != nil {
		return err
	}
	return s.past.take(e)
}

// Made are the changes of this site, those of earlier sessions and of this one,
// oldest first.
func (s *Session) Made() []steps.Made {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.past.all()
}

// Close writes out what is left and releases the lock. It may be called twice.
func (s *Session) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.journal == nil {
		return nil
	}
	err := s.journal.close()
	s.journal = nil
	if err := errors.Join(err, s.lock.Unlock()); err != nil {
		return fmt.Errorf("closing the session: %w", err)
	}
	return nil
}
