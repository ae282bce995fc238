package steps

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"sensegate/checks"
	"sensegate/checks/spn"
	"sensegate/internal/fact"
)

func spnStep(p Ports) Step {
	return Step{
		ID: spn.Step, Title: "Service principal name", Short: "Service name",
		What:     "Kerberos finds Qlik by a name, not by an address. That name must belong to the account that runs the Qlik proxy, and to nobody else.",
		Why:      "The domain controller encrypts tickets with the key of the name's owner; only Qlik's own account can open them.",
		Seed:     "If the proxy runs as a domain account, a service principal name HTTP/host must be made for it, and its existence verified.",
		SeedFrom: guideSource,
		Checks:   spn.Checks(spn.Ports{Directory: p.Directory, KDC: p.Kerberos, Resolver: p.Resolver, Hosts: p.Hosts}),
		Plan:     spnPlan(p),
		Manual: []Instruction{
			{Who: "AD administrator", Where: "cmd", Do: "Register the name on the account.", Command: "setspn.exe -U -S {spn} {account}"},
			{Who: "AD administrator", Where: "powershell", Do: inPowerShell, Command: "Set-ADUser -Identity {account-name} -ServicePrincipalNames @{Add={spn}}"},
			asRemedy(directoryByOther(), "spn.missing"),
			{Who: "AD administrator", Where: "portal", Do: "The same as LDIF, for ldifde or ldapmodify.", Command: "dn: <the account's distinguished name> | changetype: modify | add: servicePrincipalName | servicePrincipalName: {spn}"},
			{Who: "AD administrator", Where: "cmd", Do: "See who holds the name in the forest.", Command: "setspn.exe -F -Q {spn}"},
			asRemedy(directoryByOther(), "spn.duplicate"),
			{Who: "AD administrator", Where: "cmd", Do: "See what the account holds.", Command: "setspn.exe -L {account}"},
			again(checks.ADAdmin, checks.PowerShell, "Get-ADUser -Identity {account-name} -Properties servicePrincipalName"),
		},
	}
}

// spnPlan registers the name on the service account, and takes it from others
// first. Both are moves of a service name: they ask for a typed one.
func spnPlan(p Ports) PlanFunc {
	return func(ctx context.Context, env checks.Env, w Writers) (Plan, error) {
		s := env.Site
		name := s.SPN()
		plan := Plan{Step: spn.Step, Title: "Service principal name", Notes: []string{
			"Written to one domain controller and read back there; the others follow within about 15 seconds.",
		}}
		service, err := p.Directory.Account(ctx, s.Qlik.ServiceAccount)
		if err != nil {
			return plan, fmt.Errorf("reading %s: %w", s.Qlik.ServiceAccount, err)
		}
		holders, err := p.Directory.Holders(ctx, name)
		if err != nil {
			return plan, fmt.Errorf("looking for holders of %s: %w", name, err)
		}
		owned := false
		for _, h := range holders {
			if strings.EqualFold(h.DN, service.DN) {
				owned = true
				continue
			}
			plan.Changes = append(plan.Changes, takeName(p, w, h, name))
		}
		if !owned {
			plan.Changes = append(plan.Changes, giveName(p, w, service, s.Qlik.ServiceAccount, name))
		}
		if service.EncTypes > 0 && service.EncTypes&0x18 == 0 {
			plan.Changes = append(plan.Changes, allowAES(p, w, service))
			plan.Notes = append(plan.Notes, "AES keys are made when the password is set next: set it again, and enter it in the Qlik services in the same hour.")
		}
		return plan, nil
	}
}

// allowAES adds both AES types to what an account allows, and leaves the rest.
func allowAES(p Ports, w Writers, a fact.Account) Change {
	const aes = 0x8 | 0x10
	after := a.EncTypes | aes
	return undoable(p, w, Change{
		ID: "spn.aes", Target: a.SAM + " (" + a.DN + ")", Field: "msDS-SupportedEncryptionTypes",
		Before: []string{strconv.Itoa(a.EncTypes)}, After: []string{strconv.Itoa(after)},
		Command: "Set-" + cmdlet(a) + " -Identity " + checks.Quote(a.SAM, checks.PowerShell) + " -KerberosEncryptionType AES128,AES256", Shell: checks.PowerShell,
		Also:    []Equivalent{inLDIF(a.DN, ldifPart{"replace", "msDS-SupportedEncryptionTypes", []string{strconv.Itoa(after)}})},
		Affects: "tickets issued after this; services with an old keytab would not open them",
		Right:   writeRight(a, "msDS-SupportedEncryptionTypes"),
		Undo:    "puts the number back to " + strconv.Itoa(a.EncTypes),
		Danger:  Typed, Confirm: a.SAM,
		Do:    func(ctx context.Context) error { return w.Directory.SetEncryption(ctx, a.DN, a.EncTypes, after) },
		Trace: Trace{Object: a.DN, Account: a.SAM},
	})
}

func giveName(p Ports, w Writers, a fact.Account, account, name string) Change {
	return undoable(p, w, Change{
		ID: "spn.add", Target: account + " (" + a.DN + ")", Field: "servicePrincipalName",
		Before: a.SPNs, After: append(slices.Clone(a.SPNs), name),
		Command: "setspn.exe " + kindSwitch(a) + " -S " + checks.Quote(name, checks.Cmd) + " " + checks.Quote(account, checks.Cmd), Shell: checks.Cmd,
		Also:    nameEquivalents(a, "add", name),
		Affects: "users who sign in after this; tickets already issued stay valid",
		Right:   writeRight(a, "servicePrincipalName"),
		Undo:    "removes the one value again",
		Danger:  Typed, Confirm: a.SAM,
		Do:    func(ctx context.Context) error { return w.Directory.AddSPN(ctx, a.DN, name) },
		Trace: Trace{Object: a.DN, Account: a.SAM, Value: name},
	})
}

// kindSwitch tells setspn which of two accounts of one name is meant; managed
// service accounts count as computers.
func kindSwitch(a fact.Account) string {
	if a.Computer || a.Managed {
		return "-C"
	}
	return "-U"
}

func takeName(p Ports, w Writers, a fact.Account, name string) Change {
	return undoable(p, w, Change{
		ID: "spn.take", Target: a.SAM + " (" + a.DN + ")", Field: "servicePrincipalName",
		Before: a.SPNs, After: without(a.SPNs, name),
		Command: "setspn.exe -D " + checks.Quote(name, checks.Cmd) + " " + checks.Quote(a.SAM, checks.Cmd), Shell: checks.Cmd,
		Also:    nameEquivalents(a, "delete", name),
		Affects: "whatever runs as " + a.SAM + " under this name: its Kerberos sign-in ends",
		Right:   writeRight(a, "servicePrincipalName"),
		Undo:    "gives the one value back",
		Danger:  Typed, Confirm: a.SAM,
		Do:    func(ctx context.Context) error { return w.Directory.RemoveSPN(ctx, a.DN, name) },
		Trace: Trace{Object: a.DN, Account: a.SAM, Value: name},
	})
}

// writeRight says whether the signed-in user may write an attribute, as far as
// the directory tells.
func writeRight(a fact.Account, attribute string) string {
	need := "write access to " + attribute + " of that account"
	if a.Writable == nil {
		return need
	}
	if slices.ContainsFunc(a.Writable, func(w string) bool { return strings.EqualFold(w, attribute) }) {
		return need + " (you have it)"
	}
	return need + " (you seem not to have it)"
}

func without(list []string, v string) []string {
	out := make([]string, 0, len(list))
	for _, x := range list {
		if !strings.EqualFold(x, v) {
			out = append(out, x)
		}
	}
	return out
}
