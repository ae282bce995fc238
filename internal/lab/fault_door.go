package lab

import (
	"crypto/tls"
	"fmt"
	"strconv"
	"time"

	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/directory"
)

// inServer changes how the domain controller's directory behaves.
func inServer(change func(*directory.State)) func(*Lab) error {
	return func(l *Lab) error {
		l.ldap.Update(change)
		return nil
	}
}

// doorTraps are about the way into the directory, and about clocks.
func doorTraps() []trap {
	admin := contoso.Admin().SAM
	return []trap{
		{
			Fault: Fault{
				ID: "ldap-signing-required", Step: "site", Check: "site.directory", Cause: "site.directory-signing", Warning: true,
				Title: "a load balancer ends TLS in front of the domain controller, which demands signing",
				Note:  "LDAP 8, strongerAuthRequired (00002028), although the client speaks TLS. Kerberos without TLS, signed and sealed on port 389, still gets in; a simple bind does not.",
			},
			set: inServer(func(s *directory.State) { s.Offloaded = true }),
		},
		{
			Fault: Fault{
				ID: "ldap-channel-binding", Step: "site", Check: "site.directory", Cause: "site.directory-channel-binding", Warning: true,
				Title: "a box looks into TLS to the domain controller, which demands channel binding",
				Note:  "LDAP 49, data 80090346 (SEC_E_BAD_BINDINGS): the certificate that the client sees is the box's. On port 389, signed and sealed by Kerberos, there is no TLS to look into.",
			},
			set: func(l *Lab) error {
				other, err := l.ca.Server(contoso.DC, contoso.Domain)
				if err != nil {
					return fmt.Errorf("certifying the box: %w", err)
				}
				return inServer(func(s *directory.State) {
					s.RequireBinding, s.Certificate = true, &tls.Certificate{Certificate: other.Certificate, PrivateKey: other.PrivateKey}
				})(l)
			},
		},
		{
			Fault: Fault{
				ID: "directory-user-locked", Step: "site", Check: "site.directory", Cause: "site.directory-account-revoked",
				Title: "the account that reads the directory is locked out",
				Note:  "Somebody else tries a wrong password, or a service does. The KDC answers 18 (KDC_ERR_CLIENT_REVOKED) and does not say whether the account is locked, disabled or expired. Nothing is tried that would count.",
			},
			set: func(l *Lab) error {
				now := directory.FileTime(l.dcClock.now())
				return l.store.Update(func(tx *directory.Tx) error { return tx.Set(admin, "lockoutTime", strconv.FormatInt(now, 10)) })
			},
		},
		{
			Fault: Fault{
				ID: "directory-key-stale", Step: "site", Check: "site.directory", Cause: "site.directory-password",
				Title: "the password of the account that reads the directory was changed",
				Note:  "The keytab of the site holds the key of the old one: KDC_ERR_PREAUTH_FAILED (24). It is tried once; each try is a bad password for the account.",
			},
			set: inDirectory(func(tx *directory.Tx) error { return tx.SetPassword(admin, "Practice-Changed-2") }),
		},
		{
			Fault: Fault{
				ID: "clock-here", Step: "site", Check: "site.clocks", Cause: "site.clock-here",
				Title: "this machine's clock is 12 minutes behind everybody else's",
				Note:  "Every error of Kerberos points at the servers, and all of them are right. Three clocks side by side show it at once.",
			},
			set: func(l *Lab) error {
				l.dcClock.set(clockAhead)
				l.qlikClock.set(clockAhead)
				return nil
			},
		},
		{
			Fault: Fault{
				ID: "clock-qlik", Step: "site", Check: "site.clocks", Cause: "site.clock-qlik",
				Title: "the Qlik server's clock is 9 minutes behind",
				Note:  "A virtual machine that takes its time from the host. Tickets are given and Qlik refuses them: KRB_AP_ERR_SKEW (37), event 13022 on the connectors.",
			},
			set: func(l *Lab) error { l.qlikClock.set(-9 * time.Minute); return nil },
		},
		{
			Fault: Fault{
				ID: "clock-directory", Step: "site", Check: "site.clocks", Cause: "site.clock-directory",
				Title: "the directory's clock is 12 minutes ahead of the KDC's",
				Note:  "Two domain controllers behind one name, one of which lost the time. Half of all tickets work; replication stops.",
			},
			set: inServer(func(s *directory.State) { s.ClockOffset = clockAhead }),
		},
	}
}
