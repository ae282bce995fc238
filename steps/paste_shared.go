package steps

import (
	"cmp"
	"slices"

	"sensegate/checks"
)

// pastesFor are the pastes of a check, and those of checks that ask for the
// same command: what one command printed has to be pasted once. The latest is
// last.
func (g *Guide) pastesFor(id checks.ID) []Paste {
	list := slices.Clone(g.pastes[id])
	asked := g.commands(id)
	if len(asked) == 0 {
		return list
	}
	for other, pastes := range g.pastes {
		if other != id && slices.ContainsFunc(g.commands(other), func(c string) bool { return slices.Contains(asked, c) }) {
			list = append(list, pastes...)
		}
	}
	slices.SortStableFunc(list, func(a, b Paste) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Check, b.Check)) })
	return list
}

// commands are what a check asks somebody to run.
func (g *Guide) commands(id checks.ID) []string {
	c, ok := g.set.Find(id)
	if !ok || c.Proof == nil {
		return nil
	}
	var out []string
	for _, a := range c.Proof.Ask(g.env()) {
		out = append(out, a.Command)
	}
	return out
}
