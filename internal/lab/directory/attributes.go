package directory

// attributes is the schema: what the wizard, its users' tools and the rules of
// the directory ask about, in the order in which entries show them.
func attributes() []attribute {
	return append(identity(), append(accounts(), append(delegation(), forest()...)...)...)
}

func identity() []attribute {
	const ms2, ms4 = "1.2.840.113556.1.2.", "1.2.840.113556.1.4."
	return []attribute{
		{name: "objectClass", oid: "2.5.4.0", syntax: syntaxClass, traits: catalogue},
		{name: "cn", oid: "2.5.4.3", traits: single | catalogue},
		{name: "ou", oid: "2.5.4.11", traits: catalogue},
		{name: "dc", oid: "0.9.2342.19200300.100.1.25", traits: single | catalogue},
		{name: "sn", oid: "2.5.4.4", traits: single | catalogue},
		{name: "c", oid: "2.5.4.6", traits: single},
		{name: "l", oid: "2.5.4.7", traits: single | catalogue},
		{name: "st", oid: "2.5.4.8", traits: single | catalogue},
		{name: "title", oid: "2.5.4.12", traits: single},
		{name: "description", oid: "2.5.4.13", traits: catalogue},
		{name: "postalCode", oid: "2.5.4.17", traits: single},
		{name: "physicalDeliveryOfficeName", oid: "2.5.4.19", traits: single | catalogue},
		{name: "telephoneNumber", oid: "2.5.4.20", traits: single | catalogue},
		{name: "givenName", oid: "2.5.4.42", traits: single | catalogue},
		{name: "initials", oid: "2.5.4.43", traits: single},
		{name: "mobile", oid: "0.9.2342.19200300.100.1.41", traits: single},
		{name: "carLicense", oid: "2.16.840.1.113730.3.1.1"},
		{name: "distinguishedName", oid: "2.5.4.49", syntax: syntaxDN, traits: single | catalogue | computed | system},
		{name: "instanceType", oid: ms2 + "1", syntax: syntaxInteger, traits: single | catalogue | system},
		{name: "whenCreated", oid: ms2 + "2", syntax: syntaxTime, traits: single | catalogue | system},
		{name: "whenChanged", oid: ms2 + "3", syntax: syntaxTime, traits: single | catalogue | system},
		{name: "displayName", oid: ms2 + "13", traits: single | catalogue},
		{name: "uSNCreated", oid: ms2 + "19", syntax: syntaxInteger, traits: single | catalogue | system},
		{name: "memberOf", oid: ms2 + "102", syntax: syntaxDN, traits: catalogue | computed | system},
		{name: "uSNChanged", oid: ms2 + "120", syntax: syntaxInteger, traits: single | catalogue | system},
		{name: "member", oid: "2.5.4.31", syntax: syntaxDN, traits: catalogue | ofGroup},
		{name: "department", oid: ms2 + "141", traits: single},
		{name: "company", oid: ms2 + "146", traits: single},
		{name: "info", oid: ms2 + "81", traits: single},
		{name: "showInAdvancedViewOnly", oid: ms2 + "169", syntax: syntaxBoolean, traits: single | catalogue},
		{name: "proxyAddresses", oid: ms2 + "210", traits: catalogue},
		{name: "nTSecurityDescriptor", oid: ms2 + "281", syntax: syntaxDescriptor, traits: single | catalogue | constructed},
		{name: "name", oid: ms4 + "1", traits: single | catalogue | computed | system},
		{name: "objectGUID", oid: ms4 + "2", syntax: syntaxGUID, traits: single | catalogue | system},
		{name: "mail", oid: "0.9.2342.19200300.100.1.3", traits: single | catalogue},
		{name: "manager", oid: "0.9.2342.19200300.100.1.10", syntax: syntaxDN, traits: single | catalogue},
		{name: "managedBy", oid: ms4 + "653", syntax: syntaxDN, traits: single | catalogue},
		{name: "objectSid", oid: ms4 + "146", syntax: syntaxSID, traits: single | catalogue | system},
		{name: "objectCategory", oid: ms4 + "782", syntax: syntaxDN, traits: single | catalogue | system},
		{name: "canonicalName", oid: ms4 + "916", traits: catalogue | constructed | system},
		{name: "allowedAttributes", oid: ms4 + "913", traits: constructed | system | catalogue},
		{name: "allowedAttributesEffective", oid: ms4 + "914", traits: constructed | system | catalogue},
		{name: "mS-DS-ConsistencyGuid", oid: ms4 + "1360", syntax: syntaxOctets, traits: single | catalogue},
	}
}

func accounts() []attribute {
	const ms4 = "1.2.840.113556.1.4."
	return []attribute{
		{name: "userAccountControl", oid: ms4 + "8", syntax: syntaxInteger, traits: single | catalogue | ofAccount},
		{name: "msDS-AssignedAuthNPolicySilo", oid: ms4 + "2285", syntax: syntaxDN, traits: single | ofAccount},
		{name: "badPwdCount", oid: ms4 + "12", syntax: syntaxInteger, traits: single | system | ofAccount},
		{name: "codePage", oid: ms4 + "16", syntax: syntaxInteger, traits: single},
		{name: "countryCode", oid: ms4 + "25", syntax: syntaxInteger, traits: single},
		{name: "badPasswordTime", oid: ms4 + "49", syntax: syntaxInteger, traits: single | system | ofAccount},
		{name: "lastLogon", oid: ms4 + "52", syntax: syntaxInteger, traits: single | system | ofAccount},
		{name: "localPolicyFlags", oid: ms4 + "56", syntax: syntaxInteger, traits: single | ofComputer},
		{name: "scriptPath", oid: ms4 + "62", traits: single | ofAccount},
		{name: "homeDirectory", oid: ms4 + "44", traits: single | ofAccount},
		{name: "unicodePwd", oid: ms4 + "90", syntax: syntaxOctets, traits: single | hidden | ofAccount},
		{name: "pwdLastSet", oid: ms4 + "96", syntax: syntaxInteger, traits: single | ofAccount},
		{name: "primaryGroupID", oid: ms4 + "98", syntax: syntaxInteger, traits: single | catalogue | ofAccount},
		{name: "adminCount", oid: ms4 + "150", syntax: syntaxInteger, traits: single},
		{name: "accountExpires", oid: ms4 + "159", syntax: syntaxInteger, traits: single | ofAccount},
		{name: "logonCount", oid: ms4 + "169", syntax: syntaxInteger, traits: single | system | ofAccount},
		{name: "sAMAccountName", oid: ms4 + "221", traits: single | catalogue},
		{name: "sAMAccountType", oid: ms4 + "302", syntax: syntaxInteger, traits: single | catalogue | system},
		{name: "operatingSystem", oid: ms4 + "363", traits: single | catalogue | ofComputer},
		{name: "operatingSystemVersion", oid: ms4 + "364", traits: single | catalogue | ofComputer},
		{name: "sIDHistory", oid: ms4 + "609", syntax: syntaxSID, traits: catalogue | system},
		{name: "dNSHostName", oid: ms4 + "619", traits: single | catalogue | ofComputer},
		{name: "userPrincipalName", oid: ms4 + "656", traits: single | catalogue | ofAccount},
		{name: "lockoutTime", oid: ms4 + "662", syntax: syntaxInteger, traits: single | ofAccount},
		{name: "groupType", oid: ms4 + "750", syntax: syntaxInteger, traits: single | catalogue | ofGroup},
		{name: "servicePrincipalName", oid: ms4 + "771", traits: catalogue | ofAccount},
		{name: "altSecurityIdentities", oid: ms4 + "867", traits: catalogue},
		{name: "lastLogonTimestamp", oid: ms4 + "1696", syntax: syntaxInteger, traits: single | catalogue | system | ofAccount},
		{name: "msDS-AdditionalDnsHostName", oid: ms4 + "1717", traits: catalogue | ofComputer},
		{name: "msDS-AdditionalSamAccountName", oid: ms4 + "1718", traits: catalogue | ofComputer},
		{name: "tokenGroups", oid: ms4 + "1301", syntax: syntaxSID, traits: constructed | system | catalogue},
		{name: "tokenGroupsNoGCAcceptable", oid: ms4 + "1303", syntax: syntaxSID, traits: constructed | system | catalogue},
		{name: "tokenGroupsGlobalAndUniversal", oid: ms4 + "1418", syntax: syntaxSID, traits: constructed | system | catalogue},
		{name: "msDS-User-Account-Control-Computed", oid: ms4 + "1460", syntax: syntaxInteger, traits: constructed | system | catalogue},
		{name: "msDS-UserPasswordExpiryTimeComputed", oid: ms4 + "1996", syntax: syntaxInteger, traits: constructed | system},
		{name: "msDS-PrincipalName", oid: ms4 + "1865", traits: constructed | system | catalogue},
		{name: "msDS-KeyVersionNumber", oid: ms4 + "1782", syntax: syntaxInteger, traits: constructed | system},
	}
}

// delegation is what a domain controller knows and the catalogue does not.
func delegation() []attribute {
	const ms4 = "1.2.840.113556.1.4."
	return []attribute{
		{name: "msDS-AllowedToDelegateTo", oid: ms4 + "1787", traits: ofAccount},
		{name: "msDS-SupportedEncryptionTypes", oid: ms4 + "1963", syntax: syntaxInteger, traits: single | ofAccount},
		{
			name: "msDS-AllowedToActOnBehalfOfOtherIdentity", oid: ms4 + "2182",
			syntax: syntaxDescriptor, traits: single | ofAccount,
		},
	}
}

func forest() []attribute {
	const ms2, ms4 = "1.2.840.113556.1.2.", "1.2.840.113556.1.4."
	return []attribute{
		{name: "creationTime", oid: ms4 + "26", syntax: syntaxInteger, traits: single | catalogue | system},
		{name: "dnsRoot", oid: ms4 + "28", traits: single | catalogue},
		{name: "lockoutDuration", oid: ms4 + "60", syntax: syntaxInteger, traits: single},
		{name: "lockOutObservationWindow", oid: ms4 + "61", syntax: syntaxInteger, traits: single},
		{name: "lockoutThreshold", oid: ms4 + "73", syntax: syntaxInteger, traits: single},
		{name: "maxPwdAge", oid: ms4 + "74", syntax: syntaxInteger, traits: single},
		{name: "objectVersion", oid: ms4 + "76", syntax: syntaxInteger, traits: single},
		{name: "minPwdAge", oid: ms4 + "78", syntax: syntaxInteger, traits: single},
		{name: "minPwdLength", oid: ms4 + "79", syntax: syntaxInteger, traits: single},
		{name: "nETBIOSName", oid: ms4 + "87", traits: single | catalogue},
		{name: "pwdProperties", oid: ms4 + "93", syntax: syntaxInteger, traits: single},
		{name: "pwdHistoryLength", oid: ms4 + "95", syntax: syntaxInteger, traits: single},
		{name: "fSMORoleOwner", oid: ms4 + "369", syntax: syntaxDN, traits: single | catalogue},
		{name: "systemFlags", oid: ms4 + "375", syntax: syntaxInteger, traits: single | catalogue | system},
		{name: "serverReference", oid: ms4 + "515", syntax: syntaxDN, traits: single | catalogue},
		{name: "isCriticalSystemObject", oid: ms4 + "868", syntax: syntaxBoolean, traits: single | catalogue | system},
		{name: "uPNSuffixes", oid: ms4 + "890"},
		{name: "gPLink", oid: ms4 + "891", traits: single},
		{name: "sPNMappings", oid: ms4 + "1347"},
		{name: "ms-DS-MachineAccountQuota", oid: ms4 + "1411", syntax: syntaxInteger, traits: single},
		{name: "msDS-Behavior-Version", oid: ms4 + "1459", syntax: syntaxInteger, traits: single | catalogue},
		{name: "nCName", oid: ms2 + "16", syntax: syntaxDN, traits: single | catalogue},
		{name: "dSHeuristics", oid: ms2 + "212", traits: single},
		{name: "lDAPDisplayName", oid: ms2 + "460", traits: single | catalogue},
		{name: "subSchemaSubEntry", oid: "2.5.18.10", syntax: syntaxDN, traits: single | constructed | system | catalogue},
	}
}
