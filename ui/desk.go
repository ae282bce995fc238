package ui

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
)

// Desk is where systems leave what a person has to be told or asked while
// checks run: where to sign in, and which passwords are missing. Passwords are
// kept in memory only. It is safe for concurrent use, and never blocks.
type Desk struct {
	lookup func(name string) (string, bool)

	mu     sync.Mutex
	given  map[string]string
	wanted []string
	notice notice
	serial int
	rang   chan struct{}
}

// notice is what a person has to do to sign in.
type notice struct{ text, url, code string }

// NewDesk makes a desk. lookup finds secrets that need no person, such as those
// of the environment; it may be nil.
func NewDesk(lookup func(name string) (string, bool)) *Desk {
	return &Desk{lookup: lookup, given: map[string]string{}, rang: make(chan struct{}, 1)}
}

// Secret finds a password by its name: directory, kerberos. One that nobody
// knows is noted, and the user is offered to type it.
func (d *Desk) Secret(name string) (string, bool) {
	if d.lookup != nil {
		if v, ok := d.lookup(name); ok {
			return v, true
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if v, ok := d.given[name]; ok {
		return v, true
	}
	// Nobody can type the password of a computer.
	if !strings.Contains(name, ":") && !slices.Contains(d.wanted, name) {
		d.wanted = append(d.wanted, name)
		d.ring()
	}
	return "", false
}

// Tell shows a person how to sign in, until ctx ends.
func (d *Desk) Tell(ctx context.Context, message, url, code string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.serial++
	mine := d.serial
	d.notice = notice{text: message, url: url, code: code}
	d.ring()
	context.AfterFunc(ctx, func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		if d.serial == mine {
			d.notice = notice{}
			d.ring()
		}
	})
	return nil
}

// Secrets are the passwords that were typed, so that they can be kept out of
// what is written.
func (d *Desk) Secrets() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Sorted(maps.Values(d.given))
}

// ring wakes whoever shows the desk; one ring is as good as two.
func (d *Desk) ring() {
	select {
	case d.rang <- struct{}{}:
	default:
	}
}

// news is what lies on the desk: how to sign in, and the names of passwords,
// those that are missing before those that could be typed again.
func (d *Desk) news() (notice, []string, bool) {
	if d == nil {
		return notice{}, nil, false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	names := slices.Clone(d.wanted)
	for n := range d.given {
		names = append(names, n)
	}
	slices.Sort(names[len(d.wanted):])
	return d.notice, names, len(d.wanted) > 0
}

// give takes a password that was typed.
func (d *Desk) give(name, value string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.given[name] = value
	d.wanted = slices.DeleteFunc(d.wanted, func(n string) bool { return n == name })
}
