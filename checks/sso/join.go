package sso

import (
	"context"
	"slices"
	"strings"

	"sensegate/checks"
	"sensegate/internal/fact"
)

// name compares the service name in Entra with the site's and lays the three
// worlds side by side: who holds the name in the directory, and what each
// connector may ask for.
func (p Ports) name(ctx context.Context, env checks.Env, a fact.PublishedApp) checks.Result {
	want := env.Site.SPN()
	inEntra := a.SPN
	if inEntra == "" {
		inEntra = "no name"
	}
	rows, err := p.join(ctx, env)
	if err != nil {
		return checks.Explain(err).Expect(want)
	}
	table := func(r checks.Result) checks.Result {
		r = r.With("Entra", inEntra)
		r.Evidence = append(r.Evidence, rows...)
		return r
	}
	if !strings.EqualFold(a.SPN, want) {
		return table(checks.Failed("sso.spn-differs", want, "Entra has "+inEntra))
	}
	return table(checks.Passed(want, "the same everywhere"))
}

// join reads the directory's two columns of the table.
func (p Ports) join(ctx context.Context, env checks.Env) ([]checks.Evidence, error) {
	want := env.Site.SPN()
	holders, err := p.Directory.Holders(ctx, want)
	if err != nil {
		return nil, err
	}
	names := make([]string, 0, len(holders))
	for _, h := range holders {
		names = append(names, h.SAM)
	}
	held := "nobody holds " + want
	if len(names) > 0 {
		held = want + " of " + strings.Join(names, ", ")
	}
	rows := []checks.Evidence{{Name: "directory", Value: held}}
	for _, h := range env.Site.Connector.Hosts {
		account := h.ComputerAccount()
		c, err := p.Directory.Account(ctx, account)
		if checks.KindOf(err) == fact.NotFound {
			rows = append(rows, checks.Evidence{Name: account, Value: "no such account"})
			continue
		}
		if err != nil {
			return nil, err
		}
		rows = append(rows, checks.Evidence{Name: account, Value: delegates(c, holders, want)})
	}
	return rows, nil
}

func delegates(c fact.Account, holders []fact.Account, want string) string {
	for _, s := range c.DelegateTo {
		if strings.EqualFold(s, want) {
			return "may ask for " + s
		}
	}
	if slices.ContainsFunc(holders, func(h fact.Account) bool { return slices.Contains(h.ActOnBehalf, c.SID) }) {
		return "may ask for " + want + ", by the resource's own list"
	}
	if len(c.DelegateTo) == 0 {
		return "may ask for nothing"
	}
	return "may ask only for " + strings.Join(c.DelegateTo, ", ")
}
