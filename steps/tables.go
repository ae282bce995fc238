package steps

import (
	"context"
	"slices"
	"strings"

	"sensegate/checks"
	"sensegate/checks/connector"
	"sensegate/checks/spn"
	"sensegate/checks/sync"
	"sensegate/internal/fact"
)

// compare draws a comparison from what a check found and what was known before.
type compare func(env checks.Env, r checks.Result) checks.Table

// comparisons are the outcomes that are comparisons in truth.
func comparisons() map[checks.ID]compare {
	return map[checks.ID]compare{
		"sync.joined":          joinOfUser,
		"connector.registered": registeredHosts,
		"spn.owner":            holdersOfName,
		"delegation.list":      delegationOfEach,
		"sso.spn":              nameEverywhere,
		"verify.same":          insideAndOutside,
	}
}

// withTables makes those checks carry their comparison.
func withTables(order []Step) []Step {
	tables := comparisons()
	for i, s := range order {
		order[i].Checks = slices.Clone(s.Checks)
		for j, c := range s.Checks {
			if draw, ok := tables[c.ID]; ok {
				order[i].Checks[j].Run = tabled(c.Run, draw)
			}
		}
	}
	return order
}

func tabled(run checks.Func, draw compare) checks.Func {
	return func(ctx context.Context, env checks.Env) checks.Result {
		r := run(ctx, env)
		switch r.Status {
		case checks.Pass, checks.Warn, checks.Fail:
			return r.Compare(draw(env, r))
		case checks.Pending, checks.Waiting, checks.Unknown, checks.Skipped, checks.Crashed:
		}
		return r
	}
}

const nothing = "–"

func or(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// evidence reads one thing that a check has written down.
func evidence(r checks.Result, name string) string {
	for _, e := range r.Evidence {
		if e.Name == name {
			return e.Value
		}
	}
	return ""
}

func holdersOfName(env checks.Env, r checks.Result) checks.Table {
	t := checks.Table{Columns: []string{"name", "needed by", "held by"}}
	held := env.Site.Qlik.ServiceAccount
	switch {
	case r.Status == checks.Fail && r.Cause == "spn.missing":
		held = "nobody"
	case r.Status == checks.Fail:
		held = or(r.Vars()["holder"], "another account")
	}
	t = t.Row(r.Status, env.Site.SPN(), env.Site.Qlik.ServiceAccount, held)
	service, _ := checks.Known[fact.Account](env, spn.FactAccount)
	for _, name := range service.SPNs {
		if !strings.EqualFold(name, env.Site.SPN()) && strings.HasPrefix(strings.ToUpper(name), "HTTP/") && len(t.Rows) < mostRows {
			t = t.Row(checks.Pass, name, nothing, env.Site.Qlik.ServiceAccount)
		}
	}
	return t
}

// mostRows keeps a comparison on one screen.
const mostRows = 8

func joinOfUser(env checks.Env, r checks.Result) checks.Table {
	u, _ := checks.Known[fact.CloudUser](env, sync.FactUser)
	t := checks.Table{Columns: []string{"of the user", "in Entra", "in the directory"}}
	there := or(evidence(r, "SID in the directory"), evidence(r, "SID"))
	verdict := func(a, b string) checks.Status {
		switch {
		case a == "" || b == "":
			return checks.Pending
		case strings.EqualFold(a, b):
			return checks.Pass
		}
		return checks.Fail
	}
	t = t.Row(verdict(u.OnPremSAM, env.Site.SAM()), "account", or(u.OnPremSAM, nothing), env.Site.SAM())
	return t.Row(verdict(u.OnPremSID, there), "SID", or(tail(u.OnPremSID), nothing), or(tail(there), nothing))
}

// tail is the end of a SID, which is where two of one domain differ.
func tail(sid string) string {
	parts := strings.Split(sid, "-")
	if len(parts) < 3 {
		return sid
	}
	return "S-…-" + strings.Join(parts[len(parts)-2:], "-")
}

func registeredHosts(env checks.Env, r checks.Result) checks.Table {
	t := checks.Table{Columns: []string{"connector host", "in Entra", "computer account"}}
	for _, h := range env.Site.Connector.Hosts {
		// Where it calls from is for the evidence; here the columns are narrow.
		seen, _, _ := strings.Cut(evidence(r, h.Name), ", from ")
		verdict := checks.Pass
		if seen == "" {
			seen, verdict = nothing, checks.Pending
			if r.Vars()["host"] == h.Name {
				seen, verdict = or(strings.TrimPrefix(r.Seen, h.Name+" is "), nothing), r.Status
				if r.Cause == "connector.not-registered" {
					seen = "not registered"
				}
			}
		}
		t = t.Row(verdict, h.Name, seen, h.ComputerAccount())
	}
	return t
}

func delegationOfEach(env checks.Env, r checks.Result) checks.Table {
	t := checks.Table{Columns: []string{"connector", "in Entra", "needed", "may delegate to"}}
	known, _ := checks.Known[[]fact.Connector](env, connector.FactConnectors)
	for _, h := range env.Site.Connector.Hosts {
		cloud := nothing
		if c, ok := connector.Named(known, h.Name); ok {
			cloud = "inactive"
			if c.Active {
				cloud = "active"
			}
		}
		account := h.ComputerAccount()
		seen, verdict := "not looked at", checks.Pending
		for _, e := range r.Evidence {
			if strings.EqualFold(e.Name, account) {
				seen, verdict = strings.TrimPrefix(strings.TrimPrefix(e.Value, "may delegate to "), "may delegate only to "), checks.Fail
				if e.Value == "as expected" {
					seen, verdict = "the name", checks.Pass
				}
			}
		}
		if verdict == checks.Fail && r.Status == checks.Warn {
			verdict = checks.Warn
		}
		t = t.Row(verdict, account, cloud, env.Site.SPN(), seen)
	}
	return t
}

func nameEverywhere(env checks.Env, r checks.Result) checks.Table {
	in := strings.TrimPrefix(r.Seen, "Entra has ")
	if r.Status == checks.Pass {
		in = or(evidence(r, "Entra"), env.Site.SPN())
	}
	t := checks.Table{Columns: []string{"where", "needed", "there"}}
	t = t.Row(r.Status, "application in Entra", env.Site.SPN(), in)
	if known, ok := checks.Known[fact.Account](env, spn.FactAccount); ok {
		// The account may have been read before a plan registered the name.
		if slices.ContainsFunc(known.SPNs, func(s string) bool { return strings.EqualFold(s, env.Site.SPN()) }) {
			t = t.Row(checks.Pass, "account in the directory", env.Site.SPN(), env.Site.SPN())
		}
	}
	return t
}

func insideAndOutside(_ checks.Env, r checks.Result) checks.Table {
	t := checks.Table{Columns: []string{"what", "inside", "outside"}}
	inUser, inEngine, _ := strings.Cut(evidence(r, "inside"), ", engine ")
	outUser, outEngine, _ := strings.Cut(evidence(r, "outside"), ", engine ")
	t = t.Row(r.Status, "user", or(inUser, nothing), or(outUser, nothing))
	engines := checks.Pass
	if inEngine != outEngine {
		engines = checks.Warn
	}
	t = t.Row(engines, "engine", or(inEngine, nothing), or(outEngine, nothing))
	return t.Row(checks.Pending, "round trip", or(evidence(r, "round trip inside"), nothing), or(evidence(r, "round trip outside"), nothing))
}
