package lab

import (
	"time"

	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/entra"
)

// syncServer runs Entra Connect.
const syncServer = "sync01." + contoso.Domain

// syncFacts is the scheduler of Entra Connect, and its version.
type syncFacts struct {
	CycleEnabled    bool   `json:"cycle_enabled"`
	Staging         bool   `json:"staging"`
	Suspended       bool   `json:"suspended"`
	Maintenance     bool   `json:"maintenance"`
	Version         string `json:"version"`
	IntervalSeconds int    `json:"interval_seconds"`
	Policy          string `json:"policy"`
	Next            string `json:"next"`
}

// syncVersion is a release of Entra Connect that is let in.
const syncVersion = "2.5.79.0"

// healthySync is the server of Entra Connect with nothing to complain of.
func healthySync(now time.Time) otherFacts {
	return otherFacts{
		OS: osFacts{Name: "Windows Server 2022 Standard", Build: 20348},
		Services: []service{
			{"ADSync", "Microsoft Azure AD Sync", "running", "automatic", `NT SERVICE\ADSync`},
			{"AzureADConnectAgentUpdater", "Microsoft Entra Connect Agent Updater", "running", "automatic", `NT AUTHORITY\NetworkService`},
		},
		Sync: &syncFacts{
			CycleEnabled: true, Maintenance: true, Version: syncVersion, IntervalSeconds: 1800, Policy: "Delta",
			Next: now.UTC().Add(18 * time.Minute).Truncate(time.Second).Format(time.RFC3339),
		},
	}
}

// onSyncServer changes what the server of Entra Connect shows.
func onSyncServer(change func(*syncFacts)) func(*Lab) error {
	return func(l *Lab) error {
		return l.hosts.updateOther(syncServer, func(f *otherFacts) { change(f.Sync) })
	}
}

// syncServerTraps break the server that synchronises.
func syncServerTraps() []trap {
	return []trap{
		{
			Fault: Fault{
				ID: "sync-service-stopped", Step: "sync", Check: "sync.server", Cause: "sync.service-stopped",
				Title: "the service of Entra Connect is stopped on its server",
				Note:  "Its database was full, or somebody stopped it for a backup and went home. The tenant's last cycle stays recent for half an hour, and Get-ADSyncScheduler answers with an error.",
			},
			set: func(l *Lab) error {
				return l.hosts.updateOther(syncServer, func(f *otherFacts) { f.Services[0].State = "stopped" })
			},
		},
		{
			Fault: Fault{
				ID: "sync-staging", Step: "sync", Check: "sync.server", Cause: "sync.all-staging",
				Title: "the only server of Entra Connect is in staging mode",
				Note:  "Left on after a move to a new server, whose predecessor was switched off afterwards. Everything is read, nothing is exported; the last cycle in the tenant stays recent for half an hour.",
			},
			set: onSyncServer(func(s *syncFacts) { s.Staging = true }),
		},
		{
			Fault: Fault{
				ID: "sync-suspended", Step: "sync", Check: "sync.server", Cause: "sync.scheduler-off",
				Title: "the scheduler of Entra Connect is suspended",
				Note:  "The configuration wizard stands open in somebody's disconnected session. Closing it lets the scheduler go on.",
			},
			set: onSyncServer(func(s *syncFacts) { s.Suspended = true }),
		},
		{
			Fault: Fault{
				ID: "sync-version-old", Step: "sync", Check: "sync.server", Cause: "sync.version-old",
				Title: "version 1 of Entra Connect still synchronises",
				Note:  "Its end was 1 October 2023, and everything below 2.5.79.0 stopped on 30 September 2026. Somebody set it up in 2019, and it ran.",
			},
			set: onSyncServer(func(s *syncFacts) { s.Version = "1.6.16.0" }),
		},
		{
			Fault: Fault{
				ID: "sync-evidence-old", Step: "sync", Check: "sync.server", Cause: "sync.evidence-old", Warning: true,
				Title: "what was collected on the synchronisation server is three weeks old",
				Note:  "It proves nothing of today, and holds nothing up: the tenant itself tells when it was last synchronised.",
			},
			set: func(l *Lab) error {
				return l.hosts.updateOther(syncServer, func(f *otherFacts) { f.Age = 21 * 24 * time.Hour })
			},
		},
	}
}

// cloudSyncVariation is a tenant that Cloud Sync feeds: agents without a server
// of Entra Connect.
func cloudSyncVariation() variation {
	return variation{
		Variant: Variant{
			ID: "cloud-sync", Title: "Cloud Sync feeds the tenant instead of Entra Connect",
			Note: "Light agents, configured in the portal. There is no scheduler to look at; the last cycle in the tenant tells.",
		},
		build: inTenant(func(s *entra.State) {
			for i := range s.Users {
				if s.Users[i].UPN == contoso.SyncAccount {
					s.Users[i].UPN = "ADToAADSyncServiceAccount@" + contoso.InitialDomain
				}
			}
		}),
	}
}
