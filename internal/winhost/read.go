package winhost

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"sensegate/internal/fact"
	"sensegate/internal/netprobe"
)

// Origin says where a file comes from beyond the host itself.
type Origin struct {
	Site      string // name of the site it was collected for; may be empty
	Simulated bool   // written by the practice lab
}

// Read reads and validates an evidence file.
func Read(path string) (fact.HostEvidence, Origin, error) {
	raw, err := slurp(path)
	if err != nil {
		return fact.HostEvidence{}, Origin{}, fmt.Errorf("reading the evidence file %s: %w", path, err)
	}
	evidence, origin, err := Parse(raw)
	if err != nil {
		return fact.HostEvidence{}, Origin{}, fmt.Errorf("reading the evidence file %s: %w", path, err)
	}
	evidence.File = path
	return evidence, origin, nil
}

// Parse validates the content of an evidence file.
func Parse(raw []byte) (fact.HostEvidence, Origin, error) {
	none := fact.HostEvidence{}
	if len(raw) > maxSize {
		return none, Origin{}, fmt.Errorf("it is larger than %d bytes", maxSize)
	}
	if !utf8.Valid(raw) {
		return none, Origin{}, errors.New("it is not UTF-8")
	}
	var doc document
	if err := decode(raw, &doc); err != nil {
		return none, Origin{}, err
	}
	if err := doc.validate(); err != nil {
		return none, Origin{}, err
	}
	var f facts
	if err := decode(doc.Facts, &f); err != nil {
		return none, Origin{}, fmt.Errorf("facts: %w", err)
	}
	if err := f.validate(); err != nil {
		return none, Origin{}, fmt.Errorf("facts: %w", err)
	}
	return evidence(doc, f), Origin{Site: text(doc.Site), Simulated: doc.Simulated}, nil
}

// slurp reads a regular file up to the cap; a pipe or device would block.
func slurp(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("it is not a regular file")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	raw, err := io.ReadAll(io.LimitReader(f, maxSize+1))
	return raw, errors.Join(err, f.Close())
}

func (d document) validate() error {
	if d.Schema != Schema {
		return schemaError(d.Schema)
	}
	if !hostname(d.Host) {
		return fmt.Errorf("host %q is no host name", d.Host)
	}
	if d.Collected.IsZero() {
		return errors.New("collected is missing")
	}
	if strings.TrimSpace(string(d.Facts)) == "" || string(d.Facts) == "null" {
		return errors.New("facts are missing")
	}
	sum, err := digest(d.Facts)
	if err != nil {
		return fmt.Errorf("facts: %w", err)
	}
	if sum != d.SHA256 {
		return fmt.Errorf("sha256 is %q, the facts have %s: the file was changed after it was written", text(d.SHA256), sum)
	}
	return nil
}

func schemaError(schema string) error {
	version, ok := strings.CutPrefix(schema, schemaFamily+"v")
	if !ok {
		return fmt.Errorf("schema is %q, not %s", text(schema), Schema)
	}
	if n, err := strconv.Atoi(version); err == nil && n > 1 {
		return fmt.Errorf("schema %s is newer than this program; %s is the newest it reads", text(schema), Schema)
	}
	return fmt.Errorf("schema %q is not known; %s is", text(schema), Schema)
}

func (f facts) validate() error {
	switch {
	case len(f.Services) > maxRows:
		return fmt.Errorf("services has more than %d entries", maxRows)
	case len(f.Egress) > maxRows:
		return fmt.Errorf("egress has more than %d entries", maxRows)
	case f.OS.Build < 0:
		return fmt.Errorf("os.build is %d", f.OS.Build)
	case f.DotNet.Release < 0:
		return fmt.Errorf("dotnet.release is %d", f.DotNet.Release)
	}
	if limit := int64(10 * 365 * 24 * time.Hour / time.Millisecond); f.Clock.SkewMS > limit || f.Clock.SkewMS < -limit {
		return fmt.Errorf("clock.skew_ms is %d", f.Clock.SkewMS)
	}
	for i, e := range f.Egress {
		if e.Port < 1 || e.Port > 65535 {
			return fmt.Errorf("egress[%d].port is %d", i, e.Port)
		}
	}
	return nil
}

// hostname accepts NetBIOS names and DNS names.
func hostname(s string) bool {
	if s == "" || len(s) > 253 {
		return false
	}
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > 63 || strings.HasPrefix(label, "-") || strings.HasSuffix(label, "-") {
			return false
		}
		for _, r := range label {
			if r != '-' && r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') {
				return false
			}
		}
	}
	return true
}

// text makes a string from another machine safe for a terminal and a report.
func text(s string) string { return netprobe.Clean(s) }
