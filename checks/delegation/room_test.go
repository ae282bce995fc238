package delegation_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"sensegate/checks"
	"sensegate/checks/access"
	"sensegate/checks/checkstest"
	"sensegate/checks/connector"
	"sensegate/checks/delegation"
	"sensegate/checks/kerberos"
	"sensegate/checks/spn"
	"sensegate/internal/fact"
)

// domain is a directory, a tenant and a rehearsal in memory; fails are errors
// by question.
type domain struct {
	delegation.Directory
	delegation.Entra
	delegation.Rehearser
	accounts   []fact.Account
	machines   map[string][]fact.Account // by host name
	readers    fact.GroupReaders
	connectors []fact.Connector
	rehearsals map[string]fact.Rehearsal // by computer account
	fails      map[string]error
}

func (d domain) Account(_ context.Context, name string) (fact.Account, error) {
	if err := d.fails["account of "+name]; err != nil {
		return fact.Account{}, err
	}
	for _, a := range d.accounts {
		if strings.EqualFold(a.SAM, name) || strings.EqualFold(a.UPN, name) {
			return a, d.fails["account"]
		}
	}
	return fact.Account{}, &fact.Error{Kind: fact.NotFound, System: "directory"}
}

func (d domain) Holders(_ context.Context, name string) ([]fact.Account, error) {
	var out []fact.Account
	for _, a := range d.accounts {
		if slices.ContainsFunc(a.SPNs, func(s string) bool { return strings.EqualFold(s, name) }) {
			out = append(out, a)
		}
	}
	return out, d.fails["holders"]
}

func (d domain) Named(_ context.Context, host string) ([]fact.Account, error) {
	return d.machines[host], d.fails["named"]
}

func (d domain) GroupReaders(context.Context) (fact.GroupReaders, error) {
	return d.readers, d.fails["readers"]
}

func (d domain) Connectors(context.Context) ([]fact.Connector, error) {
	return d.connectors, d.fails["connectors"]
}

func (d domain) Rehearse(_ context.Context, computer, _, _, _ string) (fact.Rehearsal, error) {
	return d.rehearsals[computer], d.fails["rehearsal"]
}

const name = "HTTP/sense.contoso.test"

// The accounts of a healthy domain, by their place in it.
const (
	service = iota
	conn01
	conn02
	alice
)

func healthy() domain {
	computer := func(sam, sid string) fact.Account {
		return fact.Account{SAM: sam, SID: sid, DN: "CN=" + sam, Computer: true, Domain: "contoso.test", DelegateTo: []string{name}, UAC: fact.UACTrustedToAuthDeleg, Groups: []string{"S-1-5-32-560"}}
	}
	done := func(computer string) fact.Rehearsal {
		return fact.Rehearsal{
			Connector: computer, User: "alice@contoso.test", SPN: name, Stage: "done", Self: &fact.Ticket{Flags: []string{"forwardable"}},
			Proxy: &fact.Ticket{ETypeName: "aes256-cts-hmac-sha1-96"}, Session: &fact.WebSession{UserDirectory: "CONTOSO", UserID: "Alice"},
			Accepted: []string{"kerberos", "spnego-kerberos"},
		}
	}
	return domain{
		accounts: []fact.Account{
			{SAM: "svc-qlik", DN: "CN=svc-qlik", Domain: "contoso.test", SPNs: []string{name}},
			computer("CONN01$", "S-1-5-21-1-1101"), computer("CONN02$", "S-1-5-21-1-1102"),
			{SAM: "alice", UPN: "alice@contoso.test", DN: "CN=alice"},
		},
		machines: map[string][]fact.Account{}, readers: fact.GroupReaders{Group: "S-1-5-32-560", Seen: true},
		connectors: []fact.Connector{
			{ID: "c-1", Machine: "CONN01", Active: true, GroupID: "g-1"},
			{ID: "c-2", Machine: "conn02.contoso.test", Active: true, GroupID: "g-1"},
			{ID: "c-3", Machine: "conn03", Active: true, GroupID: "g-9"},
			{ID: "c-4", Machine: "conn04", GroupID: "g-1"},
		},
		rehearsals: map[string]fact.Rehearsal{"CONN01$": done("CONN01$"), "CONN02$": done("CONN02$")}, fails: map[string]error{},
	}
}

func room(d domain) checkstest.Room {
	return checkstest.Room{
		Checks: delegation.Checks(delegation.Ports{Directory: d, Entra: d, Rehearser: d}), Causes: delegation.Causes(),
		Others: slices.Concat(access.Causes(), spn.Causes(), kerberos.Causes()),
	}
}

type row struct {
	name  string
	id    checks.ID
	alter func(*domain)
	want  checkstest.Want
}

func pass(seen string) checkstest.Want { return checkstest.Want{Status: checks.Pass, Seen: seen} }

func fail(cause checks.CauseID, seen string) checkstest.Want {
	return checkstest.Want{Status: checks.Fail, Cause: cause, Seen: seen}
}

func warn(cause checks.CauseID, seen string) checkstest.Want {
	return checkstest.Want{Status: checks.Warn, Cause: cause, Seen: seen}
}

// edit changes one account.
func edit(i int, change func(*fact.Account)) func(*domain) {
	return func(d *domain) { change(&d.accounts[i]) }
}

func lists(entries ...string) func(*domain) {
	return edit(conn02, func(a *fact.Account) { a.DelegateTo = entries })
}

func rows() []row {
	acting := func(sids ...string) func(*fact.Account) { return func(a *fact.Account) { a.ActOnBehalf = sids } }
	return []row{
		{"all are known", "delegation.complete", nil, pass("CONN01, conn02")},
		{"one was forgotten", "delegation.complete", func(d *domain) { d.connectors[2].GroupID = "g-1" }, fail("delegation.connector-forgotten", "conn03")},
		{"constrained", "delegation.constrained", nil, pass("CONN01$ and CONN02$")},
		{"to everything", "delegation.constrained", edit(conn01, func(a *fact.Account) { a.UAC |= fact.UACTrustedForDeleg }), fail("delegation.unconstrained", "CONN01$")},
		{"a computer of a domain that does not answer", "delegation.list", edit(conn02, func(a *fact.Account) { a.Partial, a.DelegateTo, a.Domain = true, nil, "emea.contoso.test" }), checkstest.Want{Status: checks.Unknown, Reason: checks.Unreachable, Seen: "emea.contoso.test"}},
		{"every computer", "delegation.computers", nil, pass("CONN01$ and CONN02$")},
		{"no computer", "delegation.computers", func(d *domain) { d.accounts = slices.Delete(d.accounts, conn02, conn02+1) }, fail("delegation.no-computer", "CONN02$")},
		{"a disabled computer", "delegation.computers", edit(conn02, func(a *fact.Account) { a.Disabled = true }), fail("delegation.no-computer", "disabled")},
		{"the one name", "delegation.list", nil, pass("CONN01$ and CONN02$")},
		{"the one name in other letters", "delegation.list", lists("http/SENSE.contoso.test"), pass("")},
		{"nothing", "delegation.list", lists(), fail("delegation.missing", "CONN02$")},
		{"another name", "delegation.list", lists("HTTP/sense"), fail("delegation.other-spn", "HTTP/sense")},
		{"more", "delegation.list", func(d *domain) {
			lists(name, "HTTP/other")(d)
			d.accounts[service].SPNs = append(d.accounts[service].SPNs, "HTTP/other")
		}, warn("delegation.extra", "2 names")},
		{"a name of nobody", "delegation.list", lists(name, "HTTP/gone"), warn("delegation.ghost", "HTTP/gone")},
		{"a failure outweighs a warning", "delegation.list", func(d *domain) {
			edit(conn01, func(a *fact.Account) { a.DelegateTo = []string{name, "HTTP/gone"} })(d)
			lists()(d)
		}, fail("delegation.missing", "CONN02$")},
		{"the ticket service", "delegation.list", lists(name, "krbtgt/CONTOSO.TEST"), fail("delegation.domain-controller", "krbtgt")},
		{"a domain controller", "delegation.list", func(d *domain) {
			lists(name, "ldap/dc1:389/contoso.test")(d)
			d.machines["dc1"] = []fact.Account{{SAM: "DC1$", UAC: 0x2000}}
		}, fail("delegation.domain-controller", "DC1$")},
		{"by the resource", "delegation.list", func(d *domain) {
			edit(service, acting("S-1-5-21-1-1101", "s-1-5-21-1-1102"))(d)
			lists()(d)
		}, pass("")},
		{"by the resource, through a group", "delegation.list", func(d *domain) { edit(service, acting("S-1-5-32-560"))(d); lists()(d) }, pass("")},
		{"by the resource, for everybody", "delegation.list", edit(service, acting("S-1-5-11")), fail("delegation.anyone", "S-1-5-11")},
		{"another domain", "delegation.list", edit(conn02, func(a *fact.Account) { a.Domain = "child.contoso.test" }), fail("delegation.other-domain", "child.contoso.test")},
		{"any protocol", "delegation.transition", nil, pass("")},
		{"Kerberos only", "delegation.transition", edit(conn02, func(a *fact.Account) { a.UAC = 0 }), fail("delegation.kerberos-only", "CONN02$")},
		{"by the resource no protocol is needed", "delegation.transition", func(d *domain) {
			edit(service, acting("S-1-5-21-1-1101", "S-1-5-21-1-1102"))(d)
			for i := conn01; i <= conn02; i++ {
				d.accounts[i].UAC, d.accounts[i].DelegateTo = 0, nil
			}
		}, pass("")},
		{"an ordinary user", "delegation.user", nil, pass("")},
		{"krbtgt is marked as sensitive", "delegation.user", func(d *domain) {
			d.accounts = append(d.accounts, fact.Account{SAM: "krbtgt", DN: "CN=krbtgt,CN=Users,DC=contoso,DC=test", UAC: fact.UACDisabled | fact.UACNotDelegated, EncTypes: -1})
		}, warn("delegation.krbtgt-sensitive", "krbtgt")},
		{"krbtgt is not marked", "delegation.user", func(d *domain) {
			d.accounts = append(d.accounts, fact.Account{SAM: "krbtgt", UAC: fact.UACDisabled, EncTypes: 24})
		}, pass("")},
		{"a sensitive user", "delegation.user", edit(alice, func(a *fact.Account) { a.UAC = fact.UACNotDelegated }), fail("delegation.user-sensitive", "alice")},
		{"a protected user", "delegation.user", edit(alice, func(a *fact.Account) { a.ProtectedUser = true }), fail("delegation.user-protected", "alice")},
		{"groups, through their own", "delegation.groups", nil, pass("")},
		{"groups, for everybody", "delegation.groups", func(d *domain) { d.readers.Everybody, d.accounts[conn01].Groups = true, nil }, pass("every account")},
		{"groups, closed", "delegation.groups", edit(conn02, func(a *fact.Account) { a.Groups = []string{"S-1-5-32-545"} }), warn("delegation.groups-closed", "CONN02$")},
		{"groups, not told", "delegation.groups", func(d *domain) {
			d.readers.Seen, d.accounts[conn01].Groups, d.accounts[conn02].Groups = false, nil, nil
		}, pass("")},
		{"nothing to complain about", "delegation.auditors", nil, pass("")},
		{"an administrator", "delegation.auditors", edit(service, func(a *fact.Account) { a.Groups = []string{"S-1-5-21-1-2-3-512"} }), warn("delegation.service-privileged", "Domain Admins")},
		{"an administrator of the domain controller", "delegation.auditors", edit(service, func(a *fact.Account) { a.Groups = []string{"S-1-5-32-544"} }), warn("delegation.service-privileged", "Administrators")},
	}
}

// rehearsals are how the dress rehearsal ends on the second connector.
func rehearsals() []row {
	ends := func(title, stage string, code int, codeName string, more func(*domain, *fact.Rehearsal), want checkstest.Want) row {
		return row{title, "delegation.rehearsal", func(d *domain) {
			x := d.rehearsals["CONN02$"]
			x.Stage, x.Code, x.CodeName = stage, code, codeName
			if stage != "done" && stage != "qlik" {
				x.Proxy, x.Session = nil, nil
			}
			if more != nil {
				more(d, &x)
			}
			d.rehearsals["CONN02$"] = x
		}, want}
	}
	status := func(v uint32, word string) func(*domain, *fact.Rehearsal) {
		return func(_ *domain, x *fact.Rehearsal) { x.NTStatus, x.NTStatusName = v, word }
	}
	return []row{
		{"it opens Qlik", "delegation.rehearsal", nil, pass("CONN01$ and CONN02$")},
		ends("wrapped alone", "done", 0, "", func(_ *domain, x *fact.Rehearsal) {
			x.Accepted, x.Refused = []string{"spnego-kerberos"}, []string{"kerberos"}
		}, warn("delegation.spnego-only", "SPNEGO")),
		ends("a wrong key", "sign-in", 24, "KDC_ERR_PREAUTH_FAILED", nil, fail("delegation.computer-refused", "KDC_ERR_PREAUTH_FAILED (24)")),
		ends("no such computer", "sign-in", 6, "KDC_ERR_C_PRINCIPAL_UNKNOWN", nil, fail("delegation.no-computer", "")),
		ends("no AES", "sign-in", 14, "KDC_ERR_ETYPE_NOSUPP", nil, fail("delegation.computer-no-aes", "")),
		ends("a policy", "sign-in", 12, "KDC_ERR_POLICY", nil, fail("delegation.policy", "")),
		ends("the clock", "sign-in", 37, "KRB_AP_ERR_SKEW", nil, fail("site.clock-skew", "37")),
		ends("nobody of that name", "s4u2self", 6, "KDC_ERR_C_PRINCIPAL_UNKNOWN", func(d *domain, _ *fact.Rehearsal) { d.accounts = d.accounts[:alice] }, fail("delegation.user-unknown", "in the user's name")),
		ends("groups that cannot be read", "s4u2self", 6, "KDC_ERR_C_PRINCIPAL_UNKNOWN", nil, fail("delegation.groups-unreadable", "")),
		ends("a disabled user", "s4u2self", 18, "KDC_ERR_CLIENT_REVOKED", nil, fail("delegation.user-disabled", "")),
		ends("no name of its own", "s4u2self", 7, "KDC_ERR_S_PRINCIPAL_UNKNOWN", nil, fail("delegation.no-own-name", "")),
		ends("another refusal of the first ticket", "s4u2self", 60, "KRB_ERR_GENERIC", nil, fail("delegation.self-refused", "KRB_ERR_GENERIC (60)")),
		ends("no list", "s4u2proxy", 13, "KDC_ERR_BADOPTION", status(0xC00000BB, "STATUS_NOT_SUPPORTED"), fail("delegation.missing", "STATUS_NOT_SUPPORTED")),
		ends("another name", "s4u2proxy", 13, "KDC_ERR_BADOPTION", status(0xC0000272, "STATUS_NO_MATCH"), fail("delegation.other-spn", "STATUS_NO_MATCH")),
		ends("nobody holds the name", "s4u2proxy", 7, "KDC_ERR_S_PRINCIPAL_UNKNOWN", func(d *domain, _ *fact.Rehearsal) { d.accounts[service].SPNs = nil }, fail("spn.missing", "")),
		ends("two hold the name", "s4u2proxy", 7, "KDC_ERR_S_PRINCIPAL_UNKNOWN", func(d *domain, _ *fact.Rehearsal) { d.accounts[conn01].SPNs = []string{name} }, fail("spn.duplicate", "")),
		ends("two hold the name, unseen by us", "s4u2proxy", 8, "KDC_ERR_PRINCIPAL_NOT_UNIQUE", func(d *domain, _ *fact.Rehearsal) { d.fails["holders"] = errors.New("no") }, fail("spn.duplicate", "")),
		ends("no AES key", "s4u2proxy", 14, "KDC_ERR_ETYPE_NOSUPP", nil, fail("spn.no-aes", "")),
		ends("another refusal", "s4u2proxy", 60, "KRB_ERR_GENERIC", nil, fail("delegation.proxy-refused", "on behalf of the user")),
		ends("a ticket that Qlik cannot open", "qlik", 41, "KRB_AP_ERR_MODIFIED", nil, fail("kerberos.refused", "KRB_AP_ERR_MODIFIED")),
		ends("no session", "qlik", 0, "", func(_ *domain, x *fact.Rehearsal) { x.Session = nil }, fail("delegation.qlik-refused", "did not accept")),
		ends("somebody else", "done", 0, "", func(_ *domain, x *fact.Rehearsal) { x.Session = &fact.WebSession{UserID: "bob"} }, fail("delegation.qlik-refused", "bob")),
		{"no key at hand", "delegation.rehearsal", func(d *domain) { d.fails["rehearsal"] = &fact.Error{Kind: fact.Unsupported, System: "KDC"} }, checkstest.Want{Status: checks.Unknown, Reason: checks.NoEvidence}},
	}
}

func ask(t *testing.T, d domain, id checks.ID) (checkstest.Room, checks.Result) {
	t.Helper()
	r := room(d)
	return r, r.Ask(t, id, checkstest.Site(), map[string]any{
		spn.FactAccount: d.accounts[service], connector.FactGroup: fact.ConnectorGroup{ID: "g-1", Name: "Qlik"},
	})
}

func TestRoom(t *testing.T) {
	var causes []checks.CauseID
	for _, tt := range slices.Concat(rows(), rehearsals()) {
		causes = append(causes, tt.want.Cause)
		t.Run(string(tt.id)+"/"+tt.name, func(t *testing.T) {
			d := healthy()
			if tt.alter != nil {
				tt.alter(&d)
			}
			r, got := ask(t, d, tt.id)
			r.Hold(t, got, tt.want)
		})
	}
	room(healthy()).Covered(t, causes)
}

// TestSilence lets each question go unanswered in every way. That a computer is
// not there is an answer, and so is that no key is at hand.
func TestSilence(t *testing.T) {
	asked := []struct {
		id       checks.ID
		question string
		answer   string
	}{
		{"delegation.complete", "connectors", ""},
		{"delegation.constrained", "account", "not found"},
		{"delegation.list", "account of CONN02$", "not found"},
		{"delegation.transition", "account", "not found"},
		{"delegation.user", "account of alice", ""},
		{"delegation.groups", "readers", ""},
		{"delegation.groups", "account", "not found"},
		{"delegation.auditors", "account of CONN01$", ""},
		{"delegation.rehearsal", "rehearsal", "unsupported"},
	}
	for _, a := range asked {
		for _, silence := range checkstest.Silences() {
			if silence.Name == a.answer {
				continue
			}
			t.Run(string(a.id)+"/"+a.question+"/"+silence.Name, func(t *testing.T) {
				d := healthy()
				d.fails[a.question] = silence.Err
				r, got := ask(t, d, a.id)
				r.Hold(t, got, checkstest.Want{Status: checks.Unknown, Reason: silence.Reason, Seen: silence.Err.Error()})
			})
		}
	}
}
