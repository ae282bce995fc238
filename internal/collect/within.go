package collect

import (
	"context"
	"fmt"
	"time"
)

// within waits for a call of the system that nothing can cancel, no longer than
// the context and a limit allow, where there is one. What comes later is dropped;
// the call ends with the program.
func within[T any](ctx context.Context, limit time.Duration, call func() (T, error)) (T, error) {
	type answer struct {
		value T
		err   error
	}
	if limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, limit)
		defer cancel()
	}
	came := make(chan answer, 1)
	go func() {
		v, err := call()
		came <- answer{v, err}
	}()
	select {
	case a := <-came:
		return a.value, a.err
	case <-ctx.Done():
		var none T
		return none, fmt.Errorf("waiting for Windows: %w", context.Cause(ctx))
	}
}
