package steps

import (
	"fmt"

	"sensegate/checks"
	"sensegate/checks/access"
	"sensegate/checks/allowlist"
	"sensegate/checks/application"
	"sensegate/checks/connector"
	"sensegate/checks/delegation"
	"sensegate/checks/kerberos"
	"sensegate/checks/spn"
	"sensegate/checks/sso"
	"sensegate/checks/sync"
	"sensegate/checks/websocket"
)

// Order is the documented order. Kerberos is proved before delegation is
// touched, and delegation before single sign-on is switched on.
func Order(p Ports) []Step {
	return withTables([]Step{
		// What everything else is compared with.
		siteStep(p),
		// Users must exist on both sides.
		syncStep(p),
		// The hosts that carry the traffic.
		connectorStep(p),
		// The public address and who may use it.
		appStep(p),
		// Qlik is told about the public address.
		allowlistStep(p),
		// The name that tickets are asked for.
		spnStep(p),
		// Kerberos on the LAN, proved with a ticket.
		kerberosStep(p),
		// Only after that: acting for users.
		delegationStep(p),
		// Only after that: the switch.
		ssoStep(p),
		// From inside and from outside.
		verifyStep(p),
	})
}

// Causes is the catalogue of every cause that a check of the order can name.
func Causes() (checks.Catalogue, error) {
	cat, err := checks.NewCatalogue(
		access.Causes(), access.HostCauses(), sync.Causes(), connector.Causes(), connector.HostCauses(), application.Causes(), allowlist.Causes(),
		spn.Causes(), spn.RunsCauses(), kerberos.Causes(), delegation.Causes(), sso.Causes(), websocket.Causes(),
	)
	if err != nil {
		return nil, fmt.Errorf("joining the causes of all rooms: %w", err)
	}
	return withAlternatives(cat), nil
}

// FindStep finds a step by its id or by the older name of the allow list.
func FindStep(order []Step, id string) (Step, bool) {
	if id == "whitelist" {
		id = string(allowlist.Step)
	}
	for _, s := range order {
		if string(s.ID) == id {
			return s, true
		}
	}
	return Step{}, false
}

const (
	guideSource    = "Qlik Community guide, January 2019"
	tutorialSource = "Microsoft tutorial for Qlik Sense"
)
