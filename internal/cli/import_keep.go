package cli

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"sensegate/internal/session"
	"sensegate/internal/site"
)

// evidenceFolder is where copies lie, beside the facts of the site.
const evidenceFolder = "evidence"

// keeper adds evidence to a site: a saved one, or a file.
type keeper struct {
	site  string
	saved *session.Session
}

// add copies the files beside the site and names them in it, all of them or
// none. It returns how many are new.
func (k keeper) add(ctx context.Context, s site.Site, pieces []piece) (n int, err error) {
	dir := filepath.Dir(k.site)
	if k.saved != nil {
		dir = k.saved.Dir()
	}
	named, made, err := copied(dir, s, pieces)
	if err != nil || len(named) == 0 {
		return 0, err
	}
	if k.saved == nil {
		err = nameEvidence(ctx, k.site, k.relative(named))
	} else {
		s.Evidence = slices.Clone(s.Evidence)
		for _, full := range named {
			if !slices.Contains(s.Evidence, full) {
				s.Evidence = append(s.Evidence, full)
			}
		}
		err = k.saved.Answered(s)
	}
	if err != nil {
		return 0, errors.Join(fmt.Errorf("adding the evidence: %w", err), removed(made))
	}
	return len(named), nil
}

// copied puts files into a site's folder of evidence, all of them or none. It
// returns those that the site does not have yet, and those it made.
func copied(dir string, s site.Site, pieces []piece) (named, made []string, err error) {
	for _, x := range pieces {
		full, err := filepath.Abs(filepath.Join(dir, evidenceFolder, nameOf(x)))
		if err != nil {
			return nil, nil, errors.Join(fmt.Errorf("keeping the evidence: %w", err), removed(made))
		}
		if slices.Contains(s.Evidence, x.path) || slices.Contains(s.Evidence, full) && intact(full, x.raw) {
			continue
		}
		_, before := os.Lstat(full)
		if err := keepFile(full, x.raw); err != nil {
			return nil, nil, errors.Join(err, removed(made))
		}
		if before != nil {
			made = append(made, full)
		}
		named = append(named, full)
	}
	return named, made, nil
}

func removed(made []string) error {
	var err error
	for _, path := range made {
		err = errors.Join(err, os.Remove(path))
	}
	return err
}

// relative names copies as seen from the site's file, so that both can be moved
// together.
func (k keeper) relative(full []string) []string {
	if k.linked() {
		return full // it would depend on the way the file is opened
	}
	var out []string
	for _, path := range full {
		out = append(out, filepath.Join(evidenceFolder, filepath.Base(path)))
	}
	return out
}

// linked says that the site's file is opened by way of a link.
func (k keeper) linked() bool {
	info, err := os.Lstat(k.site)
	return k.saved == nil && err == nil && info.Mode()&os.ModeSymlink != 0
}

// nameOf is told apart by host, time and content: of one collection there may be
// a copy with something withheld.
func nameOf(x piece) string {
	sum := sha256.Sum256(x.raw)
	return fmt.Sprintf("%s-%s-%s.json", strings.ToLower(x.e.Host), x.e.Collected.UTC().Format("20060102T150405Z"), hex.EncodeToString(sum[:4]))
}

func intact(path string, raw []byte) bool {
	old, err := os.ReadFile(path)
	return err == nil && string(old) == string(raw)
}

// keepFile copies evidence, whole or not at all.
func keepFile(path string, raw []byte) error {
	if intact(path, raw) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("keeping the evidence: %w", err)
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".evidence-*")
	if err != nil {
		return fmt.Errorf("keeping the evidence: %w", err)
	}
	_, err = f.Write(raw)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("keeping the evidence: %w", err), os.Remove(f.Name()))
	}
	return nil
}
