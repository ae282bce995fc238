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
	for name := range d.Sections {
		if _, ok := d.Facts[name]; !ok {
			return fmt.Errorf("the section %s is missing: the file was changed after it was written", text(name))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(digests)) {
		if d.Sections[name] != digests[name] {
			return fmt.Errorf("the section %s was changed after it was written (its sha256 is not the one noted)", text(name))
		}
	}
	if last != d.SHA256 {
		return errors.New("the head (host, site, time or tool) was changed after it was written: the seal does not fit")
	}
	return nil
}
