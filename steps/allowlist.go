package steps

import (
	"context"
	"fmt"
	"strings"

	"sensegate/checks"
	"sensegate/checks/allowlist"
	"sensegate/internal/fact"
)

// endsSessions is what every change of a proxy or virtual proxy does.
const endsSessions = "everybody: the proxy reads its settings again and open sessions end (10 to 30 seconds)"

func allowlistStep(p Ports) Step {
	return Step{
		ID: allowlist.Step, Title: "Qlik host allow list", Short: "Host allow list",
		What:     "Qlik opens its WebSocket only to pages of hosts it was told about. The external host must be one of them.",
		Why:      "Without it pages open from outside, but no data comes into them.",
		Seed:     "Within the management console the new external URL must also be recorded in the white list of the virtual proxy.",
		SeedFrom: guideSource,
		Checks:   allowlist.Checks(allowlist.Ports{Qlik: p.Qlik, Front: p.Front, Door: p.Door}),
		Plan:     allowlistPlan(p),
		Manual: []Instruction{
			{Who: "Qlik administrator", Where: "qmc", Do: "Add {external-host} to the host allow list: the bare name, no https://, no slash.", Command: "QMC > Virtual proxies > edit > Advanced > Host allow list > Add new value"},
			asRemedy(qlikByCommand(), "allowlist.missing"),
			{Who: "Qlik administrator", Where: "qmc", Do: "Apply and confirm that the proxy restarts: open sessions end."},
		},
	}
}

func virtualProxy(ctx context.Context, p Ports, env checks.Env) (fact.VirtualProxy, error) {
	list, err := p.Qlik.VirtualProxies(ctx)
	if err != nil {
		return fact.VirtualProxy{}, fmt.Errorf("reading the virtual proxies: %w", err)
	}
	vp, ok := allowlist.Published(list, env.Site.Qlik.Prefix)
	if !ok {
		return vp, fmt.Errorf("finding the virtual proxy with the prefix %q: there is none", env.Site.Qlik.Prefix)
	}
	return vp, nil
}

func allowlistPlan(p Ports) PlanFunc {
	return func(ctx context.Context, env checks.Env, w Writers) (Plan, error) {
		plan := Plan{Step: allowlist.Step, Title: "Qlik host allow list", Notes: []string{"Written to the repository and read back; the checks then prove it at the running proxy."}}
		vp, err := virtualProxy(ctx, p, env)
		if err != nil {
			return plan, err
		}
		host := env.Site.ExternalHost()
		after := make([]string, 0, len(vp.AllowList)+1)
		found := false
		for _, e := range vp.AllowList {
			switch {
			case strings.EqualFold(e, host):
				found = true
			case meant(e, host):
				continue // the same host, not written as one: replaced by the bare name
			}
			after = append(after, e)
		}
		if !found {
			after = append(after, host)
		}
		if own := allowlist.Implicit(ctx, p.Qlik, vp.ID, host); own != "" && !found && len(after) == len(vp.AllowList)+1 {
			plan.Notes = append(plan.Notes, host+" is the name of the proxy's own machine and needs no entry.")
			return plan, nil
		}
		if sameValues(after, vp.AllowList) {
			return plan, nil
		}
		plan.Changes = []Change{undoable(p, w, Change{
			ID: "allowlist.add", Target: "virtual proxy " + vp.Description, Field: "websocketCrossOriginWhiteList",
			Before: vp.AllowList, After: after,
			Command: "QMC > Virtual proxies > " + vp.Description + " > Advanced > Host allow list > Add new value: " + host, Shell: checks.QMC,
			Affects: endsSessions,
			Right:   "RootAdmin or ContentAdmin in Qlik; the certificate you gave counts as root",
			Undo:    "puts the list back as it was",
			Do:      func(ctx context.Context) error { return w.Qlik.SetAllowList(ctx, vp.ID, after) },
			Trace:   Trace{Object: vp.ID},
		})}
		return plan, nil
	}
}

// meant says that an entry was written for host, be it as a URL, with a port or
// with blanks around it.
func meant(entry, host string) bool {
	t := strings.ToLower(strings.TrimSpace(entry))
	if _, rest, ok := strings.Cut(t, "://"); ok {
		t = rest
	}
	t, _, _ = strings.Cut(t, "/")
	t, _, _ = strings.Cut(t, ":")
	return t == host
}
