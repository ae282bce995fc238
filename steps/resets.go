package steps

import (
	"context"
	"slices"
	"strings"
	"time"

	"sensegate/checks"
	"sensegate/checks/kerberos"
)

// withResets lets the Kerberos switch tell that it was set by this journey and
// is off again: the journal knows, the repository does not.
func (g *Guide) withResets(set checks.Set) checks.Set {
	past, ok := g.opts.Journal.(Past)
	if !ok {
		return set
	}
	on := map[string]time.Time{}
	for _, m := range Standing(past.Made()) {
		if host, ours := strings.CutPrefix(m.Change.Target, switchedProxy); ours && m.Change.ID == "kerberos.switch" && !m.Doubtful && on[host].Before(m.At) {
			on[host] = m.At
		}
	}
	if len(on) == 0 {
		return set
	}
	list := slices.Clone(set.All())
	for i, c := range list {
		if c.ID != "kerberos.switch" {
			continue
		}
		run := c.Run
		list[i].Run = func(ctx context.Context, env checks.Env) checks.Result { return kerberos.Reset(run(ctx, env), on) }
	}
	out, err := checks.NewSet(list)
	if err != nil {
		return set // the same checks made a set before
	}
	return out
}
