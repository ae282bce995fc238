package entra

import (
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"sensegate/internal/lab/contoso"
)

// Values of Publishing and of SingleSignOn, as Graph spells them.
const (
	PreAuthEntra   = "aadPreAuthentication"
	PreAuthNone    = "passthru"
	SSONone        = "none"
	SSOKerberos    = "onPremisesKerberos"
	TimeoutDefault = "default" // 85 s
	TimeoutLong    = "long"    // 180 s
	MapUPN         = "userPrincipalName"
	MapOnPremUPN   = "onPremisesUserPrincipalName"
	MapUserName    = "userPrincipalUsername"
	MapOnPremName  = "onPremisesUserPrincipalUsername"
	MapOnPremSAM   = "onPremisesSAMAccountName"
)

// Publishing is Graph's onPremisesPublishing: how an application is reached
// from outside.
type Publishing struct {
	ApplicationServerTimeout                 string        `json:"applicationServerTimeout"`
	ApplicationType                          *string       `json:"applicationType"`
	AlternateURL                             *string       `json:"alternateUrl"`
	ExternalAuthenticationType               string        `json:"externalAuthenticationType"`
	ExternalURL                              string        `json:"externalUrl"`
	InternalURL                              string        `json:"internalUrl"`
	IsAccessibleViaZTNAClient                bool          `json:"isAccessibleViaZTNAClient"`
	IsBackendCertificateValidationEnabled    bool          `json:"isBackendCertificateValidationEnabled"`
	IsContinuousAccessEvaluationEnabled      bool          `json:"isContinuousAccessEvaluationEnabled"`
	IsDNSResolutionEnabled                   bool          `json:"isDnsResolutionEnabled"`
	IsHTTPOnlyCookieEnabled                  bool          `json:"isHttpOnlyCookieEnabled"`
	IsOnPremPublishingEnabled                bool          `json:"isOnPremPublishingEnabled"`
	IsPersistentCookieEnabled                bool          `json:"isPersistentCookieEnabled"`
	IsSecureCookieEnabled                    bool          `json:"isSecureCookieEnabled"`
	IsStateSessionEnabled                    bool          `json:"isStateSessionEnabled"`
	IsTranslateHostHeaderEnabled             bool          `json:"isTranslateHostHeaderEnabled"`
	IsTranslateLinksInBodyEnabled            bool          `json:"isTranslateLinksInBodyEnabled"`
	UseAlternateURLForTranslationAndRedirect bool          `json:"useAlternateUrlForTranslationAndRedirect"`
	SingleSignOnSettings                     *SingleSignOn `json:"singleSignOnSettings"`
	// Certificate is what was uploaded for a domain of one's own.
	Certificate *DomainCertificate `json:"-"`
}

// DomainCertificate is Graph's verifiedCustomDomainCertificatesMetadata, which
// is read only: what was uploaded with its key is never shown again.
type DomainCertificate struct {
	Expires    time.Time `json:"expiryDate"`
	Issued     time.Time `json:"issueDate"`
	Issuer     string    `json:"issuerName"`
	Subject    string    `json:"subjectName"`
	Thumbprint string    `json:"thumbprint"`
}

// SingleSignOn is Graph's singleSignOnSettings.
type SingleSignOn struct {
	SingleSignOnMode       string    `json:"singleSignOnMode"`
	KerberosSignOnSettings *Kerberos `json:"kerberosSignOnSettings"`
}

// Kerberos is Graph's kerberosSignOnSettings.
type Kerberos struct {
	ServicePrincipalName string `json:"kerberosServicePrincipalName"`
	MappingAttributeType string `json:"kerberosSignOnMappingAttributeType"`
}

// newPublishing holds the values of an application published without saying more.
func newPublishing() Publishing {
	return Publishing{
		ApplicationServerTimeout:              TimeoutDefault,
		ExternalAuthenticationType:            PreAuthEntra,
		IsBackendCertificateValidationEnabled: true,
		IsOnPremPublishingEnabled:             true,
		IsSecureCookieEnabled:                 true,
		IsTranslateHostHeaderEnabled:          true,
		SingleSignOnSettings:                  &SingleSignOn{SingleSignOnMode: SSONone},
	}
}

// clone copies what json.Unmarshal would otherwise write through.
func (p Publishing) clone() Publishing {
	if p.SingleSignOnSettings != nil {
		sso := *p.SingleSignOnSettings
		if sso.KerberosSignOnSettings != nil {
			k := *sso.KerberosSignOnSettings
			sso.KerberosSignOnSettings = &k
		}
		p.SingleSignOnSettings = &sso
	}
	return p
}

// check judges p as the settings of app, whose tenant is st.
func (p *Publishing) check(st *State, app *Application) *graphError {
	for _, e := range []struct {
		name, value string
		allowed     []string
	}{
		{"externalAuthenticationType", p.ExternalAuthenticationType, []string{PreAuthEntra, PreAuthNone}},
		{"applicationServerTimeout", strings.ToLower(p.ApplicationServerTimeout), []string{TimeoutDefault, TimeoutLong}},
	} {
		if !slices.Contains(e.allowed, e.value) {
			return badRequest("Requested value '%s' was not found for the property '%s'.", e.value, e.name)
		}
	}
	if ge := checkURL("internalUrl", p.InternalURL); ge != nil {
		return ge
	}
	if ge := checkURL("externalUrl", p.ExternalURL); ge != nil {
		return ge
	}
	if ge := st.checkExternal(p.ExternalURL); ge != nil {
		return ge
	}
	if slices.ContainsFunc(st.Orphans, func(u string) bool { return sameURL(u, p.InternalURL) }) {
		return refused(400, "InternalUrl_Duplicate", "The internal URL '%s' is already in use by another application.", p.InternalURL)
	}
	for i := range st.Applications {
		other := &st.Applications[i]
		if other.Publishing == nil || other.ID == app.ID {
			continue
		}
		if sameURL(other.Publishing.InternalURL, p.InternalURL) {
			return refused(400, "InternalUrl_Duplicate",
				"The internal URL '%s' is already used by the application '%s'.", p.InternalURL, other.DisplayName)
		}
		if sameURL(other.Publishing.ExternalURL, p.ExternalURL) {
			return refused(400, "ExternalUrl_Duplicate",
				"The external URL '%s' is already in use by the application '%s'.", p.ExternalURL, other.DisplayName)
		}
	}
	return p.checkSSO()
}

func (p *Publishing) checkSSO() *graphError {
	sso := p.SingleSignOnSettings
	if sso == nil {
		return nil
	}
	modes := []string{SSONone, SSOKerberos, "pingHeaderBased", "aadHeaderBased", "oAuthToken"}
	if !slices.Contains(modes, sso.SingleSignOnMode) {
		return badRequest("Requested value '%s' was not found for the property 'singleSignOnMode'.", sso.SingleSignOnMode)
	}
	if sso.SingleSignOnMode != SSOKerberos {
		sso.KerberosSignOnSettings = nil
		return nil
	}
	k := sso.KerberosSignOnSettings
	if k == nil || k.ServicePrincipalName == "" || k.MappingAttributeType == "" {
		return badRequest("kerberosServicePrincipalName and kerberosSignOnMappingAttributeType are required when singleSignOnMode is onPremisesKerberos.")
	}
	if p.ExternalAuthenticationType != PreAuthEntra {
		return badRequest("Single sign-on requires the externalAuthenticationType aadPreAuthentication.")
	}
	maps := []string{MapUPN, MapOnPremUPN, MapUserName, MapOnPremName, MapOnPremSAM}
	if !slices.Contains(maps, k.MappingAttributeType) {
		return badRequest("Requested value '%s' was not found for the property 'kerberosSignOnMappingAttributeType'.", k.MappingAttributeType)
	}
	return nil
}

func checkURL(property, raw string) *graphError {
	u, err := url.Parse(raw)
	switch {
	case err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https"):
		return badRequest("The value '%s' of the property '%s' is not a valid http or https URL.", raw, property)
	case !strings.HasSuffix(u.Path, "/") || u.RawQuery != "" || u.Fragment != "":
		return badRequest("The value '%s' of the property '%s' must end with a slash.", raw, property)
	case net.ParseIP(u.Hostname()) != nil:
		return badRequest("The value '%s' of the property '%s' must use a host name, not an address.", raw, property)
	}
	return nil
}

// checkExternal wants a host of the service's own suffix with the tenant's
// label, or one of a verified domain.
func (st *State) checkExternal(raw string) *graphError {
	u, err := url.Parse(raw)
	if err != nil {
		return badRequest("The value '%s' of the property 'externalUrl' is not a valid URL.", raw)
	}
	if u.Port() != "" {
		return badRequest("The externalUrl '%s' must not contain a port.", raw)
	}
	host := strings.ToLower(u.Hostname())
	if label, ok := strings.CutSuffix(host, "."+contoso.ProxySuffix); ok {
		if tenant := st.Tenant.initialLabel(); !strings.HasSuffix(label, "-"+tenant) {
			return badRequest("The externalUrl '%s' does not belong to this tenant: its host must end with '-%s.%s'.", raw, tenant, contoso.ProxySuffix)
		}
		return nil
	}
	for _, d := range st.Tenant.Domains {
		if !d.Initial && (host == d.Name || strings.HasSuffix(host, "."+d.Name)) {
			return nil
		}
	}
	return badRequest("The externalUrl '%s' is not in a verified domain: verifiedCustomDomain settings are missing.", raw)
}

func sameURL(a, b string) bool {
	return canonicalURL(a) == canonicalURL(b)
}

func canonicalURL(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return strings.ToLower(raw)
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[strings.ToLower(u.Scheme)]
	}
	return fmt.Sprintf("%s://%s:%s/%s", strings.ToLower(u.Scheme), strings.ToLower(u.Hostname()), port, strings.Trim(u.Path, "/"))
}

// urlHost is the host of an URL in lower case, without a port.
func urlHost(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Hostname())
}
