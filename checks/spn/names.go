package spn

import (
	"context"
	"strings"

	"sensegate/checks"
	"sensegate/internal/fact"
)

// wanted is one line of the table of names: what somebody may type, and whether
// a ticket for it must be had.
type wanted struct {
	spn, because string
	must         bool
}

// table lists the names that people may type for Qlik. A port in the address
// is no part of the name that browsers ask for, except for the second
// application of releases before April 2018 where a policy adds it.
func table(env checks.Env) []wanted {
	name := env.Site.SPN()
	class, host, _ := strings.Cut(name, "/")
	out := []wanted{{name, "the full name, and what the connector asks for", true}}
	for _, extra := range env.Site.Kerberos.Names {
		out = append(out, wanted{class + "/" + extra, "named in the site", true})
	}
	if short, _, dotted := strings.Cut(host, "."); dotted {
		out = append(out, wanted{class + "/" + short, "the short name", false})
	}
	return append(out, wanted{name + ":4244", "the authentication port of old releases", false})
}

// required compares the owner wanted with the owner found, name by name.
func required(d Directory) checks.Func {
	return func(ctx context.Context, env checks.Env) checks.Result {
		service, _ := checks.Known[fact.Account](env, FactAccount)
		expected := "each is held by " + service.SAM + " or by nobody"
		classes, err := d.Mappings(ctx)
		if err != nil {
			return checks.Explain(err).Expect(expected)
		}
		worst := checks.Passed(expected, "each name leads to "+service.SAM+" or to nobody")
		var evidence []checks.Evidence
		for _, w := range table(env) {
			owner, how, err := ownerOf(ctx, d, w.spn, classes, service)
			if err != nil {
				return checks.Explain(err).Expect(expected)
			}
			verdict := "right"
			switch {
			case owner == nil && w.must:
				verdict = "missing"
				if worst.Status == checks.Pass {
					worst = checks.Warned("spn.name-missing", expected, "nobody holds "+w.spn).Var("name", w.spn)
				}
			case owner == nil:
				verdict = "not registered; needed only if somebody types it"
			case !strings.EqualFold(owner.DN, service.DN):
				verdict = "wrong: tickets for it are made for " + owner.SAM
				bad := checks.Warned("spn.name-elsewhere", expected, w.spn+" leads to "+owner.SAM+", "+how)
				if w.must {
					bad = checks.Failed("spn.name-elsewhere", expected, w.spn+" leads to "+owner.SAM+", "+how)
				}
				if worst.Status == checks.Pass || bad.Status == checks.Fail {
					worst = bad.Var("name", w.spn).Var("holder", owner.SAM)
				}
			}
			evidence = append(evidence, checks.Evidence{Name: w.spn, Value: "wanted " + service.SAM + ", found " + found(owner, how) + ": " + verdict + " (" + w.because + ")"})
		}
		worst.Evidence = evidence
		return worst
	}
}

// ownerOf answers as the KDC does: the literal name first, then the class that
// HOST stands for. Of several owners the one that runs Qlik is named; that there
// are others is another check's finding.
func ownerOf(ctx context.Context, d Directory, spn string, classes []string, service fact.Account) (owner *fact.Account, how string, err error) {
	holders, err := d.Holders(ctx, spn)
	if err != nil {
		return nil, "", err
	}
	if len(holders) > 0 {
		return prefer(holders, service), "which holds it", nil
	}
	class, rest, _ := strings.Cut(spn, "/")
	for _, c := range classes {
		if !strings.EqualFold(c, class) {
			continue
		}
		if holders, err = d.Holders(ctx, "HOST/"+rest); err != nil {
			return nil, "", err
		}
		if len(holders) > 0 {
			return prefer(holders, service), "which holds HOST/" + rest, nil
		}
	}
	return nil, "", nil
}

func found(owner *fact.Account, how string) string {
	if owner == nil {
		return "nobody"
	}
	return owner.SAM + ", " + how
}

func prefer(holders []fact.Account, service fact.Account) *fact.Account {
	for i := range holders {
		if strings.EqualFold(holders[i].DN, service.DN) {
			return &holders[i]
		}
	}
	return &holders[0]
}
