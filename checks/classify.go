package checks

import (
	"context"
	"errors"

	"sensegate/internal/fact"
)

// Explain turns an adapter's error into an outcome: always unknown, because
// silence is never the customer's fault. The one exception is left to the
// check: it looks at fact.Error itself when a refusal proves something.
func Explain(err error) Result {
	reason := Unexplained
	var fe *fact.Error
	named := errors.As(err, &fe)
	switch {
	case errors.Is(err, context.Canceled):
		reason = Cancelled
	case errors.Is(err, context.DeadlineExceeded):
		reason = TimedOut
	case named:
		reason = reasonOf(fe.Kind)
	}
	r := Result{Status: Unknown, Reason: reason, Seen: err.Error()}
	if named {
		r = r.With("asked", fe.System)
		if fe.Code != "" {
			r = r.With("code", fe.Code)
		}
		if fe.RequestID != "" {
			r = r.With("request id", fe.RequestID)
		}
	}
	return r
}

// KindOf tells what kind of refusal an adapter met.
func KindOf(err error) fact.ErrorKind {
	if fe, ok := errors.AsType[*fact.Error](err); ok {
		return fe.Kind
	}
	return fact.Unclassified
}

// CodeOf returns the system's own code of a refusal, such as AADSTS53003.
func CodeOf(err error) string {
	if fe, ok := errors.AsType[*fact.Error](err); ok {
		return fe.Code
	}
	return ""
}

// AboutOf returns our own word for what an adapter met, such as fact.NotShown.
func AboutOf(err error) string {
	if fe, ok := errors.AsType[*fact.Error](err); ok {
		return fe.About
	}
	return ""
}

// SystemOf returns which system refused, as fact.Error names it.
func SystemOf(err error) string {
	if fe, ok := errors.AsType[*fact.Error](err); ok {
		return fe.System
	}
	return ""
}

// RequestOf returns the server's id of a refused request, for a support case.
func RequestOf(err error) string {
	if fe, ok := errors.AsType[*fact.Error](err); ok {
		return fe.RequestID
	}
	return ""
}

func reasonOf(k fact.ErrorKind) Reason {
	switch k {
	case fact.NoRight, fact.NotSignedIn:
		return NoRight
	case fact.Unreachable, fact.Untrusted:
		return Unreachable
	case fact.TimedOut:
		return TimedOut
	case fact.Unsupported:
		return Unsupported
	case fact.Unclassified, fact.NotFound, fact.Conflict, fact.Refused:
		return Unexplained
	}
	return Unexplained
}
