package spn

import (
	"context"
	"fmt"
	"strings"
	"time"

	"sensegate/checks"
	"sensegate/internal/fact"
)

// Bits of msDS-SupportedEncryptionTypes, MS-KILE 2.2.7.
const (
	bitRC4    = 0x4
	bitAES128 = 0x8
	bitAES256 = 0x10
)

func aes(k KDC) checks.Func {
	return func(ctx context.Context, env checks.Env) checks.Result {
		const expected = "AES in use for this account"
		a, _ := checks.Known[fact.Account](env, FactAccount)
		if a.EncTypes > 0 && a.EncTypes&(bitAES128|bitAES256) == 0 {
			return checks.Failed("spn.no-aes", expected, fmt.Sprintf("msDS-SupportedEncryptionTypes is %d: AES is not among them", a.EncTypes))
		}
		probe, err := k.ProbeAccount(ctx, a.SAM)
		if err != nil {
			return checks.Explain(err).Expect(expected)
		}
		evidence := func(r checks.Result) checks.Result {
			return r.With("asked", "AS-REQ without a password").With("answer", probe.Name).
				With("msDS-SupportedEncryptionTypes", encryption(a.EncTypes)).With("password", age(a, env.Clock()))
		}
		if !probe.AES && a.Locked && probe.Code == clientRevoked {
			return evidence(checks.NotApplicable("the account is locked out, and the domain controller tells nothing of its keys meanwhile; the ticket of the next step is wanted with AES"))
		}
		if !probe.AES && withheld(probe.Code) {
			// An answer about the account's state says nothing of its keys.
			return evidence(checks.CouldNotTell(checks.NoEvidence, expected, "the domain controller tells nothing of its keys while it answers "+probe.Name+": see to the account first"))
		}
		if !probe.AES && a.EncTypes > 0 {
			// AES is allowed and there is no key: the password is older than
			// the permission, or than AES in this domain.
			return evidence(checks.Failed("spn.password-old", expected, "AES is allowed, but the domain controller has no AES key for it ("+probe.Name+")"))
		}
		if !probe.AES {
			return evidence(checks.Failed("spn.no-aes", expected, "the domain controller has no AES key for it ("+probe.Name+")"))
		}
		return evidence(checks.Passed(expected, "the domain controller offers AES"))
	}
}

// The KDC's answers about an account's state.
const clientRevoked, keyExpired = 18, 23

// withheld says that a KDC's answer is about the state of the account: disabled,
// locked or expired, or a password that must be changed.
func withheld(code int) bool {
	return code == clientRevoked || code == keyExpired
}

// encryption says in words what the attribute allows.
func encryption(bits int) string {
	if bits <= 0 {
		return "not set: the domain controller's default, AES since April 2026"
	}
	var out []string
	for _, b := range []struct {
		bit  int
		name string
	}{{0x3, "DES"}, {bitRC4, "RC4"}, {bitAES128, "AES128"}, {bitAES256, "AES256"}, {0x20, "AES256 for session keys"}} {
		if bits&b.bit != 0 {
			out = append(out, b.name)
		}
	}
	text := fmt.Sprintf("%d: %s", bits, strings.Join(out, ", "))
	if bits&bitRC4 != 0 {
		text += "; domain controllers log event 205 for the RC4 in it"
	}
	return text
}

func age(a fact.Account, now time.Time) string {
	if a.PasswordSet.IsZero() {
		return "must be changed at the next sign-in"
	}
	return fmt.Sprintf("set %s, %d days ago", a.PasswordSet.UTC().Format(time.DateOnly), int(now.Sub(a.PasswordSet).Hours()/24))
}

func plural(n int) string {
	if n == 1 {
		return "one class"
	}
	return fmt.Sprintf("%d classes", n)
}
