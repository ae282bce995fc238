package lab_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sensegate/internal/lab"
)

// quirk is a way in which Graph or the sign-in behaves otherwise than one
// expects. It is a fault, a variant, or what the lab plays at all times; then a
// test shows how a client lives with it.
type quirk struct {
	name                    string
	faults, variants, tests []string
}

func quirks() []quirk {
	list := func(names ...string) []string { return names }
	return slices.Concat(creating(list), serving(list), signingIn(list), pages(list))
}

// creating is what happens between the first call and a published application.
func creating(list func(...string) []string) []quirk {
	return []quirk{
		{name: "404 of what was just made, until the replicas know it", faults: list("app-not-readable"), variants: list("slow-replicas"), tests: list("TestNewObjectsAppearLate", "TestPublishCutAnywhere")},
		{name: "404 of the publishing before the first PATCH", faults: list("app-half-made"), tests: list("TestPublishingIsNotThereBefore", "TestPublishCompletesWhatIsHalfMade")},
		{name: "200 instead of 201 for a new group", faults: list("connector-group-missing"), tests: list("TestConnectorsAndGroups", "TestConnectorsArePutTogether")},
		{name: "the old group is read after the PUT", faults: list("app-group-stale"), variants: list("slow-replicas"), tests: list("TestPublishingJourney")},
		{name: "without a group of its own the default one serves it", faults: list("app-wrong-group", "connector-outside-group")},
		{name: "InternalUrl_Duplicate", faults: list("app-url-clash", "app-url-orphan"), tests: list("TestClashes", "TestExchangeIsNeverTouched")},
		{name: "Exchange's applications bear the same tag", tests: list("TestExchangeIsNeverTouched", "TestJourneys")},
		{name: "OnPremisesPublishing_NotEnabled and Application_NotFound", faults: list("proxy-disabled"), tests: list("TestTenantWithoutApplicationProxy", "TestRefusal")},
		{name: "verifiedCustomDomain, and a certificate of one's own", faults: list("custom-domain-unverified", "custom-domain-certificate", "custom-domain-other-name", "custom-domain-expired"), variants: list("custom-domain")},
		{name: "the external host ends with the tenant's label", faults: list("external-other-tenant")},
		{name: "an assignment that exists is a 400", tests: list("TestAssignments", "TestPublishCutAnywhere")},
		{name: "an instantiate that was perhaps carried out", tests: list("TestInstantiateIsNotRepeated")},
		{name: "a PATCH of the settings merges", tests: list("TestPatchesMerge")},
		{name: "identifier URIs in two forms", variants: list("portal-made"), tests: list("TestIdentifierURIs")},
		{name: "tags are replaced as a whole", faults: list("second-app-visible"), tests: list("TestPublishJourney")},
		{name: "the second application of old releases", faults: list("second-app-missing", "second-app-unassigned", "second-app-sso", "second-app-visible"), variants: list("old-release")},
	}
}

// serving is how Graph answers whoever asks.
func serving(list func(...string) []string) []quirk {
	return []quirk{
		{name: "403 without the role", faults: list("role-missing", "role-not-in-force"), tests: list("TestWhoMayDoWhat")},
		{name: "connectors are for people only", tests: list("TestWithoutAPerson", "TestWithoutAPersonRefused")},
		{name: "permissions are agreed to one by one", faults: list("write-consent"), variants: list("microsoft-client"), tests: list("TestPermissionsAreAskedForStepByStep")},
		{name: "429 with Retry-After", faults: list("graph-busy", "graph-busy-writing"), tests: list("TestThrottling", "TestGraphThrottling", "TestGraphThrottlingBeyondTheDeadline", "TestBatchThrottled")},
		{name: "two envelopes of errors, and an empty code", tests: list("TestGraphErrorShapes", "TestGraphRefusals")},
		{name: "lists in pages", tests: list("TestPagingAndFilters", "TestGraphPages", "TestLargeTenant")},
		{name: "nested groups are not followed", faults: list("app-other-unassigned"), variants: list("assigned-by-group", "assigned-besides"), tests: list("TestDirectGroups")},
		{name: "a connector that was away for ten days is gone", faults: list("connector-gone")},
		{name: "inactive, and still listed", faults: list("connector-inactive")},
		{name: "a licence that ran out leaves the configuration", faults: list("licence-missing", "user-unlicensed")},
		{name: "on or off or never: synchronisation", faults: list("sync-off", "sync-stale", "sync-staging", "sync-suspended", "sync-version-old"), variants: list("cloud-sync")},
		{name: "what only synchronised users have", faults: list("user-cloud-only", "user-guest", "user-not-joined", "user-provisioning")},
	}
}

// signingIn is every code of Entra's that somebody on the way may meet.
func signingIn(list func(...string) []string) []quirk {
	return []quirk{
		{name: "AADSTS50011", faults: list("app-redirect-missing", "verify-redirect-other")},
		{name: "AADSTS500113", faults: list("app-redirect-none")},
		{name: "AADSTS50034", faults: list("user-unsynchronised")},
		{name: "AADSTS50053", faults: list("sign-in-locked", "verify-user-locked")},
		{name: "AADSTS50055", faults: list("sign-in-password-expired")},
		{name: "AADSTS50057", faults: list("user-disabled")},
		{name: "AADSTS50059", faults: list("sign-in-no-tenant")},
		{name: "AADSTS50076", faults: list("sign-in-second-factor")},
		{name: "AADSTS50105", faults: list("app-unassigned"), variants: list("assigned-by-group", "open-to-all")},
		{name: "AADSTS53003", faults: list("device-code-blocked", "sign-in-blocked", "verify-conditions"), tests: list("TestDeviceCodeRefused")},
		{name: "AADSTS65001", faults: list("sign-in-consent", "write-consent", "verify-no-consent")},
		{name: "AADSTS700016", faults: list("sign-in-client"), tests: list("TestSignInRefusals")},
		{name: "AADSTS90002", tests: list("TestSignInRefusals")},
	}
}

// pages are the error pages of application proxy, by their status.
func pages(list func(...string) []string) []quirk {
	return []quirk{
		{name: "GatewayTimeout", faults: list("app-wrong-group"), tests: list("TestErrorPages")},
		{name: "BadGateway", faults: list("gateway-error", "app-internal-url"), tests: list("TestErrorPages")},
		{name: "BadGateway, incorrect Kerberos constrained delegation configuration", faults: list("delegation-missing", "delegation-other-spn", "delegation-kerberos-only", "spn-missing", "spn-duplicate", "sso-other-spn"), tests: list("TestErrorPages", "TestPagesAndEvents")},
		{name: "Forbidden, not assigned", faults: list("app-unassigned"), tests: list("TestErrorPages", "TestWhoIsLetIn")},
		{name: "Forbidden, groups cannot be read", faults: list("groups-unreadable"), tests: list("TestErrorPages")},
		{name: "Forbidden and 13022", faults: list("spn-on-computer", "kerberos-off", "service-password-changed"), tests: list("TestErrorPages")},
		{name: "a licence is asked for", faults: list("user-unlicensed"), tests: list("TestErrorPages", "TestLicence")},
		{name: "ConnectorError:Unauthorized", faults: list("tls-inspection"), tests: list("TestErrorPages")},
		{name: "12027, a name that is no account's", faults: list("sso-mapping")},
		{name: "the page does not name the user's mistake: its transaction does", tests: list("TestErrorPages", "TestReadProxyPage")},
		{name: "no single sign-on on the WebSocket request", tests: list("TestSocketWithoutSession", "TestSocketWithSession")},
		{name: "single sign-on off shows Qlik's own challenge", faults: list("sso-off"), tests: list("TestOutsideWithoutSingleSignOn")},
	}
}

// TestEveryQuirkIsPlayed holds the table to what there is.
func TestEveryQuirkIsPlayed(t *testing.T) {
	faults, variants := map[string]bool{}, map[string]bool{}
	for _, f := range lab.Faults() {
		faults[f.ID] = true
	}
	for _, v := range lab.Variants() {
		variants[v.ID] = true
	}
	var tests strings.Builder
	up := func(parts ...string) string { return filepath.Join(append([]string{".."}, parts...)...) }
	for _, dir := range []string{
		"entra", "appproxy", up("graph"), up("cli"), up("integration", "entra"), up("..", "checks", "websocket"), up("..", "checks", "application"),
	} {
		files, err := fs.Glob(os.DirFS(dir), "*_test.go")
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			raw, err := os.ReadFile(filepath.Join(dir, f))
			if err != nil {
				t.Fatal(err)
			}
			tests.Write(raw)
		}
	}
	for _, q := range quirks() {
		if len(slices.Concat(q.faults, q.variants, q.tests)) == 0 {
			t.Errorf("%s: nothing shows it", q.name)
		}
		for _, id := range q.faults {
			if !faults[id] {
				t.Errorf("%s: there is no fault %s", q.name, id)
			}
		}
		for _, id := range q.variants {
			if !variants[id] {
				t.Errorf("%s: there is no variant %s", q.name, id)
			}
		}
		for _, name := range q.tests {
			if !strings.Contains(tests.String(), "func "+name+"(") {
				t.Errorf("%s: there is no test %s", q.name, name)
			}
		}
	}
}
