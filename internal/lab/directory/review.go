package directory

import (
	"encoding/binary"
	"slices"
	"strings"
	"unicode/utf16"

	"sensegate/internal/lab/contoso"
)

// review looks at the entry as the request leaves it and refuses what the
// directory as a whole does not allow.
func (w *write) review() error {
	for _, check := range []func() error{
		w.reviewNames, w.reviewFlags, w.reviewDelegation, w.reviewMembers, w.reviewSPNs,
	} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

// reviewNames keeps account names unique in the domain and user principal names
// unique in the forest.
func (w *write) reviewNames() error {
	s := w.tx.store
	taken := func(key string) bool {
		want := fold(w.entry.first(key))
		return len(s.inOrder(func(e *Entry) bool {
			return e.key != w.entry.key && e.first(key) != "" && fold(e.first(key)) == want
		})) > 0
	}
	if (w.entry.isA("user") || w.entry.isA("group")) && w.entry.first("samaccountname") == "" {
		return classViolation()
	}
	if w.differs("samaccountname") && taken("samaccountname") {
		return refuse(codeEntryExists, "00000524: UpdErr: DSID-031A11FA, problem 6005 (ENTRY_EXISTS), data 0\n")
	}
	if w.differs("userprincipalname") && w.entry.first("userprincipalname") != "" &&
		heuristic(s, 21)&1 == 0 && taken("userprincipalname") {
		a, _ := s.schema.find("userPrincipalName")
		return constraint("000021C8", a)
	}
	return nil
}

// reviewFlags guards userAccountControl: it cannot vanish, its kind cannot
// change, and trust for delegation takes the user right.
func (w *write) reviewFlags() error {
	if !w.entry.isA("user") {
		return nil
	}
	if w.entry.first("useraccountcontrol") == "" {
		return classViolation()
	}
	var before uint32
	if w.old != nil {
		before = w.old.control()
	}
	after := w.entry.control()
	if (before^after)&(TrustedForDelegation|TrustedToAuthForDelegat) != 0 && !w.rights.mayTrust() {
		return noPrivilege()
	}
	const kinds = NormalAccount | WorkstationAccount | ServerTrustAccount
	if kind := after & kinds; kind == 0 || kind&(kind-1) != 0 {
		return unwilling("00000057")
	}
	// Computed bits are never stored.
	w.entry.attrs["useraccountcontrol"] = []string{signed(after &^ (LockedOut | PasswordExpired))}
	a, _ := w.tx.store.schema.find("pwdLastSet")
	if w.old != nil && w.differs("pwdlastset") && w.entry.secret.version == w.old.secret.version {
		switch w.entry.first("pwdlastset") {
		case "0":
		case "-1":
			w.entry.attrs["pwdlastset"] = []string{itoa(FileTime(w.tx.now))}
		default:
			return constraint("00000057", a)
		}
	}
	return nil
}

// reviewDelegation guards the list of services an account may delegate to.
func (w *write) reviewDelegation() error {
	if w.differs("msds-allowedtodelegateto") && !w.rights.mayTrust() {
		return noPrivilege()
	}
	return nil
}

// reviewMembers lets only existing entries into a group, and not itself.
func (w *write) reviewMembers() error {
	for _, m := range w.added("member") {
		d, err := parseDN(m)
		if err != nil {
			return badName(m)
		}
		if _, ok := w.tx.store.entries[d.key()]; !ok {
			return noObject("")
		}
		if d.key() == w.entry.key {
			return unwilling("00002072")
		}
	}
	return nil
}

// reviewSPNs keeps service principal names well formed and unique in the
// forest, their HOST aliases included.
func (w *write) reviewSPNs() error {
	s := w.tx.store
	a, _ := s.schema.find("servicePrincipalName")
	aliases := s.hostAliases()
	switches := heuristic(s, 21)
	for _, spn := range w.added(a.key()) {
		service, rest, parts := splitSPN(spn)
		if parts < 2 || parts > 3 {
			return constraint("0000200B", a)
		}
		if w.validated && !w.ownName(spn) {
			return constraint("0000200B", a)
		}
		if switches&2 == 0 && w.heldElsewhere(spn) {
			return constraint("000021C7", a)
		}
		if switches&4 != 0 {
			continue
		}
		if fold(service) == "host" {
			// A service of that host already belongs to another account: HOST
			// would take it back, whoever asks.
			for class := range aliases {
				if w.heldElsewhere(class + "/" + rest) {
					return constraint("000021C7", a)
				}
			}
		} else if aliases[fold(service)] {
			for _, owner := range s.holders("HOST/" + rest) {
				if owner.key != w.entry.key && !w.rights.mayWrite(owner) {
					return noAccess()
				}
			}
		}
	}
	return nil
}

func (w *write) heldElsewhere(spn string) bool {
	return slices.ContainsFunc(w.tx.store.holders(spn), func(e *Entry) bool { return e.key != w.entry.key })
}

// ownName is the rule of the validated write: the host is the computer itself,
// and no instance is named.
func (w *write) ownName(spn string) bool {
	_, rest, parts := splitSPN(spn)
	host, service, _ := strings.Cut(rest, "/")
	host, port, hasPort := strings.Cut(host, ":")
	if hasPort && strings.Trim(port, "0123456789") != "" {
		return false
	}
	names := append([]string{w.entry.first("dnshostname"), strings.TrimSuffix(w.entry.first("samaccountname"), "$")},
		append(w.entry.attrs["msds-additionaldnshostname"], w.entry.attrs["msds-additionalsamaccountname"]...)...)
	own := func(n string) bool {
		return n != "" && slices.ContainsFunc(names, func(o string) bool { return fold(o) == fold(n) })
	}
	return own(host) && (parts == 2 || own(service) || strings.EqualFold(service, contoso.Domain) || strings.EqualFold(service, contoso.NetBIOS))
}

// splitSPN takes the class off a name and counts its parts.
func splitSPN(spn string) (service, rest string, parts int) {
	service, rest, _ = strings.Cut(spn, "/")
	return service, rest, strings.Count(spn, "/") + 1
}

// heuristic reads one character, counted from 1, of the forest's dSHeuristics.
func heuristic(s *Store, position int) int {
	d, err := parseDN(serviceDN)
	if err != nil {
		return 0
	}
	e, ok := s.entries[d.key()]
	if !ok {
		return 0
	}
	text := e.first("dsheuristics")
	if len(text) < position || text[position-1] < '0' || text[position-1] > '9' {
		return 0
	}
	return int(text[position-1] - '0')
}

func fromUTF16(s string) (string, bool) {
	if len(s)%2 != 0 {
		return "", false
	}
	units := make([]uint16, 0, len(s)/2)
	for i := 0; i < len(s); i += 2 {
		units = append(units, binary.LittleEndian.Uint16([]byte(s[i:i+2])))
	}
	return string(utf16.Decode(units)), true
}
