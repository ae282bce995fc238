package lab

import (
	"net"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"sensegate/internal/lab/contoso"
	"sensegate/internal/site"
)

const (
	siteName = "contoso"
	// siteIdle is how long the lab's site lets a socket be silent when it
	// verifies; minutes would be a poor lesson.
	siteIdle = 450 * time.Millisecond
	// sitePatience is how long its site waits for a change to show.
	sitePatience = 8 * time.Second
)

// Site is what somebody who set this installation up would have written down.
// Its paths are absolute.
func (l *Lab) Site() site.Site {
	at := func(parts ...string) string { return filepath.Join(append([]string{l.dir}, parts...)...) }
	s := site.Site{
		Name:      siteName,
		Simulated: true,
		Entra: site.Entra{
			Tenant: contoso.TenantID, Authority: "https://" + contoso.LoginHost + "/", Graph: "https://" + contoso.GraphHost,
			ClientID: contoso.ClientID, SignIn: "device-code", DisableInstanceDiscovery: true, Patience: sitePatience,
		},
		Publish: site.Publish{
			AppName: contoso.AppName, ExternalURL: l.form.externalURL, InternalURL: l.form.internalURL, ConnectorGroup: contoso.GroupName,
		},
		Qlik: site.Qlik{
			Repository:  "https://" + contoso.QlikNode + ":4242",
			Certificate: at("qlik", "client.pem"), Key: at("qlik", "client_key.pem"), Root: at("qlik", "root.pem"),
			Prefix:         l.form.prefix,
			Logs:           l.file(proxyLogs),
			ServiceAccount: contoso.NetBIOS + `\` + contoso.ServiceAccount,
		},
		Directory: site.Directory{
			Domain: contoso.Domain, Server: "ldaps://" + contoso.DC + ":636", GlobalCatalog: "ldaps://" + contoso.DC + ":3269",
			User: contoso.Admin().SAM, Keytab: at("admin.keytab"),
		},
		Kerberos: site.Kerberos{
			Realm: contoso.Realm, KDC: contoso.DC + ":88", SPN: contoso.SPN,
			User: contoso.TestUser().SAM, Keytab: at("alice.keytab"),
			ServiceKeytab: at(keytabOf(contoso.ServiceAccount)),
		},
		TestUser: site.TestUser{UPN: contoso.TestUser().UPN, SAM: contoso.TestUser().SAM},
		Trust:    site.Trust{CA: []string{at("ca.pem")}},
		Verify:   site.VerifyKeys{Idle: siteIdle},
		DNS:      l.dns.Addr(),
	}
	for _, h := range contoso.Connectors() {
		s.Connector.Hosts = append(s.Connector.Hosts, site.ConnectorHost{
			Name: h.Name, Account: h.Account, Keytab: at(keytabOf(h.Account)),
		})
		s.Evidence = append(s.Evidence, l.hosts.path(h.Name))
	}
	s.Evidence = append(s.Evidence, l.hosts.path(contoso.QlikNode), l.hosts.path(syncServer))
	for _, e := range l.endpoints() {
		for _, name := range e.names {
			s.Pins = append(s.Pins, site.Pin{Name: name, Address: e.address})
		}
	}
	for _, v := range l.variations {
		if v.site != nil {
			v.site(l, &s)
		}
	}
	slices.SortFunc(s.Pins, func(a, b site.Pin) int { return strings.Compare(a.Name, b.Name) })
	return s
}

// endpoint is one open port of the lab with the public names it stands for.
type endpoint struct {
	server  string // key of Options.Ports
	address string
	names   []string // host:port
}

// endpoints lists every open port.
func (l *Lab) endpoints() []endpoint {
	at := func(port string, hosts ...string) []string {
		out := make([]string, 0, len(hosts))
		for _, h := range hosts {
			out = append(out, net.JoinHostPort(h, port))
		}
		return out
	}
	fronts := append([]string{contoso.QlikHost, contoso.QlikNode}, l.form.nodes...)
	outside := at("443", hostOf(l.form.externalURL))
	if l.form.secondApp {
		outside = append(outside, at("443", authHost)...)
	}
	out := []endpoint{
		{"login", l.entra.LoginAddr(), at("443", contoso.LoginHost)},
		{"graph", l.entra.GraphAddr(), at("443", contoso.GraphHost)},
		{"appproxy", l.proxy.Addr(), outside},
		{"qlik", l.qlik.FrontAddr(), at("443", fronts...)},
		{"qlik-http", l.qlik.PlainAddr(), at("80", fronts...)},
		{"qlik-auth", l.qlik.AuthAddr(), at("4244", fronts...)},
		{"qlik-auth-http", l.qlik.PlainAuthAddr(), at("4248", fronts...)},
		{"repository", l.qlik.RepositoryAddr(), at("4242", contoso.QlikNode)},
		{"qlik-proxy", l.qlik.ProxyAPIAddr(), at("4243", contoso.QlikNode)},
		{"qlik-about", l.qlik.AboutAddr(), at("9032", contoso.QlikNode)},
		{"kdc", l.kdc.Addr(), at("88", contoso.DC)},
		{"ldap", l.ldap.AddrLDAP(), at("389", contoso.DC)},
		{"ldaps", l.ldap.AddrLDAPS(), at("636", contoso.DC)},
		{"gc", l.ldap.AddrGC(), at("3268", contoso.DC)},
		{"gcs", l.ldap.AddrGCS(), at("3269", contoso.DC)},
		{"dns", l.dns.Addr(), at("53", contoso.DC)},
	}
	if l.otherLDAP != nil {
		other := otherDomain().Host
		out = append(out, endpoint{"other-ldap", l.otherLDAP.AddrLDAP(), at("389", other)}, endpoint{"other-ldaps", l.otherLDAP.AddrLDAPS(), at("636", other)})
	}
	return out
}

// resolve sends connections inside the lab to where the names really listen.
func (l *Lab) resolve(hostport string) string {
	for _, e := range l.endpoints() {
		if slices.ContainsFunc(e.names, func(n string) bool { return strings.EqualFold(n, hostport) }) {
			return e.address
		}
	}
	return "127.0.0.1:1" // no lab connection ever leaves the machine
}

// keytabOf is the file name of an account's keytab.
func keytabOf(account string) string {
	return strings.ToLower(strings.TrimSuffix(account, "$")) + ".keytab"
}

func hostOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	return u.Hostname()
}
