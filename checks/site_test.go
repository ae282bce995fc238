package checks_test

import "sensegate/internal/site"

// completeSite is a site with every fact that a placeholder may ask for.
func completeSite() site.Site {
	return site.Site{
		Name:  "contoso",
		Entra: site.Entra{Tenant: "contoso.onmicrosoft.com"},
		Publish: site.Publish{
			AppName: "Qlik Sense", ExternalURL: "https://sense-contoso.msappproxy.net/",
			InternalURL: "https://sense.contoso.test/", ConnectorGroup: "Default",
		},
		Qlik:      site.Qlik{Repository: "https://qlik01.contoso.test:4242", ServiceAccount: `CONTOSO\svc-qlik`},
		Directory: site.Directory{Domain: "contoso.test", User: `CONTOSO\admin`},
		Connector: site.Connector{Hosts: []site.ConnectorHost{{Name: "conn01.contoso.test"}}},
		TestUser:  site.TestUser{UPN: "alice@contoso.test"},
	}
}
