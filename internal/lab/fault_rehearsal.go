package lab

import (
	"github.com/jcmturner/gokrb5/v8/iana/errorcode"

	"sensegate/internal/lab/appproxy"
	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/directory"
	"sensegate/internal/lab/kdc"
	"sensegate/internal/lab/qlik"
)

// rehearsalTraps show only when somebody does what a connector does.
func rehearsalTraps() []trap {
	inKDC := func(change func(*kdc.State)) func(*Lab) error {
		return func(l *Lab) error {
			l.kdc.Update(change)
			return nil
		}
	}
	alice := contoso.TestUser().SAM
	return []trap{
		{
			Fault: Fault{
				ID: "user-disabled-on-premises", Step: "delegation", Check: "delegation.rehearsal", Cause: "delegation.user-disabled", On: []string{colleagueVerifies},
				Title: "the test user's account is disabled in Active Directory",
				Note:  "Synchronisation has not told Entra yet: the sign-in outside succeeds, and S4U2Self ends with KDC_ERR_CLIENT_REVOKED (18).",
			},
			set: inDirectory(func(tx *directory.Tx) error { return tx.SetFlag(alice, directory.AccountDisabled, true) }),
		},
		{
			Fault: Fault{
				ID: "krbtgt-sensitive", Step: "delegation", Check: "delegation.user", Cause: "delegation.krbtgt-sensitive", Warning: true,
				Title: "the account krbtgt is “sensitive and cannot be delegated”",
				Note:  "Somebody marked every privileged account. Connectors were seen to get no credentials (0x8009030e) until the mark was gone; the lab's domain controller pays no heed to it.",
			},
			set: inDirectory(func(tx *directory.Tx) error { return tx.SetFlag("krbtgt", directory.NotDelegated, true) }),
		},
		{
			Fault: Fault{
				ID: "self-refused", Step: "delegation", Check: "delegation.rehearsal", Cause: "delegation.self-refused",
				Title: "the domain controller makes no ticket in a user's name",
				Note:  "KRB_ERR_GENERIC (60) to S4U2Self, with nothing wrong in any account: what went wrong stands in the domain controller's own log.",
			},
			set: inKDC(func(s *kdc.State) { s.RefuseSelf = errorcode.KRB_ERR_GENERIC }),
		},
		{
			Fault: Fault{
				ID: "proxy-refused", Step: "delegation", Check: "delegation.rehearsal", Cause: "delegation.proxy-refused",
				Title: "the domain controller makes no ticket for Qlik in a user's name",
				Note:  "KRB_ERR_GENERIC (60) to S4U2Proxy, with flags and lists in order: what went wrong stands in the domain controller's own log.",
			},
			set: inKDC(func(s *kdc.State) { s.RefuseProxy = errorcode.KRB_ERR_GENERIC }),
		},
		{
			Fault: Fault{
				ID: "qlik-user-blocked", Step: "delegation", Check: "delegation.rehearsal", Cause: "delegation.qlik-refused", On: []string{colleagueVerifies},
				Title: "the test user is blocked in Qlik",
				Note:  "The ticket is good and Qlik knows the user, whom the console has blocked. The colleague who verified Kerberos got in.",
			},
			set: inQlik(func(s *qlik.State) {
				s.AddUser(contoso.NetBIOS, alice, contoso.TestUser().Name).Set("blacklisted", true)
			}),
		},
		{
			Fault: Fault{
				ID: "spnego-only", Step: "delegation", Check: "delegation.rehearsal", Cause: "delegation.spnego-only", Warning: true,
				Title: "Qlik's front takes Kerberos only when it is wrapped in SPNEGO",
				Note:  "Browsers always wrap it, so inside all is well. Connectors send it bare unless UseSpnegoAuthentication is set; here it is.",
			},
			after: negotiating,
			set: func(l *Lab) error {
				l.qlik.Update(func(s *qlik.State) { s.Faults.OnlyWrapped = true })
				l.proxy.Update(func(s *appproxy.State) {
					for _, h := range contoso.Connectors() {
						s.SPNEGO[h.Name] = true
					}
				})
				return nil
			},
		},
	}
}
