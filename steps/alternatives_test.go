package steps_test

import (
	"slices"
	"testing"

	"sensegate/checks"
)

// TestEveryRoleHasItsWay: what a cause asks of somebody can be done where that
// role usually works; a network administrator's boxes and one's own mind have
// no commands.
func TestEveryRoleHasItsWay(t *testing.T) {
	natural := map[checks.Role][]checks.Shell{
		checks.EntraAdmin: {checks.Portal, checks.PowerShell},
		checks.ADAdmin:    {checks.PowerShell, checks.Cmd},
		checks.QlikAdmin:  {checks.QMC, checks.PowerShell, checks.Cmd},
		checks.HostAdmin:  {checks.PowerShell, checks.Cmd, checks.Portal},
	}
	// What is decided rather than typed: which server, how many, which account.
	decided := []checks.CauseID{"connector.os-old", "connector.single", "connector.proxy-discovered", "delegation.computer-refused", "delegation.user-unknown"}
	for id, c := range catalogue(t) {
		asked := map[checks.Role]bool{}
		for _, f := range c.Fixes {
			asked[f.Who] = asked[f.Who] || slices.Contains(natural[f.Who], f.Shell)
		}
		for who, has := range asked {
			if _, works := natural[who]; works && !has && !slices.Contains(decided, id) {
				t.Errorf("%s: %s has no way of the kind they use", id, who)
			}
		}
	}
}

// TestAlternatives: what says that it is the same again stands behind what it
// repeats, is for the same role, and is done in another place.
func TestAlternatives(t *testing.T) {
	n := map[checks.Shell]int{}
	for id, c := range catalogue(t) {
		for i, f := range c.Fixes {
			if !(checks.Remedy{Text: f.Text}).Again() {
				continue
			}
			n[f.Shell]++
			if i == 0 || f.Command == "" {
				t.Errorf("%s: %q repeats nothing", id, f.Text)
				continue
			}
			if before := c.Fixes[i-1]; before.Who != f.Who || before.Shell == f.Shell {
				t.Errorf("%s: %q (%s, %s) is no other way of %q (%s, %s)", id, f.Command, f.Who, f.Shell, before.Command, before.Who, before.Shell)
			}
		}
	}
	if n[checks.PowerShell] < 20 || n[checks.Portal] < 10 {
		t.Errorf("alternatives by place: %v", n)
	}
}
