package lab

import (
	"strconv"

	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/directory"
	"sensegate/internal/lab/kdc"
	"sensegate/internal/lab/qlik"
)

// lockedNow locks an account out, as too many wrong passwords do.
func lockedNow(account string) func(*Lab) error {
	return func(l *Lab) error {
		now := directory.FileTime(l.dcClock.now())
		return l.store.Update(func(tx *directory.Tx) error { return tx.Set(account, "lockoutTime", strconv.FormatInt(now, 10)) })
	}
}

// typedTraps are about a locked account, and about a name that people type.
func typedTraps() []trap {
	return []trap{
		{
			Fault: Fault{
				ID: "service-account-locked", Step: "spn", Check: "spn.account", Cause: "spn.account-locked", Warning: true,
				Title: "the account that runs Qlik is locked out",
				Note:  "Another service goes on with its old password. Tickets for Qlik are still made; the services do not start again while it lasts.",
			},
			set: lockedNow(contoso.ServiceAccount),
		},
		{
			Fault: Fault{
				ID: "spn-second-name-missing", Step: "spn", Check: "spn.names", Cause: "spn.name-missing", Warning: true, On: []string{secondName},
				Title: "the second name that people open Qlik by is not registered",
				Note:  "Browsers that open https://bi.contoso.test fall back to NTLM without a word. From outside nobody notices.",
			},
			set: inDirectory(func(tx *directory.Tx) error {
				return tx.Remove(contoso.ServiceAccount, "servicePrincipalName", secondNameSPN)
			}),
		},
	}
}

// ticketTraps are about how tickets are made, and as whom Qlik takes them.
func ticketTraps() []trap {
	return []trap{
		{
			Fault: Fault{
				ID: "ticket-rc4", Step: "kerberos", Check: "kerberos.ticket", Cause: "kerberos.weak-ticket", Warning: true,
				Title: "tickets for Qlik are encrypted with RC4, though the account has AES keys",
				Note:  "The account allows RC4 beside AES, and a domain controller prefers it. It works until RC4 is switched off.",
			},
			set: func(l *Lab) error {
				err := l.store.Update(func(tx *directory.Tx) error {
					return tx.Set(contoso.ServiceAccount, "msDS-SupportedEncryptionTypes", strconv.Itoa(bitRC4|bitAES128|bitAES256))
				})
				if err != nil {
					return err
				}
				l.kdc.Update(func(s *kdc.State) { s.PreferRC4 = true })
				// The keytab was written with all of them.
				return l.writeKeytab(contoso.ServiceAccount)
			},
		},
		{
			Fault: Fault{
				ID: "qlik-other-user", Step: "kerberos", Check: "kerberos.accepted", Cause: "kerberos.other-user",
				Title: "Qlik takes whoever signs in for somebody else",
				Note:  "A box between browser and proxy shares one session among all, or the virtual proxy maps users. Everybody sees what that one user may see.",
			},
			after: negotiating,
			set:   inQlik(func(s *qlik.State) { s.Faults.TakenFor = "hugo" }),
		},
	}
}
