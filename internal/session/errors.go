package session

import (
	"errors"
	"fmt"
)

// Errors that callers decide on.
var (
	ErrLocked   = errors.New("it is open in another sensegate")
	ErrExists   = errors.New("a site of that name is saved already")
	ErrNotFound = errors.New("no site of that name is saved")
	ErrNewer    = errors.New("it was written by a newer sensegate")
)

// DamagedError says that a journal cannot be believed.
type DamagedError struct {
	Path string
	Line int
	Err  error
}

// Error names the file, the line and the reason.
func (e *DamagedError) Error() string {
	return fmt.Sprintf("the journal %s is damaged in line %d: %v", e.Path, e.Line, e.Err)
}

// Unwrap returns the reason.
func (e *DamagedError) Unwrap() error { return e.Err }
