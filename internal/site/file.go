package site

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"go.yaml.in/yaml/v3"
)

// FileError says that a site file cannot be used, and why.
type FileError struct {
	Path string
	Err  error
}

// Error names the file and the reason.
func (e *FileError) Error() string { return fmt.Sprintf("reading the site file %s: %v", e.Path, e.Err) }

// Unwrap returns the reason.
func (e *FileError) Unwrap() error { return e.Err }

// Load reads a site file. Unknown keys are refused, so that a typing mistake
// is not taken for an absent fact. Relative paths in it are taken from the
// file's own folder. The error is a *FileError.
func Load(path string) (Site, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		if pe, ok := errors.AsType[*fs.PathError](err); ok {
			err = pe.Err
		}
		return Site{}, &FileError{Path: path, Err: err}
	}
	s, err := Parse(raw)
	if err != nil {
		return Site{}, &FileError{Path: path, Err: err}
	}
	dir, err := filepath.Abs(filepath.Dir(path))
	if err != nil {
		return Site{}, &FileError{Path: path, Err: err}
	}
	s.anchor(dir)
	s.settle()
	return s, nil
}

// Parse reads the text of a site file.
func Parse(raw []byte) (Site, error) {
	var s Site
	d := yaml.NewDecoder(bytes.NewReader(raw))
	d.KnownFields(true)
	if err := d.Decode(&s); err != nil {
		if errors.Is(err, io.EOF) {
			return Site{}, errors.New("the file is empty")
		}
		return Site{}, err //nolint:wrapcheck // the YAML library's words carry the line and are complete
	}
	var more yaml.Node
	if err := d.Decode(&more); !errors.Is(err, io.EOF) {
		return Site{}, errors.New("the file holds more than one document")
	}
	return s, nil
}

// Save writes a site file, readable by its owner alone, all or nothing.
func Save(path string, s Site) error {
	raw, err := Encode(s)
	if err != nil {
		return fmt.Errorf("writing the site file %s: %w", path, err)
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".site-*")
	if err != nil {
		return fmt.Errorf("writing the site file %s: %w", path, err)
	}
	_, err = tmp.Write(raw)
	err = errors.Join(err, tmp.Sync(), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		_ = os.Remove(tmp.Name()) // the first error is the one that counts
		return fmt.Errorf("writing the site file %s: %w", path, err)
	}
	return nil
}

// Encode writes a site as YAML.
func Encode(s Site) ([]byte, error) {
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if err := e.Encode(s); err != nil {
		return nil, fmt.Errorf("encoding the site: %w", err)
	}
	// A value of blanks and lines alone comes out as what cannot be read.
	if _, err := Parse(b.Bytes()); err != nil {
		return nil, fmt.Errorf("encoding the site: %w", err)
	}
	return b.Bytes(), nil
}

// anchor makes relative paths absolute.
func (s *Site) anchor(dir string) {
	at := func(p *string) {
		if *p != "" && !filepath.IsAbs(*p) {
			*p = filepath.Join(dir, *p)
		}
	}
	for _, p := range []*string{&s.Qlik.Certificate, &s.Qlik.Key, &s.Qlik.Root, &s.Qlik.Logs, &s.Directory.Keytab, &s.Kerberos.Keytab, &s.Entra.Certificate} {
		at(p)
	}
	for i := range s.Connector.Hosts {
		at(&s.Connector.Hosts[i].Keytab)
	}
	for i := range s.Trust.CA {
		at(&s.Trust.CA[i])
	}
	for i := range s.Evidence {
		at(&s.Evidence[i])
	}
}
