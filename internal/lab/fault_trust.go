package lab

import (
	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/directory"
	"sensegate/internal/lab/directory/security"
)

// trustTraps are about who may act for users, beside the list itself.
func trustTraps() []trap {
	const list = "msDS-AllowedToDelegateTo"
	account := second().Account
	entries := func(more ...string) func(*Lab) error {
		return inDirectory(func(tx *directory.Tx) error { return tx.Add(account, list, more...) })
	}
	return []trap{
		{
			Fault: Fault{
				ID: "connector-computer-disabled", Step: "delegation", Check: "delegation.computers", Cause: "delegation.no-computer",
				Title: "the computer account of the second connector is disabled",
				Note:  "Cleaning up computers that have not signed in for long. The service runs on; its tickets stop within ten hours.",
			},
			set: inDirectory(func(tx *directory.Tx) error { return tx.SetFlag(account, directory.AccountDisabled, true) }),
		},
		{
			Fault: Fault{
				ID: "delegation-anyone", Step: "delegation", Check: "delegation.list", Cause: "delegation.anyone",
				Title: "every account of the domain may act for users towards Qlik",
				Note:  "The resource-based descriptor names Authenticated Users: it works, and any account with a service name can open Qlik as anybody.",
			},
			after: delegated,
			set: inDirectory(func(tx *directory.Tx) error {
				raw, err := security.AllowOnly(security.AuthenticatedUsers).Bytes()
				if err != nil {
					return err
				}
				return tx.Set(contoso.ServiceAccount, "msDS-AllowedToActOnBehalfOfOtherIdentity", string(raw))
			}),
		},
		{
			Fault: Fault{
				ID: "delegation-domain-controller", Step: "delegation", Check: "delegation.list", Cause: "delegation.domain-controller",
				Title: "CONN02$ may delegate to the domain controller's LDAP",
				Note:  "As good as the whole domain: whoever owns the connector reads every key. PingCastle: P-DelegationDCt2a4d.",
			},
			after: delegated,
			set:   entries("ldap/" + contoso.DC),
		},
		{
			Fault: Fault{
				ID: "delegation-krbtgt", Step: "delegation", Check: "delegation.list", Cause: "delegation.domain-controller",
				Title: "CONN02$ may delegate to the ticket service itself",
				Note:  "An entry krbtgt/REALM lets it ask for a user's ticket-granting ticket.",
			},
			after: delegated,
			set:   entries("krbtgt/" + contoso.Realm),
		},
		{
			Fault: Fault{
				ID: "delegation-ghost", Step: "delegation", Check: "delegation.list", Cause: "delegation.ghost", Warning: true,
				Title: "CONN02$ may delegate to a service that is gone",
				Note:  "Whoever registers that name next is delegated to. Auditors call it a ghost.",
			},
			after: delegated,
			set:   entries("HTTP/retired." + contoso.Domain),
		},
		{
			Fault: Fault{
				ID: "delegation-extra", Step: "delegation", Check: "delegation.list", Cause: "delegation.extra", Warning: true,
				Title: "CONN02$ may delegate to another service too",
				Note:  "Right where the connector publishes another application. Nobody remembers, where it does not.",
			},
			after: delegated,
			set:   entries(otherSPN),
		},
		{
			Fault: Fault{
				ID: "delegation-other-domain", Step: "delegation", Check: "delegation.list", Cause: "delegation.other-domain", On: []string{twoDomains},
				Title: "connectors of another domain were given a list, as in the guide",
				Note:  "The list on the computer is right to the letter and has no effect: classic delegation ends at the domain's border. STATUS_NOT_FOUND.",
			},
			set: inDirectory(func(tx *directory.Tx) error {
				if err := tx.AllowToActOnBehalf(contoso.ServiceAccount); err != nil {
					return err
				}
				for _, h := range contoso.Connectors() {
					if err := tx.Set(h.Account, list, contoso.SPN); err != nil {
						return err
					}
				}
				return nil
			}),
		},
		{
			Fault: Fault{
				ID: "groups-closed", Step: "delegation", Check: "delegation.groups", Cause: "delegation.groups-closed", Warning: true,
				Title: "Pre-Windows 2000 Compatible Access was emptied, and CONN02$ is in no other group that reads groups",
				Note:  "Every hardening guide asks for it. Whether the connectors can still read users' groups, only the rehearsal tells.",
			},
			set: inDirectory(func(tx *directory.Tx) error {
				if err := tx.Set("Pre-Windows 2000 Compatible Access", "member"); err != nil {
					return err
				}
				return tx.SetMember("Windows Authorization Access Group", account, false)
			}),
		},
		{
			Fault: Fault{
				ID: "service-account-privileged", Step: "delegation", Check: "delegation.auditors", Cause: "delegation.service-privileged", Warning: true,
				Title: "the account that runs Qlik is a domain administrator",
				Note:  "It made the installation easy. With a service name it can be attacked offline (kerberoasting). PingCastle: P-ServiceDomainAdmin.",
			},
			set: inDirectory(func(tx *directory.Tx) error { return tx.SetMember("Domain Admins", contoso.ServiceAccount, true) }),
		},
		{
			Fault: Fault{
				ID: "connector-no-aes", Step: "delegation", Check: "delegation.rehearsal", Cause: "delegation.computer-no-aes",
				Title: "CONN02$ is limited to RC4",
				Note:  "A leftover of an old policy. The connector's own sign-in ends with KDC_ERR_ETYPE_NOSUPP (14).",
			},
			set: inDirectory(func(tx *directory.Tx) error { return tx.Set(account, "msDS-SupportedEncryptionTypes", "4") }),
		},
		{
			Fault: Fault{
				ID: "connector-key-stale", Step: "delegation", Check: "delegation.rehearsal", Cause: "delegation.computer-refused",
				Title: "CONN02$ has changed its password since the keytab was made",
				Note:  "Computers do so every 30 days. Nothing is wrong with the installation: what rehearses in the connector's place has an old key.",
			},
			set: inDirectory(func(tx *directory.Tx) error { return tx.SetPassword(account, "Practice-Conn02-Changed") }),
		},
		{
			Fault: Fault{
				ID: "connector-no-name", Step: "delegation", Check: "delegation.rehearsal", Cause: "delegation.no-own-name",
				Title: "CONN02$ has lost its own service names",
				Note:  "An account without any service name gets no ticket to itself, so S4U2Self ends with error 7. The Delegation tab is gone from its page, too.",
			},
			set: inDirectory(func(tx *directory.Tx) error { return tx.Set(account, "servicePrincipalName") }),
		},
	}
}
