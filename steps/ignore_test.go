package steps_test

import (
	"errors"
	"testing"

	"sensegate/checks/delegation"
	"sensegate/checks/kerberos"
	"sensegate/checks/sso"
	"sensegate/internal/site"
	"sensegate/steps"
)

// TestMayIgnore lets every check be ignored with a reason, but for those that
// guard the order: all of them, none else.
func TestMayIgnore(t *testing.T) {
	order := steps.Order(steps.Ports{})
	protected := 0
	for _, s := range order {
		for _, c := range s.Checks {
			err := steps.MayIgnore(order, site.Ignored{Check: string(c.ID), Reason: "known"})
			guards := s.ID == kerberos.Step || s.ID == delegation.Step || s.ID == sso.Step
			if guards {
				protected++
			}
			if errors.Is(err, steps.ErrProtected) != guards || !guards && err != nil {
				t.Errorf("%s: %v", c.ID, err)
			}
			if err := steps.MayIgnore(order, site.Ignored{Check: string(c.ID), Reason: " "}); err == nil {
				t.Errorf("%s may be ignored without a reason", c.ID)
			}
		}
	}
	if protected < 10 {
		t.Errorf("only %d checks guard the order", protected)
	}
	for _, id := range []string{"", "*", "all", "ALL", "sync", "kerberos", "no.such"} {
		if steps.MayIgnore(order, site.Ignored{Check: id, Reason: "known"}) == nil {
			t.Errorf("%q may be ignored", id)
		}
	}
}
