package steps

import (
	"strings"

	"sensegate/checks"
)

// undoCommand is what takes a change back by hand, and where it is typed.
func undoCommand(c Change) (string, checks.Shell) {
	t := c.Trace
	ps := func(v string) string { return checks.Quote(v, checks.PowerShell) }
	computer := strings.TrimSuffix(t.Account, "$")
	switch c.ID {
	case "spn.add":
		return "setspn.exe -D " + checks.Quote(t.Value, checks.Cmd) + " " + checks.Quote(t.Account, checks.Cmd), checks.Cmd
	case "spn.take":
		return "setspn.exe -S " + checks.Quote(t.Value, checks.Cmd) + " " + checks.Quote(t.Account, checks.Cmd), checks.Cmd
	case "spn.aes":
		return "Set-ADObject -Identity " + ps(t.Object) + " -Replace @{'msDS-SupportedEncryptionTypes'=" + ps(strings.Join(c.Before, "")) + "}", checks.PowerShell
	case "delegation.allow":
		return "Set-ADComputer -Identity " + ps(computer) + " -Remove @{'msDS-AllowedToDelegateTo'=" + ps(t.Value) + "}", checks.PowerShell
	case "delegation.protocol":
		return "Set-ADAccountControl -Identity " + ps(t.Account) + " -TrustedToAuthForDelegation $false", checks.PowerShell
	case "delegation.acting":
		account := ps(t.Account)
		return "Set-ADUser -Identity " + account + " -PrincipalsAllowedToDelegateToAccount @((Get-ADUser " + account +
			" -Properties PrincipalsAllowedToDelegateToAccount).PrincipalsAllowedToDelegateToAccount | Where-Object { (Get-ADObject $_ -Properties objectSid).objectSid -ne " + ps(t.Value) + " })", checks.PowerShell
	case "allowlist.add":
		return "QMC > Virtual proxies > " + strings.TrimPrefix(c.Target, "virtual proxy ") + " > Advanced > Host allow list: " + list(c.Before), checks.QMC
	case "kerberos.pattern":
		return "QMC > Virtual proxies > " + strings.TrimPrefix(c.Target, "virtual proxy ") + " > Authentication > Windows authentication pattern: " + list(c.Before), checks.QMC
	case "kerberos.switch":
		return "QMC > Proxies > " + strings.TrimPrefix(c.Target, "proxy ") + " > Ports > Kerberos authentication: off", checks.QMC
	case "app.publish", "app.publish-second":
		name := strings.TrimSuffix(c.Target, " (enterprise application)")
		if len(c.Before) > 0 {
			return "Entra admin center > Enterprise applications > " + name + " > Application proxy: " + list(c.Before), checks.Portal
		}
		return "Entra admin center > Enterprise applications > " + name + " > Properties > Delete", checks.Portal
	case "sso.enable":
		name := strings.TrimSuffix(c.Target, " (enterprise application)")
		return "Entra admin center > Enterprise applications > " + name + " > Single sign-on: " + list(c.Before), checks.Portal
	}
	return c.Undo, checks.NoShell
}
