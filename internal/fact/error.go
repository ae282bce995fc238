// Package fact holds plain values: what the adapters read from the systems and
// the checks judge. It has no behaviour and knows no protocol.
package fact

import "fmt"

// ErrorKind says why a question could not be answered.
type ErrorKind int

// The reasons an adapter can tell apart.
const (
	Unclassified ErrorKind = iota
	NoRight                // the system knows us and says no
	NotSignedIn            // credentials refused or missing
	Unreachable            // no route, name, port or answer
	TimedOut
	Untrusted   // the certificate was not accepted
	NotFound    // the object asked for is not there
	Conflict    // somebody else changed it meanwhile
	Unsupported // this system cannot answer that
	Refused     // a refusal with a code of its own, see Code
)

// Error is a system's refusal or silence, with what is needed to explain it.
type Error struct {
	Kind   ErrorKind
	System string // "Entra", "Graph", "Qlik repository", "Qlik proxy", "directory", "KDC", "application proxy"
	Op     string // what was asked, "reading the virtual proxies"
	Code   string // AADSTS50126, 403, KDC_ERR_BADOPTION, 0xC0000272, 80090308/52e …
	Text   string // the system's own words, control characters removed
	// RequestID is the server's, for a support case.
	RequestID string
	// About is our own word for what happened, one of the constants below, for
	// those who explain it; it is not printed.
	About string
	Err   error
}

// Values of Error.About: a change that was accepted and does not show.
const (
	NotReadable   = "not readable"    // what was made cannot be read
	NotShown      = "not shown"       // reads show the state before
	GroupNotShown = "group not shown" // the same, of a connector group
)

// Error follows the house form: doing x: why.
func (e *Error) Error() string {
	s := e.System
	if e.Op != "" {
		s = e.Op + ": " + e.System
	}
	switch {
	case e.Code != "" && e.Text != "":
		s += fmt.Sprintf(" answered %s: %s", e.Code, e.Text)
	case e.Code != "":
		s += " answered " + e.Code
	case e.Text != "":
		s += ": " + e.Text
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }
