package winhost

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

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
	for name, p := range evidence.Sections {
		p.File = path
		evidence.Sections[name] = p
	}
	return evidence, origin, nil
}

// Parse validates the content of an evidence file.
func Parse(raw []byte) (fact.HostEvidence, Origin, error) {
	none := fact.HostEvidence{}
	if len(raw) > 2*maxSize {
		return none, Origin{}, fmt.Errorf("it is larger than %d bytes", maxSize)
	}
	raw, err := plain(raw)
	if err != nil {
		return none, Origin{}, err
	}
	if len(raw) > maxSize {
		return none, Origin{}, fmt.Errorf("it is larger than %d bytes", maxSize)
	}
	var doc document
	if err := decode(raw, &doc); err != nil {
		return none, Origin{}, err
	}
	at, err := doc.validate()
	if err != nil {
		return none, Origin{}, err
	}
	e, err := doc.evidence(at)
	if err != nil {
		return none, Origin{}, fmt.Errorf("facts: %w", err)
	}
	return e, Origin{Site: text(doc.Site), Simulated: doc.Simulated}, nil
}

// evidence turns the sections of a document into facts.
func (d document) evidence(at time.Time) (fact.HostEvidence, error) {
	e := fact.HostEvidence{
		Host: d.Host, Collected: at, Tool: text(d.Tool), TLS12Client: -1, HTTP2: -1, SPNEGO: -1,
		Sections: map[string]fact.Provenance{},
	}
	if raw, ok := d.Facts[unreadSection]; ok && string(raw) != redacted {
		var unread map[string]string
		if err := decode(raw, &unread); err != nil {
			return e, fmt.Errorf("%s: %w", unreadSection, err)
		}
		for name, why := range unread {
			e.Sections[text(name)] = fact.Provenance{At: at, Missing: "it could not be read there: " + text(why)}
		}
	}
	for _, name := range fact.HostSections() {
		raw, ok := d.Facts[name]
		switch {
		case !ok:
			continue
		case string(raw) == redacted:
			e.Sections[name] = fact.Provenance{At: at, Missing: "it was taken out of the file (redacted)"}
			continue
		}
		if err := section(&e, name, raw); err != nil {
			return e, fmt.Errorf("%s: %w", name, err)
		}
		e.Sections[name] = fact.Provenance{At: at}
	}
	return e, nil
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
	raw, err := io.ReadAll(io.LimitReader(f, 2*maxSize+1))
	return raw, errors.Join(err, f.Close())
}

func (d document) validate() (time.Time, error) {
	if d.Schema != Schema {
		return time.Time{}, schemaError(d.Schema)
	}
	if !hostname(d.Host) {
		return time.Time{}, fmt.Errorf("host %q is no host name", d.Host)
	}
	if d.Collected == "" {
		return time.Time{}, errors.New("collected is missing")
	}
	at, err := time.Parse(time.RFC3339, d.Collected)
	if err != nil {
		return time.Time{}, fmt.Errorf("decoding: collected is %q, which is no time", text(d.Collected))
	}
	if len(d.Facts) == 0 {
		return time.Time{}, errors.New("facts are missing")
	}
	if len(d.Sections) == 0 || d.SHA256 == "" {
		return time.Time{}, errors.New("it has no seal: the end of the file is missing, or it was not written by sensegate collect")
	}
	return at, d.sealed()
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
