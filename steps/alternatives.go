package steps

import (
	"slices"

	"sensegate/checks"
)

// The same again, in the words of somebody who would rather click, or rather
// type. A text that begins like this repeats the fix before it.
const (
	inPowerShell = checks.Alternative + " in PowerShell."
	byClicking   = checks.Alternative + " by clicking."
	atAPrompt    = checks.Alternative + " at a command prompt."
	inQlikCli    = checks.Alternative + " in PowerShell, with the module Qlik-Cli."
)

// withAlternatives adds to the causes how their fixes are done in other places.
func withAlternatives(cat checks.Catalogue) checks.Catalogue {
	// Where the alternative is to the first of several fixes, not to the last.
	first := map[checks.CauseID]bool{"spn.no-aes": true, "kerberos.headers-too-long": true}
	for _, list := range []map[checks.CauseID]checks.Fix{entraByCommand(), qlikByCommand(), directoryByOther()} {
		for id, f := range list {
			c, ok := cat[id]
			if !ok {
				continue // a room without this cause, as in a test
			}
			at := len(c.Fixes)
			if first[id] {
				at = 1
			}
			c.Fixes = slices.Insert(slices.Clone(c.Fixes), at, f)
			cat[id] = c
		}
	}
	return cat
}

// object finds an application by its name; a name is data, never code: an
// apostrophe in it is doubled as OData wants it.
const object = `(Get-MgApplication -Filter ("displayName eq '{0}'" -f {app}.Replace("'","''")))`

// setting changes one setting of the published application, as documented
// for PATCH /applications/{id} with onPremisesPublishing.
func setting(settings string) checks.Fix {
	return checks.Fix{
		Who: checks.EntraAdmin, Text: inPowerShell, Shell: checks.PowerShell,
		Command: "Invoke-MgGraphRequest -Method PATCH -Uri ('/beta/applications/' + " + object + ".Id) -Body @{onPremisesPublishing=@{" + settings + "}}",
	}
}

// connectorGroups finds the connector group by its name.
const connectorGroups = "(Invoke-MgGraphRequest -Uri '/beta/onPremisesPublishingProfiles/applicationProxy/connectorGroups').value | Where-Object name -EQ {group}"

// kerberosSignOn is the whole of the settings of single sign-on.
const kerberosSignOn = "singleSignOnSettings=@{singleSignOnMode='onPremisesKerberos';kerberosSignOnSettings=@{kerberosServicePrincipalName={spn};kerberosSignOnMappingAttributeType='onPremisesUserPrincipalName'}}"

func entraByCommand() map[checks.CauseID]checks.Fix {
	typed := func(command string) checks.Fix {
		return checks.Fix{Who: checks.EntraAdmin, Text: inPowerShell, Shell: checks.PowerShell, Command: command}
	}
	clicked := func(path string) checks.Fix {
		return checks.Fix{Who: checks.EntraAdmin, Text: byClicking, Shell: checks.Portal, Command: path}
	}
	internal := setting("internalUrl={internal-url}")
	return map[checks.CauseID]checks.Fix{
		"app.internal-url-wrong":    internal,
		"app.internal-url-old-port": internal,
		"app.passthrough":           setting("externalAuthenticationType='aadPreAuthentication'"),
		"verify.open-door":          setting("externalAuthenticationType='aadPreAuthentication'"),
		"app.host-header":           setting("isTranslateHostHeaderEnabled=$true"),
		"app.cookie-open":           setting("isHttpOnlyCookieEnabled=$true;isSecureCookieEnabled=$true;isPersistentCookieEnabled=$false;isTranslateLinksInBodyEnabled=$false"),
		"sso.off":                   setting(kerberosSignOn),
		"sso.spn-differs":           setting(kerberosSignOn),
		"verify.no-session":         typed("(Invoke-MgGraphRequest -Uri ('/beta/applications/' + " + object + ".Id + '?$select=onPremisesPublishing')).onPremisesPublishing.singleSignOnSettings"),
		"app.missing":               typed("New-EntraBetaApplicationProxyApplication -DisplayName {app} -ExternalUrl {external-url} -InternalUrl {internal-url} -ExternalAuthenticationType AadPreAuthentication"),
		"app.redirect-missing":      typed("$a = " + object + "; Update-MgApplication -ApplicationId $a.Id -Web @{RedirectUris=@($a.Web.RedirectUris)+{external-url}}"),
		"app.group-wrong": typed("$g = " + connectorGroups + "; Invoke-MgGraphRequest -Method PUT -Uri ('/beta/applications/' + " + object +
			".Id + '/connectorGroup/$ref') -Body @{'@odata.id'='https://graph.microsoft.com/beta/onPremisesPublishingProfiles/applicationProxy/connectorGroups/'+$g.id}"),
		"app.not-assigned": typed(`$s = Get-MgServicePrincipal -Filter ("displayName eq '{0}'" -f {app}.Replace("'","''")); New-MgServicePrincipalAppRoleAssignedTo ` +
			"-ServicePrincipalId $s.Id -ResourceId $s.Id -PrincipalId (Get-MgUser -UserId {test-user}).Id -AppRoleId @($s.AppRoles | Where-Object IsEnabled)[0].Id"),
		"sync.user-disabled": clicked("Entra admin center > Users > {test-user} > Edit properties > Settings > Account enabled"),
	}
}

// qlikByCommand are the settings of the QMC in Qlik-Cli for Windows. Its
// Update-QlikProxy takes a switch that is not given for off, so both are given.
func qlikByCommand() map[checks.CauseID]checks.Fix {
	typed := func(command string) checks.Fix {
		return checks.Fix{Who: checks.QlikAdmin, Text: inQlikCli, Shell: checks.PowerShell, Command: command}
	}
	const here = `Get-QlikVirtualProxy -full | Where-Object { [string]$_.prefix -eq {prefix} }`
	list := typed("$v = " + here + "; Update-QlikVirtualProxy -id $v.id -websocketCrossOriginWhiteList (@($v.websocketCrossOriginWhiteList) + {external-host})")
	pattern := typed("$v = " + here + "; Update-QlikVirtualProxy -id $v.id -windowsAuthenticationEnabledDevicePattern Mozilla")
	return map[checks.CauseID]checks.Fix{
		"allowlist.missing":         list,
		"allowlist.other-proxy":     list,
		"allowlist.origin-refused":  list,
		"verify.origin-refused":     list,
		"kerberos.pattern-narrow":   pattern,
		"kerberos.switch-off":       typed("Get-QlikProxy -full | Where-Object { $_.serverNodeConfiguration.hostName -eq {proxy} } | ForEach-Object { Update-QlikProxy -id $_.id -KerberosAuthentication $true -AllowHttp $_.settings.allowHttp }"),
		"kerberos.headers-too-long": typed("Get-QlikProxy -full | ForEach-Object { Update-QlikProxy -id $_.id -MaxHeaderSizeBytes 32768 -KerberosAuthentication $_.settings.kerberosAuthentication -AllowHttp $_.settings.allowHttp }"),
	}
}

// directoryByOther are the ways of Active Directory beside the usual one.
func directoryByOther() map[checks.CauseID]checks.Fix {
	clicked := func(path string) checks.Fix {
		return checks.Fix{Who: checks.ADAdmin, Text: byClicking, Shell: checks.Portal, Command: path}
	}
	typed := func(command string) checks.Fix {
		return checks.Fix{Who: checks.ADAdmin, Text: inPowerShell, Shell: checks.PowerShell, Command: command}
	}
	const attributes = "ADUC > View > Advanced Features, then {account-name} > Attribute Editor > servicePrincipalName"
	return map[checks.CauseID]checks.Fix{
		"spn.missing":               clicked(attributes + " > Add: {spn}"),
		"spn.name-missing":          typed("Set-ADUser -Identity {account-name} -ServicePrincipalNames @{Add={name}}"),
		"spn.name-elsewhere":        typed("Get-ADObject -LDAPFilter ('(servicePrincipalName=' + {name} + ')') -Properties servicePrincipalName"),
		"spn.wrong-owner":           typed("Set-ADUser -Identity {account-name} -ServicePrincipalNames @{Add={spn}}"),
		"spn.duplicate":             typed("Get-ADObject -LDAPFilter ('(servicePrincipalName=' + {spn} + ')') -Server ({domain} + ':3268')"),
		"spn.account-disabled":      clicked("ADUC > {account-name} > Enable Account"),
		"spn.account-locked":        clicked("ADUC > {account-name} > Account > Unlock account"),
		"spn.no-aes":                clicked("ADUC > {account-name} > Account > This account supports Kerberos AES 256 bit encryption"),
		"delegation.unconstrained":  clicked("ADUC > {connector} > Delegation > Trust this computer for delegation to specified services only"),
		"delegation.extra":          clicked("ADUC > {connector} > Delegation > Remove"),
		"delegation.user-sensitive": clicked("ADUC > {test-sam} > Account > Account is sensitive and cannot be delegated"),
		"delegation.user-protected": clicked("ADUC > Users > Protected Users > Members > Remove: {test-sam}"),
		"delegation.user-disabled":  clicked("ADUC > {test-sam} > Account"),
	}
}
