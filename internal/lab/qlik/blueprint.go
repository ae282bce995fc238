package qlik

// The shapes and defaults of the repository's entities. Members that every
// entity has (dates, id, schemaPath) are added where one is stored.

func virtualProxyDefaults() Entity {
	return Entity{
		"prefix": "", "description": "",
		"authenticationModuleRedirectUri": "", "sessionModuleBaseUri": "", "loadBalancingModuleBaseUri": "",
		"useStickyLoadBalancing": false, "loadBalancingServerNodes": []any{}, "loadBalancingAlgorithm": 0,
		"enableEngineSaturationCheck": false, "enableEngineHealthCheckData": false,
		"authenticationMethod": 0, "headerAuthenticationMode": 0, "headerAuthenticationHeaderName": "",
		"headerAuthenticationStaticUserDirectory": "", "headerAuthenticationDynamicUserDirectory": "",
		"anonymousAccessMode": 0, "windowsAuthenticationEnabledDevicePattern": "Windows",
		"sessionCookieHeaderName": "", "sessionCookieDomain": "",
		"hasSecureAttributeHttps": true, "sameSiteAttributeHttps": 0,
		"hasSecureAttributeHttp": false, "sameSiteAttributeHttp": 0,
		"additionalResponseHeaders": "", "sessionInactivityTimeout": 30, "extendedSecurityEnvironment": false,
		"websocketCrossOriginWhiteList": []any{}, "defaultVirtualProxy": false,
		"samlMetadataIdP": "", "samlHostUri": "", "samlEntityId": "", "samlAttributeUserId": "",
		"samlAttributeUserDirectory": "", "samlAttributeSigningAlgorithm": 0, "samlAttributeMap": []any{}, "samlSlo": false,
		"jwtPublicKeyCertificate": "", "jwtAttributeUserId": "", "jwtAttributeUserDirectory": "",
		"jwtAudience": "", "jwtAttributeMap": []any{},
		"magicLinkHostUri": "", "magicLinkFriendlyName": "",
		"oidcConfigurationEndpointUri": "", "oidcClientId": "", "oidcClientSecret": "", "oidcRealm": "", "oidcScope": "",
		"oidcAttributeSub": "", "oidcAttributeName": "", "oidcAttributeGroups": "", "oidcAttributeEmail": "",
		"oidcAttributeClientId": "", "oidcAttributePicture": "", "oidcAttributeMap": []any{},
		"tags": []any{}, "customProperties": []any{}, "privileges": nil,
	}
}

func proxyServiceDefaults() Entity {
	return Entity{
		"serverNodeConfiguration": map[string]any{}, "settings": map[string]any(proxySettingsDefaults()),
		"tags": []any{}, "customProperties": []any{}, "privileges": nil,
	}
}

func proxySettingsDefaults() Entity {
	return Entity{
		"listenPort": 443, "allowHttp": false, "unencryptedListenPort": 80,
		"authenticationListenPort": 4244, "kerberosAuthentication": false, "unencryptedAuthenticationListenPort": 4248,
		"sslBrowserCertificateThumbprint": "", "keepAliveTimeoutSeconds": 10,
		"maxHeaderSizeBytes": 16384, "maxHeaderLines": 100,
		"logVerbosity": map[string]any{
			"logVerbosityAuditActivity": 4, "logVerbosityAuditSecurity": 4, "logVerbosityService": 4,
			"logVerbosityAudit": 4, "logVerbosityPerformance": 4, "logVerbositySecurity": 4,
			"logVerbositySystem": 4, "schemaPath": "ProxyService.Settings.LogVerbosity",
		},
		"useWsTrace": false, "performanceLoggingInterval": 5, "restListenPort": 4243, "virtualProxies": []any{},
		"formAuthenticationPageTemplate": "", "loggedOutPageTemplate": "", "errorPageTemplate": "",
		"schemaPath": "ProxyService.Settings",
	}
}

func nodeDefaults() Entity {
	return Entity{
		"name": "", "hostName": "", "isCentral": false, "nodePurpose": 0, "engineEnabled": true,
		"proxyEnabled": true, "printingEnabled": true, "schedulerEnabled": true, "failoverCandidate": false,
		"temporaryfilepath": "", "roles": []any{},
		"serviceCluster": map[string]any{"id": clusterID, "name": "ServiceCluster", "privileges": nil},
		"tags":           []any{}, "customProperties": []any{}, "privileges": nil,
	}
}

func userDefaults() Entity {
	return Entity{
		"userId": "", "userDirectory": "", "name": "", "roles": []any{}, "attributes": []any{},
		"inactive": false, "removedExternally": false, "blacklisted": false, "deleteProhibited": false,
		"tags": []any{}, "customProperties": []any{}, "privileges": nil,
	}
}

func libraryDefaults() Entity {
	return Entity{
		"name": "", "type": "media", "owner": map[string]any{}, "references": []any{}, "whiteList": map[string]any{},
		"tags": []any{}, "customProperties": []any{}, "privileges": nil,
	}
}

func serviceStatusDefaults() Entity {
	return Entity{
		"serviceType": 0, "serviceState": 0, "serverNodeConfiguration": map[string]any{}, "timestamp": "",
		"privileges": nil,
	}
}

func extensionListDefaults() Entity {
	return Entity{"isDefault": true, "libraryType": 1, "fileExtensions": []any{}, "privileges": nil}
}

func licenseDefaults() Entity {
	return Entity{
		"lef": "", "serial": "PRACTICE-LAB-NOT-A-SERIAL", "check": "", "key": "", "name": "Practice lab",
		"organization": "Contoso", "product": 27, "numberOfCores": -1, "isExpired": false, "expiredReason": "",
		"isBlacklisted": false, "isInvalid": false, "isSubscription": true, "isCloudServices": false,
		"isElastic": false, "expire": "", "privileges": nil,
	}
}

// bounds are the ranges of the proxy's numeric settings.
func bounds() map[string][2]int {
	port := [2]int{1, 65535}
	return map[string][2]int{
		"listenPort": port, "unencryptedListenPort": port, "authenticationListenPort": port,
		"unencryptedAuthenticationListenPort": port, "restListenPort": port,
		"keepAliveTimeoutSeconds": {1, 300}, "maxHeaderSizeBytes": {512, 131072}, "maxHeaderLines": {20, 1000},
	}
}

const clusterID = "f1f1f1f1-0000-4000-8000-000000000001"
