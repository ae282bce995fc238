package gss

import (
	"errors"
	"fmt"

	"github.com/jcmturner/gokrb5/v8/iana/errorcode"
	"github.com/jcmturner/gokrb5/v8/messages"
)

// Reason says why a token was not accepted.
type Reason int

// The reasons, in the order in which a token is looked at.
const (
	ReasonMalformed Reason = iota + 1 // no token at all
	ReasonNTLM                        // the client fell back to NTLM
	ReasonMechanism                   // neither Kerberos nor NTLM offered
	ReasonKerberos                    // Kerberos refused it; Code says how
)

// Error is a refused token. Reply, when not nil, is what to send back.
type Error struct {
	Reason Reason
	Code   int32 // KRB-ERROR code for ReasonKerberos
	Reply  []byte
	Err    error

	ticket *messages.Ticket // what was refused, named in the error token
}

// Error tells the reason in words.
func (e *Error) Error() string {
	var s string
	switch e.Reason {
	case ReasonNTLM:
		s = "the client sent NTLM instead of Kerberos"
	case ReasonMechanism:
		s = "the client offers no mechanism known here"
	case ReasonKerberos:
		s = "Kerberos refused the token: " + errorcode.Lookup(e.Code)
	default:
		s = "the token cannot be read"
	}
	if e.Err != nil {
		return fmt.Sprintf("%s: %v", s, e.Err)
	}
	return s
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Code finds the KRB-ERROR code in err, zero when there is none.
func Code(err error) int32 {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return 0
}

func kerberosError(code int32, err error) *Error {
	return &Error{Reason: ReasonKerberos, Code: code, Err: err}
}
