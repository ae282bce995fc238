package spn

import (
	"context"
	"fmt"
	"slices"
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
		var rows []checks.Result
		good := 0
		for _, n := range found {
			i := slices.IndexFunc(n.Services, func(s fact.Service) bool { return strings.EqualFold(s.Name, "QlikSenseProxyService") })
			if i < 0 {
				why = append(why, n.Host+" shows no Qlik proxy")
				continue
			}
			r := node(expected, n, n.Services[i], owner)
			rows = append(rows, r)
			if r.Status == checks.Pass {
				good++
			}
		}
		if len(rows) == 0 {
			return checks.NotApplicable(strings.Join(why, "; ") + ": run `sensegate collect` on the Qlik node, or paste what the command below prints")
		}
		// One node that runs as somebody else is enough: users and connectors reach any.
		out := rows[0]
		if i := slices.IndexFunc(rows, func(r checks.Result) bool { return r.Status == checks.Fail }); i >= 0 {
			out = rows[i]
		} else if good > 1 {
			out.Seen = fmt.Sprintf("it does on all %d nodes that were collected", good)
		}
		for _, r := range rows {
			if r.Seen != out.Seen && len(rows) > 1 {
				out = out.With("another node", r.Seen)
			}
		}
		return out
	}
}

// node compares one of them.
func node(expected string, n access.Collected, s fact.Service, owner fact.Account) checks.Result {
	r := checks.Passed(expected, "it does on "+n.Host)
	if !sameAccount(s, owner, n.Host) {
		r = checks.Failed("spn.runs-as-another", expected, n.Host+": it runs as "+s.Account)
	}
	return r.Var("node", n.Host).Var("runs-as", s.Account).
		With("account of the service", s.Account).With("its SID", s.SID).With("owner of the name", owner.SAM).From(n.Source, n.At)
}

// sameAccount compares the account of a service with one of the directory: by
// SID where Windows told it, by name otherwise.
func sameAccount(s fact.Service, a fact.Account, host string) bool {
	if strings.HasPrefix(s.SID, "S-1-5-21-") && a.SID != "" {
		return strings.EqualFold(s.SID, a.SID)
	}
	domain, name, qualified := strings.Cut(s.Account, `\`)
	short, _, _ := strings.Cut(host, ".")
	switch {
	case s.SID == "S-1-5-18", s.SID == "S-1-5-20", strings.EqualFold(strings.ReplaceAll(s.Account, " ", ""), `NTAUTHORITY\NetworkService`):
		return strings.EqualFold(short+"$", a.SAM) // the computer, to everybody else
	case !qualified && strings.Contains(s.Account, "@"):
		return strings.EqualFold(s.Account, a.UPN)
	case !qualified:
		// LocalSystem, which is the computer to everybody else.
		return strings.EqualFold(short+"$", a.SAM)
	case domain == ".", strings.EqualFold(domain, short):
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
