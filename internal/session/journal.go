package session

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// journal is the append-only file.
type journal struct {
	file *os.File
	// size is how long the file is without a half-written line.
	size int64
}

// readJournal returns the lines of a journal and how many bytes of it are
// whole. A last line without its end is what a killed program leaves behind;
// anything else that cannot be read is a *DamagedError.
func readJournal(path string) ([]Entry, int64, error) {
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, fmt.Errorf("reading the journal: %w", err)
	}
	whole := bytes.LastIndexByte(raw, '\n') + 1
	if whole == 0 {
		return nil, 0, nil
	}
	var out []Entry
	for n, line := range bytes.Split(raw[:whole-1], []byte("\n")) {
		e, err := decode(line)
		if err != nil {
			return nil, 0, &DamagedError{Path: path, Line: n + 1, Err: err}
		}
		out = append(out, e)
	}
	return out, int64(whole), nil
}

func decode(line []byte) (Entry, error) {
	var e Entry
	d := json.NewDecoder(bytes.NewReader(line))
	if err := d.Decode(&e); err != nil {
		return e, fmt.Errorf("it is not JSON: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return e, errors.New("there is more than one value in it")
	}
	if e.Kind == "" || e.Time.IsZero() {
		return e, errors.New("it has no kind or no time")
	}
	return e, nil
}

// openJournal opens the file for writing behind its last whole line.
func openJournal(path string, whole int64) (*journal, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening the journal: %w", err)
	}
	j := &journal{file: f, size: whole}
	if err := j.restore(); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return j, nil
}

// restore cuts off what was not written to its end.
func (j *journal) restore() error {
	if err := j.file.Truncate(j.size); err != nil {
		return fmt.Errorf("mending the journal: %w", err)
	}
	if _, err := j.file.Seek(j.size, io.SeekStart); err != nil {
		return fmt.Errorf("mending the journal: %w", err)
	}
	return nil
}

// add appends one line; with durable it is on the disk when add returns.
func (j *journal) add(e Entry, durable bool) error {
	line, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("encoding a line of the journal: %w", err)
	}
	line = append(line, '\n')
	if _, err := j.file.Write(line); err != nil {
		return fmt.Errorf("writing the journal: %w", errors.Join(err, j.restore()))
	}
	j.size += int64(len(line))
	if !durable {
		return nil
	}
	if err := j.file.Sync(); err != nil {
		return fmt.Errorf("writing the journal to the disk: %w", err)
	}
	return nil
}

func (j *journal) close() error {
	return errors.Join(j.file.Sync(), j.file.Close())
}
