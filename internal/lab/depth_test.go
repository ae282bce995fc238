package lab_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sensegate/internal/lab"
)

// proof is where a trouble of Qlik sites is simulated: fault:ID and variant:ID
// of this package, test:FILE:NAME for one that needs a world of its own, or
// not:REASON where a lab cannot have it.
type proof struct {
	trouble string
	by      []string
}

// switches are the ways in which a Qlik site is known to be wrong, as a faithful
// simulator has to have them.
func switches() []proof {
	return []proof{
		{"external host not in the allow list", []string{"fault:allowlist-missing"}},
		{"allow list entry with a scheme", []string{"fault:allowlist-scheme"}},
		{"pattern Windows", []string{"fault:pattern-windows"}},
		{"Kerberos off", []string{"fault:kerberos-off"}},
		{"no service name", []string{"fault:spn-missing"}},
		{"the service name twice", []string{"fault:spn-duplicate"}},
		{"the service name on another account", []string{"fault:spn-on-computer"}},
		{"an old release wants two applications", []string{"variant:old-release", "fault:second-app-missing"}},
		{"a CSRF token is wanted", []string{"fault:socket-query-dropped", "variant:before-csrf"}},
		{"no engine nodes", []string{"fault:no-engine-nodes"}},
		{"virtual proxy not linked to the central proxy", []string{"fault:virtual-proxy-unlinked"}},
		{"cold start", []string{"variant:cold", "test:internal/lab/qlik/faults_test.go:TestColdStart"}},
		{"somebody else saves meanwhile", []string{"test:internal/qlik/lab_test.go:TestOvertaken", "test:internal/qlik/lab_test.go:TestWriteRefusals"}},
		{"session limit", []string{"fault:session-limit"}},
		{"no licence", []string{"fault:no-licence"}},
		{"idle cut", []string{"fault:idle-cut", "test:internal/integration/qlik/boxes_test.go:TestIdle"}},
		{"certificate for the short name", []string{"fault:repository-short-name", "test:internal/qlik/lab_test.go:TestServerNameInstead"}},
		{"Kerberos off at the second proxy node", []string{"fault:kerberos-off-second-node", "variant:multi-node"}},
	}
}

// symptoms are what people report, in the order of the table of symptoms.
func symptoms() []proof {
	return []proof{
		{"the hub opens outside, apps never load, 403", []string{"fault:allowlist-missing"}},
		{"the same with the right list, since November 2024", []string{"fault:socket-query-dropped"}},
		{"400, the header is incorrect", []string{"fault:front-unknown-host", "fault:virtual-proxy-unlinked", "test:internal/integration/qlik/boxes_test.go:TestNginx"}},
		{"a form instead of single sign-on", []string{"fault:pattern-windows"}},
		{"the browser asks for a password inside", []string{"fault:kerberos-off", "fault:negotiate-not-offered", "fault:spn-missing"}},
		{"works inside by NTLM, fails outside", []string{"fault:spn-duplicate", "fault:delegation-missing", "fault:sso-other-spn"}},
		{"bounced to :4244 and dead outside", []string{"fault:second-app-missing"}},
		{":4244 copied from Microsoft's page", []string{"fault:app-old-port"}},
		{"500, unable to route", []string{"fault:no-engine-nodes", "fault:engine-down"}},
		{"sessions drop after a fixed time", []string{"fault:idle-cut"}},
		{"no WebSocket from outside, pages fine", []string{"fault:upgrade-stripped", "fault:connector-old", "fault:connector-old-member"}},
		{"mustAuthenticate although signed in", []string{"fault:socket-cookie-lost", "test:checks/websocket/room_test.go:TestEnds", "test:internal/lab/qlik/engine_test.go:TestWithoutSession"}},
		{"OnMaxParallelSessionsExceeded", []string{"fault:session-limit"}},
		{"OnLicenseAccessDenied", []string{"fault:no-licence"}},
		{"403, XSRF prevention", []string{"fault:query-dropped"}},
		{"the repository's certificate has another name", []string{"fault:repository-short-name", "test:internal/qlik/names_test.go:TestServerNameOfEachNode"}},
		{"first calls time out", []string{"variant:cold"}},
		{"everybody thrown out while setting up", []string{"test:internal/cli/reload_test.go:TestReloadIsAwaited", "test:internal/cli/others_test.go:TestOneSaveOfEach", "test:internal/lab/qlik/faults_test.go:TestReload"}},
		{"others' sign-in changed with the pattern", []string{"fault:pattern-shared", "variant:prefix", "test:checks/kerberos/room_test.go:TestRoom"}},
		{"the Kerberos switch off again by a script", []string{"fault:kerberos-reset-by-script", "test:internal/cli/others_test.go:TestSwitchedOffAgain", "test:internal/qlik/shape_test.go:TestUnknownMembersSurvive"}},
		{"400 or 431 for users in many groups", []string{"fault:headers-too-long"}},
		{"409 on saving", []string{"fault:edited-meanwhile", "test:internal/qlik/lab_test.go:TestOvertaken"}},
		{"an alias by CNAME", []string{"fault:name-alias", "test:internal/netprobe/resolver_test.go:TestCanonicalName"}},
		{"the list looks right and still 403", []string{"fault:allowlist-scheme", "fault:allowlist-other-proxy", "fault:proxy-not-reloaded"}},
	}
}

// TestQlikTroublesAreThere fails when something is named here that is not there.
func TestQlikTroublesAreThere(t *testing.T) {
	t.Parallel()
	if n, m := len(switches()), len(symptoms()); n != 18 || m != 24 {
		t.Errorf("%d switches and %d symptoms, want 18 and 24", n, m)
	}
	for _, p := range slices.Concat(switches(), symptoms()) {
		if len(p.by) == 0 {
			t.Errorf("%s: nothing simulates it", p.trouble)
		}
		for _, by := range p.by {
			kind, what, _ := strings.Cut(by, ":")
			if why := absent(kind, what); why != "" {
				t.Errorf("%s: %s: %s", p.trouble, by, why)
			}
		}
	}
}

func absent(kind, what string) string {
	switch kind {
	case "fault":
		if !slices.ContainsFunc(lab.Faults(), func(f lab.Fault) bool { return f.ID == what }) {
			return "there is no such fault"
		}
	case "variant":
		if !slices.ContainsFunc(lab.Variants(), func(v lab.Variant) bool { return v.ID == what }) {
			return "there is no such variant"
		}
	case "test":
		file, name, _ := strings.Cut(what, ":")
		raw, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(file)))
		if err != nil {
			return err.Error()
		}
		if !strings.Contains(string(raw), "\nfunc "+name+"(t *testing.T)") {
			return "there is no such test"
		}
	case "not":
		if what == "" {
			return "without a reason"
		}
	default:
		return "no kind of proof"
	}
	return ""
}
