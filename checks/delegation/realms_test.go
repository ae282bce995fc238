package delegation_test

import (
	"errors"
	"strings"
	"testing"

	"sensegate/checks"
	"sensegate/checks/checkstest"
	"sensegate/internal/fact"
)

// TestAcrossDomains: a rehearsal that the KDC sends to another realm is not the
// customer's fault and proves nothing; the reason and the three ways are told.
func TestAcrossDomains(t *testing.T) {
	const reason = "delegation across domains cannot be rehearsed from here: the KDC refers to realm EMEA.CONTOSO.TEST"
	d := healthy()
	d.fails["rehearsal"] = &fact.Error{Kind: fact.Unsupported, System: "KDC", Op: "exchanging the user's ticket for one to the service", Err: errors.New(reason)}
	r := room(d).Ask(t, "delegation.rehearsal", checkstest.Site(), nil)
	if r.Status != checks.Unknown || r.Reason != checks.NoEvidence || r.Cause != "" || !strings.Contains(r.Seen, reason) {
		t.Errorf("%s %s %s: %s", r.Status, r.Reason, r.Cause, r.Seen)
	}
	var ways []string
	for _, e := range r.Evidence {
		ways = append(ways, e.Name)
	}
	if strings.Join(ways, ", ") != "way 1, way 2, way 3" {
		t.Errorf("told are %v", ways)
	}
}
