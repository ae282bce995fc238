package collect_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"sensegate/internal/collect"
)

// endless is a machine whose services nobody can ask: the call never returns.
type endless struct {
	*machine
	asked chan struct{}
}

func (m endless) Service(string) (collect.Service, bool, error) {
	close(m.asked)
	select {}
}

// TestGivenUp: a collection that is given up ends, whatever Windows is busy with.
func TestGivenUp(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	m := endless{healthy(), make(chan struct{})}
	o := options(m.machine)
	o.Machine = m
	ended := make(chan error, 1)
	go func() {
		_, err := collect.Run(ctx, o)
		ended <- err
	}()
	<-m.asked
	cancel()
	select {
	case err := <-ended:
		if !errors.Is(err, context.Canceled) {
			t.Errorf("it ended with %v", err)
		}
	case <-time.After(5 * time.Second):
		t.Error("it goes on")
	}
}
