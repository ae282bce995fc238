package winhost

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
)

// seal is the hash chain of a document: its head first, then each section by
// its name. It returns the sections' digests and the last link.
func (d document) seal() (map[string]string, string, error) {
	head, err := json.Marshal(map[string]any{
		"schema": d.Schema, "tool": d.Tool, "host": d.Host, "site": d.Site,
		"collected": d.Collected, "simulated": d.Simulated,
	})
	if err != nil {
		return nil, "", fmt.Errorf("encoding the head: %w", err)
	}
	link, err := digest(head)
	if err != nil {
		return nil, "", err
	}
	digests := make(map[string]string, len(d.Facts))
	for _, name := range slices.Sorted(maps.Keys(d.Facts)) {
		sum := d.Sections[name]
		if string(d.Facts[name]) != redacted {
			if sum, err = digest(d.Facts[name]); err != nil {
				return nil, "", fmt.Errorf("%s: %w", name, err)
			}
		}
		digests[name] = sum
		next := sha256.Sum256([]byte(link + " " + name + " " + sum))
		link = hex.EncodeToString(next[:])
	}
	return digests, link, nil
}

// sealed says what was changed since the document was written; nil when
// nothing was.
func (d document) sealed() error {
	digests, last, err := d.seal()
	if err != nil {
		return fmt.Errorf("facts: %w", err)
	}
	for _, name := range slices.Sorted(maps.Keys(d.Sections)) {
		if _, ok := d.Facts[name]; !ok {
			return fmt.Errorf("the section %s is missing: the file was changed after it was written; %s", text(name), withhold)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(digests)) {
		switch noted, ok := d.Sections[name]; {
		case !ok:
			return fmt.Errorf("the section %s was added after the file was written; take the file as collect wrote it", text(name))
		case noted != digests[name]:
			return fmt.Errorf("the section %s was changed after it was written (its sha256 is not the one noted); %s", text(name), withhold)
		}
	}
	if last != d.SHA256 {
		return errors.New("the head (host, site, time or tool) or a noted sha256 was changed after it was written: the seal does not fit; take the file as collect wrote it")
	}
	if len(d.strange) > 0 {
		return fmt.Errorf("the key %q is none of collect's: the file was changed after it was written; take it as collect wrote it", text(d.strange[0]))
	}
	return nil
}

// withhold is how a section is kept back without breaking the seal.
const withhold = `take the file as collect wrote it, and to keep a section back write "redacted" in place of its whole value`
