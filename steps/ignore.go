package steps

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"sensegate/checks"
	"sensegate/checks/delegation"
	"sensegate/checks/kerberos"
	"sensegate/checks/sso"
	"sensegate/internal/site"
)

// ErrProtected says that a check may not be ignored.
var ErrProtected = errors.New("it cannot be ignored")

// MayIgnore says why a site must not ignore a check; nil when it may. What
// guards the documented order, Kerberos before delegation before single
// sign-on, can never be.
func MayIgnore(order []Step, i site.Ignored) error {
	id := strings.TrimSpace(i.Check)
	for _, s := range order {
		at := slices.IndexFunc(s.Checks, func(c checks.Check) bool { return string(c.ID) == id })
		switch {
		case at < 0:
		case s.ID == kerberos.Step || s.ID == delegation.Step || s.ID == sso.Step:
			return fmt.Errorf("%s: %w: it guards the order Kerberos, delegation, single sign-on", id, ErrProtected)
		case strings.TrimSpace(i.Reason) == "":
			return fmt.Errorf("%s: a reason is needed: it is printed in every report", id)
		default:
			return nil
		}
	}
	switch {
	case id == "" || id == "*" || strings.EqualFold(id, "all"):
		return fmt.Errorf("%q: name one check by its id, as in spn.aes; there is no way to ignore all", id)
	case slices.ContainsFunc(order, func(s Step) bool { return string(s.ID) == id }):
		return fmt.Errorf("%s is a step: name one check by its id, as in spn.aes; a whole step cannot be ignored", id)
	}
	return fmt.Errorf("%s is no check; `sensegate explain` lists their ids", id)
}

// IgnoreProblems lists what is wrong with the checks that a site ignores.
func IgnoreProblems(s site.Site) []site.Problem {
	order := Order(Ports{})
	var out []site.Problem
	for n, i := range s.Ignore {
		if err := MayIgnore(order, i); err != nil {
			out = append(out, site.Problem{Path: fmt.Sprintf("ignore[%d]", n), Text: err.Error()})
		}
	}
	return out
}

// withIgnored marks the outcomes that the site ignores; they stay what they are.
func (g *Guide) withIgnored(set checks.Set) checks.Set {
	reasons := map[checks.ID]string{}
	for _, i := range g.site.Ignore {
		if MayIgnore(g.order, i) == nil {
			reasons[checks.ID(strings.TrimSpace(i.Check))] = checks.Neutral(strings.TrimSpace(i.Reason))
		}
	}
	if len(reasons) == 0 {
		return set
	}
	list := slices.Clone(set.All())
	for i, c := range list {
		why, run := reasons[c.ID], c.Run
		if why == "" {
			continue
		}
		list[i].Run = func(ctx context.Context, env checks.Env) checks.Result {
			r := run(ctx, env)
			r.Ignored = why
			if !r.Pardoned() {
				r.Ignored = ""
			}
			return r
		}
	}
	out, err := checks.NewSet(list)
	if err != nil {
		return set // the declarations are those that were valid before
	}
	return out
}
