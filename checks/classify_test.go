package checks_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"sensegate/checks"
	"sensegate/internal/fact"
)

func TestExplain(t *testing.T) {
	of := func(k fact.ErrorKind, inner error) error {
		return &fact.Error{Kind: k, System: "directory", Op: "reading qlik", Code: "32", RequestID: "r-1", Err: inner}
	}
	tests := []struct {
		name string
		err  error
		want checks.Reason
		kind fact.ErrorKind
	}{
		{"no right", of(fact.NoRight, nil), checks.NoRight, fact.NoRight},
		{"not signed in", of(fact.NotSignedIn, nil), checks.NoRight, fact.NotSignedIn},
		{"unreachable", of(fact.Unreachable, nil), checks.Unreachable, fact.Unreachable},
		{"untrusted", of(fact.Untrusted, nil), checks.Unreachable, fact.Untrusted},
		{"timed out", of(fact.TimedOut, nil), checks.TimedOut, fact.TimedOut},
		{"unsupported", of(fact.Unsupported, nil), checks.Unsupported, fact.Unsupported},
		{"not found", of(fact.NotFound, nil), checks.Unexplained, fact.NotFound},
		{"conflict", of(fact.Conflict, nil), checks.Unexplained, fact.Conflict},
		{"refused", of(fact.Refused, nil), checks.Unexplained, fact.Refused},
		{"unclassified", of(fact.Unclassified, nil), checks.Unexplained, fact.Unclassified},
		{"a kind that is none", of(fact.ErrorKind(99), nil), checks.Unexplained, fact.ErrorKind(99)},
		{"an error of no adapter", errors.New("strange"), checks.Unexplained, fact.Unclassified},
		{"cancelled", context.Canceled, checks.Cancelled, fact.Unclassified},
		{"deadline", context.DeadlineExceeded, checks.TimedOut, fact.Unclassified},
		{"cancelled inside an adapter's error", of(fact.Unreachable, context.Canceled), checks.Cancelled, fact.Unreachable},
		{"deadline inside an adapter's error", of(fact.Unreachable, context.DeadlineExceeded), checks.TimedOut, fact.Unreachable},
		{"joined with another", errors.Join(errors.New("and"), of(fact.NoRight, nil)), checks.NoRight, fact.NoRight},
	}
	for _, tt := range tests {
		for depth, err := range []error{tt.err, fmt.Errorf("doing x: %w", tt.err), fmt.Errorf("doing y: %w", fmt.Errorf("doing x: %w", tt.err))} {
			t.Run(fmt.Sprintf("%s, wrapped %d times", tt.name, depth), func(t *testing.T) {
				got := checks.Explain(err)
				if got.Status != checks.Unknown || got.Cause != "" || got.Reason != tt.want || got.Seen != err.Error() {
					t.Errorf("%s, cause %q, reason %q, seen %q; want unknown for %q", got.Status, got.Cause, got.Reason, got.Seen, tt.want)
				}
				if checks.KindOf(err) != tt.kind {
					t.Errorf("kind %d, want %d", checks.KindOf(err), tt.kind)
				}
				if _, ok := errors.AsType[*fact.Error](err); !ok {
					if len(got.Evidence) != 0 || checks.CodeOf(err) != "" {
						t.Errorf("evidence %v and code %q of a system that said nothing", got.Evidence, checks.CodeOf(err))
					}
					return
				}
				if evidence(got, "asked") != "directory" || evidence(got, "code") != "32" || evidence(got, "request id") != "r-1" || checks.CodeOf(err) != "32" {
					t.Errorf("evidence %v", got.Evidence)
				}
			})
		}
	}
	if checks.KindOf(nil) != fact.Unclassified || checks.CodeOf(nil) != "" {
		t.Error("no error has a kind or a code")
	}
	if got := checks.Explain(&fact.Error{System: "KDC"}); len(got.Evidence) != 1 {
		t.Errorf("evidence that nobody gave: %v", got.Evidence)
	}
}
