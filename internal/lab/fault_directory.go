package lab

import (
	"strings"

	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/directory"
	"sensegate/internal/lab/entra"
)

// otherSPN is the name of the machine, where that of the service belongs.
const otherSPN = "HTTP/" + contoso.QlikNode

func spnTraps() []trap {
	const spns = "servicePrincipalName"
	return []trap{
		{
			Fault: Fault{
				ID: "service-account-disabled", Step: "spn", Check: "spn.account", Cause: "spn.account-disabled",
				Title: "the account that runs Qlik is disabled",
				Note:  "Services that run keep running until the next restart, and the KDC makes no more tickets for them: error 18 or 7.",
			},
			set: inDirectory(func(tx *directory.Tx) error {
				return tx.SetFlag(contoso.ServiceAccount, directory.AccountDisabled, true)
			}),
		},
		{
			Fault: Fault{
				ID: "spn-missing", Step: "spn", Check: "spn.owner", Cause: "spn.missing",
				Title: "nobody holds " + contoso.SPN,
				Note:  "Browsers fall back to NTLM without a word, so it works inside. Delegation cannot: KDC_ERR_S_PRINCIPAL_UNKNOWN (7).",
			},
			after: registered,
			set: func(l *Lab) error {
				holders := l.store.BySPN(contoso.SPN)
				return l.store.Update(func(tx *directory.Tx) error {
					for _, h := range holders {
						if err := tx.Remove(h.DN, spns, contoso.SPN); err != nil {
							return err
						}
					}
					return nil
				})
			},
		},
		{
			Fault: Fault{
				ID: "spn-on-computer", Step: "spn", Check: "spn.owner", Cause: "spn.wrong-owner",
				Title: contoso.SPN + " is on the computer instead of the service account",
				Note:  "Tickets come, made with a key that Qlik does not have: KRB_AP_ERR_MODIFIED, event 13022. Right only where the services run as Local System.",
			},
			after: registered,
			set: inDirectory(func(tx *directory.Tx) error {
				if err := tx.Remove(contoso.ServiceAccount, spns, contoso.SPN); err != nil {
					return err
				}
				return tx.Add(contoso.QlikServer().Account, spns, contoso.SPN)
			}),
		},
		{
			Fault: Fault{
				ID: "spn-duplicate", Step: "spn", Check: "spn.unique", Cause: "spn.duplicate",
				Title: "a second account holds " + contoso.SPN,
				Note:  "The KDC will not choose: error 7, as if nobody held it. Comes from another domain of the forest or from before uniqueness was enforced.",
			},
			set: inDirectory(func(tx *directory.Tx) error { return tx.Add("svc-intranet", spns, contoso.SPN) }),
		},
		{
			Fault: Fault{
				ID: "spn-look-alike", Step: "spn", Check: "spn.unique", Cause: "spn.look-alike",
				Title: "another account holds " + contoso.SPN + " with a Cyrillic e",
				Note:  "Two different names to a domain controller, one to the eye. Until March 2026 such a name got past the uniqueness check (CVE-2026-25177); nobody writes it by accident.",
			},
			set: inDirectory(func(tx *directory.Tx) error {
				return tx.Add("svc-intranet", spns, strings.Replace(contoso.SPN, "e", "\u0435", 1))
			}),
		},
		{
			Fault: Fault{
				ID: "spn-host-alias", Step: "spn", Check: "spn.alias", Cause: "spn.host-alias",
				Title: "another computer is named by HOST/" + contoso.QlikHost,
				Note:  "HOST stands for HTTP. As long as the literal name exists it wins; the day it is removed, or where it is registered next, the other machine is in the way.",
			},
			set: inDirectory(func(tx *directory.Tx) error { return tx.Add("PRINT01$", spns, "HOST/"+contoso.QlikHost) }),
		},
		{
			Fault: Fault{
				ID: "spn-no-aes", Step: "spn", Check: "spn.aes", Cause: "spn.no-aes",
				Title: "the service account allows RC4 only",
				Note:  "Worked for years; since the updates of 2026 domain controllers make no RC4 tickets by default: KDC_ERR_ETYPE_NOSUPP (14).",
			},
			set: inDirectory(func(tx *directory.Tx) error {
				return tx.Set(contoso.ServiceAccount, "msDS-SupportedEncryptionTypes", "4")
			}),
		},
	}
}

func delegationTraps() []trap {
	const list = "msDS-AllowedToDelegateTo"
	account := second().Account
	alice := contoso.TestUser().SAM
	return []trap{
		{
			Fault: Fault{
				ID: "connector-forgotten", Step: "delegation", Check: "delegation.complete", Cause: "delegation.connector-forgotten",
				Title: "a third connector was added and has no delegation rights",
				Note:  "One sign-in in three fails. Traffic is spread at random, so it comes and goes, and everybody who looks finds it working.",
			},
			set: addThirdConnector,
		},
		{
			Fault: Fault{
				ID: "delegation-unconstrained", Step: "delegation", Check: "delegation.constrained", Cause: "delegation.unconstrained",
				Title: "CONN02$ may act for anybody towards anything",
				Note:  "“Trust this computer for delegation to any service”: it works, and whoever owns the connector owns the domain.",
			},
			set: inDirectory(func(tx *directory.Tx) error {
				return tx.SetFlag(account, directory.TrustedForDelegation, true)
			}),
		},
		{
			Fault: Fault{
				ID: "delegation-kerberos-only", Step: "delegation", Check: "delegation.transition", Cause: "delegation.kerberos-only",
				Title: "CONN02$ may delegate with Kerberos only",
				Note:  "The wrong radio button. The user comes with a cloud token, not with Kerberos; S4U2Self gives a ticket that cannot be forwarded: STATUS_ACCOUNT_RESTRICTION.",
			},
			after: delegated,
			set: inDirectory(func(tx *directory.Tx) error {
				return tx.SetFlag(account, directory.TrustedToAuthForDelegat, false)
			}),
		},
		{
			Fault: Fault{
				ID: "delegation-missing", Step: "delegation", Check: "delegation.list", Cause: "delegation.missing",
				Title: "CONN02$ may delegate to nothing",
				Note:  "Every second sign-in fails with an incorrect Kerberos constrained delegation configuration, depending on which connector was drawn.",
			},
			after: delegated,
			set:   inDirectory(func(tx *directory.Tx) error { return tx.Set(account, list) }),
		},
		{
			Fault: Fault{
				ID: "delegation-other-spn", Step: "delegation", Check: "delegation.list", Cause: "delegation.other-spn",
				Title: "CONN02$ may delegate to the machine's name only",
				Note:  "Picked from the list in the console, where the machine's names stand first. STATUS_NO_MATCH.",
			},
			after: delegated,
			set:   inDirectory(func(tx *directory.Tx) error { return tx.Set(account, list, otherSPN) }),
		},
		{
			Fault: Fault{
				ID: "user-sensitive", Step: "delegation", Check: "delegation.user", Cause: "delegation.user-sensitive",
				Title: "the test user is “sensitive and cannot be delegated”",
				Note:  "Common on accounts of administrators, who are the first to test. Everybody else gets in.",
			},
			set: inDirectory(func(tx *directory.Tx) error { return tx.SetFlag(alice, directory.NotDelegated, true) }),
		},
		{
			Fault: Fault{
				ID: "groups-unreadable", Step: "delegation", Check: "delegation.rehearsal", Cause: "delegation.groups-unreadable",
				Title: "the connectors may not read the test user's groups",
				Note:  "Hardening closed tokenGroupsGlobalAndUniversal. The user exists, and S4U2Self answers that there is none: KDC_ERR_C_PRINCIPAL_UNKNOWN (6).",
			},
			set: inDirectory(func(tx *directory.Tx) error { return tx.WithholdTokenGroups(alice, true) }),
		},
		{
			Fault: Fault{
				ID: "connector-key-old", Step: "delegation", Check: "delegation.rehearsal", Cause: "delegation.computer-refused",
				Title: "CONN02$ has another password in the directory than on the machine",
				Note:  "Restored from a snapshot older than the last change of its password. The secure channel is broken, and with it every ticket: KDC_ERR_PREAUTH_FAILED (24).",
			},
			set: inDirectory(func(tx *directory.Tx) error { return tx.SetPassword(account, "Practice-Conn02-2") }),
		},
		{
			Fault: Fault{
				ID: "connector-confined", Step: "delegation", Check: "delegation.rehearsal", Cause: "delegation.policy",
				Title: "CONN02$ was put into an authentication silo",
				Note:  "Tiering put all servers into silos, the connector into one whose policy does not let it in. KDC_ERR_POLICY (12).",
			},
			set: inDirectory(func(tx *directory.Tx) error {
				return tx.Set(account, "msDS-AssignedAuthNPolicySilo", "CN=Tier 0,CN=AuthN Silos,CN=AuthN Policy Configuration,CN=Services,CN=Configuration,"+contoso.BaseDN)
			}),
		},
		{
			Fault: Fault{
				ID: "user-protected", Step: "delegation", Check: "delegation.user", Cause: "delegation.user-protected",
				Title: "the test user is in Protected Users",
				Note:  "Same effect as the sensitive flag, set by group membership, so it is not seen on the account page.",
			},
			set: inDirectory(func(tx *directory.Tx) error { return tx.SetMember("Protected Users", alice, true) }),
		},
	}
}

// third is the machine that somebody adds later.
func third() contoso.Host {
	return contoso.Host{Name: "conn03." + contoso.Domain, Account: "CONN03$", Password: "Practice-Conn03-1"}
}

func addThirdConnector(l *Lab) error {
	h := third()
	cn := strings.TrimSuffix(h.Account, "$")
	if _, there := l.store.Find(h.Account); !there {
		err := l.store.Update(func(tx *directory.Tx) error {
			err := tx.Create("CN="+cn+",OU=Servers,"+contoso.BaseDN, map[string][]string{
				"objectClass": {"computer"}, "sAMAccountName": {h.Account}, "dNSHostName": {h.Name},
				"operatingSystem": {"Windows Server 2022 Standard"}, "msDS-SupportedEncryptionTypes": {"28"},
				"servicePrincipalName": {"HOST/" + cn, "HOST/" + h.Name},
			})
			if err != nil {
				return err
			}
			return tx.SetPassword(h.Account, h.Password)
		})
		if err != nil {
			return err
		}
	}
	l.entra.Update(func(s *entra.State) {
		g := s.Group(contoso.GroupName)
		if g == nil || s.Connector(h.Name) != nil {
			return
		}
		s.Connectors = append(s.Connectors, entra.Connector{
			ID: labID("connector", h.Name), MachineName: h.Name, ExternalIP: "203.0.113.9",
			Status: "active", Version: connectorVersion, GroupID: g.ID,
		})
	})
	return nil
}

// renameOnPremises gives the test user a principal name whose first part is
// not the account name, and synchronises it.
func renameOnPremises(l *Lab) error {
	upn := strings.ToLower(strings.ReplaceAll(contoso.TestUser().Name, " ", ".")) + "@" + contoso.Domain
	err := l.store.Update(func(tx *directory.Tx) error {
		return tx.Set(contoso.TestUser().SAM, "userPrincipalName", upn)
	})
	if err != nil {
		return err
	}
	l.entra.Update(func(s *entra.State) {
		if u := s.User(contoso.TestUser().UPN); u != nil && u.OnPremises != nil {
			u.OnPremises.UPN = upn
		}
	})
	return nil
}
