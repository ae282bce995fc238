package directory

import (
	"slices"

	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/directory/security"
)

// rights is what somebody may do, worked out anew for every operation.
type rights struct {
	caller   *Entry
	admin    bool // of the domain
	operator bool // account operator
}

func (s *Store) rightsOf(callerKey string) rights {
	e, ok := s.entries[callerKey]
	if !ok {
		return rights{}
	}
	token := s.token(e)
	domain := security.SID(contoso.DomainSID)
	has := func(sids ...security.SID) bool {
		return slices.ContainsFunc(sids, func(want security.SID) bool { return slices.Contains(token, want) })
	}
	return rights{
		caller:   e,
		admin:    has(security.Administrators, domain.Child(512), domain.Child(519)),
		operator: has(security.AccountOperators),
	}
}

// mayWrite says whether every writable attribute of e is open to the caller.
// Account operators manage accounts and groups, but not protected ones and not
// domain controllers.
func (r rights) mayWrite(e *Entry) bool {
	if r.admin {
		return true
	}
	if !r.operator || namingContext(e.key) != namingContext(domainKey()) {
		return false
	}
	managed := e.isA("user") || e.isA("group")
	return managed && e.first("admincount") != "1" && e.first("iscriticalsystemobject") != "TRUE" &&
		e.control()&ServerTrustAccount == 0
}

// mayTrust says whether the caller holds the user right to make accounts
// trusted for delegation.
func (r rights) mayTrust() bool { return r.admin }

// mayValidate says whether the caller may write e's service principal names
// by the validated write: a computer on itself.
func (r rights) mayValidate(e *Entry) bool {
	return r.caller != nil && r.caller.key == e.key && e.isA("computer")
}

// seesGroups says whether the caller may read the token groups of e.
func (r rights) seesGroups(e *Entry) bool {
	return !e.secret.withheld || r.admin || r.caller != nil && r.caller.key == e.key
}

func domainKey() string {
	d, err := parseDN(contoso.BaseDN)
	if err != nil {
		return ""
	}
	return d.key()
}
