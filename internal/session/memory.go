package session

import (
	"slices"
	"sync"
	"time"

	"sensegate/checks"
	"sensegate/internal/site"
	"sensegate/steps"
)

// Memory is a journal that ends with the program: that of the practice lab.
// The zero value is not usable; see NewMemory.
type Memory struct {
	clock   func() time.Time
	mu      sync.Mutex
	entries []Entry
	past    past
}

var (
	_ steps.Journal = (*Memory)(nil)
	_ steps.Past    = (*Memory)(nil)
)

// NewMemory makes an empty journal.
func NewMemory(clock func() time.Time) *Memory {
	return &Memory{clock: clock}
}

// Entries is what was recorded, oldest first.
func (m *Memory) Entries() []Entry {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.entries)
}

// Answered records that facts were given.
func (m *Memory) Answered(site.Site) error {
	return m.record(Answered, answeredPayload{Changed: []string{}})
}

// Finished records what a check found.
func (m *Memory) Finished(r checks.Result) error { return m.record(Finished, finding(r)) }

// Moved records where the journey stands.
func (m *Memory) Moved(step checks.StepID) error { return m.record(Moved, movedPayload{Step: step}) }

// Intend records a change before it is made.
func (m *Memory) Intend(step checks.StepID, c steps.Change) error {
	return m.record(intent(c), recorded(step, c))
}

// Outcome records what became of a change.
func (m *Memory) Outcome(step checks.StepID, a steps.Applied) error {
	kind, c := outcome(step, a)
	return m.record(kind, c)
}

func (m *Memory) record(kind Kind, payload any) error {
	e, err := encode(m.clock(), kind, payload)
	if err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.entries = append(m.entries, e)
	return m.past.take(e)
}

// Made are the changes that were made, oldest first.
func (m *Memory) Made() []steps.Made {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.past.all()
}
