package steps

import (
	"sensegate/checks"
	"sensegate/checks/connector"
)

func connectorStep(p Ports) Step {
	return Step{
		ID: connector.Step, Title: "Connector install", Short: "Connector",
		What:     "The connector is a service on one or more of your hosts. It calls out to Entra and carries requests in to Qlik.",
		Why:      "It is the connector's computer account that will be trusted to ask for users' tickets.",
		Seed:     "The connector is installed on one or more hosts, with an updater; connectors are pooled into connector groups.",
		SeedFrom: guideSource,
		Checks:   connector.Checks(connector.Ports{Host: p.Hosts, Entra: p.Graph}),
		Plan:     connectorPlan(p),
		Manual: []Instruction{
			{Who: "administrator of the connector host", Where: "portal", Do: "Download and install the connector; sign in as an administrator of this tenant.", Command: "Entra admin center > Global Secure Access > Connect > Connectors > Download connector service"},
			{Who: "administrator of the connector host", Where: "powershell", Do: "Switch HTTP/2 off in WinHTTP (Windows Server 2019 and later), then restart.", Command: `New-ItemProperty 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\WinHttp' -Name EnableDefaultHTTP2 -Value 0 -PropertyType DWord -Force`},
			again(checks.HostAdmin, checks.Cmd, `reg.exe add "HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\WinHttp" /v EnableDefaultHTTP2 /t REG_DWORD /d 0 /f`),
			{Who: "Entra administrator", Where: "portal", Do: "Put the connectors into the group {group}.", Command: "Entra admin center > Global Secure Access > Connect > Connectors"},
			again(checks.EntraAdmin, checks.PowerShell, "$g = "+connectorGroups+"; (Invoke-MgGraphRequest -Uri '/beta/onPremisesPublishingProfiles/applicationProxy/connectors').value | "+
				"Where-Object machineName -EQ {connector-host} | ForEach-Object { Invoke-MgGraphRequest -Method POST -Uri ('/beta/onPremisesPublishingProfiles/applicationProxy/connectors/' + $_.id + '/memberOf/$ref') "+
				"-Body @{'@odata.id'='https://graph.microsoft.com/beta/onPremisesPublishingProfiles/applicationProxy/connectorGroups/'+$g.id} }"),
			{Who: "administrator of the connector host", Where: "cmd", Do: "What only the host can tell is collected there, on each host; it reads only. Where no program may be run, --script prints a PowerShell script that does the same.", Command: checks.CollectCommand},
			{Who: "you", Where: "cmd", Do: "Look the file through, bring it here and add it to the site: f on this page, or this command. What it proves is shown.", Command: "sensegate import evidence.json"},
		},
	}
}
