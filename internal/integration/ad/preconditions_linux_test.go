package ad_test

import (
	"strconv"

	"sensegate/checks"
	"sensegate/internal/site"
)

// place is where a precondition is spoilt: the real domain or the practice lab.
// Their accounts have the same names.
type place struct{ spn, domain string }

// precondition is one thing that the rehearsal rests on, and what it has to say
// where that is missing. One table holds for the real domain and for the lab.
type precondition struct {
	name  string
	edits func(p place) []edit
	// twice is the holder of a second copy of the name, written past the check
	// for uniqueness.
	twice string
	// fault breaks what only the lab has.
	fault string
	site  func(p place, s *site.Site, secrets map[string]string)
	cause checks.CauseID
	// lenient says that Samba grants it all the same: unlike Windows it makes
	// tickets to disabled owners and asks for no name of the connector.
	lenient bool
	// alone says that kvno cannot be asked the same.
	alone bool
}

func (p precondition) onSamba() bool { return p.fault == "" }

// Bits of userAccountControl.
const (
	bitDisabled, bitUser, bitComputer   = 0x2, 0x200, 0x1000
	bitSensitive, bitProtocolTransition = 0x100000, 0x1000000
)

func uac(account string, bits int) []edit {
	return []edit{set(account, "userAccountControl", strconv.Itoa(bits))}
}

func preconditions() []precondition {
	return []precondition{
		{name: "everything in place"},
		{name: "no list", edits: func(place) []edit { return []edit{set(connector, "msDS-AllowedToDelegateTo")} }, cause: "delegation.missing"},
		{name: "another name in the list", edits: func(p place) []edit {
			return []edit{set(connector, "msDS-AllowedToDelegateTo", "HTTP/qlik01."+p.domain)}
		}, cause: "delegation.other-spn"},
		{name: "Kerberos only", edits: func(place) []edit { return uac(connector, bitComputer) }, cause: "delegation.kerberos-only"},
		{name: "a sensitive user", edits: func(place) []edit { return uac(alice, bitUser|bitSensitive) }, cause: "delegation.user-sensitive"},
		{name: "a disabled user", edits: func(place) []edit { return uac(alice, bitUser|bitDisabled) }, cause: "delegation.user-disabled"},
		{name: "an unknown user", site: func(p place, s *site.Site, _ map[string]string) {
			s.TestUser.UPN, s.TestUser.SAM = "nobody@"+p.domain, ""
		}, cause: "delegation.user-unknown", alone: true},
		{name: "a name nobody holds", edits: func(place) []edit { return []edit{set(qlikAccount, "servicePrincipalName")} }, cause: "spn.missing"},
		{name: "a name two hold", twice: intranet, cause: "spn.duplicate"},
		{name: "a disabled owner", edits: func(place) []edit { return uac(qlikAccount, bitUser|bitDisabled) }, cause: "spn.account-disabled", lenient: true},
		{name: "no AES at the owner", edits: func(place) []edit { return []edit{set(qlikAccount, "msDS-SupportedEncryptionTypes", "4")} }, cause: "spn.no-aes"},
		{name: "no AES at the connector", edits: func(place) []edit { return []edit{set(connector, "msDS-SupportedEncryptionTypes", "4")} }, cause: "delegation.computer-no-aes"},
		{name: "a disabled connector", edits: func(place) []edit {
			return uac(connector, bitComputer|bitProtocolTransition|bitDisabled)
		}, cause: "delegation.no-computer"},
		{name: "a connector without a name", edits: func(place) []edit { return []edit{set(connector, "servicePrincipalName")} }, cause: "delegation.no-own-name", lenient: true},
		{name: "an old key of the connector", site: func(_ place, s *site.Site, secrets map[string]string) {
			s.Connector.Hosts[0].Keytab, secrets["connector:"+connector] = "", "not it"
		}, cause: "delegation.computer-refused", alone: true},
		{name: "no connector", site: func(_ place, s *site.Site, secrets map[string]string) {
			s.Connector.Hosts[0].Account, s.Connector.Hosts[0].Keytab = "NOBODY$", ""
			secrets["connector:NOBODY$"] = "x"
		}, cause: "delegation.no-computer", alone: true},
		// Samba 4.17 does not apply these to S4U, and its clock is this machine's.
		{name: "a protected user", fault: "user-protected", cause: "delegation.user-protected"},
		{name: "groups that cannot be read", fault: "groups-unreadable", cause: "delegation.groups-unreadable"},
		{name: "a wrong clock", fault: "clock-skew", cause: "site.clock-skew"},
	}
}
