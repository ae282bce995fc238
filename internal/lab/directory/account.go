package directory

import (
	"slices"
	"strings"
	"time"

	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/directory/security"
)

// Account is a user or computer as the KDC sees it at one moment.
type Account struct {
	DN, SAM, UPN string
	DNSHostName  string
	Computer     bool
	SID          security.SID
	Groups       []security.SID // transitive, the primary group included

	Password string
	KVNO     int
	Salt     string // complete: realm and account part
	OldKeys  bool   // only RC4 keys exist
	// EncryptionTypes is msDS-SupportedEncryptionTypes; 0 leaves the choice to
	// the KDC's default.
	EncryptionTypes uint32

	Flags               uint32 // userAccountControl as stored
	Disabled            bool
	Expired             bool // the account
	PasswordExpired     bool
	MustChangePassword  bool
	LockedOut           bool
	DoNotRequirePreauth bool

	SPNs                 []string
	Sensitive            bool // "sensitive and cannot be delegated"
	ProtectedUser        bool
	TrustedToAuth        bool // "use any authentication protocol"
	TrustedForDelegation bool // unconstrained
	DelegateTo           []string
	// ActOnBehalf lists the account names that the resource-based descriptor
	// on this account allows; a trusted group appears by its own name too.
	ActOnBehalf           []string
	TokenGroupsUnreadable bool
	// Silo is the authentication silo that confines it, empty for most.
	Silo string
}

// Find returns the account with this name: sAMAccountName (a computer's with or
// without $), user principal name, DOMAIN\name or distinguished name.
func (s *Store) Find(who string) (Account, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	e, ok := s.lookup(who)
	if !ok || !e.isA("user") {
		return Account{}, false
	}
	return s.account(e, s.clock()), true
}

// BySPN returns the accounts that hold a service principal name. When none
// holds it literally, the holders of the HOST name that covers its class by
// sPNMappings are returned. More than one account is a duplicate.
func (s *Store) BySPN(spn string) []Account {
	s.mu.RLock()
	defer s.mu.RUnlock()
	holders := s.holders(spn)
	if len(holders) == 0 {
		service, rest, found := strings.Cut(spn, "/")
		if found && s.hostAliases()[fold(service)] {
			holders = s.holders("HOST/" + rest)
		}
	}
	out := make([]Account, 0, len(holders))
	for _, e := range holders {
		out = append(out, s.account(e, s.clock()))
	}
	return out
}

func (s *Store) holders(spn string) []*Entry {
	want := fold(spn)
	return s.inOrder(func(e *Entry) bool {
		return slices.ContainsFunc(e.attrs["serviceprincipalname"], func(v string) bool { return fold(v) == want })
	})
}

// hostAliases are the service classes that HOST stands for in this forest.
func (s *Store) hostAliases() map[string]bool {
	out := map[string]bool{}
	d, err := parseDN(serviceDN)
	if err != nil {
		return out
	}
	e, ok := s.entries[d.key()]
	if !ok {
		return out
	}
	for _, line := range e.attrs["spnmappings"] {
		alias, classes, found := strings.Cut(line, "=")
		if !found || !strings.EqualFold(strings.TrimSpace(alias), "host") {
			continue
		}
		for c := range strings.SplitSeq(classes, ",") {
			out[fold(strings.TrimSpace(c))] = true
		}
	}
	return out
}

func (s *Store) account(e *Entry, now time.Time) Account {
	flags := e.control()
	a := Account{
		DN: e.DN(), SAM: e.first("samaccountname"), UPN: e.first("userprincipalname"),
		DNSHostName: e.first("dnshostname"), Computer: e.isA("computer"), SID: e.sid(),
		Password: e.secret.password, KVNO: e.secret.version, Salt: e.secret.salt, OldKeys: e.secret.oldKeys,
		EncryptionTypes: uint32(e.number64("msds-supportedencryptiontypes")),
		Flags:           flags,
		Disabled:        flags&AccountDisabled != 0, Expired: s.accountExpired(e, now),
		PasswordExpired: s.passwordExpired(e, now), MustChangePassword: mustChange(e), LockedOut: s.lockedOut(e, now),
		DoNotRequirePreauth: flags&DoNotRequirePreauth != 0,
		SPNs:                slices.Clone(e.attrs["serviceprincipalname"]),
		Sensitive:           flags&NotDelegated != 0,
		TrustedToAuth:       flags&TrustedToAuthForDelegat != 0, TrustedForDelegation: flags&TrustedForDelegation != 0,
		DelegateTo:            slices.Clone(e.attrs["msds-allowedtodelegateto"]),
		TokenGroupsUnreadable: e.secret.withheld,
		Silo:                  e.first("msds-assignedauthnpolicysilo"),
	}
	protected := security.SID(contoso.DomainSID).Child(525)
	for _, g := range s.groupsOf(e) {
		a.Groups = append(a.Groups, g.sid())
		a.ProtectedUser = a.ProtectedUser || g.sid() == protected
	}
	a.ActOnBehalf = s.actOnBehalf(e)
	return a
}

// actOnBehalf names every account that the descriptor on e lets act for others,
// directly or through a group.
func (s *Store) actOnBehalf(e *Entry) []string {
	raw := e.first("msds-allowedtoactonbehalfofotheridentity")
	if raw == "" {
		return nil
	}
	d, err := security.ParseDescriptor([]byte(raw))
	if err != nil || len(d.DACL) == 0 {
		return nil
	}
	var out []string
	for _, other := range s.inOrder(func(o *Entry) bool { return o.isA("user") }) {
		if d.Allows(s.token(other)) {
			out = append(out, other.first("samaccountname"))
		}
	}
	return out
}

func (s *Store) accountExpired(e *Entry, now time.Time) bool {
	n := e.number64("accountexpires")
	return n != 0 && n != never && fromFileTime(n).Before(now)
}

func mustChange(e *Entry) bool {
	return e.number64("pwdlastset") == 0 && e.control()&DoNotExpirePassword == 0 && e.secret.password != ""
}

// passwordExpires is when the password ends by the domain's policy; false when
// it does not.
func (s *Store) passwordExpires(e *Entry) (time.Time, bool) {
	set := e.number64("pwdlastset")
	age := s.policy("maxpwdage")
	exempt := DoNotExpirePassword | WorkstationAccount | ServerTrustAccount
	if e.control()&exempt != 0 || age == 0 || age == -1<<63 || set == 0 {
		return time.Time{}, false
	}
	return fromFileTime(set - age), true
}

func (s *Store) passwordExpired(e *Entry, now time.Time) bool {
	end, ok := s.passwordExpires(e)
	return ok && end.Before(now)
}

func (s *Store) lockedOut(e *Entry, now time.Time) bool {
	n := e.number64("lockouttime")
	if n == 0 {
		return false
	}
	d := s.policy("lockoutduration")
	return d == 0 || d == -1<<63 || now.Before(fromFileTime(n-d))
}

// policy reads a number from the head of the domain.
func (s *Store) policy(key string) int64 {
	head, ok := s.entries[strings.ToLower(contoso.BaseDN)]
	if !ok {
		return 0
	}
	return head.number64(key)
}
