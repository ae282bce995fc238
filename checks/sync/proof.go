package sync

import (
	"context"
	"fmt"

	"sensegate/checks"
	"sensegate/checks/spn"
	"sensegate/internal/pasted"
)

// joinedProof is for whoever may not read the directory: another person shows
// the test user's account.
func joinedProof() *checks.Proof {
	return &checks.Proof{
		Ask: func(env checks.Env) []checks.Asked { return spn.AskAccounts(env, env.Site.SAM()) },
		Judge: func(ctx context.Context, env checks.Env, pastes []string) (checks.Result, error) {
			f, err := pasted.ReadForest(env.Site.Directory.Domain, env.Clock(), pastes)
			if err != nil {
				return checks.Result{}, fmt.Errorf("reading it: %w", err)
			}
			r := joined(f)(ctx, env)
			if err := f.Latest(); err != nil {
				return checks.Result{}, fmt.Errorf("comparing it with the question: %w", err)
			}
			return r.Repeated(f.Lines(), f.Missing()), nil
		},
	}
}
