package access

import (
	"context"
	"fmt"

	"sensegate/checks"
	"sensegate/internal/pasted"
)

// directoryProof is for somebody without an account of the domain: another
// person asks the directory, here and at every later check that needs it.
func directoryProof() *checks.Proof {
	return &checks.Proof{
		Ask: func(env checks.Env) []checks.Asked {
			return []checks.Asked{{
				On: "any member of the domain", Who: checks.ADAdmin, Shell: checks.PowerShell,
				Command: "'" + pasted.Ask + " Get-ADRootDSE'; Get-ADRootDSE -Server " + checks.Quote(env.Site.Directory.Domain, checks.PowerShell) +
					" | Format-List defaultNamingContext,dnsHostName,currentTime; '" + pasted.End + "'",
			}}
		},
		Judge: func(ctx context.Context, env checks.Env, pastes []string) (checks.Result, error) {
			f, err := pasted.ReadForest(env.Site.Directory.Domain, env.Clock(), pastes)
			if err != nil {
				return checks.Result{}, fmt.Errorf("reading it: %w", err)
			}
			r := directory(f)(ctx, env)
			if err := f.Latest(); err != nil {
				return checks.Result{}, fmt.Errorf("comparing it with the question: %w", err)
			}
			return r.Repeated(f.Lines(), f.Missing()), nil
		},
	}
}
