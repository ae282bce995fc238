package session

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"sensegate/checks"
	"sensegate/steps"
)

// Pasted is the kind of line that tells of a paste. Its text is in a file of
// its own: it may have megabytes.
const Pasted Kind = "pasted"

// pastesDir holds the texts, by their hash.
const pastesDir = "pasted"

type pastedPayload struct {
	ID checks.ID `json:"id"`
	On string    `json:"on,omitempty"`
	At time.Time `json:"at"`
	// SHA256 names the file and proves that it is the one that was judged.
	SHA256 string `json:"sha256"`
}

// Pasted keeps a paste for the sessions to come: first its text, then the line
// that tells of it.
func (s *Session) Pasted(p steps.Paste) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	sum := sha256.Sum256([]byte(p.Text))
	name := hex.EncodeToString(sum[:])
	dir := filepath.Join(s.dir, pastesDir)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("keeping what was pasted: %w", err)
	}
	path := filepath.Join(dir, name)
	if _, err := os.Stat(path); err != nil {
		tmp := path + ".new"
		if err := os.WriteFile(tmp, []byte(p.Text), 0o600); err != nil {
			return fmt.Errorf("keeping what was pasted: %w", errors.Join(err, os.Remove(tmp)))
		}
		if err := os.Rename(tmp, path); err != nil {
			return fmt.Errorf("keeping what was pasted: %w", err)
		}
	}
	return s.record(Pasted, pastedPayload{ID: p.Check, On: p.On, At: p.At, SHA256: name}, true)
}

// Pastes are what was pasted in this and in former sessions of the site, oldest
// first. A text that is gone, or was changed since, is left out: it proves
// nothing any more.
func (s *Session) Pastes() ([]steps.Paste, error) { return readPastes(s.dir) }

// Pastes are those of a saved site, which may be open elsewhere; none when it
// was never saved.
func (s *Store) Pastes(name string) ([]steps.Paste, error) { return readPastes(s.SiteDir(name)) }

func readPastes(dir string) ([]steps.Paste, error) {
	entries, _, err := readJournal(filepath.Join(dir, journalFile))
	if err != nil {
		return nil, fmt.Errorf("reading what was pasted: %w", err)
	}
	var out []steps.Paste
	for _, e := range entries {
		if e.Kind != Pasted {
			continue
		}
		p, err := payload[pastedPayload](e)
		if err != nil {
			return nil, fmt.Errorf("reading what was pasted: %w", err)
		}
		raw, err := os.ReadFile(filepath.Join(dir, pastesDir, filepath.Base(p.SHA256)))
		sum := sha256.Sum256(raw)
		if err != nil || hex.EncodeToString(sum[:]) != p.SHA256 {
			continue
		}
		out = append(out, steps.Paste{Check: p.ID, On: p.On, Text: string(raw), At: p.At})
	}
	return out, nil
}
