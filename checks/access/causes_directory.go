package access

import "sensegate/checks"

// directoryCauses explains why a domain controller lets nobody in, by what its
// refusal says, and whose clock is off.
func directoryCauses() []checks.Cause {
	state := checks.Fix{Who: checks.ADAdmin, Text: "See the state of the account.", Command: "Get-ADUser {directory-user} -Properties LockedOut,Enabled,PasswordExpired,PasswordLastSet,AccountExpirationDate,LogonWorkstations", Shell: checks.PowerShell}
	resync := checks.Fix{Who: checks.ADAdmin, Text: "Synchronise it with the domain's time source.", Command: "w32tm /resync /rediscover", Shell: checks.Cmd}
	return []checks.Cause{
		{
			ID: "site.directory-signing", Title: "The domain controller demands signing",
			Because: "It does not see that the connection is protected: a box in between ends TLS, or the server counts TLS for nothing.",
			More: "Domain controllers can refuse a sign-in whose traffic is neither inside TLS nor signed (LDAP 8, strongerAuthRequired; LDAPServerIntegrity, the default of new domains since Server 2025). " +
				"Inside TLS that is met, unless a load balancer ends TLS and speaks in clear to the domain controller. Kerberos can sign and seal the connection by itself, without TLS, on port 389.",
			Fixes: []checks.Fix{
				{Who: checks.Yourself, Text: "Name a domain controller itself in directory.server, not a load balancer; or give directory.user a keytab or Kerberos (directory.bind: kerberos), which signs and seals where TLS does not help."},
				{Who: checks.ADAdmin, Text: "See what the domain controller demands: 2 is signing.", Command: "Get-ItemProperty HKLM:\\SYSTEM\\CurrentControlSet\\Services\\NTDS\\Parameters -Name LDAPServerIntegrity", Shell: checks.PowerShell},
			},
			Docs: "https://learn.microsoft.com/troubleshoot/windows-server/active-directory/enable-ldap-signing-in-windows-server",
		},
		{
			ID: "site.directory-channel-binding", Title: "The domain controller demands channel binding",
			Because: "The TLS connection that it sees is not the one that we are on: a box in between opens TLS and makes it anew.",
			More: "With LdapEnforceChannelBinding a Kerberos sign-in inside TLS has to name the certificate of the connection. We name the one that is presented to us; the domain controller compares it with its own. " +
				"That they differ (80090346, SEC_E_BAD_BINDINGS) means inspection, a load balancer, or somebody who listens.",
			Fixes: []checks.Fix{
				{Who: checks.NetworkAdmin, Text: "Take LDAP to the domain controllers out of TLS inspection, or name a domain controller behind the box."},
				{Who: checks.Yourself, Text: "Compare the certificate that you see with the domain controller's own.", Command: "openssl s_client -connect {domain}:636 -showcerts", Shell: checks.Bash},
				{Who: checks.ADAdmin, Text: "See what the domain controller demands: 2 is always.", Command: "Get-ItemProperty HKLM:\\SYSTEM\\CurrentControlSet\\Services\\NTDS\\Parameters -Name LdapEnforceChannelBinding", Shell: checks.PowerShell},
			},
			Docs: "https://support.microsoft.com/topic/ef185fb8-00f7-167d-744c-f299a66fc00a",
		},
		{
			ID: "site.directory-password", Title: "The user name or the password is wrong",
			Because: "There is no such account (525), or the password or keytab is not its own (52e).",
			More:    "The password is tried once and never again by itself, so that the account is not locked out. A domain controller does not always tell an unknown name from a wrong password.",
			Fixes: []checks.Fix{
				{Who: checks.Yourself, Text: "Check directory.user, written as DOMAIN\\name or name@domain, and its password; then check again."},
				state,
			},
		},
		{
			ID: "site.directory-restricted", Title: "The account may not sign in now, or not from here",
			Because: "Its logon hours (530), the workstations it is limited to (531), or a policy forbid it.",
			More:    "Service and administrators' accounts are often limited to hours, to workstations, or by an authentication policy to certain machines.",
			Fixes:   []checks.Fix{{Who: checks.Yourself, Text: "Use an account without such limits; reading needs no rights beyond those of any user."}, state},
		},
		{
			ID: "site.directory-password-expired", Title: "The password has expired",
			Because: "It is too old (532), or must be changed at the next sign-in (773).",
			More:    "The domain controller takes it for nothing but changing it.",
			Fixes:   []checks.Fix{{Who: checks.Yourself, Text: "Change the password at a Windows machine of the domain, then check again."}, state},
		},
		{
			ID: "site.directory-account-disabled", Title: "The account is disabled or has expired",
			Because: "An administrator disabled it (533), or its last day is over (701).",
			More:    "A keytab or password of it is worth nothing until it is enabled again.",
			Fixes:   []checks.Fix{state, {Who: checks.ADAdmin, Text: "Enable it, if it is to be used.", Command: "Enable-ADAccount -Identity {directory-user}", Shell: checks.PowerShell}},
		},
		{
			ID: "site.directory-locked", Title: "The account is locked out",
			Because: "Too many wrong passwords were tried (775); the right one is refused as well.",
			More:    "It was not us: a wrong password is tried here once and no more, and none at all once the account is known to be locked or one attempt away from it.",
			Fixes:   []checks.Fix{{Who: checks.ADAdmin, Text: "Find what keeps trying, then unlock it.", Command: "Unlock-ADAccount -Identity {directory-user}", Shell: checks.PowerShell}, state},
		},
		{
			ID: "site.directory-account-revoked", Title: "The account is disabled, locked or expired",
			Because: "The KDC gives no ticket to it (KDC_ERR_CLIENT_REVOKED) and does not say which of these it is.",
			More:    "It also answers so outside of logon hours. No password was tried.",
			Fixes:   []checks.Fix{state},
		},
		{
			ID: "site.clock-here", Title: "This machine's clock is off",
			Because: "The domain controller and the Qlik server agree with each other, and not with this machine.",
			More:    "Kerberos on this machine refuses to work, and every comparison of times made here is wrong. Nothing is wrong with the installation.",
			Fixes:   []checks.Fix{{Who: checks.Yourself, Text: "Set this machine's clock by the domain's.", Command: "w32tm /resync /rediscover", Shell: checks.Cmd}, {Who: checks.Yourself, Text: "On Linux.", Command: "timedatectl set-ntp true", Shell: checks.Bash}},
		},
		{
			ID: "site.clock-qlik", Title: "The Qlik server's clock is off",
			Because: "The domain controller and this machine agree with each other, and not with {who}.",
			More:    "Qlik refuses tickets whose time is more than five minutes away (KRB_AP_ERR_SKEW), and its sessions and log entries bear the wrong time. Virtual machines that take their time from the host are the usual reason.",
			Fixes:   []checks.Fix{{Who: checks.QlikAdmin, Text: "Synchronise the Qlik server with the domain.", Command: "w32tm /resync /rediscover", Shell: checks.Cmd}, {Who: checks.QlikAdmin, Text: "See where it takes its time from.", Command: "w32tm /query /source", Shell: checks.Cmd}},
		},
		{
			ID: "site.clock-directory", Title: "Two domain controllers have different clocks",
			Because: "The directory that was asked and the KDC do not agree on the time.",
			More:    "They are two machines, or a box in between answers for several. Replication and tickets between them fail once they are five minutes apart; what is written to one may be refused by the other.",
			Fixes:   []checks.Fix{resync, {Who: checks.ADAdmin, Text: "See the clocks of all domain controllers.", Command: "w32tm /monitor /domain:{domain}", Shell: checks.Cmd}},
			Docs:    "https://learn.microsoft.com/windows-server/networking/windows-time-service/windows-time-service-tools-and-settings",
		},
	}
}
