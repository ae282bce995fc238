package sync

import (
	"context"
	"strings"

	"sensegate/checks"
	"sensegate/internal/fact"
	"sensegate/internal/pasted"
)

// schedulerCommand shows the scheduler of Entra Connect and its version.
const schedulerCommand = "hostname; Get-ADSyncScheduler | Format-List; " +
	"(Get-ADSyncGlobalSettings).Parameters | Where-Object Name -eq 'Microsoft.Synchronize.ServerConfigurationVersion' | Format-List Name,Value; '" + pasted.End + "'"

// serverProof asks the servers of Entra Connect that the tenant names.
func serverProof(live Host) *checks.Proof {
	return &checks.Proof{
		Ask: func(env checks.Env) []checks.Asked {
			names, _ := checks.Known[[]string](env, FactServers)
			var out []checks.Asked
			for _, n := range names {
				out = append(out, checks.Asked{On: n, Who: checks.EntraAdmin, Shell: checks.PowerShell, Command: schedulerCommand})
			}
			return out
		},
		Judge: func(ctx context.Context, env checks.Env, pastes []string) (checks.Result, error) {
			names, _ := checks.Known[[]string](env, FactServers)
			over := pastedServers{live: live, by: map[string]fact.HostEvidence{}}
			var lines []string
			host := ""
			for i, text := range pastes {
				name, s, convincing, err := readServer(names, text)
				if err != nil {
					if i == len(pastes)-1 {
						return checks.Result{}, err
					}
					continue
				}
				now := env.Clock()
				over.by[strings.ToLower(name)] = fact.HostEvidence{
					Host: name, Collected: now, Sync: &s,
					Sections: map[string]fact.Provenance{fact.SectionSync: {At: now, Pasted: true}},
				}
				host, lines = name, convincing
			}
			r := server(over)(ctx, env)
			for _, l := range lines {
				r = r.With(checks.LineEvidence, l)
			}
			return r.With(checks.HostRow, host), nil
		},
	}
}

// readServer finds which of the servers a paste is of, and reads it.
func readServer(names []string, text string) (string, fact.SyncHost, []string, error) {
	var refused error
	for _, n := range names {
		f, err := pasted.Framed(text, n)
		if err != nil {
			if refused == nil {
				refused = err
			}
			continue
		}
		s, lines, err := pasted.Scheduler(f)
		return n, s, lines, err
	}
	if refused == nil {
		refused = pasted.ErrNoScheduler
	}
	return "", fact.SyncHost{}, nil, refused
}

// pastedServers lays what was pasted over what was collected.
type pastedServers struct {
	live Host
	by   map[string]fact.HostEvidence
}

// Host implements the room's port.
func (p pastedServers) Host(ctx context.Context, name string) (fact.HostEvidence, error) {
	if e, ok := p.by[strings.ToLower(name)]; ok {
		return e, nil
	}
	if p.live == nil {
		return fact.HostEvidence{}, &fact.Error{Kind: fact.NotFound, System: "evidence", Op: "reading what was pasted of " + name, Text: "nothing was pasted"}
	}
	return p.live.Host(ctx, name)
}
