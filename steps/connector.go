package steps

import "sensegate/checks/connector"

func connectorStep(p Ports) Step {
	return Step{
		ID: connector.Step, Title: "Connector install", Short: "Connector",
		What:     "The connector is a service on one or more of your hosts. It calls out to Entra and carries requests in to Qlik.",
		Why:      "It is the connector's computer account that will be trusted to ask for users' tickets.",
		Seed:     "The connector is installed on one or more hosts, with an updater; connectors are pooled into connector groups.",
		SeedFrom: guideSource,
		Checks:   connector.Checks(connector.Ports{Host: p.Hosts, Entra: p.Graph}),
		Manual: []Instruction{
			{Who: "administrator of the connector host", Where: "portal", Do: "Download and install the connector; sign in as an administrator of this tenant.", Command: "Entra admin center > Global Secure Access > Connect > Connectors > Download connector service"},
			{Who: "administrator of the connector host", Where: "powershell", Do: "Switch HTTP/2 off in WinHTTP (Windows Server 2019 and later), then restart.", Command: `New-ItemProperty 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\WinHttp' -Name EnableDefaultHTTP2 -Value 0 -PropertyType DWord -Force`},
			{Who: "Entra administrator", Where: "portal", Do: "Put the connectors into the group {group}.", Command: "Entra admin center > Global Secure Access > Connect > Connectors"},
			{Who: "you", Do: "What only the host can tell comes from a file of evidence: name it under evidence in the site file."},
		},
	}
}
