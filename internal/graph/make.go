package graph

import (
	"context"
	"errors"
	"strings"
	"time"

	"sensegate/internal/fact"
)

const (
	// lookAgain and looks are how often it is made sure that there is no
	// application of the name: one that an earlier attempt made a moment ago is
	// not on every replica yet, and would be made twice.
	lookAgain = 60 * time.Millisecond
	looks     = 4
	// lostPatience bounds the search for an application whose making was
	// answered by silence.
	lostPatience = 30 * time.Second
)

// make makes the application, unless an earlier attempt turns out to have done
// so.
func (w *Writer) make(ctx context.Context, name string) (objectID string, err error) {
	if known := w.kept(name); known != "" {
		return known, nil
	}
	if objectID, err = w.makeNew(ctx, name); err == nil {
		w.keep(name, objectID)
	}
	return objectID, err
}

// keep remembers what was made under a name; an empty id forgets it.
func (w *Writer) keep(name, objectID string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if objectID == "" {
		delete(w.made, strings.ToLower(name))
		return
	}
	w.made[strings.ToLower(name)] = objectID
}

func (w *Writer) kept(name string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.made[strings.ToLower(name)]
}

func (w *Writer) makeNew(ctx context.Context, name string) (objectID string, err error) {
	pause := lookAgain
	for range looks {
		if err := sleep(ctx, pause); err != nil {
			return "", err
		}
		pause *= 2
		if objectID, err = w.named(ctx, name); objectID != "" || err != nil {
			return objectID, err
		}
	}
	objectID, err = w.instantiate(ctx, name)
	if !unanswered(err) {
		return objectID, err
	}
	// It may have been made all the same.
	ctx, cancel := context.WithTimeout(ctx, lostPatience)
	defer cancel()
	for pause = lookAgain; ; pause = min(2*pause, 5*time.Second) {
		if sleep(ctx, pause) != nil {
			return "", err
		}
		found, failed := w.named(ctx, name)
		if failed != nil {
			return "", err
		}
		if found != "" {
			return found, nil
		}
	}
}

// named is the unpublished application of a name; empty when there is none.
func (w *Writer) named(ctx context.Context, name string) (objectID string, err error) {
	s := search{n: w.conn, name: name, seen: map[string]bool{}, listed: map[string]application{}}
	ids, err := s.likely(ctx)
	if err != nil {
		return "", err
	}
	if err := s.consider(ctx, ids); err != nil {
		return "", err
	}
	for _, a := range s.hits {
		if a.Publishing == nil {
			return a.ID, nil
		}
	}
	return "", nil
}

// unanswered says that a request may or may not have been carried out.
func unanswered(err error) bool {
	var e *fact.Error
	return errors.As(err, &e) && (e.Kind == fact.Unreachable || e.Kind == fact.TimedOut)
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx) //nolint:wrapcheck // why the caller gave up, in its own words
	}
}
