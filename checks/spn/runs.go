package spn

import (
	"context"
	"strings"

	"sensegate/checks"
	"sensegate/checks/access"
	"sensegate/internal/fact"
)

// runs joins the name's owner with what the Qlik node itself says: as whom the
// proxy service runs. Without evidence it holds nothing up: kerberos.accepted
// sees the outcome.
func runs(hosts access.Host) checks.Func {
	return func(ctx context.Context, env checks.Env) checks.Result {
		owner, _ := checks.Known[fact.Account](env, FactAccount)
		expected := "QlikSenseProxyService runs as " + env.Site.Qlik.ServiceAccount
		found, why := access.CollectedNodes(ctx, env, hosts, fact.SectionServices)
		for _, n := range found {
			for _, s := range n.Services {
				if !strings.EqualFold(s.Name, "QlikSenseProxyService") {
					continue
				}
				r := checks.Passed(expected, "it does on "+n.Host)
				if !sameAccount(s, owner, n.Host) {
					r = checks.Failed("spn.runs-as-another", expected, n.Host+": it runs as "+s.Account)
				}
				return r.Var("node", n.Host).Var("runs-as", s.Account).
					With("account of the service", s.Account).With("its SID", s.SID).With("owner of the name", owner.SAM).From(n.Source, n.At)
			}
			why = append(why, n.Host+" shows no Qlik proxy")
		}
		return checks.NotApplicable(strings.Join(why, "; ") + ": run `sensegate collect` on the Qlik node, or paste what the command below prints")
	}
}

// sameAccount compares the account of a service with one of the directory: by
// SID where Windows told it, by name otherwise.
func sameAccount(s fact.Service, a fact.Account, host string) bool {
	if strings.HasPrefix(s.SID, "S-1-5-21-") && a.SID != "" {
		return strings.EqualFold(s.SID, a.SID)
	}
	domain, name, qualified := strings.Cut(s.Account, `\`)
	switch {
	case !qualified && strings.Contains(s.Account, "@"):
		return strings.EqualFold(s.Account, a.UPN)
	case !qualified:
		// LocalSystem, which is the computer to everybody else.
		short, _, _ := strings.Cut(host, ".")
		return strings.EqualFold(short+"$", a.SAM)
	case domain == ".":
		return false // an account of that machine alone
	}
	return strings.EqualFold(name, a.SAM)
}

// RunsCauses explains why the account may not be the one that holds the name.
func RunsCauses() []checks.Cause {
	return []checks.Cause{{
		ID: "spn.runs-as-another", Title: "The Qlik proxy runs as another account",
		Because: "On {node} it runs as {runs-as}; the name is held by the account that the site's facts give.",
		More:    "The KDC encrypts tickets for a name with the key of its holder, and only a process that runs as the holder can open them. Otherwise Qlik answers 401, and the connector logs 13022.",
		Fixes: []checks.Fix{
			{Who: checks.Yourself, Text: "If {runs-as} is right, give it as qlik.service_account; the name is then moved to it in this step."},
			{Who: checks.QlikAdmin, Text: "If it is not, give the service {account} on {node} (services.msc > Qlik Sense Proxy Service > Properties > Log On), and restart it.", Command: "Restart-Service QlikSenseProxyService", Shell: checks.PowerShell},
		},
	}}
}
