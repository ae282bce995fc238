package sync

import (
	"context"
	"strings"

	"sensegate/checks"
	"sensegate/internal/fact"
)

// provisioning judges what the last synchronisation of the user left undone.
func provisioning(_ context.Context, env checks.Env) checks.Result {
	u, _ := checks.Known[fact.CloudUser](env, FactUser)
	const expected = "no provisioning error"
	if u.ProvisioningProblem != "" {
		return checks.Failed("sync.provisioning-error", expected, u.ProvisioningProblem).With("user", u.UPN)
	}
	return checks.Passed(expected, "none")
}

// licensed judges the user's own licence, which outlives the subscription for a
// while.
func licensed(_ context.Context, env checks.Env) checks.Result {
	u, _ := checks.Known[fact.CloudUser](env, FactUser)
	const expected = "Entra ID P1 or P2 among the user's plans"
	if !u.Licensed {
		return checks.Failed("sync.user-unlicensed", expected, u.UPN+" has neither")
	}
	return checks.Passed(expected, "licensed")
}

// fedBy adds what feeds the tenant. It is evidence alone: accounts of servers
// that are long gone stay behind, and not everybody may read them.
func fedBy(ctx context.Context, e Entra, r checks.Result) checks.Result {
	clients, err := e.SyncClients(ctx)
	if err != nil || len(clients) == 0 {
		return r
	}
	var connect []string
	for _, c := range clients {
		switch {
		case !c.Enabled:
		case c.Server == "":
			r = r.With("fed by", c.Kind)
		default:
			connect = append(connect, c.Server)
		}
	}
	if len(connect) > 0 {
		r = r.Provide(FactServers, connect).With("fed by", "Entra Connect on "+strings.Join(connect, ", "))
	}
	if len(connect) > 1 {
		r = r.With("only one may be active", "all others in staging mode: Get-ADSyncScheduler on each tells")
	}
	return r
}
