package qlik

import "time"

// expiring keeps what is valid for a while only. It is used under the
// server's lock.
type expiring[T any] struct {
	life  time.Duration
	items map[string]lapsing[T]
}

type lapsing[T any] struct {
	value T
	until time.Time
}

func newExpiring[T any](life time.Duration) *expiring[T] {
	return &expiring[T]{life: life, items: map[string]lapsing[T]{}}
}

// put stores a value and forgets what has lapsed.
func (e *expiring[T]) put(now time.Time, key string, value T) {
	for k, item := range e.items {
		if now.After(item.until) {
			delete(e.items, k)
		}
	}
	e.items[key] = lapsing[T]{value: value, until: now.Add(e.life)}
}

func (e *expiring[T]) get(now time.Time, key string) (T, bool) {
	item, ok := e.items[key]
	if !ok || now.After(item.until) {
		var none T
		return none, false
	}
	return item.value, true
}

// take is get for what may be used once.
func (e *expiring[T]) take(now time.Time, key string) (T, bool) {
	value, ok := e.get(now, key)
	delete(e.items, key)
	return value, ok
}
