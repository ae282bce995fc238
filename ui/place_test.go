package ui

import (
	"strings"
	"testing"

	"sensegate/checks"
)

// twoWays gives the finding of the name three ways to mend it.
func twoWays(w *world) checks.Catalogue {
	cat := w.causes()
	c := cat["spn.missing"]
	c.Fixes = append(c.Fixes,
		checks.Fix{Who: checks.ADAdmin, Text: "The same in PowerShell.", Command: "Set-ADUser -Identity {account-name} -ServicePrincipalNames @{Add={spn}}", Shell: checks.PowerShell},
		checks.Fix{Who: checks.ADAdmin, Text: "The same by clicking.", Command: "ADUC > {account-name} > Attribute Editor", Shell: checks.Portal})
	cat["spn.missing"] = c
	return cat
}

// TestOneKeyGoesThroughTheWays: the same fix as a command, in PowerShell and by
// clicking, one at a time; what is copied is what is shown.
func TestOneKeyGoesThroughTheWays(t *testing.T) {
	bubble(t, "ways", func(t *testing.T) {
		w := newWorld().healthy()
		w.ways = true
		d := started(t, w, 120, 40).at("spn")
		for _, want := range []string{"setspn.exe -U -S HTTP/sense.contoso.test", "Set-ADUser -Identity 'qlik'", "ADUC > qlik > Attribute Editor", "setspn.exe -U -S HTTP/sense.contoso.test"} {
			d.shows("fix       register HTTP/sense.contoso.test for qlik (AD administrator)", want)
			for _, other := range []string{"setspn.exe -U -S", "Set-ADUser -Identity", "ADUC >"} {
				if !strings.HasPrefix(want, other) && strings.Contains(d.screen(), other) {
					t.Errorf("%s is shown beside %s:\n%s", other, want, d.screen())
				}
			}
			d.copy = nil
			d.keys("c")
			if len(d.copy) != 1 || !strings.HasPrefix(d.copy[0], want) {
				t.Errorf("copied %q, not %q", d.copy, want)
			}
			d.keys("v")
		}
		d.shows("fixes are shown in PowerShell")
	})
}
