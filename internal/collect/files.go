package collect

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf16"

	"sensegate/internal/fact"
	"sensegate/internal/netprobe"
)

// File is one of a folder's files, and when the folder says it was changed.
type File struct {
	Path     string
	Modified time.Time
}

// search reads the ends of the newest files of some folders below ProgramData
// and keeps the lines that match. One that somebody holds locked says so in the
// place of its lines; it hides no other.
func (c *collector) search(folders []string, ending string, match *regexp.Regexp) ([]fact.Trace, error) {
	var files []File
	for _, folder := range folders {
		list, err := c.Machine.List(c.Machine.Folder("ProgramData") + `\` + folder)
		if isAbsent(err) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("listing %s: %w", folder, err)
		}
		for _, f := range list {
			if strings.HasSuffix(strings.ToLower(f.Path), ending) {
				files = append(files, f)
			}
		}
	}
	slices.SortStableFunc(files, func(a, b File) int {
		return cmp.Or(b.Modified.Compare(a.Modified), cmp.Compare(a.Path, b.Path))
	})
	var out []fact.Trace
	for _, f := range files[:min(len(files), traceFiles)] {
		raw, changed, err := c.Machine.Read(f.Path, traceTail)
		if isAbsent(err) {
			continue // it was put away meanwhile
		}
		t := fact.Trace{File: f.Path, Modified: changed.UTC().Truncate(time.Second), Lines: matching(raw, match)}
		if err != nil {
			t.Modified, t.Lines = f.Modified.UTC().Truncate(time.Second), []string{"(it could not be read: " + netprobe.Clean(err.Error()) + ")"}
		}
		out = append(out, t)
	}
	return out, nil
}

// matching are the last lines of a log that tell something, without what
// looks like a secret.
func matching(raw []byte, match *regexp.Regexp) []string {
	out := []string{}
	for line := range strings.Lines(decoded(raw)) {
		if match.MatchString(line) {
			// Twice: a control character may tear a secret apart, a cut may shorten it.
			out = append(out, withoutSecrets(netprobe.Clean(withoutSecrets(line))))
		}
	}
	return out[max(0, len(out)-traceLines):]
}

// decoded is the text of a log, which may be the end of a longer one and so
// lack the mark at its beginning.
func decoded(raw []byte) string {
	switch {
	case bytes.HasPrefix(raw, []byte{0xff, 0xfe}):
		return utf16Text(raw[2:], 0)
	case bytes.HasPrefix(raw, []byte{0xfe, 0xff}):
		return utf16Text(raw[2:], 1)
	case bytes.HasPrefix(raw, []byte{0xef, 0xbb, 0xbf}):
		return string(raw[3:])
	}
	// Of letters in two bytes every other byte is nought.
	var noughts [2]int
	seen := raw[:min(len(raw), 4096)]
	for i, b := range seen {
		if b == 0 {
			noughts[i%2]++
		}
	}
	switch {
	case noughts[1] > len(seen)/5:
		return utf16Text(raw, 0)
	case noughts[0] > len(seen)/5:
		return utf16Text(raw, 1)
	}
	return string(raw)
}

// utf16Text reads a text of two bytes a character; low says which of the two
// is the lower.
func utf16Text(b []byte, low int) string {
	u := make([]uint16, 0, len(b)/2)
	for i := 0; i+1 < len(b); i += 2 {
		u = append(u, uint16(b[i+low])|uint16(b[i+1-low])<<8)
	}
	return string(utf16.Decode(u))
}

func isAbsent(err error) bool { return errors.Is(err, fs.ErrNotExist) }
