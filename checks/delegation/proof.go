package delegation

import (
	"strings"

	"sensegate/checks"
	"sensegate/checks/spn"
	"sensegate/internal/pasted"
)

// withProofs adds to the checks how each is proved by somebody who may read the
// directory. The rehearsal has no such proof: nobody can paste that it works.
func withProofs(list []checks.Check, live Ports) []checks.Check {
	asks := map[checks.ID]func(checks.Env) []checks.Asked{
		"delegation.computers":   askComputers,
		"delegation.constrained": askComputers,
		"delegation.list":        askComputers,
		"delegation.transition":  askComputers,
		"delegation.auditors":    askComputers,
		"delegation.user":        func(env checks.Env) []checks.Asked { return spn.AskAccounts(env, env.Site.SAM()) },
		"delegation.groups":      func(env checks.Env) []checks.Asked { return append(askReaders(env), askComputers(env)...) },
	}
	for i, c := range list {
		if ask, ok := asks[c.ID]; ok {
			list[i].Proof = checks.PastedDirectory(c.ID, ask, func(f *pasted.Forest) []checks.Check {
				return Checks(Ports{Directory: f, Entra: live.Entra, Rehearser: live.Rehearser})
			}, settled)
			if c.ID == "delegation.user" {
				list[i].Proof = orWhoAmI(list[i].Proof)
			}
		}
	}
	return list
}

func askComputers(env checks.Env) []checks.Asked {
	names := make([]string, 0, len(env.Site.Connector.Hosts))
	for _, h := range env.Site.Connector.Hosts {
		names = append(names, h.ComputerAccount())
	}
	return spn.AskAccounts(env, names...)
}

// askReaders asks for the members of Pre-Windows 2000 Compatible Access, by the
// identifier that is the same in every language.
func askReaders(env checks.Env) []checks.Asked {
	const group = "S-1-5-32-554"
	return []checks.Asked{{
		On: checks.WithADModule, Who: checks.ADAdmin, Shell: checks.PowerShell,
		Command: checks.Command(checks.PowerShell, "$d=(Get-ADDomain -Server "+checks.Quote(env.Site.Directory.Domain, checks.PowerShell)+").DNSRoot",
			"'"+pasted.Ask+" Get-ADGroup "+group+" in '+$d", "$g=Get-ADGroup -Server $d -Identity "+group+" -Properties member", "'found '+@($g).Count", "$g.member"),
	}}
}

// settled keeps a list from being proved while it is open what all its names
// are.
func settled(env checks.Env, r checks.Result, missing []string) checks.Result {
	if left := unseen(env, r, missing); len(left) > 0 {
		return checks.CouldNotTell(checks.NoEvidence, r.Expected, "there are further names in the list; whether they are a domain controller's has to be pasted too: "+strings.Join(left, ", "))
	}
	return r
}

// unseen are the questions about further names of a list that nothing pasted
// answers: such a name may be a domain controller's, so the list proves nothing
// without them. Whose name Qlik's own is has been proved before, and what stands
// on krbtgt is a row more for whoever can show it.
func unseen(env checks.Env, r checks.Result, missing []string) []string {
	if !r.Status.Opens() {
		return nil
	}
	_, host, _ := strings.Cut(env.Site.SPN(), "/")
	var out []string
	for _, m := range missing {
		if strings.EqualFold(m, "setspn -F -Q HOST/"+host) || strings.HasPrefix(m, "Get-ADObject "+krbtgt+" ") {
			continue
		}
		out = append(out, m)
	}
	return out
}
