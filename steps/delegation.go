package steps

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"sensegate/checks"
	"sensegate/checks/delegation"
	"sensegate/internal/fact"
)

func delegationStep(p Ports) Step {
	return Step{
		ID: delegation.Step, Title: "Delegation rights", Short: "Delegation",
		What:     "Each connector's computer account is allowed to ask for tickets to Qlik, and only to Qlik, in users' names.",
		Why:      "It is the one right that makes a single sign-in possible, and it must be exact: one name, on every connector.",
		Seed:     "Only after Kerberos single sign-on is confirmed, give the connector hosts constrained delegation to this service principal name.",
		SeedFrom: guideSource,
		Checks:   delegation.Checks(delegation.Ports{Directory: p.Directory, Entra: p.Graph, Rehearser: p.Kerberos}),
		Plan:     delegationPlan(p),
		Manual: []Instruction{
			{Who: "AD administrator", Where: "portal", Do: "On every connector's computer account: trust for delegation to specified services only, any authentication protocol, add {spn}.", Command: "ADUC > {connector} > Delegation > Add > {account} > {spn}"},
			{Who: "AD administrator", Where: "powershell", Do: "Or in PowerShell: the name …", Command: "Set-ADComputer -Identity {connector} -Add @{'msDS-AllowedToDelegateTo'={spn}}"},
			{Who: "AD administrator", Where: "powershell", Do: "… and the protocol.", Command: "Set-ADAccountControl -Identity ({connector}+'$') -TrustedToAuthForDelegation $true"},
		},
	}
}

// seEnableDelegation is the user right that both writes ask for.
const seEnableDelegation = "domain administrator (\"enable accounts to be trusted for delegation\" on the domain controller)"

func delegationPlan(p Ports) PlanFunc {
	return func(ctx context.Context, env checks.Env, w Writers) (Plan, error) {
		name := env.Site.SPN()
		plan := Plan{Step: delegation.Step, Title: "Delegation rights", Notes: []string{
			"Written to one domain controller and read back there; the others follow within about 15 seconds.",
			"Connectors keep tickets for up to 15 minutes: restart WAPCSvc on them to see the change at once.",
		}}
		for _, h := range env.Site.Connector.Hosts {
			a, err := p.Directory.Account(ctx, h.ComputerAccount())
			if err != nil {
				return plan, fmt.Errorf("reading %s: %w", h.ComputerAccount(), err)
			}
			if !slices.ContainsFunc(a.DelegateTo, func(s string) bool { return strings.EqualFold(s, name) }) {
				plan.Changes = append(plan.Changes, allow(p, w, a, name))
			}
			if !a.ProtocolTransition() {
				plan.Changes = append(plan.Changes, anyProtocol(p, w, a))
			}
		}
		return plan, nil
	}
}

func allow(p Ports, w Writers, a fact.Account, name string) Change {
	computer := checks.Quote(strings.TrimSuffix(a.SAM, "$"), checks.PowerShell)
	return Change{
		ID: "delegation.allow", Target: a.SAM + " (" + a.DN + ")", Field: "msDS-AllowedToDelegateTo",
		Before: a.DelegateTo, After: append(slices.Clone(a.DelegateTo), name),
		Command: "Set-ADComputer -Identity " + computer + " -Add @{'msDS-AllowedToDelegateTo'=" + checks.Quote(name, checks.PowerShell) + "}", Shell: checks.PowerShell,
		Affects: "the connector may act for users towards Qlik; nobody notices yet",
		Right:   seEnableDelegation,
		Undo:    "removes the one value again",
		Danger:  Typed, Confirm: strings.TrimSuffix(a.SAM, "$"),
		Do:     func(ctx context.Context) error { return w.Directory.AddDelegation(ctx, a.DN, name) },
		Revert: func(ctx context.Context) error { return w.Directory.RemoveDelegation(ctx, a.DN, name) },
		Read:   readAccount(p, a.SAM, func(x fact.Account) []string { return x.DelegateTo }),
	}
}

func anyProtocol(p Ports, w Writers, a fact.Account) Change {
	computer := checks.Quote(a.SAM, checks.PowerShell)
	word := func(x fact.Account) []string {
		if x.ProtocolTransition() {
			return []string{"any authentication protocol"}
		}
		return []string{"Kerberos only"}
	}
	return Change{
		ID: "delegation.protocol", Target: a.SAM + " (" + a.DN + ")", Field: "userAccountControl",
		Before: word(a), After: []string{"any authentication protocol"},
		Command: "Set-ADAccountControl -Identity " + computer + " -TrustedToAuthForDelegation $true", Shell: checks.PowerShell,
		Affects: "the connector may name users who signed in elsewhere; nobody notices yet",
		Right:   seEnableDelegation,
		Undo:    "clears the one flag again",
		Danger:  Typed, Confirm: strings.TrimSuffix(a.SAM, "$"),
		Do: func(ctx context.Context) error { return w.Directory.SetProtocolTransition(ctx, a.DN, a.UAC, true) },
		Revert: func(ctx context.Context) error {
			return w.Directory.SetProtocolTransition(ctx, a.DN, a.UAC|fact.UACTrustedToAuthDeleg, false)
		},
		Read: readAccount(p, a.SAM, word),
	}
}
