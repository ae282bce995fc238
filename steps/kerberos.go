package steps

import (
	"context"
	"fmt"
	"strings"

	"sensegate/checks"
	"sensegate/checks/kerberos"
	"sensegate/internal/fact"
)

// mozilla is in the user agent of every ordinary browser.
const mozilla = "Mozilla"

func kerberosStep(p Ports) Step {
	return Step{
		ID: kerberos.Step, Title: "Kerberos verification", Short: "Kerberos",
		What:     "Qlik is told to speak Kerberos with every browser, and a real ticket proves that it does.",
		Why:      "Delegation can only pass on what works on the LAN first. Nobody gets past this page without a ticket that Qlik accepted.",
		Seed:     "Change the Windows pattern to Mozilla, enable Kerberos at the proxy, and confirm a service ticket in the ticket cache. Only after that proceed to delegation.",
		SeedFrom: guideSource,
		Checks:   kerberos.Checks(kerberos.Ports{Qlik: p.Qlik, Front: p.Front, Tickets: p.Kerberos}),
		Plan:     kerberosPlan(p),
		Manual: []Instruction{
			{Who: "Qlik administrator", Where: "qmc", Do: "Set the Windows authentication pattern to Mozilla.", Command: "QMC > Virtual proxies > edit > Authentication > Windows authentication pattern"},
			asRemedy(qlikByCommand(), "kerberos.pattern-narrow"),
			{Who: "Qlik administrator", Where: "qmc", Do: "Switch on Kerberos authentication at every proxy.", Command: "QMC > Proxies > edit > Ports > Kerberos authentication"},
			again(checks.QlikAdmin, checks.PowerShell, "Get-QlikProxy -full | ForEach-Object { Update-QlikProxy -id $_.id -KerberosAuthentication $true -AllowHttp $_.settings.allowHttp }"),
			{Who: "you", Where: "cmd", Do: "Open {internal-url} in a browser on the LAN, then look for a ticket for {spn}.", Command: "klist.exe tickets"},
		},
	}
}

func kerberosPlan(p Ports) PlanFunc {
	return func(ctx context.Context, env checks.Env, w Writers) (Plan, error) {
		plan := Plan{Step: kerberos.Step, Title: "Kerberos verification", Notes: []string{"Written to the repository and read back; a ticket then proves it at the running proxy."}}
		vp, err := virtualProxy(ctx, p, env)
		if err != nil {
			return plan, err
		}
		if vp.DevicePattern != mozilla {
			affects := endsSessions + "; browsers on other systems are no longer shown the form"
			if vp.Default {
				affects += "; so is everybody who opens Qlik without a prefix, inside too"
			}
			if others := kerberos.Besides(vp, env.Site.ExternalHost()); len(others) > 0 {
				affects += ", and the pages of " + strings.Join(others, ", ")
				plan.Notes = append(plan.Notes, "Others use this virtual proxy. To leave their sign-in as it is, publish one with a prefix of its own (qlik.prefix) instead.")
			}
			plan.Changes = append(plan.Changes, undoable(p, w, Change{
				ID: "kerberos.pattern", Target: "virtual proxy " + vp.Description, Field: "windowsAuthenticationEnabledDevicePattern",
				Before: []string{vp.DevicePattern}, After: []string{mozilla},
				Command: "QMC > Virtual proxies > " + vp.Description + " > Authentication > Windows authentication pattern: Mozilla", Shell: checks.QMC,
				Affects: affects,
				Right:   "RootAdmin in Qlik; the certificate you gave counts as root",
				Undo:    "puts the pattern back to " + vp.DevicePattern,
				Do:      func(ctx context.Context) error { return w.Qlik.SetDevicePattern(ctx, vp.ID, mozilla) },
				Trace:   Trace{Object: vp.ID},
			}))
		}
		proxies, others, err := kerberos.Serving(ctx, p.Qlik, env)
		if err != nil {
			return plan, fmt.Errorf("reading the proxies: %w", err)
		}
		for _, px := range others {
			if !px.Kerberos {
				plan.Notes = append(plan.Notes, "The proxy "+px.Host+" stays as it is: it does not serve the published URL.")
			}
		}
		for _, px := range proxies {
			if !px.Kerberos {
				plan.Changes = append(plan.Changes, switchOn(p, w, px))
			}
		}
		return plan, nil
	}
}

// switchedProxy precedes the host in the target of the switch.
const switchedProxy = "proxy "

func switchOn(p Ports, w Writers, px fact.ProxyService) Change {
	return undoable(p, w, Change{
		ID: "kerberos.switch", Target: switchedProxy + px.Host, Field: "kerberosAuthentication",
		Before: []string{"off"}, After: []string{"on"},
		Command: "QMC > Proxies > " + px.Host + " > Ports > Kerberos authentication", Shell: checks.QMC,
		Affects: endsSessions + ", on every virtual proxy of this node",
		Right:   "RootAdmin in Qlik; the certificate you gave counts as root",
		Undo:    "switches it off again",
		Do:      func(ctx context.Context) error { return w.Qlik.SetKerberos(ctx, px.ID, true) },
		Trace:   Trace{Object: px.ID},
	})
}
