package site_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sensegate/internal/site"
)

func complete() site.Site {
	return site.Site{
		Name:  "contoso",
		Entra: site.Entra{Tenant: "contoso.onmicrosoft.com"},
		Publish: site.Publish{
			AppName: "Qlik Sense", ExternalURL: "https://sense-contoso.msappproxy.net/",
			InternalURL: "https://sense.contoso.com/", ConnectorGroup: "Default",
		},
		Qlik: site.Qlik{
			Repository: "https://qlik01.contoso.com:4242", Certificate: "client.pem", Key: "client_key.pem", Root: "root.pem",
			ServiceAccount: `CONTOSO\qlik`,
		},
		Directory: site.Directory{Domain: "contoso.com", User: `CONTOSO\admin`},
		Connector: site.Connector{Hosts: []site.ConnectorHost{{Name: "conn01.contoso.com"}}},
		TestUser:  site.TestUser{UPN: "alice@contoso.com"},
	}
}

func TestProblems(t *testing.T) {
	tests := []struct {
		name   string
		change func(*site.Site)
		path   string // of the one problem; none when empty
		says   string
	}{
		{"complete", func(*site.Site) {}, "", ""},
		{"an internal URL without TLS", func(s *site.Site) { s.Publish.InternalURL = "http://sense.contoso.com/" }, "", ""},
		{"an account as a UPN", func(s *site.Site) { s.Qlik.ServiceAccount = "qlik@contoso.com" }, "", ""},
		{"a managed account", func(s *site.Site) { s.Qlik.ServiceAccount = `CONTOSO\gmsa-qlik$` }, "", ""},
		{"a way to sign in", func(s *site.Site) { s.Entra.SignIn = "browser" }, "", ""},
		{"one name inside and outside, in the domain", func(s *site.Site) { s.Publish.ExternalURL = "https://sense.contoso.com/" }, "", ""},
		{"directory over LDAP", func(s *site.Site) {
			s.Directory.Server, s.Directory.GlobalCatalog = "ldap://dc1:389", "ldaps://dc1:3269"
		}, "", ""},
		{"a pin", func(s *site.Site) { s.Pins = []site.Pin{{Name: "qlik:443", Address: "[::1]:8443"}} }, "", ""},
		{"an age of evidence", func(s *site.Site) { s.EvidenceMaxAge = time.Hour }, "", ""},
		{"an age below zero", func(s *site.Site) { s.EvidenceMaxAge = -time.Hour }, "evidence_max_age", "-1h0m0s is no age"},
		{"no name", func(s *site.Site) { s.Name = "" }, "name", "missing"},
		{"blanks for a name", func(s *site.Site) { s.Name = "  " }, "name", "missing"},
		{"a name that leaves its folder", func(s *site.Site) { s.Name = "../x" }, "name", `"../x" is not letters`},
		{"a name of dots", func(s *site.Site) { s.Name = ".." }, "name", `".." is not letters`},
		{"no external URL", func(s *site.Site) { s.Publish.ExternalURL = "" }, "publish.external_url", "missing, for example https://"},
		{"an external URL without TLS", func(s *site.Site) { s.Publish.ExternalURL = "http://x.y/" }, "publish.external_url", "begins with https://"},
		{"a host for a URL", func(s *site.Site) { s.Publish.InternalURL = "sense.contoso.com" }, "publish.internal_url", "begins with https:// or http://"},
		{"a password in a URL", func(s *site.Site) { s.Publish.InternalURL = "https://a:b@sense.contoso.com/" }, "publish.internal_url", "is not a URL"},
		{"the port of Microsoft's example", func(s *site.Site) { s.Publish.InternalURL = "https://sense.contoso.com:4244/" }, "publish.internal_url", "before April 2018"},
		{"no certificate, through the proxy", func(s *site.Site) {
			s.Qlik.Via, s.Qlik.Certificate, s.Qlik.Key, s.Qlik.Root = site.ViaProxy, "", "", ""
		}, "", ""},
		{"an unknown way to the repository", func(s *site.Site) { s.Qlik.Via = "tunnel" }, "qlik.via", "direct nor proxy"},
		{"an account without a domain", func(s *site.Site) { s.Qlik.ServiceAccount = "qlik" }, "qlik.service_account", `CONTOSO\qlik`},
		{"a short domain", func(s *site.Site) { s.Directory.Domain = "CONTOSO" }, "directory.domain", "full DNS name"},
		{"a host for the directory", func(s *site.Site) { s.Directory.Server = "dc1.contoso.com" }, "directory.server", "ldaps:// or ldap://"},
		{"another protocol for the directory", func(s *site.Site) { s.Directory.GlobalCatalog = "https://dc1" }, "directory.global_catalog", "ldaps://"},
		{"a test user without a domain", func(s *site.Site) { s.TestUser.UPN = "alice" }, "test_user.upn", "alice@contoso.com"},
		{"no connector", func(s *site.Site) { s.Connector.Hosts = nil }, "connector.hosts", "missing"},
		{"a connector without a name", func(s *site.Site) { s.Connector.Hosts = append(s.Connector.Hosts, site.ConnectorHost{}) }, "connector.hosts[1].name", "missing"},
		{"a short name of a connector", func(s *site.Site) { s.Connector.Hosts[0].Name = "conn01" }, "connector.hosts[0].name", "full DNS name"},
		{"a service name of one part", func(s *site.Site) { s.Kerberos.SPN = "sense.contoso.com" }, "kerberos.spn", "HTTP/sense.contoso.com"},
		{"a service name of three parts", func(s *site.Site) { s.Kerberos.SPN = "HTTP/a/b" }, "kerberos.spn", "is not a service principal name"},
		{"an unknown way to sign in", func(s *site.Site) { s.Entra.SignIn = "password" }, "entra.sign_in", "browser, device-code, azure-cli"},
		{"a pin without a port", func(s *site.Site) { s.Pins = []site.Pin{{Name: "qlik:443", Address: "127.0.0.1"}} }, "pins[0]", `"127.0.0.1" is not host:port`},
		{"one name inside and outside, of another domain", func(s *site.Site) {
			s.Publish.ExternalURL, s.Publish.InternalURL = "https://sense.fabrikam.com/", "https://sense.fabrikam.com/"
		}, "publish.internal_url", "same host as the external URL"},
		{"one name that only ends like the domain", func(s *site.Site) {
			s.Publish.ExternalURL, s.Publish.InternalURL = "https://sense.notcontoso.com/", "https://sense.notcontoso.com/"
		}, "publish.internal_url", "same host as the external URL"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := complete()
			tt.change(&s)
			got := s.Problems()
			if tt.path == "" {
				if len(got) != 0 {
					t.Errorf("complains about %v", got)
				}
				return
			}
			if len(got) != 1 || got[0].Path != tt.path || !strings.Contains(got[0].Text, tt.says) || got[0].Missing != strings.HasPrefix(got[0].Text, "missing") {
				t.Errorf("got %v, want %s with %q", got, tt.path, tt.says)
			}
		})
	}
}

// TestEmptySite misses everything that is needed, in the order of the file,
// each with an example that is right.
func TestEmptySite(t *testing.T) {
	var paths []string
	for _, p := range (site.Site{}).Problems() {
		paths = append(paths, p.Path)
		if !p.Missing || !strings.Contains(p.String(), p.Path+": missing, for example ") {
			t.Errorf("%+v", p)
		}
	}
	want := []string{
		"name", "entra.tenant", "publish.app_name", "publish.external_url", "publish.internal_url", "publish.connector_group",
		"qlik.repository", "qlik.certificate", "qlik.key", "qlik.root", "qlik.service_account",
		"directory.domain", "directory.user", "test_user.upn", "connector.hosts",
	}
	slices.Sort(want)
	slices.Sort(paths)
	if diff := cmp.Diff(want, paths); diff != "" {
		t.Error(diff)
	}
}

func TestDerived(t *testing.T) {
	s := complete()
	s.Pins = []site.Pin{{Name: "Qlik01.contoso.com:4242", Address: "127.0.0.1:1"}}
	given := s
	given.Kerberos = site.Kerberos{SPN: "HTTP/other", Realm: "other.test", User: "bob"}
	given.TestUser.SAM = "al"
	given.Connector.Hosts = []site.ConnectorHost{{Name: "conn01.contoso.com", Account: "C1$"}}
	given.Qlik.ServiceAccount = "qlik@contoso.com"
	tests := []struct{ name, got, want string }{
		{"service name", s.SPN(), "HTTP/sense.contoso.com"},
		{"service name, given", given.SPN(), "HTTP/other"},
		{"service name of nothing", site.Site{}.SPN(), ""},
		{"realm", s.Realm(), "CONTOSO.COM"},
		{"realm, given", given.Realm(), "OTHER.TEST"},
		{"account", s.SAM(), "alice"},
		{"account, given", given.SAM(), "al"},
		{"who verifies", s.KerberosUser(), "alice"},
		{"who verifies, given", given.KerberosUser(), "bob"},
		{"computer", s.Connector.Hosts[0].ComputerAccount(), "CONN01$"},
		{"computer, given", given.Connector.Hosts[0].ComputerAccount(), "C1$"},
		{"service account", s.ServiceAccountName(), "qlik"},
		{"service account, as a UPN", given.ServiceAccountName(), "qlik"},
		{"pinned", s.Resolve("qlik01.CONTOSO.com:4242"), "127.0.0.1:1"},
		{"not pinned", s.Resolve("qlik01.contoso.com:443"), "qlik01.contoso.com:443"},
		{"a host in capitals", site.Site{Publish: site.Publish{InternalURL: "https://SENSE.Contoso.com:443/x"}}.InternalHost(), "sense.contoso.com"},
		{"no URL", site.Site{Publish: site.Publish{ExternalURL: "://"}}.ExternalHost(), ""},
	}
	for _, tt := range tests {
		if tt.got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, tt.got, tt.want)
		}
	}
}
