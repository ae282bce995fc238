package fact

import (
	"slices"
	"strings"
)

// Endpoint is one address that a connector talks to.
type Endpoint struct {
	Host string
	Port int
}

// ServiceEndpoints are concrete names behind the wildcards that Microsoft
// documents for connectors of a cloud, the global one when empty. They may
// change, so one that is not reached is a hint and no proof. Only a tenant given
// by its id has an endpoint of its own.
func ServiceEndpoints(cloud, tenant string) []Endpoint {
	if cloud == "usgov" || cloud == "usdod" {
		return governmentEndpoints()
	}
	out := []Endpoint{
		{"login.microsoftonline.com", 443},
		{"login.windows.net", 443},
		{"register.msappproxy.net", 443},
		{"updater.msappproxy.net", 443},
		{"enterpriseregistration.windows.net", 443},
	}
	if len(tenant) == 36 && !strings.Contains(tenant, ".") {
		out = append(out, Endpoint{tenant + ".bootstrap.msappproxy.net", 443})
	}
	for _, h := range []string{
		"crl3.digicert.com", "crl4.digicert.com", "ocsp.digicert.com", "crl.microsoft.com", "oneocsp.microsoft.com", "ocsp.msocsp.com", "ctldl.windowsupdate.com",
	} {
		out = append(out, Endpoint{h, 80})
	}
	return out
}

// governmentEndpoints are those that are documented for the clouds of the US
// government; no concrete name of the proxy's own is.
func governmentEndpoints() []Endpoint {
	return []Endpoint{
		{"login.microsoftonline.us", 443},
		{"login.windows.us", 443},
		{"mscrl.microsoft.us", 80},
		{"ocsp.msocsp.us", 80},
		{"ctldl.windowsupdate.us", 80},
		{"crl3.digicert.com", 80},
		{"ocsp.digicert.com", 80},
	}
}

// PublicIssuer says whether an organisation, or the one in a distinguished name,
// is among the authorities that Microsoft's service uses; an inspecting box
// signs with a name of its own.
func PublicIssuer(issuer string) bool {
	o := strings.ToLower(issuer)
	if _, rest, ok := strings.Cut(o, "o="); ok {
		if quoted, isQuoted := strings.CutPrefix(rest, `"`); isQuoted {
			o, _, _ = strings.Cut(quoted, `"`)
		} else {
			o, _, _ = strings.Cut(rest, ",")
		}
	}
	return slices.ContainsFunc(PublicIssuers(), func(known string) bool { return strings.EqualFold(known, strings.TrimSpace(o)) })
}

// PublicIssuers are the organisations of the authorities that Microsoft's
// service uses.
func PublicIssuers() []string {
	return []string{"Microsoft Corporation", "DigiCert Inc", "DigiCert, Inc.", "GlobalSign nv-sa", "Entrust, Inc."}
}
