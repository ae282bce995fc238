package delegation

import (
	"testing"

	"sensegate/checks"
	"sensegate/internal/fact"
)

// TestMend holds every refusal against the one attribute it leads to.
func TestMend(t *testing.T) {
	const name = "HTTP/sense.contoso.test"
	conn := func(edit func(*fact.Account)) *fact.Account {
		a := &fact.Account{SAM: "CONN01$", DelegateTo: []string{name}, UAC: fact.UACTrustedToAuthDeleg}
		if edit != nil {
			edit(a)
		}
		return a
	}
	user := func(edit func(*fact.Account)) *fact.Account {
		a := &fact.Account{SAM: "alice"}
		if edit != nil {
			edit(a)
		}
		return a
	}
	plain, forwardable := &fact.Ticket{}, &fact.Ticket{Flags: []string{"forwardable"}}
	one := []fact.Account{{SAM: "qlik"}}
	two := []fact.Account{{SAM: "qlik"}, {SAM: "svc"}}
	tests := []struct {
		name   string
		stage  string
		code   int
		status uint32
		self   *fact.Ticket
		known  accounts
		want   checks.CauseID
	}{
		{"sign-in, wrong key", stageSignIn, 24, 0, nil, accounts{}, "delegation.computer-refused"},
		{"sign-in, nobody", stageSignIn, 6, 0, nil, accounts{}, "delegation.no-computer"},
		{"sign-in, disabled", stageSignIn, 18, 0, nil, accounts{}, "delegation.no-computer"},
		{"sign-in, no AES", stageSignIn, 14, 0, nil, accounts{}, "delegation.computer-no-aes"},
		{"sign-in, policy", stageSignIn, 12, 0, nil, accounts{}, "delegation.policy"},
		{"clock", stageSignIn, 37, 0, nil, accounts{}, "site.clock-skew"},
		{"clock later", stageProxy, 37, 0, nil, accounts{}, "site.clock-skew"},
		{"self, nobody", stageSelf, 6, 0, nil, accounts{}, "delegation.user-unknown"},
		{"self, groups", stageSelf, 6, 0, nil, accounts{user: user(nil)}, "delegation.groups-unreadable"},
		{"self, revoked", stageSelf, 18, 0, nil, accounts{}, "delegation.user-disabled"},
		{"self, disabled as Samba says it", stageSelf, 12, 0, nil, accounts{user: user(func(a *fact.Account) { a.Disabled = true })}, "delegation.user-disabled"},
		{"self, policy", stageSelf, 12, 0, nil, accounts{user: user(nil)}, "delegation.policy"},
		{"self, no name", stageSelf, 7, 0, nil, accounts{}, "delegation.no-own-name"},
		{"self, no AES", stageSelf, 14, 0, nil, accounts{}, "delegation.computer-no-aes"},
		{"self, checksum", stageSelf, 50, 0, nil, accounts{}, "delegation.self-refused"},
		{"proxy, not supported", stageProxy, 13, notSupported, forwardable, accounts{}, "delegation.missing"},
		{"proxy, no match", stageProxy, 13, noMatch, forwardable, accounts{}, "delegation.other-spn"},
		{"proxy, no match though listed", stageProxy, 13, noMatch, plain, accounts{asker: conn(nil), user: user(func(a *fact.Account) { a.UAC = fact.UACNotDelegated })}, "delegation.user-sensitive"},
		{"proxy, not found, empty", stageProxy, 13, notFound, forwardable, accounts{asker: conn(func(a *fact.Account) { a.DelegateTo = nil })}, "delegation.missing"},
		{"proxy, not found, others", stageProxy, 13, notFound, forwardable, accounts{asker: conn(nil)}, "delegation.other-spn"},
		{"proxy, restriction, protected", stageProxy, 13, accountRestriction, plain, accounts{asker: conn(nil), user: user(func(a *fact.Account) { a.ProtectedUser = true })}, "delegation.user-protected"},
		{"proxy, restriction, Kerberos only", stageProxy, 13, accountRestriction, plain, accounts{asker: conn(func(a *fact.Account) { a.UAC = 0 }), user: user(nil)}, "delegation.kerberos-only"},
		{"proxy, restriction, no reason seen", stageProxy, 13, accountRestriction, plain, accounts{asker: conn(nil), user: user(nil)}, "delegation.proxy-refused"},
		{"proxy, no status, empty", stageProxy, 13, 0, forwardable, accounts{asker: conn(func(a *fact.Account) { a.DelegateTo = nil })}, "delegation.missing"},
		{"proxy, no status, other", stageProxy, 13, 0, forwardable, accounts{asker: conn(func(a *fact.Account) { a.DelegateTo = []string{"HTTP/x"} })}, "delegation.other-spn"},
		{"proxy, no status, Kerberos only", stageProxy, 13, 0, plain, accounts{asker: conn(func(a *fact.Account) { a.UAC = 0 }), user: user(nil)}, "delegation.kerberos-only"},
		{"proxy, no status, nothing known", stageProxy, 13, 0, forwardable, accounts{}, "delegation.proxy-refused"},
		{"proxy, nobody holds it", stageProxy, 7, 0, forwardable, accounts{asked: true}, "spn.missing"},
		{"proxy, two hold it", stageProxy, 7, 0, forwardable, accounts{holders: two}, "spn.duplicate"},
		{"proxy, not unique", stageProxy, 8, 0, forwardable, accounts{holders: one}, "spn.duplicate"},
		{"proxy, owner disabled", stageProxy, 7, 0, forwardable, accounts{holders: []fact.Account{{SAM: "qlik", Disabled: true}}}, "spn.account-disabled"},
		{"proxy, no AES", stageProxy, 14, 0, forwardable, accounts{}, "spn.no-aes"},
		{"proxy, user revoked", stageProxy, 18, 0, forwardable, accounts{}, "delegation.user-disabled"},
		{"proxy, owner revoked", stageProxy, 19, 0, forwardable, accounts{}, "spn.account-disabled"},
		{"proxy, user gone", stageProxy, 6, 0, forwardable, accounts{}, "delegation.user-unknown"},
		{"proxy, something else", stageProxy, 60, 0, forwardable, accounts{}, "delegation.proxy-refused"},
	}
	catalogue := map[checks.CauseID]bool{"site.clock-skew": true, "spn.missing": true, "spn.duplicate": true, "spn.account-disabled": true, "spn.no-aes": true}
	for _, c := range Causes() {
		catalogue[c.ID] = true
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			x := fact.Rehearsal{Connector: "CONN01$", User: "alice@contoso.test", SPN: name, Stage: tt.stage, Code: tt.code, NTStatus: tt.status, Self: tt.self}
			got := mend(x, tt.known)
			if got.cause != tt.want || !catalogue[got.cause] {
				t.Errorf("got %+v, want %s", got, tt.want)
			}
		})
	}
}
