package access

import (
	"sensegate/checks"
	"sensegate/internal/pasted"
)

// directoryProof is for somebody without an account of the domain: another
// person asks the directory, here and at every later check that needs it.
func directoryProof() *checks.Proof {
	const id = "site.directory"
	ask := func(env checks.Env) []checks.Asked {
		return []checks.Asked{{
			On: checks.WithADModule, Who: checks.ADAdmin, Shell: checks.PowerShell,
			Command: checks.Command(checks.PowerShell, checks.Questioned(checks.PowerShell,
				"Get-ADRootDSE -Server "+checks.Quote(env.Site.Directory.Domain, checks.PowerShell)+" | Format-List ('defaultNamingContext','dnsHostName','currentTime')",
				"Get-ADRootDSE")),
		}}
	}
	return checks.PastedDirectory(id, ask, func(f *pasted.Forest) []checks.Check {
		return []checks.Check{{ID: id, Run: directory(f)}}
	}, nil)
}
