package delegation

import (
	"context"
	"slices"
	"strings"

	"sensegate/checks"
	"sensegate/internal/fact"
)

// The stages of a rehearsal in which the KDC may refuse.
const (
	stageSignIn = "sign-in"
	stageSelf   = "s4u2self"
	stageProxy  = "s4u2proxy"
)

// The four reasons that Windows gives for KDC_ERR_BADOPTION, MS-SFU 3.2.5.2.
const (
	notSupported       = 0xC00000BB
	noMatch            = 0xC0000272
	notFound           = 0xC0000225
	accountRestriction = 0xC000006E
)

// remedy is the one attribute that a refusal leads to.
type remedy struct {
	cause     checks.CauseID
	attribute string
	holder    string
}

// accounts are what the directory says of those who take part; nil where it
// does not say. A refusal alone is often ambiguous, and older domain
// controllers send no NTSTATUS with it.
type accounts struct {
	asker, user *fact.Account
	holders     []fact.Account
	asked       bool // holders is an answer
}

func known(ctx context.Context, d Directory, x fact.Rehearsal) accounts {
	var out accounts
	if a, err := d.Account(ctx, asker(x)); err == nil {
		out.asker = &a
	}
	if a, err := d.Account(ctx, x.User); err == nil {
		out.user = &a
	}
	if list, err := d.Holders(ctx, x.SPN); err == nil {
		out.holders, out.asked = list, true
	}
	return out
}

// mend translates a refusal into what has to be changed.
func mend(x fact.Rehearsal, k accounts) remedy {
	switch x.Code {
	case 37:
		return remedy{cause: "site.clock-skew", attribute: "the clock of this machine or of the domain controller"}
	case 12:
		// Samba answers so for a disabled user, too.
		if k.user != nil && x.Stage != stageSignIn && (k.user.Disabled || k.user.Locked || k.user.Expired) {
			return disabled(x)
		}
		return remedy{cause: "delegation.policy", attribute: "logon hours, workstations or authentication silo of " + asker(x)}
	}
	switch x.Stage {
	case stageSignIn:
		return mendSignIn(x)
	case stageSelf:
		return mendSelf(x, k)
	}
	return mendProxy(x, k)
}

func mendSignIn(x fact.Rehearsal) remedy {
	switch x.Code {
	case 6, 68:
		return remedy{cause: "delegation.no-computer", attribute: "connector.hosts.account: there is no " + asker(x)}
	case 18:
		return remedy{cause: "delegation.no-computer", attribute: "userAccountControl of " + asker(x) + ": disabled, locked or expired"}
	case 9, 14:
		return remedy{cause: "delegation.computer-no-aes", attribute: "msDS-SupportedEncryptionTypes of " + asker(x)}
	}
	return remedy{cause: "delegation.computer-refused", attribute: "the password or keytab of " + asker(x)}
}

func mendSelf(x fact.Rehearsal, k accounts) remedy {
	switch x.Code {
	case 6:
		if k.user != nil && !k.user.Disabled {
			return remedy{cause: "delegation.groups-unreadable", attribute: "tokenGroupsGlobalAndUniversal of " + k.user.SAM + " is not readable by " + asker(x)}
		}
		return remedy{cause: "delegation.user-unknown", attribute: "userPrincipalName: nobody is " + x.User}
	case 7:
		return remedy{cause: "delegation.no-own-name", attribute: "servicePrincipalName of " + asker(x) + " is empty"}
	case 14:
		return remedy{cause: "delegation.computer-no-aes", attribute: "msDS-SupportedEncryptionTypes of " + asker(x)}
	case 18:
		return disabled(x)
	}
	return remedy{cause: "delegation.self-refused"}
}

func mendProxy(x fact.Rehearsal, k accounts) remedy {
	switch x.Code {
	case 6:
		return remedy{cause: "delegation.user-unknown", attribute: "userPrincipalName: nobody is " + x.User}
	case 7, 8:
		return mendName(x, k)
	case 9, 14:
		return remedy{cause: "spn.no-aes", attribute: "msDS-SupportedEncryptionTypes of the owner of " + x.SPN}
	case 13:
		return mendOption(x, k)
	case 18:
		return disabled(x)
	case 19:
		return remedy{cause: "spn.account-disabled", attribute: "userAccountControl of the owner of " + x.SPN + ": disabled or expired"}
	}
	return remedy{cause: "delegation.proxy-refused"}
}

func disabled(x fact.Rehearsal) remedy {
	return remedy{cause: "delegation.user-disabled", attribute: "userAccountControl of " + x.User + ": disabled, locked or expired"}
}

// mendName tells apart why a KDC does not know a name: domain controllers give
// the same code when nobody and when several accounts hold it.
func mendName(x fact.Rehearsal, k accounts) remedy {
	switch {
	case x.Code == 8 || len(k.holders) > 1:
		r := remedy{cause: "spn.duplicate", attribute: "servicePrincipalName: several accounts hold " + x.SPN, holder: "the other account"}
		if len(k.holders) > 1 {
			r.holder = k.holders[1].SAM
		}
		return r
	case len(k.holders) == 1 && (k.holders[0].Disabled || k.holders[0].Expired):
		return remedy{cause: "spn.account-disabled", attribute: "userAccountControl of " + k.holders[0].SAM + ": disabled or expired"}
	}
	return remedy{cause: "spn.missing", attribute: "servicePrincipalName: nobody holds " + x.SPN}
}

// mendOption reads KDC_ERR_BADOPTION: by the status where one came, by the
// attributes where none did.
func mendOption(x fact.Rehearsal, k accounts) remedy {
	list := remedy{cause: "delegation.missing", attribute: "msDS-AllowedToDelegateTo of " + asker(x) + " is empty"}
	other := remedy{cause: "delegation.other-spn", attribute: "msDS-AllowedToDelegateTo of " + asker(x) + " lacks " + x.SPN}
	listed, known := false, k.asker != nil
	if known {
		listed = slices.ContainsFunc(k.asker.DelegateTo, func(s string) bool { return strings.EqualFold(s, x.SPN) })
	}
	restricted := x.Self != nil && !x.Self.Forwardable()
	switch x.NTStatus {
	case notSupported:
		return list
	case noMatch:
		if listed && restricted {
			return mendRestriction(x, k)
		}
		return other
	case notFound:
		if known && len(k.asker.DelegateTo) == 0 {
			return remedy{cause: "delegation.missing", attribute: "neither msDS-AllowedToDelegateTo of " + asker(x) + " nor msDS-AllowedToActOnBehalfOfOtherIdentity of the service account"}
		}
		return other
	case accountRestriction:
		return mendRestriction(x, k)
	}
	switch {
	case known && !listed && len(k.asker.DelegateTo) == 0:
		return list
	case known && !listed:
		return other
	case restricted:
		return mendRestriction(x, k)
	}
	return remedy{cause: "delegation.proxy-refused"}
}

// mendRestriction finds why the user's ticket cannot be passed on.
func mendRestriction(x fact.Rehearsal, k accounts) remedy {
	switch {
	case k.user != nil && k.user.Sensitive():
		return remedy{cause: "delegation.user-sensitive", attribute: "userAccountControl of " + k.user.SAM + ": NOT_DELEGATED (0x100000)"}
	case k.user != nil && k.user.ProtectedUser:
		return remedy{cause: "delegation.user-protected", attribute: "memberOf of " + k.user.SAM + ": Protected Users"}
	case k.asker != nil && !k.asker.ProtocolTransition():
		return remedy{cause: "delegation.kerberos-only", attribute: "userAccountControl of " + asker(x) + ": TRUSTED_TO_AUTH_FOR_DELEGATION (0x1000000) is not set"}
	}
	return remedy{cause: "delegation.proxy-refused"}
}
