package sync

import (
	"context"
	"strings"

	"sensegate/checks"
)

// server judges the schedulers of Entra Connect by what was collected on its
// servers. Without evidence it holds nothing up: sync.fresh sees the outcome.
func server(e Entra, hosts Host) checks.Func {
	return func(ctx context.Context, _ checks.Env) checks.Result {
		const expected = "one server exports, on schedule"
		clients, err := e.SyncClients(ctx)
		if err != nil {
			return checks.NotApplicable("the accounts of the synchronisation servers cannot be read: " + err.Error())
		}
		var names, collected, staging, stopped []string
		for _, c := range clients {
			if !c.Enabled || c.Server == "" {
				continue
			}
			names = append(names, c.Server)
			if hosts == nil {
				continue
			}
			ev, err := hosts.Host(ctx, c.Server)
			if err != nil || ev.Sync == nil {
				continue // whatever is unusable proves nothing
			}
			collected = append(collected, c.Server)
			switch s := ev.Sync; {
			case s.Staging:
				staging = append(staging, c.Server)
			case !s.CycleEnabled || s.Suspended:
				stopped = append(stopped, c.Server)
			}
		}
		switch {
		case len(names) == 0:
			return checks.NotApplicable("the tenant names no server of Entra Connect")
		case len(collected) == 0:
			return checks.NotApplicable("nothing was collected on " + strings.Join(names, ", ") +
				"; run there: sensegate collect, or look with Get-ADSyncScheduler")
		case len(stopped) > 0:
			return evidenced(checks.Failed("sync.scheduler-off", expected, "the scheduler of "+strings.Join(stopped, ", ")+" is stopped"), collected, staging)
		case len(staging) == len(names):
			return evidenced(checks.Failed("sync.all-staging", expected, strings.Join(staging, ", ")+" only in staging mode"), collected, staging)
		case len(collected)-len(staging) > 1:
			return evidenced(checks.Failed("sync.two-active", expected, "several servers export"), collected, staging)
		}
		r := evidenced(checks.Passed(expected, "as it should be"), collected, staging)
		r.Source = checks.Collected
		return r
	}
}

func evidenced(r checks.Result, collected, staging []string) checks.Result {
	r = r.With("collected on", strings.Join(collected, ", "))
	if len(staging) > 0 {
		r = r.With("in staging mode", strings.Join(staging, ", "))
	}
	return r.With("version", "below 2.5.79.0 Entra Connect no longer synchronises: see Apps & features on the server")
}
