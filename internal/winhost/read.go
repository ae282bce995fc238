package winhost

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"sensegate/internal/fact"
	"sensegate/internal/netprobe"
)

var errLarge = fmt.Errorf("it is larger than %d MiB, which no evidence file is", maxSize>>20)

// Origin says where a file comes from beyond the host itself.
type Origin struct {
	Site      string // name of the site it was collected for; may be empty
	Simulated bool   // written by the practice lab
}

// Read reads and validates an evidence file.
func Read(path string) (fact.HostEvidence, Origin, error) {
	e, origin, _, err := Load(path)
	return e, origin, err
}

// Load is Read for those who keep a copy: it returns the bytes that were
// validated as well.
func Load(path string) (fact.HostEvidence, Origin, []byte, error) {
	refused := func(err error) (fact.HostEvidence, Origin, []byte, error) {
		return fact.HostEvidence{}, Origin{}, nil, fmt.Errorf("reading the evidence file %s: %w", text(path), err)
	}
	raw, err := slurp(path)
	if err != nil {
		return refused(err)
	}
	evidence, origin, err := Parse(raw)
	if err != nil {
		return refused(err)
	}
	evidence.File = path
	for name, p := range evidence.Sections {
		p.File = path
		evidence.Sections[name] = p
	}
	return evidence, origin, raw, nil
}

// Parse validates the content of an evidence file.
func Parse(raw []byte) (fact.HostEvidence, Origin, error) {
	none := fact.HostEvidence{}
	if len(raw) > 2*maxSize {
		return none, Origin{}, errLarge
	}
	raw, err := plain(raw)
	if err != nil {
		return none, Origin{}, err
	}
	if len(raw) > maxSize {
		return none, Origin{}, errLarge
	}
	doc, err := opened(raw)
	if err != nil {
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
		for _, name := range fact.HostSections() {
			why, ok := unread[name]
			if !ok {
				continue
			}
			e.Sections[name] = fact.Provenance{At: at, Missing: "it could not be read there: " + text(why)}
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
		case string(raw) == "null" && name != fact.SectionSPNEGO:
			e.Sections[name] = fact.Provenance{At: at, Missing: "the file has nothing about it (null)"}
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
	switch {
	case err != nil:
		return nil, reason(err)
	case info.IsDir():
		return nil, errors.New("it is a folder; name the file in it")
	case !info.Mode().IsRegular():
		return nil, errors.New("it is not a regular file")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, reason(err)
	}
	raw, err := io.ReadAll(io.LimitReader(f, 2*maxSize+1))
	return raw, errors.Join(err, f.Close())
}

// reason is an error without the path, which is said already.
func reason(err error) error {
	if pe, ok := errors.AsType[*fs.PathError](err); ok {
		return pe.Err
	}
	return err
}

func (d document) validate() (time.Time, error) {
	if d.Schema != Schema {
		return time.Time{}, schemaError(d.Schema)
	}
	if !hostname(d.Host) {
		return time.Time{}, fmt.Errorf("host %q is no host name", text(d.Host))
	}
	if d.Collected == "" {
		return time.Time{}, errors.New("collected is missing")
	}
	at, err := time.Parse(time.RFC3339, d.Collected)
	if err != nil || at.UTC().Year() > 9999 {
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
		return fmt.Errorf("schema is %q, not %s: it is no evidence that sensegate collected", text(schema), Schema)
	}
	if newer := strings.TrimLeft(version, "0123456789") == "" && version != "" && version[0] != '0'; newer {
		return fmt.Errorf("schema %s is newer than this program; %s is the newest it reads: use the newer sensegate here, or collect with this one", text(schema), Schema)
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
