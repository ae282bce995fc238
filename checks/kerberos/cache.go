package kerberos

import (
	"context"
	"strings"

	"sensegate/checks"
	"sensegate/internal/fact"
)

// cached looks for the ticket that a browser leaves behind. It does not apply
// where this machine has no cache, or the user opened nothing yet: the tickets
// of the other checks are obtained directly and prove the same.
func cached(t Tickets) checks.Func {
	return func(ctx context.Context, env checks.Env) checks.Result {
		expected := env.Site.SPN() + " among the tickets of this user"
		list, err := t.CachedTickets(ctx)
		kind := checks.KindOf(err)
		switch {
		case kind == fact.NotFound:
			return checks.NotApplicable("nobody has signed in to the domain here: there is no ticket cache")
		case kind == fact.Unsupported:
			return checks.NotApplicable(err.Error())
		case err != nil:
			return checks.Explain(err).Expect(expected)
		}
		now := env.Clock()
		r := checks.NotApplicable("no ticket for Qlik is in the cache: nobody has opened it from here yet")
		for _, c := range list {
			if !strings.EqualFold(c.Server, env.Site.SPN()) {
				continue
			}
			const aes128, aes256 = 17, 18
			r = checks.Passed(expected, c.ETypeName+", until "+c.Until.Format("15:04"))
			switch {
			case now.After(c.Until):
				r = checks.NotApplicable("the ticket in the cache expired " + c.Until.Format("2006-01-02 15:04"))
			case c.EType != aes128 && c.EType != aes256:
				r = checks.Warned("kerberos.weak-ticket", expected, c.ETypeName)
			}
			r = r.With("client", c.Client).With("flags", strings.Join(c.Flags, " "))
		}
		for _, c := range list {
			if strings.EqualFold(c.Realm, env.Site.Realm()) {
				r = r.With("in the cache", c.Server)
			}
		}
		return r
	}
}
