package kerberos

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"
)

// observation is how long a refused secret is not offered again: Windows'
// default window after which it forgets bad passwords.
const observation = 30 * time.Minute

// refusals keeps several checks from trying one wrong password each, which
// together would lock the account out.
type refusals struct {
	mu     sync.Mutex
	known  map[string]refusal
	queues map[string]chan struct{}
}

type refusal struct {
	print [32]byte
	at    time.Time
	err   error
}

// enter waits until nobody else signs in as the account, and fails when this
// secret was refused already. release must be called.
func (r *refusals) enter(ctx context.Context, cred credential, now time.Time) (release func(), err error) {
	who := cred.who()
	r.mu.Lock()
	if r.queues == nil {
		r.queues, r.known = map[string]chan struct{}{}, map[string]refusal{}
	}
	queue := r.queues[who]
	if queue == nil {
		queue = make(chan struct{}, 1)
		r.queues[who] = queue
	}
	r.mu.Unlock()

	select {
	case queue <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	r.mu.Lock()
	known, ok := r.known[who]
	r.mu.Unlock()
	if ok && known.print == cred.print && now.Sub(known.at) < observation {
		<-queue
		return nil, fmt.Errorf("refused at %s and not tried again, so that the account is not locked out: %w", known.at.Format(time.TimeOnly), known.err)
	}
	return func() { <-queue }, nil
}

func (r *refusals) remember(cred credential, now time.Time, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.known[cred.who()] = refusal{print: cred.print, at: now, err: err}
}

func (r *refusals) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	clear(r.known)
}

func (c credential) who() string { return strings.ToLower(c.name + "@" + c.realm) }
