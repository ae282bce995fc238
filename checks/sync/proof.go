package sync

import (
	"sensegate/checks"
	"sensegate/checks/spn"
	"sensegate/internal/pasted"
)

// joinedProof is for whoever may not read the directory: another person shows
// the test user's account.
func joinedProof() *checks.Proof {
	const id = "sync.joined"
	return checks.PastedDirectory(id, func(env checks.Env) []checks.Asked { return spn.AskAccounts(env, env.Site.SAM()) },
		func(f *pasted.Forest) []checks.Check { return []checks.Check{{ID: id, Run: joined(f)}} }, nil)
}
