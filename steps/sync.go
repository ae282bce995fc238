package steps

import (
	"sensegate/checks"
	"sensegate/checks/sync"
)

func syncStep(p Ports) Step {
	return Step{
		ID: sync.Step, Title: "Directory synchronisation", Short: "Directory sync",
		What:     "Entra Connect copies the users of your domain to the tenant, so that both know the same people.",
		Why:      "The connector will ask the domain controller for tickets in the name of the person who signed in to Entra.",
		Seed:     "Entra Connect replicates the domain to the tenant; only one instance of the service should be running.",
		SeedFrom: guideSource,
		Checks:   sync.Checks(sync.Ports{Entra: p.Graph, Directory: p.Directory, Hosts: p.Hosts}),
		Manual: []Instruction{
			{Who: "Entra administrator", Where: "portal", Do: "Install Entra Connect near the domain controller, one active server only.", Command: "Entra admin center > Entra Connect > Get started"},
			{Who: "Entra administrator", Where: "powershell", Do: "Look at the scheduler on the synchronisation server.", Command: "Get-ADSyncScheduler"},
			again(checks.EntraAdmin, checks.Portal, "Entra admin center > Entra Connect > Connect Sync"),
			{Who: "Entra administrator", Where: "powershell", Do: "Start a cycle after a change.", Command: "Start-ADSyncSyncCycle -PolicyType Delta"},
		},
	}
}
