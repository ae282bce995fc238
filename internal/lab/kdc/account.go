// Package kdc is the Kerberos key distribution centre of the practice lab. It
// plays a Windows domain controller: pre-authentication with AES, service
// tickets by SPN, S4U2Self and S4U2Proxy with the delegation rules of MS-SFU,
// and refusals that carry an NTSTATUS.
package kdc

import (
	"slices"
	"strings"

	"github.com/jcmturner/gokrb5/v8/iana/etypeID"
)

// Accounts is the directory as the KDC needs it. Its answers are taken as the
// truth of this moment and never kept.
type Accounts interface {
	// ByName finds an account by sAMAccountName or user principal name,
	// without regard to case.
	ByName(name string) (Account, bool)
	// BySPN finds the holders of a service principal name: those that carry it
	// literally or, when nobody does, those that carry its HOST alias.
	BySPN(spn string) []Account
}

// Encryption types an account can hold keys of, strongest first in every list
// this package makes.
const (
	AES256 = etypeID.AES256_CTS_HMAC_SHA1_96
	AES128 = etypeID.AES128_CTS_HMAC_SHA1_96
	RC4    = etypeID.RC4_HMAC
)

// Account is one security principal of the domain.
type Account struct {
	SAM      string // sAMAccountName; a computer's ends in $
	UPN      string // userPrincipalName, may be empty
	Salt     string // overrides the derived salt when not empty
	Password string
	KVNO     int // msDS-KeyVersionNumber; 0 counts as 1
	// ETypes are the keys the account has. Nil means AES256 and AES128, the
	// default of domain controllers since RC4 was retired.
	ETypes []int32

	Disabled           bool
	Expired            bool // accountExpires is past
	LockedOut          bool
	MustChangePassword bool
	// Confined says that a policy lets it sign in elsewhere only, as a silo or a
	// list of workstations does.
	Confined bool

	Sensitive            bool // NOT_DELEGATED
	ProtectedUser        bool // member of Protected Users
	TrustedToAuth        bool // TRUSTED_TO_AUTH_FOR_DELEGATION
	TrustedForDelegation bool // unconstrained: tickets to it say OK-AS-DELEGATE
	HasSPN               bool
	// TokenGroupsUnreadable says that services may not read this user's group
	// memberships, which S4U2Self answers like an unknown user.
	TokenGroupsUnreadable bool

	DelegateTo  []string // msDS-AllowedToDelegateTo
	ActOnBehalf []string // accounts the resource-based descriptor of this one allows
}

// SaltFor is the salt of the AES keys as Active Directory forms it: users by
// account name, computers by host name.
func (a Account) SaltFor(realm string) string {
	if a.Salt != "" {
		return a.Salt
	}
	realm = strings.ToUpper(realm)
	if name, ok := strings.CutSuffix(a.SAM, "$"); ok {
		return realm + "host" + strings.ToLower(name) + "." + strings.ToLower(realm)
	}
	return realm + a.SAM
}

// keyTypes lists the account's encryption types, strongest first.
func (a Account) keyTypes() []int32 {
	if a.ETypes == nil {
		return []int32{AES256, AES128}
	}
	var out []int32
	for _, e := range []int32{AES256, AES128, RC4} {
		if slices.Contains(a.ETypes, e) {
			out = append(out, e)
		}
	}
	return out
}

func (a Account) kvno() int { return max(a.KVNO, 1) }

// mayBeDelegated is false for the accounts whose tickets never leave the
// service they were made for.
func (a Account) mayBeDelegated() bool { return !a.Sensitive && !a.ProtectedUser }

// allowsActing tells whether the resource-based descriptor names the caller.
func (a Account) allowsActing(caller string) bool { return containsFold(a.ActOnBehalf, caller) }

// delegatesTo compares the whole SPN, so HOST/x does not cover HTTP/x and a
// short name does not cover the long one.
func (a Account) delegatesTo(spn string) bool { return containsFold(a.DelegateTo, spn) }

func containsFold(list []string, s string) bool {
	return slices.ContainsFunc(list, func(e string) bool { return strings.EqualFold(e, s) })
}
