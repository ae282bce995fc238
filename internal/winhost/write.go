package winhost

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"sensegate/internal/fact"
)

// Write writes an evidence file for e, or leaves what was at path untouched.
// The path and File of e are not stored.
func Write(path string, e fact.HostEvidence, from Origin) error {
	raw, err := Encode(e, from)
	if err != nil {
		return fmt.Errorf("writing the evidence file %s: %w", path, err)
	}
	if err := replace(path, raw); err != nil {
		return fmt.Errorf("writing the evidence file %s: %w", path, err)
	}
	return nil
}

// Encode is the content of an evidence file for e.
func Encode(e fact.HostEvidence, from Origin) ([]byte, error) {
	facts, err := written(e)
	if err != nil {
		return nil, err
	}
	d := document{
		Schema: Schema, Tool: e.Tool, Host: e.Host, Site: from.Site,
		Collected: e.Collected.UTC().Format(time.RFC3339), Simulated: from.Simulated, Facts: facts,
	}
	if d.Sections, d.SHA256, err = d.seal(); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(d); err != nil {
		return nil, fmt.Errorf("encoding the evidence: %w", err)
	}
	// What could not be read back must not be written.
	if _, _, err := Parse(b.Bytes()); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// replace puts the file in place in one step.
func replace(path string, raw []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".evidence-*")
	if err != nil {
		return err
	}
	_, err = f.Write(raw)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}
