// Package checks is the engine of what is verified: declarations as data, a
// runner that respects what they need, and results that are not errors. It
// knows no terminal, no network client and no file.
package checks

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"sensegate/internal/site"
)

// ID names a check for ever: area, dot, assertion, as in "spn.owner". It is
// used in the JSON, in documents and by scripts.
type ID string

// StepID names the step that a check guards.
type StepID string

// Func makes one assertion. It must honour ctx, must not change anything and
// says what it found; it never returns an error.
type Func func(ctx context.Context, env Env) Result

// Check is the declaration of one assertion.
type Check struct {
	ID   ID
	Step StepID
	// Title is the sentence that becomes true.
	Title string
	// Why says in one sentence why it matters.
	Why string
	// Needs must have passed, warned or been found not to apply before Run.
	Needs []ID
	// Provides are the keys of the facts that a passing result carries.
	Provides []string
	// Right is what the caller must be allowed to do, in the reader's words.
	Right string
	// Timeout bounds one attempt; DefaultTimeout when zero.
	Timeout time.Duration
	// Retry tells how to wait for something that takes a while to be true.
	Retry Retry
	// Docs is where to read more.
	Docs string
	Run  Func
	// Proof is how it is proved by hand; nil where it cannot be.
	Proof *Proof
}

// DefaultTimeout bounds an attempt of a check that names no other: a proxy
// that was idle takes up to 21 s for its first answer.
const DefaultTimeout = 30 * time.Second

// Retry is how a check waits until it becomes true. It is used only by a run
// that has patience: after a change, or when asked to wait.
type Retry struct {
	Every   time.Duration
	For     time.Duration
	Because string // why it may take a while
}

// Env is what a check may know besides its ports.
type Env struct {
	Site  site.Site
	Clock func() time.Time
	facts map[string]any
}

// NewEnv makes the environment of one run, with the facts that earlier results
// carry.
func NewEnv(s site.Site, clock func() time.Time, prior map[ID]Result) Env {
	env := Env{Site: s, Clock: clock, facts: map[string]any{}}
	for _, r := range prior {
		env.learn(r)
	}
	return env
}

func (e Env) learn(r Result) {
	maps.Copy(e.facts, r.facts)
}

// Known returns a fact that a needed check provided.
func Known[T any](env Env, key string) (T, bool) {
	v, ok := env.facts[key].(T)
	return v, ok
}

// Set is an ordered, validated list of checks.
type Set struct {
	list  []Check
	index map[ID]int
}

// NewSet validates declarations: ids are unique, needs exist, come earlier in
// the list (which makes the graph acyclic), and nothing needed is undeclared.
func NewSet(list []Check) (Set, error) {
	s := Set{list: list, index: make(map[ID]int, len(list))}
	var problems []error
	for i, c := range list {
		if c.ID == "" || c.Title == "" || c.Step == "" || c.Run == nil {
			problems = append(problems, fmt.Errorf("check %d (%s): id, step, title and run are all needed", i, c.ID))
		}
		if _, twice := s.index[c.ID]; twice {
			problems = append(problems, fmt.Errorf("check %s: declared twice", c.ID))
		}
		for _, n := range c.Needs {
			if _, known := s.index[n]; !known {
				problems = append(problems, fmt.Errorf("check %s: needs %s, which is not declared before it", c.ID, n))
			}
		}
		s.index[c.ID] = i
	}
	return s, errors.Join(problems...)
}

// All returns the checks in order.
func (s Set) All() []Check { return s.list }

// Find returns the check with that id.
func (s Set) Find(id ID) (Check, bool) {
	i, ok := s.index[id]
	if !ok {
		return Check{}, false
	}
	return s.list[i], true
}

// OfStep returns the checks that guard a step, in order.
func (s Set) OfStep(step StepID) []Check {
	var out []Check
	for _, c := range s.list {
		if c.Step == step {
			out = append(out, c)
		}
	}
	return out
}

// Closure returns ids and everything they need, in order.
func (s Set) Closure(ids []ID) []ID {
	want := map[ID]bool{}
	var visit func(ID)
	visit = func(id ID) {
		c, ok := s.Find(id)
		if !ok || want[id] {
			return
		}
		want[id] = true
		for _, n := range c.Needs {
			visit(n)
		}
	}
	for _, id := range ids {
		visit(id)
	}
	out := make([]ID, 0, len(want))
	for _, c := range s.list {
		if want[c.ID] {
			out = append(out, c.ID)
		}
	}
	return out
}
