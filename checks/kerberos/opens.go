package kerberos

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"sensegate/checks"
	"sensegate/internal/fact"
)

// opens tries the ticket with the key of the account that runs Qlik, where a
// keytab of it is at hand. Without one it does not apply: Qlik itself is asked
// next.
func opens(t Tickets) checks.Func {
	return func(ctx context.Context, env checks.Env) checks.Result {
		file := env.Site.Kerberos.ServiceKeytab
		if file == "" {
			return checks.NotApplicable("no keytab of the account that runs Qlik is given (kerberos.service_keytab)")
		}
		account := env.Site.ServiceAccountName()
		expected := "a key of " + account + " opens it"
		x, err := t.OpenTicket(ctx, env.Site.SPN(), account, file)
		if err != nil {
			return checks.Explain(err).Expect(expected)
		}
		evidence := func(r checks.Result) checks.Result {
			return r.With("key version of the ticket", strconv.Itoa(x.Ticket.KeyVersion)).With("encryption of the ticket", x.Ticket.ETypeName).
				With("newest key version in the keytab", strconv.Itoa(x.Newest)).With("encryptions in the keytab", orNone(x.Held))
		}
		seen, cause := unopened(x, account)
		if cause != "" {
			return evidence(checks.Failed(cause, expected, seen))
		}
		return evidence(checks.Passed(expected, "opened; inside is "+x.Client))
	}
}

// unopened says why no key fits; the cause is empty where one does.
func unopened(x fact.OpenedTicket, account string) (seen string, cause checks.CauseID) {
	switch {
	case x.Opened:
		return "", ""
	case len(x.Held) == 0:
		return "the keytab holds no key of " + account, "kerberos.keytab-stale"
	case x.Newest < x.Ticket.KeyVersion && !x.Fits:
		return fmt.Sprintf("the ticket is made with key version %d, and the keytab ends at %d", x.Ticket.KeyVersion, x.Newest), "kerberos.keytab-stale"
	case !slices.Contains(x.Held, x.Ticket.ETypeName):
		return "the ticket uses " + x.Ticket.ETypeName + ", and the keytab holds " + strings.Join(x.Held, ", "), "kerberos.keytab-stale"
	}
	return "the keytab is not older than the ticket, and no key in it opens it", "kerberos.other-key"
}
