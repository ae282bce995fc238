package codes

func entra() []Code {
	return []Code{
		{Code: "AADSTS50105", Name: "not assigned", Means: "The user is not assigned to the application, and assignment is required.", Do: "Assign the user to the application.", Cause: "app.not-assigned"},
		{Code: "AADSTS50011", Name: "reply URL mismatch", Means: "The address to return to is not among the application's redirect URIs.", Do: "Add the external URL, with its closing slash, to the redirect URIs of the application.", Cause: "app.redirect-missing"},
		{Code: "AADSTS500113", Name: "no reply URL", Means: "The application has no redirect URI at all.", Do: "Publish it again, or add the external URL as a redirect URI.", Cause: "app.redirect-missing"},
		{Code: "AADSTS50126", Name: "wrong password", Means: "User name or password is wrong.", Do: "Enter it once more; repeated tries lock the account.", Cause: "site.entra-password"},
		{Code: "AADSTS50034", Name: "unknown user", Means: "The tenant has no such user.", Do: "Compare the sign-in name; a user who is not synchronised is not there.", Cause: "sync.user-missing"},
		{Code: "AADSTS50057", Name: "disabled user", Means: "The account is disabled in the tenant.", Do: "Enable it.", Cause: "sync.user-disabled"},
		{Code: "AADSTS50059", Name: "no tenant", Means: "The request names no tenant: a personal account, or a domain that is not of this tenant.", Do: "Use a work account of the tenant.", Cause: "site.entra-account"},
		{Code: "AADSTS50076", Name: "second factor needed", Means: "The sign-in asks for multifactor authentication.", Do: "Sign in with the browser.", Cause: "site.entra-second-factor"},
		{Code: "AADSTS50079", Name: "second factor not set up", Means: "The user must first register a second factor.", Do: "Sign in with the browser and register it.", Cause: "site.entra-second-factor"},
		{Code: "AADSTS53003", Name: "blocked by Conditional Access", Means: "A rule refuses this way of signing in; device codes are often forbidden.", Do: "Sign in with the browser, from a device and place that the rules allow.", Cause: "site.entra-conditional-access"},
		{Code: "AADSTS53000", Name: "device not compliant", Means: "Conditional Access asks for a managed device.", Do: "Sign in from a managed device.", Cause: "site.entra-conditional-access"},
		{Code: "AADSTS50020", Name: "account of another tenant", Means: "The account belongs to another tenant and is no guest here.", Do: "Use a work account of the tenant itself.", Cause: "site.entra-account"},
		{Code: "AADSTS50053", Name: "account locked", Means: "The account is locked after wrong passwords, or the address they came from is blocked.", Do: "Wait, or let an administrator unlock it.", Cause: "site.entra-account"},
		{Code: "AADSTS50055", Name: "password expired", Means: "The password has expired.", Do: "Sign in once in a browser and change it there.", Cause: "site.entra-password"},
		{Code: "AADSTS50072", Name: "second factor must be registered", Means: "The user must register a second factor first.", Do: "Sign in with the browser and register it.", Cause: "site.entra-second-factor"},
		{Code: "AADSTS530034", Name: "blocked by Conditional Access", Means: "A rule refuses this way of signing in.", Do: "Sign in with the browser.", Cause: "site.entra-conditional-access"},
		{Code: "AADSTS65001", Name: "no consent", Means: "Nobody has agreed that this client may have the permission.", Do: "An administrator consents once.", Cause: "site.entra-consent"},
		{Code: "AADSTS700016", Name: "unknown application", Means: "The client application is not in this tenant.", Do: "Look whether the tenant is the right one.", Cause: "site.entra-client"},
		{Code: "AADSTS7000112", Name: "application disabled", Means: "The client application is disabled in the tenant.", Do: "Enable it for sign-in.", Cause: "site.entra-client"},
		{Code: "AADSTS7000222", Name: "client secret expired", Means: "The client secret has expired.", Do: "Make a new secret, or use a certificate.", Cause: "site.entra-client"},
		{Code: "AADSTS700027", Name: "certificate not accepted", Means: "The certificate is not registered at the application, or has expired.", Do: "Upload the certificate to the application.", Cause: "site.entra-client"},
		{Code: "AADSTS7000215", Name: "wrong client secret", Means: "The client secret is wrong or has expired.", Do: "Make a new secret.", Cause: "site.entra-client"},
		{Code: "AADSTS70016", Name: "authorization pending", Means: "The device code was not entered yet.", Do: "Enter the code, or wait."},
		{Code: "AADSTS90002", Name: "unknown tenant", Means: "The tenant does not exist in this cloud.", Do: "Compare the tenant's name, and whether it lives in another cloud.", Cause: "site.entra-unknown-tenant"},
		{Code: "AADSTS90094", Name: "administrator consent needed", Means: "The permission needs an administrator's consent.", Do: "Let an administrator sign in once.", Cause: "site.entra-consent"},
	}
}

func kerberos() []Code {
	return []Code{
		{Code: "6", Name: "KDC_ERR_C_PRINCIPAL_UNKNOWN", Means: "The user is unknown. While a connector asks in a user's name: the delegated login identity leads to nobody, or the connector may not read the user's groups.", Do: "Compare the login identity; make the connector a member of Windows Authorization Access Group.", Cause: "delegation.self-refused", also: []string{"0x6"}},
		{Code: "7", Name: "KDC_ERR_S_PRINCIPAL_UNKNOWN", Means: "Nobody holds the service name, or two accounts do.", Do: "setspn -F -Q HTTP/host", Cause: "spn.missing", also: []string{"0x7"}},
		{Code: "8", Name: "KDC_ERR_PRINCIPAL_NOT_UNIQUE", Means: "Several accounts hold the service name.", Do: "Take it from all but one.", Cause: "spn.duplicate", also: []string{"0x8"}},
		{Code: "9", Name: "KDC_ERR_NULL_KEY", Means: "The account has no usable key.", Do: "Set its password again."},
		{Code: "12", Name: "KDC_ERR_POLICY", Means: "Logon hours, workstations, an authentication silo or selective authentication forbid it.", Do: "Ask who owns that policy.", also: []string{"0xc"}},
		{Code: "13", Name: "KDC_ERR_BADOPTION", Means: "The delegation is refused; the NTSTATUS beside it says why.", Do: "Look the NTSTATUS up: sensegate explain 0xC0000272", Cause: "delegation.proxy-refused", also: []string{"0xd"}},
		{Code: "14", Name: "KDC_ERR_ETYPE_NOSUPP", Means: "No encryption fits: the account has no AES keys, or allows RC4 alone.", Do: "Allow AES and set the password again.", Cause: "spn.no-aes", also: []string{"0xe"}},
		{Code: "15", Name: "KDC_ERR_SUMTYPE_NOSUPP", Means: "The domain controller does not know the kind of checksum.", Do: "Ask a domain controller that is not older than Windows Server 2012.", also: []string{"0x0F"}},
		{Code: "16", Name: "KDC_ERR_PADATA_TYPE_NOSUPP", Means: "The domain controller does not take this way of proving who asks.", Do: "Look whether the account signs in with a smart card only.", also: []string{"0x10"}},
		{Code: "18", Name: "KDC_ERR_CLIENT_REVOKED", Means: "The account is disabled, locked, expired or outside its hours.", Do: "Enable or unlock it.", also: []string{"0x12"}},
		{Code: "19", Name: "KDC_ERR_SERVICE_REVOKED", Means: "The account that holds the service name is disabled or expired.", Do: "Enable it.", Cause: "spn.account-disabled", also: []string{"0x13"}},
		{Code: "20", Name: "KDC_ERR_TGT_REVOKED", Means: "The ticket-granting ticket is no longer accepted.", Do: "Sign in anew."},
		{Code: "23", Name: "KDC_ERR_KEY_EXPIRED", Means: "The password has expired.", Do: "Change it.", also: []string{"0x17"}},
		{Code: "24", Name: "KDC_ERR_PREAUTH_FAILED", Means: "Wrong password or keytab.", Do: "Enter it once more; repeated tries lock the account.", also: []string{"0x18"}},
		{Code: "25", Name: "KDC_ERR_PREAUTH_REQUIRED", Means: "The ordinary first answer: the account exists and is enabled.", also: []string{"0x19"}},
		{Code: "26", Name: "KDC_ERR_SERVER_NOMATCH", Means: "The ticket shown was made for another service than the one that shows it.", Do: "Sign in anew; if it comes back, the account's service names are held by another account too.", also: []string{"0x1A"}},
		{Code: "27", Name: "KDC_ERR_MUST_USE_USER2USER", Means: "The target is a user without a service name.", Do: "Register the service name.", Cause: "spn.missing"},
		{Code: "29", Name: "KDC_ERR_SVC_UNAVAILABLE", Means: "The domain controller is overloaded, or reaches none of the other domain.", Do: "Try another domain controller."},
		{Code: "31", Name: "KRB_AP_ERR_BAD_INTEGRITY", Means: "The message was made with another key.", Do: "Compare account and password."},
		{Code: "32", Name: "KRB_AP_ERR_TKT_EXPIRED", Means: "The ticket has expired.", Do: "klist purge, and look at the clocks.", Cause: "site.clock-skew"},
		{Code: "33", Name: "KRB_AP_ERR_TKT_NYV", Means: "The ticket is not valid yet: a clock is behind.", Do: "Synchronise the clocks.", Cause: "site.clock-skew"},
		{Code: "34", Name: "KRB_AP_ERR_REPEAT", Means: "The same request was seen before.", Do: "Try again."},
		{Code: "36", Name: "KRB_AP_ERR_BADMATCH", Means: "Names in ticket and request differ."},
		{Code: "37", Name: "KRB_AP_ERR_SKEW", Means: "The clocks differ by more than five minutes.", Do: "w32tm /resync", Cause: "site.clock-skew", also: []string{"0x25"}},
		{Code: "41", Name: "KRB_AP_ERR_MODIFIED", Means: "The service cannot open the ticket: the name belongs to another account than the one that runs Qlik, or its password changed.", Do: "Compare the name's owner with the account that runs the proxy.", Cause: "kerberos.refused", also: []string{"0x29"}},
		{Code: "44", Name: "KRB_AP_ERR_BADKEYVER", Means: "The keytab holds an older key.", Do: "Make the keytab again.", Cause: "kerberos.keytab-stale", also: []string{"0x2C"}},
		{Code: "45", Name: "KRB_AP_ERR_NOKEY", Means: "The keytab lacks this name.", Do: "Make the keytab for the name that users type.", Cause: "kerberos.keytab-stale", also: []string{"0x2D"}},
		{Code: "50", Name: "KRB_AP_ERR_INAPP_CKSUM", Means: "The checksum is of a kind that is not accepted."},
		{Code: "52", Name: "KRB_ERR_RESPONSE_TOO_BIG", Means: "The answer is too large for UDP.", Do: "Open TCP 88."},
		{Code: "60", Name: "KRB_ERR_GENERIC", Means: "An internal error of the KDC.", Do: "Read the domain controller's log."},
		{Code: "68", Name: "KDC_ERR_WRONG_REALM", Means: "The account belongs to another domain.", Do: "Ask there."},
		{Code: "69", Name: "KRB_AP_ERR_USER_TO_USER_REQUIRED", Means: "The target is an account without a service name: a ticket to it needs its own ticket.", Do: "Register the service name on the account that runs Qlik.", Cause: "spn.missing", also: []string{"0x45"}},
	}
}

func ntstatus() []Code {
	return []Code{
		{Code: "0xC00000BB", Name: "STATUS_NOT_SUPPORTED", Means: "The connector has no delegation list at all.", Do: "Give it one.", Cause: "delegation.missing"},
		{Code: "0xC0000272", Name: "STATUS_NO_MATCH", Means: "The connector's list does not hold this name.", Do: "Compare the names letter by letter.", Cause: "delegation.other-spn"},
		{Code: "0xC0000225", Name: "STATUS_NOT_FOUND", Means: "Neither the list nor the resource-based descriptor allows it.", Cause: "delegation.missing"},
		{Code: "0xC000006E", Name: "STATUS_ACCOUNT_RESTRICTION", Means: "The user must not be delegated, or the connector may use Kerberos only.", Cause: "delegation.user-sensitive"},
		{Code: "0xC000006D", Name: "STATUS_LOGON_FAILURE", Means: "Wrong user or password."},
		{Code: "0xC000006F", Name: "STATUS_INVALID_LOGON_HOURS", Means: "The account may not sign in at this hour.", Do: "Widen its logon hours."},
		{Code: "0xC0000070", Name: "STATUS_INVALID_WORKSTATION", Means: "The account may not sign in from this machine.", Do: "Add the machine to the account's workstations."},
		{Code: "0xC0000071", Name: "STATUS_PASSWORD_EXPIRED", Means: "The password has expired.", Do: "Change it."},
		{Code: "0xC0000072", Name: "STATUS_ACCOUNT_DISABLED", Means: "The account is disabled.", Do: "Enable it."},
		{Code: "0xC0000133", Name: "STATUS_TIME_DIFFERENCE_AT_DC", Means: "The clocks of this machine and of the domain controller differ too much.", Do: "w32tm /resync", Cause: "site.clock-skew"},
		{Code: "0xC0000193", Name: "STATUS_ACCOUNT_EXPIRED", Means: "The account has expired.", Do: "Move its end date."},
		{Code: "0xC0000224", Name: "STATUS_PASSWORD_MUST_CHANGE", Means: "The password has to be changed at the first sign-in.", Do: "Sign in once and change it."},
		{Code: "0xC0000234", Name: "STATUS_ACCOUNT_LOCKED_OUT", Means: "The account is locked out.", Do: "Unlock it; find what keeps trying."},
	}
}

func windows() []Code {
	return []Code{
		{Code: "8647", Name: "ERROR_DS_SPN_VALUE_NOT_UNIQUE_IN_FOREST", Means: "Another account of the forest holds the service name; the write was refused.", Do: "setspn -F -Q HTTP/host", Cause: "spn.duplicate", also: []string{"0x21c7"}},
		{Code: "8344", Name: "ERROR_DS_INSUFF_ACCESS_RIGHTS", Means: "The account may not write there.", Do: "Let a domain administrator do it.", also: []string{"0x2098"}},
		{Code: "0x80090303", Name: "SEC_E_TARGET_UNKNOWN", Means: "Nobody holds the service name.", Cause: "spn.missing"},
		{Code: "0x80090322", Name: "SEC_E_WRONG_PRINCIPAL", Means: "The service runs as another account than the name's owner.", Cause: "spn.wrong-owner"},
		{Code: "0x8009030C", Name: "SEC_E_LOGON_DENIED", Means: "The sign-in was refused."},
		{Code: "0x8009030E", Name: "SEC_E_NO_CREDENTIALS", Means: "No ticket could be had: in event 13019 the ordinary sign of refused delegation.", Cause: "delegation.proxy-refused"},
		{Code: "0x80090311", Name: "SEC_E_NO_AUTHENTICATING_AUTHORITY", Means: "No domain controller was reached."},
		{Code: "0x80090324", Name: "SEC_E_TIME_SKEW", Means: "The clocks differ too much.", Cause: "site.clock-skew"},
		{Code: "0x80090342", Name: "SEC_E_KDC_UNKNOWN_ETYPE", Means: "No encryption fits.", Cause: "spn.no-aes"},
		{Code: "0x80090346", Name: "SEC_E_BAD_BINDINGS", Means: "Channel binding failed: a box in between ends TLS.", Cause: "site.directory-channel-binding"},
		{Code: "52e", Name: "LDAP 49, data 52e", Means: "Wrong password.", Cause: "site.directory-password"},
		{Code: "525", Name: "LDAP 49, data 525", Means: "No such account.", Cause: "site.directory-password"},
		{Code: "530", Name: "LDAP 49, data 530", Means: "Outside of the account's logon hours.", Cause: "site.directory-restricted"},
		{Code: "531", Name: "LDAP 49, data 531", Means: "The account may not sign in at this workstation.", Cause: "site.directory-restricted"},
		{Code: "532", Name: "LDAP 49, data 532", Means: "The password has expired.", Cause: "site.directory-password-expired"},
		{Code: "533", Name: "LDAP 49, data 533", Means: "The account is disabled.", Cause: "site.directory-account-disabled"},
		{Code: "701", Name: "LDAP 49, data 701", Means: "The account has expired.", Cause: "site.directory-account-disabled"},
		{Code: "773", Name: "LDAP 49, data 773", Means: "The password must be changed at the next sign-in.", Cause: "site.directory-password-expired"},
		{Code: "775", Name: "LDAP 49, data 775", Means: "The account is locked out.", Cause: "site.directory-locked"},
		{Code: "80090346", Name: "LDAP 49, data 80090346", Means: "Channel binding: the TLS connection that the domain controller sees is not the client's.", Cause: "site.directory-channel-binding"},
		{Code: "insufficientAccessRights", Name: "LDAP 50", Means: "The account may not write there; with 00000522 it lacks the user right to trust accounts for delegation.", Do: "Let a domain administrator do it.", also: []string{"00002098", "1314", "SeEnableDelegationPrivilege"}},
		{Code: "constraintViolation", Name: "LDAP 19", Means: "A rule of the domain controller forbids the value: a service name that another account holds, or that a computer stands for through HOST.", Do: "setspn -F -Q HTTP/host", Cause: "spn.duplicate", also: []string{"000021c7"}},
		{Code: "strongerAuthRequired", Name: "LDAP 8", Means: "The domain controller demands signing, and sees no protection on the connection.", Cause: "site.directory-signing", also: []string{"00002028"}},
	}
}

func web() []Code {
	return []Code{
		{Code: "http 400", Name: "http request header is incorrect", Means: "Qlik does not know the host in the request, or no virtual proxy has the prefix.", Do: "Translate URLs in headers, or add the host to the allow list.", Cause: "app.host-header"},
		{Code: "InternalUrl_Duplicate", Name: "Graph refuses the internal URL", Means: "Another published application of the tenant holds it.", Do: "Find that application; one of Exchange's hybrid agents may be it.", Cause: "app.url-clash"},
		{Code: "OnPremisesPublishing_NotEnabled", Name: "application proxy is off", Means: "Application proxy is not enabled in the tenant: no connector was ever registered.", Do: "Register a connector, or enable application proxy.", Cause: "connector.proxy-disabled"},
		{Code: "Application_NotFound", Name: "not published yet", Means: "The application has no publishing yet, or no connector was ever registered in the tenant.", Cause: "connector.proxy-disabled"},
		{Code: "Authorization_RequestDenied", Name: "Graph refuses the write", Means: "The permission or the directory role is missing.", Do: "Activate Application Administrator; Cloud Application Administrator is not enough.", Cause: "site.role-missing"},
		{Code: "http 502", Name: "bad gateway", Means: "The connector did not reach Qlik.", Cause: "verify.gateway-error"},
		{Code: "http 504", Name: "gateway time-out", Means: "Qlik took longer than the application's back-end time-out.", Cause: "verify.gateway-error"},
		{Code: "ws 403", Name: "WebSocket upgrade refused", Means: "The page's host is not in the allow list, or the CSRF token is missing (November 2024 and later).", Cause: "allowlist.origin-refused"},
		{Code: "ws 500", Name: "unable to route the WebSockets request", Means: "No engine is reachable for the virtual proxy.", Cause: "verify.no-engine"},
		{Code: "ws 200", Name: "page instead of an upgrade", Means: "A box in between took the upgrade away.", Cause: "verify.upgrade-stripped"},
	}
}
