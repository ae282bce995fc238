package steps

import "sensegate/checks"

// judge is how the gates stand now.
func (g *Guide) judge() []Gate {
	g.expire()
	return Judge(g.order, g.results, g.stale)
}

// expire marks what was proved by evidence that has become too old meanwhile:
// the wizard may stay open for longer than evidence counts.
func (g *Guide) expire() {
	now, limit := g.opts.Clock(), checks.MaxAge(g.site)
	for id, r := range g.results {
		if (r.Source == checks.Collected || r.Source == checks.Pasted) && r.Opens() && now.Sub(r.At) > limit {
			g.stale[id] = true
		}
	}
}
