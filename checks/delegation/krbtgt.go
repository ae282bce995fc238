package delegation

import (
	"context"
	"fmt"
	"strings"
	"time"

	"sensegate/checks"
	"sensegate/internal/fact"
)

// krbtgt is the account whose key seals every ticket-granting ticket.
const krbtgt = "krbtgt"

// ticketService adds to a good result what stands on the krbtgt account, and
// warns where it is marked as sensitive: a connector was seen to get no ticket
// until that mark was taken away. Whoever may not read the account loses the row
// and nothing else.
func ticketService(ctx context.Context, d Directory, good checks.Result, now time.Time) checks.Result {
	const row = "account krbtgt"
	a, err := d.Account(ctx, krbtgt)
	if err != nil {
		return good.With(row, "could not be read from here")
	}
	types := "msDS-SupportedEncryptionTypes is not set"
	if a.EncTypes >= 0 {
		types = fmt.Sprintf("msDS-SupportedEncryptionTypes %d", a.EncTypes)
	}
	password := "its password was never set"
	if !a.PasswordSet.IsZero() {
		password = fmt.Sprintf("password set %s, %d days ago", a.PasswordSet.UTC().Format(time.DateOnly), int(now.Sub(a.PasswordSet).Hours()/24))
	}
	stands := fmt.Sprintf("userAccountControl 0x%X, %s, %s", a.UAC, types, password)
	if a.Sensitive() {
		return checks.Warned("delegation.krbtgt-sensitive", good.Expected, a.SAM+" is marked as sensitive").
			With("distinguished name", a.DN).With(row, stands+accountFlags(a))
	}
	return good.With(row, stands+accountFlags(a))
}

// accountFlags are the marks that have to do with delegation, in words.
func accountFlags(a fact.Account) string {
	var out []string
	for _, f := range []struct {
		set  bool
		name string
	}{
		{a.Sensitive(), "NOT_DELEGATED"}, {a.Unconstrained(), "TRUSTED_FOR_DELEGATION"}, {a.ProtocolTransition(), "TRUSTED_TO_AUTH_FOR_DELEGATION"},
	} {
		if f.set {
			out = append(out, f.name)
		}
	}
	if len(out) == 0 {
		return ", no mark for or against delegation"
	}
	return ", " + strings.Join(out, ", ")
}
