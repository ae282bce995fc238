package fact

import "time"

// RootDSE is what a domain controller says of itself.
type RootDSE struct {
	Host, DefaultNC, RootNC, ConfigNC string
	Realm                             string // from ldapServiceName
	Time                              time.Time
	BoundAs                           string
	FunctionalLevel                   int
	// Domains are those of the forest, as far as they may be read.
	Domains []Domain
	// Reached says how, "dc1.contoso.com:636 over TLS".
	Reached string
	// Instead is the code of the refusal that the ordinary way met with, where
	// it was reached by another; InsteadText is what was said.
	Instead, InsteadText string
}

// Domain is one domain of a forest by its two names.
type Domain struct{ NetBIOS, DNS string }

// Account is a user or computer object.
type Account struct {
	DN, SAM, UPN, SID string
	Domain            string // DNS name, from the DN
	Computer          bool
	Managed           bool // gMSA or sMSA
	Disabled          bool
	Locked            bool
	Expired           bool
	PasswordExpired   bool
	PasswordSet       time.Time
	SPNs              []string
	EncTypes          int // msDS-SupportedEncryptionTypes, -1 when absent
	KeyVersion        int
	UAC               uint32
	DNSHostName       string
	// DelegateTo is msDS-AllowedToDelegateTo.
	DelegateTo []string
	// ActOnBehalf are the SIDs that the resource-based descriptor allows.
	ActOnBehalf []string
	// ProtectedUser says membership, direct or nested, of Protected Users.
	ProtectedUser bool
	// ActConditions are trustees of the descriptor whose entries depend on a
	// condition that cannot be judged from outside.
	ActConditions []string
	// Groups are the SIDs of every group, nested ones included; nil when they
	// could not be read.
	Groups []string
	// Partial says that the account lies in another domain, of which only what
	// the global catalogue keeps is known.
	Partial bool
	// Writable are the attributes that the bound user may write by
	// allowedAttributesEffective; nil when the directory does not say.
	Writable []string
}

// userAccountControl bits (MS-ADTS 2.2.16).
const (
	UACDisabled           = 0x2
	UACServerTrust        = 0x2000    // a domain controller
	UACTrustedForDeleg    = 0x80000   // unconstrained
	UACNotDelegated       = 0x100000  // "sensitive and cannot be delegated"
	UACTrustedToAuthDeleg = 0x1000000 // protocol transition
)

// DomainController says that the account is that of a domain controller.
func (a Account) DomainController() bool { return a.UAC&UACServerTrust != 0 }

// Sensitive says that the account must not be delegated.
func (a Account) Sensitive() bool { return a.UAC&UACNotDelegated != 0 }

// Unconstrained says that the account may delegate to anything.
func (a Account) Unconstrained() bool { return a.UAC&UACTrustedForDeleg != 0 }

// ProtocolTransition says "use any authentication protocol".
func (a Account) ProtocolTransition() bool { return a.UAC&UACTrustedToAuthDeleg != 0 }

// SPNAudit is what reading every service principal name of a forest brought.
type SPNAudit struct {
	Accounts, Names int
	// Doubled counts the names that several accounts hold; Groups are the
	// first of them, with their holders.
	Doubled int
	Groups  []SPNGroup
}

// SPNGroup is one name with the accounts that hold it, or one that looks like
// it.
type SPNGroup struct {
	Name      string
	Holders   []string
	LookAlike bool
}

// GroupReaders says who may read the groups of users.
type GroupReaders struct {
	// Seen says that the directory shows the groups that decide it.
	Seen bool
	// Everybody says that every account may.
	Everybody bool
	// Group is the SID of the group whose members may in any case.
	Group string
}
