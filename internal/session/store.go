// Package session keeps journeys on disk: the facts of a site, and a journal
// of what was answered, found and changed, so that nothing confirmed is lost
// when the program is left or killed. No secret is ever written.
package session

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/gofrs/flock"

	"sensegate/checks"
	"sensegate/internal/site"
	"sensegate/steps"
)

// HomeVariable is the environment variable that moves the store.
const HomeVariable = "SENSEGATE_HOME"

// DefaultDir is where sites are kept: home when it is set (the value of
// SENSEGATE_HOME), the user's configuration folder otherwise.
func DefaultDir(home string) (string, error) {
	if home != "" {
		dir, err := filepath.Abs(home)
		if err != nil {
			return "", fmt.Errorf("finding the folder %s names: %w", HomeVariable, err)
		}
		return dir, nil
	}
	base, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("finding the folder for saved sites (set %s to name one): %w", HomeVariable, err)
	}
	return filepath.Join(base, "sensegate"), nil
}

// Store is a folder of saved sites, each in a folder of its own.
type Store struct {
	dir   string
	clock func() time.Time
}

// NewStore uses a folder, which is made when the first site is saved.
func NewStore(dir string, clock func() time.Time) *Store { return &Store{dir: dir, clock: clock} }

// Dir is the store's folder.
func (s *Store) Dir() string { return s.dir }

// SiteDir is the folder of one site.
func (s *Store) SiteDir(name string) string { return filepath.Join(s.dir, "sites", name) }

// Saved is a site that was begun earlier.
type Saved struct {
	Name string
	// Title is the name as the site file has it now.
	Title string
	// Position is the step it stood at; empty when it never moved.
	Position checks.StepID
	Updated  time.Time
	// Problem says why it cannot be opened; nil when it can.
	Problem error
}

// List tells which sites are saved, the latest first. A site that cannot be
// read is listed with its problem.
func (s *Store) List() ([]Saved, error) {
	found, err := os.ReadDir(filepath.Join(s.dir, "sites"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("listing the saved sites: %w", err)
	}
	var out []Saved
	for _, d := range found {
		if d.IsDir() && site.CheckName(d.Name()) == nil {
			out = append(out, s.look(d.Name()))
		}
	}
	slices.SortStableFunc(out, func(a, b Saved) int {
		return cmp.Or(b.Updated.Compare(a.Updated), cmp.Compare(a.Name, b.Name))
	})
	return out, nil
}

func (s *Store) look(name string) Saved {
	dir := s.SiteDir(name)
	v := Saved{Name: name, Title: name}
	facts, err := site.Load(filepath.Join(dir, siteFile))
	if err != nil {
		v.Problem = err
		return v
	}
	v.Title = facts.Name
	entries, _, err := readJournal(filepath.Join(dir, journalFile))
	if err != nil {
		v.Problem = err
		return v
	}
	state, err := fold(entries)
	if err != nil {
		v.Problem = err
		return v
	}
	v.Position, v.Updated = state.Position, state.Updated
	return v
}

// Create saves a new site and opens it. A name that is taken is ErrExists,
// or ErrLocked while it is in use.
func (s *Store) Create(facts site.Site) (*Session, error) {
	if err := site.CheckName(facts.Name); err != nil {
		return nil, fmt.Errorf("creating the site %q: %w", facts.Name, err)
	}
	dir := s.SiteDir(facts.Name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("creating the site %s: %w", facts.Name, err)
	}
	v, err := open(dir, s.clock, func() error {
		path := filepath.Join(dir, siteFile)
		if _, err := os.Stat(path); err == nil {
			return fmt.Errorf("%w in %s", ErrExists, dir)
		}
		return site.Save(path, facts)
	})
	if err != nil {
		return nil, fmt.Errorf("creating the site %s: %w", facts.Name, err)
	}
	return v, nil
}

// Open locks a saved site and reads how it stands. A site that is open in
// another process is ErrLocked, one that is not there ErrNotFound.
func (s *Store) Open(name string) (*Session, error) {
	if err := site.CheckName(name); err != nil {
		return nil, fmt.Errorf("opening the site %q: %w", name, err)
	}
	dir := s.SiteDir(name)
	if _, err := os.Stat(filepath.Join(dir, siteFile)); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("opening the site %s: %w in %s", name, ErrNotFound, s.dir)
	}
	v, err := open(dir, s.clock, func() error { return nil })
	if err != nil {
		return nil, fmt.Errorf("opening the site %s: %w", name, err)
	}
	return v, nil
}

// Look reads a saved site's folder as it stands, without opening it: for a
// report about it, also while a wizard has it open.
func Look(dir string) (Resume, []steps.Made, error) {
	facts, err := site.Load(filepath.Join(dir, siteFile))
	if err != nil {
		return Resume{}, nil, err
	}
	entries, _, err := readJournal(filepath.Join(dir, journalFile))
	if err != nil {
		return Resume{}, nil, err
	}
	state, err := fold(entries)
	if err != nil {
		return Resume{}, nil, err
	}
	p, err := recall(entries)
	if err != nil {
		return Resume{}, nil, err
	}
	state.Site = facts
	return state, p.all(), nil
}

// InUse says that a site is open at this moment, in this process or another.
func (s *Store) InUse(name string) bool {
	dir := s.SiteDir(name)
	if _, err := os.Stat(filepath.Join(dir, siteFile)); site.CheckName(name) != nil || err != nil {
		return false
	}
	lock := flock.New(filepath.Join(dir, lockFile))
	held, err := lock.TryLock()
	if held {
		_ = lock.Unlock() // it was only tried
	}
	return err == nil && !held
}
