package cli_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sensegate/checks"
	"sensegate/internal/lab"
	"sensegate/steps"
)

// proof is one line of the list of what an engineer of Active Directory looks at
// (K01 to K29): the checks that look, the causes they may end with, the faults
// that break it on the lab, and the tests that hold it to real systems.
type proof struct {
	id, what         string
	checks, causes   []string
	faults, variants []string
	tests            []string
}

func directoryProofs() []proof {
	list := func(names ...string) []string { return names }
	return []proof{
		{id: "K01", what: "SRV records, and the ports 88, 389, 636, 3268", checks: list("site.directory", "site.clocks"), tests: list("TestWays", "TestWithoutTLS", "TestServers", "TestBinds", "TestOtherDomain")},
		{id: "K02", what: "three clocks", checks: list("site.clocks"), causes: list("site.clock-skew", "site.clock-here", "site.clock-qlik", "site.clock-directory"), faults: list("clock-skew", "clock-here", "clock-qlik", "clock-directory"), tests: list("TestClocks", "TestDirectoryTime")},
		{id: "K03", what: "the domains of the forest and their names", checks: list("site.directory"), causes: list("site.directory-other-domain"), variants: list("two-domains"), tests: list("TestOtherDomain", "TestSignIn")},
		{
			id: "K04", what: "how the directory lets in, and why", checks: list("site.directory"),
			causes: list("site.directory-signing", "site.directory-channel-binding", "site.directory-password", "site.directory-locked", "site.directory-account-revoked", "site.directory-account-disabled", "site.directory-password-expired", "site.directory-restricted", "site.directory-refused"),
			faults: list("ldap-signing-required", "ldap-channel-binding", "directory-user-locked", "directory-key-stale"),
			tests:  list("TestBinds", "TestSigningDemanded", "TestWithoutTLS", "TestWays", "TestDirectoryRefusals", "TestSealedIsBroken", "TestChannelBindingsOfWindows"),
		},
		{id: "K05", what: "the service account", checks: list("spn.account"), causes: list("spn.account-missing", "spn.account-disabled", "spn.account-locked"), faults: list("service-account-missing", "service-account-disabled", "service-account-expired", "service-account-locked"), tests: list("TestNames", "TestLockout", "TestNoPasswordBeforeTheState")},
		{id: "K06", what: "AES", checks: list("spn.aes"), causes: list("spn.no-aes", "spn.password-old"), faults: list("spn-no-aes", "service-password-old"), tests: list("TestNames")},
		{id: "K07", what: "the characters of a name", checks: list("spn.unique", "site.facts"), causes: list("spn.look-alike"), faults: list("spn-look-alike"), tests: list("TestCheckSPN", "TestSkeleton", "TestNames")},
		{id: "K08", what: "the name on the right account", checks: list("spn.owner", "spn.names", "spn.runs"), causes: list("spn.missing", "spn.wrong-owner", "spn.name-missing", "spn.name-elsewhere", "spn.runs-as-another"), faults: list("spn-missing", "spn-on-computer", "spn-on-disabled", "spn-on-gmsa", "spn-short-elsewhere", "spn-second-name-missing", "qlik-runs-as-other"), variants: list("second-name"), tests: list("TestNames", "TestPlans")},
		{id: "K09", what: "no duplicate in the forest", checks: list("spn.unique", "spn.forest"), causes: list("spn.duplicate", "spn.look-alike", "spn.forest-duplicates"), faults: list("spn-duplicate", "spn-look-alike", "spn-forest-duplicates"), tests: list("TestAudit", "TestAuditManyNames", "TestAuditOfManyAccounts", "TestNames")},
		{id: "K10", what: "HOST and machine names", checks: list("spn.alias"), causes: list("spn.host-alias", "spn.machine-name"), faults: list("spn-host-alias", "spn-machine-name"), tests: list("TestNames", "TestMappings")},
		{id: "K11", what: "an A record", checks: list("spn.alias"), causes: list("spn.cname"), faults: list("name-alias"), tests: list("TestNames")},
		{id: "K12", what: "a ticket for the name", checks: list("kerberos.ticket"), causes: list("kerberos.no-ticket", "kerberos.weak-ticket"), faults: list("kdc-behind", "ticket-rc4"), tests: list("TestTicket", "TestServiceTicket")},
		{id: "K13", what: "the ticket opens with the service's key", checks: list("kerberos.opens"), causes: list("kerberos.keytab-stale", "kerberos.other-key"), faults: list("keytab-stale", "keytab-other-password"), tests: list("TestOpenTicket", "TestServiceKeytab")},
		{id: "K14", what: "Qlik offers Negotiate", checks: list("kerberos.offered", "kerberos.pattern", "kerberos.switch"), causes: list("kerberos.ntlm-only", "kerberos.switch-off", "kerberos.pattern-narrow"), faults: list("negotiate-not-offered", "kerberos-off", "pattern-windows"), tests: list("TestNegotiate")},
		{id: "K15", what: "Kerberos is accepted, not NTLM, and proved both ways", checks: list("kerberos.accepted"), causes: list("kerberos.refused", "kerberos.ntlm-fallback", "kerberos.other-user"), faults: list("service-password-changed", "negotiate-is-ntlm", "qlik-other-user"), tests: list("TestOnlyNTLM", "TestNegotiate")},
		{id: "K16", what: "the ticket in the cache", checks: list("kerberos.ticket-cache"), tests: list("TestCache", "TestWindowsTicketCache", "TestLSALayouts")},
		{id: "K20", what: "each connector's computer", checks: list("delegation.computers", "delegation.complete"), causes: list("delegation.no-computer", "delegation.connector-forgotten", "delegation.other-domain"), faults: list("connector-computer-disabled", "connector-forgotten", "delegation-other-domain"), variants: list("two-domains"), tests: list("TestOtherDomain")},
		{id: "K21", what: "any authentication protocol", checks: list("delegation.transition"), causes: list("delegation.kerberos-only"), faults: list("delegation-kerberos-only"), tests: list("TestPlans")},
		{id: "K22", what: "the list, to the letter", checks: list("delegation.list"), causes: list("delegation.missing", "delegation.other-spn"), faults: list("delegation-missing", "delegation-other-spn"), tests: list("TestPlans")},
		{id: "K23", what: "the resource-based descriptor", checks: list("delegation.list"), causes: list("delegation.anyone"), faults: list("delegation-anyone"), variants: list("resource-based", "two-domains"), tests: list("TestActing", "TestCompose", "FuzzDescriptor")},
		{id: "K24", what: "no right that is too wide", checks: list("delegation.constrained", "delegation.list", "delegation.auditors"), causes: list("delegation.unconstrained", "delegation.extra", "delegation.ghost", "delegation.domain-controller", "delegation.service-privileged"), faults: list("delegation-unconstrained", "delegation-extra", "delegation-ghost", "delegation-domain-controller", "delegation-krbtgt", "service-account-privileged"), tests: list("TestTrust")},
		{id: "K25", what: "the test user", checks: list("delegation.user"), causes: list("delegation.user-sensitive", "delegation.user-protected", "delegation.krbtgt-sensitive"), faults: list("user-sensitive", "user-protected", "krbtgt-sensitive"), tests: list("TestTrust", "TestProtectedUsers", "TestTicketService")},
		{id: "K26", what: "who reads users' groups", checks: list("delegation.groups", "delegation.rehearsal"), causes: list("delegation.groups-closed", "delegation.groups-unreadable"), faults: list("groups-closed", "groups-unreadable"), tests: list("TestTrust")},
		{id: "K27", what: "S4U2Self", checks: list("delegation.rehearsal"), causes: list("delegation.no-own-name", "delegation.computer-no-aes", "delegation.user-unknown", "delegation.user-disabled", "delegation.self-refused"), faults: list("connector-no-name", "connector-no-aes", "user-disabled-on-premises", "self-refused"), variants: list("colleague-verifies"), tests: list("TestPreconditionsOnSamba", "TestPreconditionsOnTheLab")},
		{id: "K28", what: "S4U2Proxy", checks: list("delegation.rehearsal"), causes: list("delegation.proxy-refused", "delegation.missing", "delegation.other-spn"), faults: list("delegation-missing", "delegation-other-spn", "proxy-refused"), tests: list("TestPreconditionsOnSamba", "TestPreconditionsOnTheLab", "TestRehearse")},
		{id: "K29", what: "Qlik takes the ticket in both forms", checks: list("delegation.rehearsal"), causes: list("delegation.qlik-refused", "delegation.spnego-only"), faults: list("qlik-user-blocked", "spnego-only"), tests: list("TestRehearse", "TestPreconditionsOnSamba")},
	}
}

// TestDirectoryProofs holds the list to what there is: every check, cause, fault
// and test that it names exists, and nothing of K01 to K29 is left out.
func TestDirectoryProofs(t *testing.T) {
	t.Parallel()
	order, err := steps.Causes()
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, s := range steps.Order(steps.Ports{}) {
		for _, c := range s.Checks {
			known["check "+string(c.ID)] = true
		}
	}
	for _, f := range lab.Faults() {
		known["fault "+f.ID] = true
	}
	for _, v := range lab.Variants() {
		known["variant "+v.ID] = true
	}
	tests := namesOfTests(t)
	want := func(id, kind string, names []string) {
		for _, n := range names {
			if !known[kind+" "+n] {
				t.Errorf("%s: there is no %s %s", id, kind, n)
			}
		}
	}
	var ids []string
	for _, p := range directoryProofs() {
		ids = append(ids, p.id)
		if len(p.checks) == 0 || len(slices.Concat(p.faults, p.variants, p.tests)) == 0 {
			t.Errorf("%s (%s): nothing looks at it, or nothing shows that it does", p.id, p.what)
		}
		want(p.id, "check", p.checks)
		want(p.id, "fault", p.faults)
		want(p.id, "variant", p.variants)
		for _, c := range p.causes {
			if _, ok := order[checks.CauseID(c)]; !ok {
				t.Errorf("%s: there is no cause %s", p.id, c)
			}
		}
		for _, n := range p.tests {
			if !strings.Contains(tests, "func "+n+"(") {
				t.Errorf("%s: there is no test %s", p.id, n)
			}
		}
	}
	for _, span := range [][2]string{{"K01", "K16"}, {"K20", "K29"}} {
		for id := span[0]; id <= span[1]; id = after(id) {
			if !slices.Contains(ids, id) {
				t.Errorf("%s is left out", id)
			}
		}
	}
}

// after is the number that follows, of two digits.
func after(id string) string {
	b := []byte(id)
	if b[2]++; b[2] > '9' {
		b[1], b[2] = b[1]+1, '0'
	}
	return string(b)
}

// namesOfTests is every test file of the places that the list points to.
func namesOfTests(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	root := filepath.Join("..", "..")
	for _, dir := range []string{"internal/directory", "internal/kerberos", "internal/integration/ad", "checks/access", "checks/spn", "checks/delegation", "steps"} {
		files, err := fs.Glob(os.DirFS(filepath.Join(root, dir)), "*_test.go")
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			raw, err := os.ReadFile(filepath.Join(root, dir, f))
			if err != nil {
				t.Fatal(err)
			}
			all.Write(raw)
		}
	}
	return all.String()
}
