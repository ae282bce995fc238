package spn

import "sensegate/checks"

// Causes explains why an assertion of this step may not hold.
func Causes() []checks.Cause {
	add := checks.Fix{Who: checks.ADAdmin, Text: "Register the name on the account.", Command: "setspn.exe -U -S {spn} {account}", Shell: checks.Cmd}
	who := checks.Fix{Who: checks.ADAdmin, Text: "See who holds it.", Command: "setspn.exe -F -Q {spn}", Shell: checks.Cmd}
	return append([]checks.Cause{
		{
			ID: "spn.account-missing", Title: "The service account does not exist",
			Because: "The name in qlik.service_account is not an account of this domain.",
			More:    "The account is the one that runs the Qlik Sense Proxy Service: look in the Windows services, column Log On As.",
			Fixes:   []checks.Fix{{Who: checks.QlikAdmin, Text: "Look which account runs the proxy.", Command: "Get-CimInstance Win32_Service -Filter \"Name='QlikSenseProxyService'\" | Select-Object StartName", Shell: checks.PowerShell}},
		},
		{
			ID: "spn.account-disabled", Title: "The service account is disabled",
			Because: "No ticket is made for an account that is disabled or expired.",
			More:    "A service that already runs goes on running; the next start fails, and so does every new ticket.",
			Fixes:   []checks.Fix{{Who: checks.ADAdmin, Text: "Enable the account.", Command: "Enable-ADAccount -Identity {account-name}", Shell: checks.PowerShell}},
		},
		{
			ID: "spn.missing", Title: "The service principal name is not registered",
			Because: "It was never registered; browsers then fall back to NTLM, which the proxy cannot pass on.",
			More: "A service principal name (SPN) tells the domain controller whose key a ticket is made with. The class is HTTP for https too, the host is what users type, and there is no port. " +
				"-S refuses a duplicate before it writes; -U says that the account is a user.",
			Fixes: []checks.Fix{add, {Who: checks.ADAdmin, Text: "The same in PowerShell.", Command: "Set-ADUser -Identity {account-name} -ServicePrincipalNames @{Add={spn}}", Shell: checks.PowerShell}},
			Docs:  "https://learn.microsoft.com/windows-server/administration/windows-commands/setspn",
		},
		{
			ID: "spn.wrong-owner", Title: "The name belongs to another account",
			Because: "Tickets are made with the key of {holder}; the account that runs Qlik cannot open them.",
			More:    "This is the silent one: a ticket is obtained, and Qlik still refuses it (KRB_AP_ERR_MODIFIED). The name must be moved to the account that runs the proxy.",
			Fixes: []checks.Fix{
				{Who: checks.ADAdmin, Text: "Take the name from the wrong account.", Command: "setspn.exe -D {spn} {holder}", Shell: checks.Cmd},
				add,
			},
		},
		{
			ID: "spn.duplicate", Title: "Two accounts hold the name",
			Because: "{holder} holds it too, so the domain controller cannot choose and answers that the service is unknown.",
			More:    "Domain controllers since 2012 R2 refuse duplicates, yet they arise from restores, from times of replication trouble, and where the check was switched off.",
			Fixes: []checks.Fix{
				{Who: checks.ADAdmin, Text: "Take the name from the account that does not run Qlik.", Command: "setspn.exe -D {spn} {holder}", Shell: checks.Cmd},
				who,
			},
		},
		{
			ID: "spn.host-alias", Title: "A computer stands for the name through HOST",
			Because: "{holder} holds HOST for this host, which covers HTTP as well.",
			More:    "HOST is short for some fifty service classes, HTTP among them. The explicit name wins at the domain controller, but joins and renames of that computer will collide with it. Publish Qlik under a name of its own.",
			Fixes:   []checks.Fix{{Who: checks.ADAdmin, Text: "Give Qlik a host name that no computer bears, or take HOST/{internal-host} from {holder}.", Command: "setspn.exe -D HOST/{internal-host} {holder}", Shell: checks.Cmd}},
		},
		{
			ID: "spn.cname", Title: "The internal name is an alias",
			Because: "Browsers follow the alias and ask for a ticket for {canonical} instead.",
			More:    "Chromium and Windows build the service name from the canonical name. The connector does not, so the inside test and the outside test would differ.",
			Fixes:   []checks.Fix{{Who: checks.NetworkAdmin, Text: "Replace the CNAME of {internal-host} by an A record."}},
		},
		{
			ID: "spn.no-aes", Title: "The account has no AES keys",
			Because: "The account is limited to RC4, or its password is older than AES in this domain.",
			More: "From July 2026 on domain controllers no longer fall back to RC4 for accounts that do not ask for it. Tick AES for the account; if its password is very old, set it again, " +
				"for only then are AES keys made. Qlik's services must be given the new password in the same hour.",
			Fixes: []checks.Fix{
				{Who: checks.ADAdmin, Text: "Allow AES for the account.", Command: "Set-ADUser -Identity {account-name} -KerberosEncryptionType AES128,AES256", Shell: checks.PowerShell},
				{Who: checks.ADAdmin, Text: "Then set its password again, and enter it in the Qlik services.", Command: "Set-ADAccountPassword -Identity {account-name} -Reset", Shell: checks.PowerShell},
			},
			Docs: "Microsoft support article KB5073381",
		},
	}, nameCauses()...)
}
