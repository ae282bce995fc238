package sso

import (
	"sensegate/checks"
	"sensegate/checks/spn"
	"sensegate/internal/pasted"
)

// withProofs adds how the directory's share of the join is shown by somebody
// who may read it; the tenant's is asked for live.
func withProofs(list []checks.Check, live Ports) []checks.Check {
	asks := map[checks.ID]func(checks.Env) []checks.Asked{
		"sso.spn": func(env checks.Env) []checks.Asked {
			names := make([]string, 0, len(env.Site.Connector.Hosts))
			for _, h := range env.Site.Connector.Hosts {
				names = append(names, h.ComputerAccount())
			}
			return append(spn.AskNames(env.Site.SPN()), spn.AskAccounts(env, names...)...)
		},
		"sso.mapping": func(env checks.Env) []checks.Asked { return spn.AskAccounts(env, env.Site.SAM()) },
	}
	for i, c := range list {
		if ask, ok := asks[c.ID]; ok {
			list[i].Proof = checks.PastedDirectory(c.ID, ask, func(f *pasted.Forest) []checks.Check {
				return Checks(Ports{Entra: live.Entra, Directory: f})
			}, nil)
		}
	}
	return list
}
