package spn

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"sensegate/checks"
	"sensegate/internal/fact"
)

// unique wants one holder of the name and none of a name that looks like it:
// since a look-alike got past domain controllers' own check (CVE-2026-25177),
// equality as the directory sees it is not enough.
func unique(d Directory) checks.Func {
	return func(ctx context.Context, env checks.Env) checks.Result {
		const expected = "one holder in the whole forest"
		name := env.Site.SPN()
		holders, err := d.Holders(ctx, name)
		if err != nil {
			return checks.Explain(err).Expect(expected)
		}
		service, _ := checks.Known[fact.Account](env, FactAccount)
		for _, h := range holders {
			if !strings.EqualFold(h.DN, service.DN) {
				return checks.Failed("spn.duplicate", expected, "held by "+names(holders)).Var("holder", h.SAM).
					With("also held by", h.DN).With("which is", kind(h))
			}
		}
		similar, err := d.Similar(ctx, name)
		if err != nil {
			return checks.Explain(err).Expect(expected)
		}
		for _, a := range similar {
			for _, s := range a.SPNs {
				if !ascii(s) && !strings.EqualFold(a.DN, service.DN) {
					return checks.Failed("spn.look-alike", expected, a.SAM+" holds a name that only looks the same").
						Var("holder", a.SAM).With("held by", a.DN).With("its characters", spelled(s))
				}
			}
		}
		return checks.Passed(expected, "held once").With("asked", "global catalogue").With("look-alikes", "none")
	}
}

// forest reads every name of the forest. What it finds is somebody else's
// trouble, and a warning here.
func forest(d Directory) checks.Func {
	return func(ctx context.Context, _ checks.Env) checks.Result {
		const expected = "every service principal name has one holder"
		audit, err := d.Audit(ctx)
		if err != nil {
			return checks.Explain(err).Expect(expected)
		}
		seen := fmt.Sprintf("%d names of %d accounts read", audit.Names, audit.Accounts)
		if audit.Names == 0 {
			seen = "all names compared" // whoever compared them did not count
		}
		if audit.Doubled == 0 {
			return checks.Passed(expected, seen+", none twice")
		}
		r := checks.Warned("spn.forest-duplicates", expected, fmt.Sprintf("%s, %d held by several", seen, audit.Doubled))
		for _, g := range audit.Groups[:min(len(audit.Groups), 20)] {
			who := strings.Join(g.Holders, ", ")
			if g.LookAlike {
				who += " (look-alikes)"
			}
			r = r.With(g.Name, who)
		}
		return r
	}
}

// spelled shows the characters that the eye does not tell apart.
func spelled(name string) string {
	var out []string
	for _, r := range name {
		if r > '~' || r <= ' ' {
			out = append(out, fmt.Sprintf("%U", r))
		}
	}
	return strings.Join(slices.Compact(out), " ")
}

func ascii(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r > '~' || r <= ' ' }) < 0
}

// kind says what an account is, with what keeps it from being used.
func kind(a fact.Account) string {
	what := "a user account"
	switch {
	case a.Managed:
		what = "a managed service account"
	case a.Computer:
		what = "a computer account"
	}
	switch {
	case a.Disabled:
		what += ", disabled"
	case a.Expired:
		what += ", expired"
	}
	return what
}
