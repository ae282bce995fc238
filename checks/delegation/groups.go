package delegation

import (
	"context"
	"slices"

	"sensegate/checks"
	"sensegate/internal/fact"
)

// groups warns where the ordinary ways to read users' groups are closed: an
// access control list of its own may still open one, so the rehearsal decides.
func groups(d Directory) checks.Func {
	return func(ctx context.Context, env checks.Env) checks.Result {
		const expected = "every connector may read tokenGroupsGlobalAndUniversal of users"
		readers, err := d.GroupReaders(ctx)
		if err != nil {
			return checks.Explain(err).Expect(expected)
		}
		if readers.Everybody {
			return checks.Passed(expected, "every account may, through Pre-Windows 2000 Compatible Access")
		}
		return eachComputer(d, expected, func(a fact.Account) *finding {
			switch {
			case slices.Contains(a.Groups, readers.Group):
				return nil
			case !readers.Seen && a.Groups == nil:
				// The directory tells nothing about it; the rehearsal will.
				return nil
			}
			return &finding{cause: "delegation.groups-closed", seen: "is not in Windows Authorization Access Group, and Pre-Windows 2000 Compatible Access does not name everybody", warn: true}
		})(ctx, env)
	}
}
