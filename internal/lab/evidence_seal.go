package lab

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// seal fills in the facts with the chain of hashes over them: the head, then
// each section by its name.
func (e *evidence) seal(f any) error {
	facts, err := canonicalJSON(f)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(facts, &e.Facts); err != nil {
		return fmt.Errorf("cutting it into sections: %w", err)
	}
	head, err := canonicalJSON(map[string]any{
		"schema": e.Schema, "tool": e.Tool, "host": e.Host, "site": e.Site,
		"collected": e.Collected, "simulated": e.Simulated,
	})
	if err != nil {
		return err
	}
	link := hexSum(head)
	for _, name := range slices.Sorted(maps.Keys(e.Facts)) {
		e.Sections[name] = hexSum(e.Facts[name])
		link = hexSum([]byte(link + " " + name + " " + e.Sections[name]))
	}
	e.SHA256 = link
	return nil
}

func hexSum(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// canonicalJSON is the form that the hash is made over: sorted keys, no white
// space, no HTML escapes.
func canonicalJSON(v any) ([]byte, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encoding: %w", err)
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var tree any
	if err := d.Decode(&tree); err != nil {
		return nil, fmt.Errorf("sorting: %w", err)
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(tree); err != nil {
		return nil, fmt.Errorf("encoding: %w", err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
