package sync

import (
	"context"
	"slices"
	"strings"
	"time"

	"sensegate/checks"
	"sensegate/checks/connector"
	"sensegate/internal/fact"
)

// Versions of Entra Connect below this one are let in no more from stopped on.
const minimumVersion = "2.5.79.0"

func stopped() time.Time { return time.Date(2026, time.September, 30, 0, 0, 0, 0, time.UTC) }

// server judges the schedulers of Entra Connect by what was collected on its
// servers, or pasted from there. Without evidence it holds nothing up:
// sync.fresh sees the outcome.
func server(hosts Host) checks.Func {
	return func(ctx context.Context, env checks.Env) checks.Result {
		names := serversOf(env)
		if len(names) == 0 {
			return checks.NotApplicable("the tenant names no server of Entra Connect, or its accounts may not be read; the site names none under sync.servers")
		}
		v := servers{all: names}
		for _, name := range names {
			if hosts != nil {
				v.take(ctx, env, hosts, name)
			}
		}
		return v.judge(env)
	}
}

// serversOf are the servers that the tenant names; where it names none, or they
// may not be read, those of the site.
func serversOf(env checks.Env) []string {
	if names, _ := checks.Known[[]string](env, FactServers); len(names) > 0 {
		return names
	}
	return env.Site.Sync.Servers
}

// The services of Entra Connect and of Cloud Sync.
const (
	syncService  = "ADSync"
	agentService = "AADConnectProvisioningAgent"
)

// servers are those of Entra Connect, by what their evidence says.
type servers struct {
	all                         []string
	told, staging, stopped, old []string
	down, downAs                []string // those whose service does not run, and in which state it is
	agents, agentsDown          []string // those of Cloud Sync, whose agent runs or does not
	rows                        []checks.Evidence
	retired                     bool   // one of them is of version 1, which ended in 2023
	outdated                    string // evidence that is too old to count
	since                       time.Time
	pasted                      bool
}

func (v *servers) take(ctx context.Context, env checks.Env, hosts Host, name string) {
	ev, err := hosts.Host(ctx, name)
	if err != nil {
		return // whatever is unusable proves nothing
	}
	if v.service(env, ev, name); slices.Contains(v.down, name) || ev.Sync == nil {
		return // what its scheduler said is from before
	}
	if why := connector.Unusable(env, ev, fact.SectionSync); why != "" {
		v.outdated = name + ": " + why
		return
	}
	s := ev.Sync
	v.told = append(v.told, name)
	if at := ev.Since(fact.SectionSync); v.since.IsZero() || at.Before(v.since) {
		v.since = at
	}
	v.pasted = v.pasted || ev.Sections[fact.SectionSync].Pasted
	mode := "exports"
	switch {
	case s.Staging:
		mode, v.staging = "staging mode", append(v.staging, name)
	case !s.CycleEnabled || s.Suspended:
		mode, v.stopped = "scheduler stopped", append(v.stopped, name)
	}
	version := s.Version
	switch {
	case version == "":
		version = "version not told"
	case connector.Older(version, minimumVersion):
		v.old = append(v.old, name+" ("+version+")")
		v.retired = v.retired || connector.Older(version, "2")
	}
	v.rows = append(v.rows, checks.Evidence{Name: name, Value: mode + ", " + version + schedule(*s)})
}

// service looks whether the one that synchronises runs: while it does not, its
// scheduler answers nobody.
func (v *servers) service(env checks.Env, ev fact.HostEvidence, name string) {
	if connector.Unusable(env, ev, fact.SectionServices) != "" {
		return
	}
	for _, s := range ev.Services {
		lower := strings.ToLower(s.Name)
		own := lower == strings.ToLower(syncService)
		// Health and updater stand beside it, and synchronise nothing.
		if !own && !strings.HasPrefix(lower, "azureadconnect") && !strings.HasPrefix(lower, "aadconnect") {
			continue
		}
		v.rows = append(v.rows, checks.Evidence{Name: name + ": " + s.Name, Value: strings.ToLower(s.State + ", " + s.Start)})
		runs := strings.EqualFold(s.State, "running")
		switch {
		case own && !runs:
			v.down, v.downAs = append(v.down, name), append(v.downAs, name+" ("+strings.ToLower(s.State+", "+s.Start)+")")
		case strings.EqualFold(s.Name, agentService) && runs:
			v.agents = append(v.agents, name)
		case strings.EqualFold(s.Name, agentService):
			v.agentsDown = append(v.agentsDown, name)
		default:
			continue
		}
		if at := ev.Since(fact.SectionServices); v.since.IsZero() || at.Before(v.since) {
			v.since = at
		}
	}
}

// schedule is what else the scheduler says, as far as it was told.
func schedule(s fact.SyncHost) string {
	out := ""
	if s.Interval > 0 {
		out += ", a cycle every " + span(s.Interval)
	}
	if s.Policy != "" {
		out += ", next " + s.Policy
	}
	if !s.Next.IsZero() {
		out += " at " + s.Next.UTC().Format("2006-01-02 15:04Z")
	}
	if !s.Maintenance {
		out += ", maintenance off"
	}
	return out
}

// exports says that one of them does, whatever became of the others.
func (v *servers) exports() bool { return len(v.told) > len(v.staging)+len(v.stopped) }

func (v *servers) judge(env checks.Env) checks.Result {
	const expected = "one server exports, on schedule, with version " + minimumVersion + " or later"
	list := func(names []string) string { return strings.Join(names, ", ") }
	var r checks.Result
	switch {
	case len(v.down) > 0 && !v.exports():
		r = checks.Failed("sync.service-stopped", expected, "the service "+syncService+" does not run on "+list(v.downAs)).Var("host", v.down[0])
	case len(v.told) == 0 && len(v.agents) > 0:
		r = checks.Passed("an agent of Cloud Sync runs", "it runs on "+list(v.agents))
	case len(v.told) == 0 && len(v.agentsDown) > 0:
		r = checks.Failed("sync.agent-stopped", "an agent of Cloud Sync runs", "none runs: "+list(v.agentsDown)).Var("host", v.agentsDown[0])
	case len(v.told) == 0 && v.outdated != "":
		return checks.Warned("sync.evidence-old", expected, v.outdated).Var("host", v.all[0])
	case len(v.told) == 0:
		return checks.NotApplicable("nothing was collected on " + list(v.all) +
			"; run there: sensegate collect, or paste what Get-ADSyncScheduler prints")
	case len(v.stopped) > 0:
		r = checks.Failed("sync.scheduler-off", expected, "the scheduler of "+list(v.stopped)+" is stopped")
	case len(v.staging) == len(v.all):
		r = checks.Failed("sync.all-staging", expected, list(v.staging)+" only in staging mode")
	case len(v.told)-len(v.staging) > 1:
		r = checks.Failed("sync.two-active", expected, "several servers export")
	case len(v.old) > 0 && !v.retired && env.Clock().Before(stopped()):
		r = checks.Warned("sync.version-old", expected, "too old from 30 September 2026 on: "+list(v.old))
	case len(v.old) > 0:
		r = checks.Failed("sync.version-old", expected, "too old: "+list(v.old))
	default:
		r = checks.Passed(expected, "as it should be")
	}
	for _, e := range v.rows {
		r = r.With(e.Name, e.Value)
	}
	for _, name := range v.all {
		if !slices.Contains(v.told, name) && !slices.Contains(v.agents, name) && !slices.Contains(v.agentsDown, name) {
			r = r.With(name, "nothing was collected there of its scheduler")
		}
	}
	source := checks.Collected
	if v.pasted {
		source = checks.Pasted
	}
	return r.From(source, v.since)
}
