package lab

import (
	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/directory"
)

// holderTraps are about the account that runs Qlik, and about names that others
// hold.
func holderTraps() []trap {
	const spns = "servicePrincipalName"
	service := contoso.ServiceAccount
	// move gives Qlik's name to another account.
	move := func(to string, before func(*directory.Tx) error) func(*Lab) error {
		return inDirectory(func(tx *directory.Tx) error {
			if before != nil {
				if err := before(tx); err != nil {
					return err
				}
			}
			if err := tx.Remove(service, spns, contoso.SPN); err != nil {
				return err
			}
			return tx.Add(to, spns, contoso.SPN)
		})
	}
	return []trap{
		{
			Fault: Fault{
				ID: "service-account-missing", Step: "spn", Check: "spn.account", Cause: "spn.account-missing",
				Title: "the account that runs Qlik was renamed",
				Note:  "Its sAMAccountName changed, the services go on until their next start, and every note about it is wrong.",
			},
			set: inDirectory(func(tx *directory.Tx) error { return tx.Set(service, "sAMAccountName", "svc-qlik-sense") }),
		},
		{
			Fault: Fault{
				ID: "service-account-expired", Step: "spn", Check: "spn.account", Cause: "spn.account-disabled",
				Title: "the account that runs Qlik has expired",
				Note:  "Accounts for projects get an end date. The account page shows it as enabled; the KDC makes no ticket for it.",
			},
			set: inDirectory(func(tx *directory.Tx) error { return tx.Set(service, "accountExpires", "132539328000000000") }),
		},
		{
			Fault: Fault{
				ID: "spn-on-disabled", Step: "spn", Check: "spn.owner", Cause: "spn.wrong-owner",
				Title: contoso.SPN + " is on a disabled account",
				Note:  "The account of the installation before. It holds the name for ever, and the KDC answers that the service is unknown.",
			},
			after: registered,
			set:   move("former", nil),
		},
		{
			Fault: Fault{
				ID: "spn-on-gmsa", Step: "spn", Check: "spn.owner", Cause: "spn.wrong-owner",
				Title: contoso.SPN + " is on a managed service account that Qlik does not run as",
				Note:  "Somebody prepared a move to a group managed service account and stopped half-way. Only domain controllers know its key.",
			},
			after: registered,
			set: move("gmsa-sense$", func(tx *directory.Tx) error {
				if _, there := tx.Account("gmsa-sense$"); there {
					return nil
				}
				return tx.Create("CN=gmsa-sense,CN=Managed Service Accounts,"+contoso.BaseDN, map[string][]string{
					"objectClass":    {"top", "person", "organizationalPerson", "user", "computer", "msDS-GroupManagedServiceAccount"},
					"sAMAccountName": {"gmsa-sense$"}, "dNSHostName": {"gmsa-sense." + contoso.Domain}, "msDS-SupportedEncryptionTypes": {"28"},
				})
			}),
		},
		{
			Fault: Fault{
				ID: "service-password-old", Step: "spn", Check: "spn.aes", Cause: "spn.password-old",
				Title: "the service account's password is older than its AES setting",
				Note:  "AES is ticked and there are no AES keys: those are made when a password is set. Until 2026 the KDC fell back to RC4 without a word.",
			},
			set: inDirectory(func(tx *directory.Tx) error {
				if err := tx.Set(service, "msDS-SupportedEncryptionTypes", "24"); err != nil {
					return err
				}
				return tx.KeepOldKeys(service)
			}),
		},
		{
			Fault: Fault{
				ID: "spn-machine-name", Step: "spn", Check: "spn.alias", Cause: "spn.machine-name", Warning: true,
				Title: "a computer is called " + contoso.QlikHost,
				Note:  "It has not registered HOST for that name yet; at its next start it will try to, and stand for HTTP as well.",
			},
			set: inDirectory(func(tx *directory.Tx) error { return tx.Set("PRINT01$", "dNSHostName", contoso.QlikHost) }),
		},
		{
			Fault: Fault{
				ID: "spn-short-elsewhere", Step: "spn", Check: "spn.names", Cause: "spn.name-elsewhere", Warning: true,
				Title: "the short name HTTP/sense is on another account",
				Note:  "Whoever types https://sense gets a ticket that Qlik cannot open. From outside nobody notices.",
			},
			set: inDirectory(func(tx *directory.Tx) error { return tx.Add("svc-intranet", spns, "HTTP/sense") }),
		},
		{
			Fault: Fault{
				ID: "spn-forest-duplicates", Step: "spn", Check: "spn.forest", Cause: "spn.forest-duplicates", Warning: true,
				Title: "another name of the forest is held by two accounts",
				Note:  "Left over from a restore. Qlik is not touched; it shows that domain controllers did not refuse it.",
			},
			set: inDirectory(func(tx *directory.Tx) error {
				if err := tx.Add("svc-intranet", spns, "MSSQLSvc/reports."+contoso.Domain); err != nil {
					return err
				}
				return tx.Add("PRINT01$", spns, "mssqlsvc/REPORTS."+contoso.Domain)
			}),
		},
	}
}
