package sync

import (
	"context"

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
