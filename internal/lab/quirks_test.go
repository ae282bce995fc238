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
	return []quirk{
		{name: "404 of what was just made, until the replicas know it", variants: list("slow-replicas"), tests: list("TestNewObjectsAppearLate", "TestPublishCutAnywhere")},
		{name: "404 of the publishing before the first PATCH", faults: list("app-half-made"), tests: list("TestPublishingIsNotThereBefore", "TestPublishCompletesWhatIsHalfMade")},
		{name: "200 instead of 201 for a new group", tests: list("TestConnectorsAndGroups")},
		{name: "the old group is read after the PUT", variants: list("slow-replicas"), tests: list("TestPublishingJourney")},
		{name: "without a group of its own the default one serves it", faults: list("app-wrong-group")},
		{name: "InternalUrl_Duplicate", faults: list("app-url-clash"), tests: list("TestClashes", "TestExchangeIsNeverTouched")},
		{name: "OnPremisesPublishing_NotEnabled", faults: list("proxy-disabled"), tests: list("TestTenantWithoutApplicationProxy")},
		{name: "403 without the role", faults: list("role-missing"), tests: list("TestWhoMayDoWhat")},
		{name: "429 with Retry-After", faults: list("graph-busy"), tests: list("TestThrottling", "TestGraphThrottling", "TestGraphThrottlingBeyondTheDeadline", "TestBatchThrottled")},
		{name: "two envelopes of errors", tests: list("TestGraphErrorShapes")},
		{name: "an assignment that exists is a 400", tests: list("TestAssignments", "TestPublishCutAnywhere")},
		{name: "an instantiate that was perhaps carried out", tests: list("TestInstantiateIsNotRepeated")},
		{name: "a PATCH of the settings merges", tests: list("TestPatchesMerge")},
		{name: "identifier URIs in two forms", variants: list("portal-made"), tests: list("TestIdentifierURIs")},
		{name: "nested groups are not followed", variants: list("assigned-by-group"), tests: list("TestDirectGroups")},
		{name: "AADSTS50011", faults: list("app-redirect-missing")},
		{name: "AADSTS50034", faults: list("user-unsynchronised")},
		{name: "AADSTS50053", faults: list("sign-in-locked")},
		{name: "AADSTS50055", faults: list("sign-in-password-expired")},
		{name: "AADSTS50076", faults: list("sign-in-second-factor")},
		{name: "AADSTS50105", faults: list("app-unassigned"), variants: list("assigned-by-group", "open-to-all")},
		{name: "AADSTS53003", faults: list("device-code-blocked", "sign-in-blocked"), tests: list("TestDeviceCodeRefused")},
		{name: "AADSTS65001", faults: list("sign-in-consent")},
		{name: "AADSTS700016", faults: list("sign-in-client"), tests: list("TestSignInRefusals")},
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
	for _, dir := range []string{"entra", filepath.Join("..", "graph")} {
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
