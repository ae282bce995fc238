package gss

import (
	"crypto/sha256"
	"sync"
	"time"
)

// replayCache remembers authenticators for as long as they could be used
// again. When it is full the oldest is forgotten first.
type replayCache struct {
	mu    sync.Mutex
	limit int
	known map[[sha256.Size]byte]struct{}
	queue []replayEntry
}

type replayEntry struct {
	id    [sha256.Size]byte
	until time.Time
}

func newReplayCache(limit int) *replayCache {
	return &replayCache{limit: limit, known: make(map[[sha256.Size]byte]struct{})}
}

// seen tells whether the bytes came by before and remembers them until then.
func (c *replayCache) seen(b []byte, now, until time.Time) bool {
	id := sha256.Sum256(b)
	c.mu.Lock()
	defer c.mu.Unlock()
	for len(c.queue) > 0 && (len(c.queue) >= c.limit || c.queue[0].until.Before(now)) {
		delete(c.known, c.queue[0].id)
		c.queue = c.queue[1:]
	}
	if _, ok := c.known[id]; ok {
		return true
	}
	c.known[id] = struct{}{}
	c.queue = append(c.queue, replayEntry{id, until})
	return false
}
