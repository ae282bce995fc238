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
			again(checks.ADAdmin, checks.PowerShell, "Set-ADComputer -Identity {connector} -Add @{'msDS-AllowedToDelegateTo'={spn}}; Set-ADAccountControl -Identity {computer} -TrustedToAuthForDelegation $true"),
		},
	}
}

// resourceBased says that only the descriptor of Qlik's account can allow the
// connector: they are in different domains, or it is done so already.
func resourceBased(service, computer fact.Account) bool {
	return !strings.EqualFold(service.Domain, computer.Domain) || delegation.Acting(service, computer) && len(computer.DelegateTo) == 0
}

// allowActing adds the computer to those who may act for users towards Qlik's
// account.
func allowActing(ctx context.Context, p Ports, w Writers, service, computer fact.Account) Change {
	const attribute = "msDS-AllowedToActOnBehalfOfOtherIdentity"
	var also []Equivalent
	// Without the descriptor that is there now, LDIF would drop who is in it.
	if raw, err := p.Directory.ActingDescriptor(ctx, service.DN, append(slices.Clone(service.ActOnBehalf), computer.SID)...); err == nil {
		also = append(also, inLDIF(service.DN, ldifPart{"replace", attribute, []string{string(raw)}}))
	}
	account := checks.Quote(service.SAM, checks.PowerShell)
	return undoable(p, w, Change{
		ID: "delegation.acting", Target: service.SAM + " (" + service.DN + ")", Field: attribute,
		Before: service.ActOnBehalf, After: append(slices.Clone(service.ActOnBehalf), computer.SID),
		Command: "Set-" + cmdlet(service) + " -Identity " + account + " -PrincipalsAllowedToDelegateToAccount (@((Get-" + cmdlet(service) + " " + account + " -Properties PrincipalsAllowedToDelegateToAccount).PrincipalsAllowedToDelegateToAccount) + (Get-ADComputer " +
			checks.Quote(strings.TrimSuffix(computer.SAM, "$"), checks.PowerShell) + " -Server " + checks.Quote(computer.Domain, checks.PowerShell) + "))", Shell: checks.PowerShell,
		Also:    also,
		Affects: computer.SAM + " may act for users towards Qlik; nobody notices yet",
		Right:   writeRight(service, attribute),
		Undo:    "takes the one entry out again; the others stay",
		Danger:  Typed, Confirm: service.SAM,
		Do:    func(ctx context.Context) error { return w.Directory.AllowActing(ctx, service.DN, computer.SID) },
		Trace: Trace{Object: service.DN, Account: service.SAM, Value: computer.SID},
	})
}

// trustRight says whether we hold the user right that both writes ask for. It
// cannot be read over LDAP; who is an administrator has it by default.
func trustRight(ctx context.Context, p Ports) string {
	groups, err := p.Directory.Rights(ctx)
	if err != nil || groups == nil {
		return seEnableDelegation
	}
	if slices.ContainsFunc(groups, func(sid string) bool {
		domain := strings.HasPrefix(sid, "S-1-5-21-")
		return sid == "S-1-5-32-544" || domain && (strings.HasSuffix(sid, "-512") || strings.HasSuffix(sid, "-519"))
	}) {
		return seEnableDelegation + " (you are one)"
	}
	return seEnableDelegation + " (you seem not to be one)"
}

// seEnableDelegation is the user right that both writes ask for.
const seEnableDelegation = "domain administrator (\"enable accounts to be trusted for delegation\" on the domain controller)"

// auditorsNote tells in advance what the two usual tools make of the changes.
const auditorsNote = "What auditors will say: BloodHound draws an edge AllowedToDelegate (AllowedToAct for the resource-based form) from each connector to Qlik's account and marks protocol transition (trustedtoauth); " +
	"PingCastle lists the connectors under delegations and takes points only where a domain controller is the target. Both are what this single sign-on needs; the check on auditors shows them by name."

func delegationPlan(p Ports) PlanFunc {
	return func(ctx context.Context, env checks.Env, w Writers) (Plan, error) {
		name := env.Site.SPN()
		plan := Plan{Step: delegation.Step, Title: "Delegation rights", Notes: []string{
			"Written to one domain controller and read back there; the others follow within about 15 seconds.",
			"Connectors keep tickets for up to 15 minutes: restart WAPCSvc on them to see the change at once.",
		}}
		service, err := p.Directory.Account(ctx, env.Site.Qlik.ServiceAccount)
		if err != nil {
			return plan, fmt.Errorf("reading %s: %w", env.Site.Qlik.ServiceAccount, err)
		}
		right := trustRight(ctx, p)
		for _, h := range env.Site.Connector.Hosts {
			a, err := p.Directory.Account(ctx, h.ComputerAccount())
			if err != nil {
				return plan, fmt.Errorf("reading %s: %w", h.ComputerAccount(), err)
			}
			if resourceBased(service, a) {
				if !delegation.Acting(service, a) {
					c := allowActing(ctx, p, w, service, a)
					plan.Changes = append(plan.Changes, c)
					service.ActOnBehalf = c.After // the next one adds to it
				}
				continue
			}
			if !slices.ContainsFunc(a.DelegateTo, func(s string) bool { return strings.EqualFold(s, name) }) {
				plan.Changes = append(plan.Changes, allow(p, w, a, name, right))
			}
			if !a.ProtocolTransition() {
				plan.Changes = append(plan.Changes, anyProtocol(p, w, a, right))
			}
		}
		if len(plan.Changes) > 0 {
			plan.Notes = append(plan.Notes, auditorsNote)
		}
		return plan, nil
	}
}

func allow(p Ports, w Writers, a fact.Account, name, right string) Change {
	computer := checks.Quote(strings.TrimSuffix(a.SAM, "$"), checks.PowerShell)
	return undoable(p, w, Change{
		ID: "delegation.allow", Target: a.SAM + " (" + a.DN + ")", Field: "msDS-AllowedToDelegateTo",
		Before: a.DelegateTo, After: append(slices.Clone(a.DelegateTo), name),
		Command: "Set-ADComputer -Identity " + computer + " -Add @{'msDS-AllowedToDelegateTo'=" + checks.Quote(name, checks.PowerShell) + "}", Shell: checks.PowerShell,
		Also:    []Equivalent{inLDIF(a.DN, ldifPart{"add", "msDS-AllowedToDelegateTo", []string{name}})},
		Affects: "the connector may act for users towards Qlik; nobody notices yet",
		Right:   right,
		Undo:    "removes the one value again",
		Danger:  Typed, Confirm: strings.TrimSuffix(a.SAM, "$"),
		Do:    func(ctx context.Context) error { return w.Directory.AddDelegation(ctx, a.DN, name) },
		Trace: Trace{Object: a.DN, Account: a.SAM, Value: name},
	})
}

func anyProtocol(p Ports, w Writers, a fact.Account, right string) Change {
	computer := checks.Quote(a.SAM, checks.PowerShell)
	return undoable(p, w, Change{
		ID: "delegation.protocol", Target: a.SAM + " (" + a.DN + ")", Field: "userAccountControl",
		Before: protocolWord(a), After: []string{"any authentication protocol"},
		Command: "Set-ADAccountControl -Identity " + computer + " -TrustedToAuthForDelegation $true", Shell: checks.PowerShell,
		Also:    flagEquivalents(a, a.UAC, a.UAC|fact.UACTrustedToAuthDeleg),
		Affects: "the connector may name users who signed in elsewhere; nobody notices yet",
		Right:   right,
		Undo:    "clears the one flag again",
		Danger:  Typed, Confirm: strings.TrimSuffix(a.SAM, "$"),
		Do:    func(ctx context.Context) error { return w.Directory.SetProtocolTransition(ctx, a.DN, a.UAC, true) },
		Trace: Trace{Object: a.DN, Account: a.SAM},
	})
}
