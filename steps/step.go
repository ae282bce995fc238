// Package steps is the documented order and how one moves through it. It knows
// no screen and no protocol.
package steps

import (
	"context"

	"sensegate/checks"
	"sensegate/internal/site"
)

// Step is one station of the documented order.
type Step struct {
	ID    checks.StepID
	Title string
	// Short is the title as the rail shows it, at most 18 columns.
	Short string
	// What says in one plain sentence what this step is.
	What string
	// Why says why it stands at this place in the order.
	Why string
	// Seed is the sentence of the documented procedure that it rests on, in
	// our words, and SeedFrom where that is written.
	Seed, SeedFrom string
	// Checks guard the gate, in order.
	Checks []checks.Check
	// Ask are the questions this step needs answered.
	Ask []Question
	// Manual is how to do it by hand.
	Manual []Instruction
	// Plan proposes the changes that would open the gate; nil when the wizard
	// can change nothing here.
	Plan PlanFunc
}

// PlanFunc reads the present state and proposes changes; the writers are for the
// changes it returns, which nobody has confirmed yet. It changes nothing.
type PlanFunc func(ctx context.Context, env checks.Env, w Writers) (Plan, error)

// Question is a fact of the site that a person has to give.
type Question struct {
	// Key is the path in the site file, publish.external_url.
	Key   string
	Label string
	// Help says where the answer is found, with an example.
	Help     string
	Required bool
	Get      func(site.Site) string
	Set      func(*site.Site, string)
	// Check says what is wrong with an answer; nil accepts everything.
	Check func(string) error
}

// Instruction is one thing to do by hand.
type Instruction struct {
	Who     checks.Role
	Where   checks.Shell
	Do      string
	Command string
}

// Filled returns the instruction with the site's names in it.
func (i Instruction) Filled(s site.Site) Instruction {
	v := checks.Vars(s)
	i.Do = checks.Fill(i.Do, v, checks.NoShell)
	i.Command = checks.Fill(i.Command, v, i.Where)
	return i
}

// World is the systems of one site, as the steps ask and change them.
type World struct {
	Ports
	// Writers is nil where nothing may be changed.
	Writers *Writers
	// Close ends connections.
	Close func() error
}

// Writers are the doors that change something.
type Writers struct {
	Graph     GraphWriter
	Qlik      QlikWriter
	Directory DirectoryWriter
}

// Open connects to the systems of a site. It must return quickly: connections
// are made when the first question is asked.
type Open func(ctx context.Context, s site.Site) (World, error)
