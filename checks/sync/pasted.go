package sync

import (
	"context"
	"fmt"
	"strings"

	"sensegate/checks"
	"sensegate/checks/connector"
	"sensegate/internal/fact"
	"sensegate/internal/pasted"
)

// schedulerCommand shows the scheduler of Entra Connect and its version, with
// the module that is on its servers.
func schedulerCommand() string {
	return checks.Command(checks.PowerShell, checks.Questioned(checks.PowerShell, "sc.exe query "+syncService, ""), checks.Questioned(checks.PowerShell, "sc.exe qc "+syncService, ""),
		checks.Questioned(checks.PowerShell, "Get-ADSyncScheduler | Format-List", "Get-ADSyncScheduler"),
		"(Get-ADSyncGlobalSettings).Parameters | Where-Object Name -eq 'Microsoft.Synchronize.ServerConfigurationVersion' | Format-List Name,Value")
}

// serverProof asks the servers of Entra Connect that the tenant names.
func serverProof(live Host) *checks.Proof {
	return &checks.Proof{
		Ask: func(env checks.Env) []checks.Asked {
			names := serversOf(env)
			var out []checks.Asked
			for _, n := range names {
				out = append(out, checks.Asked{On: n, Who: checks.EntraAdmin, Shell: checks.PowerShell, Command: schedulerCommand()})
			}
			return out
		},
		Judge: func(ctx context.Context, env checks.Env, pastes []string) (checks.Result, error) {
			names := serversOf(env)
			over := pastedServers{live: live, by: map[string]fact.HostEvidence{}}
			var lines, of []string
			for i, text := range pastes {
				found, said, err := readServers(env, names, text)
				if err == nil {
					err = connector.Keep(over.by, found)
				}
				switch {
				case err != nil && i == len(pastes)-1:
					return checks.Result{}, err
				case err != nil:
					continue
				}
				lines, of = said, nil
				for _, e := range found {
					of = append(of, e.Host)
				}
			}
			r := server(over)(ctx, env)
			r = r.From(checks.Pasted, r.At)
			for _, l := range lines {
				r = r.With(checks.LineEvidence, l)
			}
			return r.With(checks.HostRow, strings.Join(of, " and ")), nil
		},
	}
}

// readServers finds which of the servers a paste is of, and reads it.
func readServers(env checks.Env, names []string, text string) (found []fact.HostEvidence, lines []string, err error) {
	runs, err := pasted.OfHosts(text, names...)
	if err != nil {
		return nil, nil, err
	}
	for _, run := range runs {
		list, said, err := pasted.Services(run, syncService)
		if err != nil {
			return nil, nil, fmt.Errorf("reading what %s shows: %w", run.Host, err)
		}
		if len(list) == 0 {
			return nil, nil, fmt.Errorf("it shows that Entra Connect is not on %s: %s", run.Host, strings.Join(said, ", "))
		}
		at := checks.NotAhead(env, run.At)
		p := fact.Provenance{At: at, Pasted: true}
		e := fact.HostEvidence{Host: run.Host, Collected: at, Services: list, Sections: map[string]fact.Provenance{fact.SectionServices: p}}
		lines = append(lines, said...)
		s, said, err := pasted.Scheduler(run)
		switch {
		case err == nil:
			e.Sync, e.Sections[fact.SectionSync] = &s, p
		case list[0].State == "running": // a stopped one answers nothing
			return nil, nil, fmt.Errorf("reading what %s shows: %w", run.Host, err)
		}
		found, lines = append(found, e), append(lines, said...)
	}
	return found, lines, nil
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
