package delegation_test

import (
	"slices"
	"strings"
	"testing"

	"sensegate/checks"
	"sensegate/checks/checkstest"
	"sensegate/internal/fact"
)

// TestThreeWays says, where no secret is at hand, by which ways the proof is to
// be had, each in words that can be followed.
func TestThreeWays(t *testing.T) {
	d := healthy()
	d.fails["rehearsal"] = &fact.Error{Kind: fact.Unsupported, System: "KDC", Code: "no-secret", Text: "the account's key is not at hand"}
	r := room(d).Ask(t, "delegation.rehearsal", checkstest.Site(), nil)
	if r.Status != checks.Unknown || r.Reason != checks.NoEvidence || !strings.Contains(r.Seen, "not at hand") {
		t.Fatalf("%s %s: %s", r.Status, r.Reason, r.Seen)
	}
	for way, words := range map[string][]string{
		"way 1": {"LocalSystem", "sensegate check --step delegation", "SYSTEM"},
		"way 2": {"rehearsal account", "connector.rehearsal.account", "SENSEGATE_CONNECTOR_PASSWORD"},
		"way 3": {"keytab", "connector.hosts.keytab"},
	} {
		i := slices.IndexFunc(r.Evidence, func(e checks.Evidence) bool { return e.Name == way })
		if i < 0 {
			t.Errorf("%s is not told", way)
			continue
		}
		for _, w := range words {
			if !strings.Contains(r.Evidence[i].Value, w) {
				t.Errorf("%s does not tell of %s: %s", way, w, r.Evidence[i].Value)
			}
		}
	}
}
