// Package site holds the facts of one installation: what a person types once
// and every check reads. No secret is ever in it.
package site

import (
	"net/url"
	"strings"
	"time"
)

// Site is the facts of one installation, as read from and written to its YAML
// file. Fields that are empty are either discovered or asked.
type Site struct {
	// Name is how people call this site; letters, digits, dots, dashes.
	Name string `yaml:"name"`
	// Simulated says that every system behind this site is the practice lab.
	Simulated bool `yaml:"simulated,omitempty"`

	Entra     Entra      `yaml:"entra"`
	Publish   Publish    `yaml:"publish"`
	Qlik      Qlik       `yaml:"qlik"`
	Directory Directory  `yaml:"directory"`
	Kerberos  Kerberos   `yaml:"kerberos"`
	Connector Connector  `yaml:"connector"`
	TestUser  TestUser   `yaml:"test_user"`
	Trust     Trust      `yaml:"trust,omitempty"`
	Pins      []Pin      `yaml:"pins,omitempty"`
	Evidence  []string   `yaml:"evidence,omitempty"` // files written by `sensegate collect`
	Verify    VerifyKeys `yaml:"verify,omitempty"`
	// Ignore lists checks whose failure is known and accepted here.
	Ignore []Ignored `yaml:"ignore,omitempty"`
	Sync   Sync      `yaml:"sync,omitempty"`
	// DNS is the name server to ask, an address with or without a port; that of
	// the system when empty. Somebody outside the domain names a domain
	// controller here.
	DNS string `yaml:"dns,omitempty"`
	// EvidenceMaxAge is how old evidence from another host may be, 168h (a week)
	// when zero.
	EvidenceMaxAge time.Duration `yaml:"evidence_max_age,omitempty"`
}

// Entra says which tenant, which cloud and how to sign in.
type Entra struct {
	// Tenant is the tenant id or one of its verified domains.
	Tenant string `yaml:"tenant"`
	// Cloud is global, usgov or usdod; global when empty.
	Cloud string `yaml:"cloud,omitempty"`
	// Authority is the sign-in host, the cloud's when empty.
	Authority string `yaml:"authority,omitempty"`
	// Graph is the Graph endpoint, the cloud's when empty.
	Graph string `yaml:"graph,omitempty"`
	// ClientID is the public client application to sign in with; Microsoft's
	// command-line client for Graph when empty.
	ClientID string `yaml:"client_id,omitempty"`
	// SignIn is browser, device-code or azure-cli; or certificate or secret, for
	// reading only, as the application ClientID.
	SignIn string `yaml:"sign_in,omitempty"`
	// Remember keeps the sign-in in the system's keyring from one run to the
	// next; otherwise it ends with the program.
	Remember bool `yaml:"remember,omitempty"`
	// Patience is how long a change in the tenant may take to show, 3m when zero.
	Patience time.Duration `yaml:"patience,omitempty"`
	// Certificate is a PEM file with the application's certificate and key. A
	// secret comes from SENSEGATE_ENTRA_SECRET and is never written.
	Certificate string `yaml:"certificate,omitempty"`
	// DisableInstanceDiscovery skips the public list of clouds: needed where
	// the authority is not one of Microsoft's.
	DisableInstanceDiscovery bool `yaml:"disable_instance_discovery,omitempty"`
}

// Publish says under which names Qlik is opened.
type Publish struct {
	AppName        string `yaml:"app_name"`        // display name of the enterprise application
	ExternalURL    string `yaml:"external_url"`    // https://sense-contoso.msappproxy.net/
	InternalURL    string `yaml:"internal_url"`    // https://sense.contoso.com/
	ConnectorGroup string `yaml:"connector_group"` // display name of the connector group
	// SecondExternalURL is the address of the second application, which only
	// Qlik before April 2018 needs; made from ExternalURL when empty.
	SecondExternalURL string `yaml:"second_external_url,omitempty"`
	// Assign names who is assigned besides the test user: groups by name, people
	// by UPN. Members of a group in a group do not count.
	Assign []string `yaml:"assign,omitempty"`
}

// Qlik says where the repository is and how to be let in.
type Qlik struct {
	// Repository is the base of the repository service, https://node:4242.
	Repository string `yaml:"repository"`
	// ServerName is the name in the repository's certificate where it differs
	// from the host of Repository (it is issued for the install name).
	ServerName string `yaml:"server_name,omitempty"`
	// ServerNames are the same for the other nodes: the name in the certificate
	// by the host that is called, qlik02.contoso.com: qlik02.
	ServerNames map[string]string `yaml:"server_names,omitempty"`
	// Certificate, Key and Root are the exported PEM set: client.pem,
	// client_key.pem, root.pem.
	Certificate string `yaml:"certificate"`
	Key         string `yaml:"key"`
	Root        string `yaml:"root"`
	// User is sent as X-Qlik-User, INTERNAL\sa_api when empty.
	User string `yaml:"user,omitempty"`
	// Prefix is that of the published virtual proxy; empty for the default one.
	Prefix string `yaml:"prefix,omitempty"`
	// Via is direct or proxy: how the repository is asked. Directly when empty,
	// and through the proxy on a session where nobody answers there.
	Via string `yaml:"via,omitempty"`
	// Logs is a file or folder with the proxy's logs, searched for known phrases
	// by the final test; on the Qlik host its own folder when empty.
	Logs string `yaml:"logs,omitempty"`
	// ServiceAccount runs the proxy service, DOMAIN\name.
	ServiceAccount string `yaml:"service_account"`
	// Nodes are the full names of further machines of Qlik: evidence collected
	// there is taken.
	Nodes []string `yaml:"nodes,omitempty"`
}

// Values of Qlik.Via.
const (
	ViaDirect = "direct"
	ViaProxy  = "proxy"
)

// Directory says how to reach the domain controller over LDAP.
type Directory struct {
	Domain string `yaml:"domain"` // DNS name, contoso.com
	// Server is ldaps://dc1.contoso.com:636 or ldap://…:389 (StartTLS).
	Server string `yaml:"server,omitempty"`
	// GlobalCatalog is ldaps://dc1.contoso.com:3269.
	GlobalCatalog string `yaml:"global_catalog,omitempty"`
	// User binds: DOMAIN\name or a UPN. With Keytab a Kerberos bind, otherwise
	// a simple bind with the password from SENSEGATE_DIRECTORY_PASSWORD.
	User   string `yaml:"user"`
	Keytab string `yaml:"keytab,omitempty"`
	// Bind is simple, kerberos or, on Windows, logged-on: whoever is signed in to
	// this machine, through SSPI. When empty it is kerberos with a Keytab or a
	// CCache, simple with a password, and logged-on on Windows with neither.
	Bind string `yaml:"bind,omitempty"`
	// CCache is a file of tickets that kinit made, to bind with.
	CCache string `yaml:"ccache,omitempty"`
}

// Kerberos says where the KDC is and which service name is wanted.
type Kerberos struct {
	Realm string `yaml:"realm,omitempty"` // upper case; Domain in upper case when empty
	KDC   string `yaml:"kdc,omitempty"`   // host:port, TCP
	// SPN is the service principal name, HTTP/<internal host> when empty.
	SPN string `yaml:"spn,omitempty"`
	// Names are further host names that people on the LAN open Qlik by: the
	// short name, an alias, each with a port where one is typed.
	Names []string `yaml:"names,omitempty"`
	// CCache is the file cache that is looked into for a ticket to Qlik; the
	// user's own when empty.
	CCache string `yaml:"ccache,omitempty"`
	// User signs in for the verification; TestUser when empty. With Keytab no
	// password is asked (SENSEGATE_KERBEROS_PASSWORD otherwise).
	User   string `yaml:"user,omitempty"`
	Keytab string `yaml:"keytab,omitempty"`
	// ServiceKeytab holds the key of the account that runs Qlik, where there is
	// one: the ticket is then opened with it, as Qlik would.
	ServiceKeytab string `yaml:"service_keytab,omitempty"`
}

// Connector lists the hosts that run the private network connector.
type Connector struct {
	Hosts []ConnectorHost `yaml:"hosts"`
	// Rehearsal is an account of known password with the same delegation as
	// the connectors, for the dress rehearsal: nobody knows a computer's.
	Rehearsal Rehearsal `yaml:"rehearsal,omitempty"`
}

// Rehearsal is an account that stands in for a connector. Its password comes
// from SENSEGATE_CONNECTOR_PASSWORD, or its key from Keytab.
type Rehearsal struct {
	Account string `yaml:"account,omitempty"`
	Keytab  string `yaml:"keytab,omitempty"`
}

// ConnectorHost is one machine that runs the connector.
type ConnectorHost struct {
	Name string `yaml:"name"` // FQDN, conn01.contoso.com
	// Account is the computer account, CONN01$; made from Name when empty.
	Account string `yaml:"account,omitempty"`
	// Keytab holds the computer account's key, for the rehearsal (lab, Samba).
	Keytab string `yaml:"keytab,omitempty"`
}

// TestUser is the person whose sign-in is tried.
type TestUser struct {
	UPN string `yaml:"upn"`
	// SAM is the sAMAccountName; the part before @ of UPN when empty.
	SAM string `yaml:"sam,omitempty"`
}

// Trust adds what the operating system does not trust by itself.
type Trust struct {
	CA []string `yaml:"ca,omitempty"` // PEM files
}

// Pin sends connections for Name to Address instead, as curl's --connect-to
// does. Every page shows pins that are in force.
type Pin struct {
	Name    string `yaml:"name"`    // host:port
	Address string `yaml:"address"` // address:port
}

// Sync names the machines that synchronise the directory to the tenant.
type Sync struct {
	// Servers are their full names: evidence collected there is taken.
	Servers []string `yaml:"servers,omitempty"`
}

// VerifyKeys tunes the final test.
type VerifyKeys struct {
	// Idle is how long a silent WebSocket must survive, 60s when zero.
	Idle time.Duration `yaml:"idle,omitempty"`
	// Patience is how long a WebSocket's upgrade, and each answer of the engine,
	// may take, 15s when zero.
	Patience time.Duration `yaml:"patience,omitempty"`
}

// SPN is the service principal name that users' tickets are asked for.
func (s Site) SPN() string {
	if s.Kerberos.SPN != "" {
		return s.Kerberos.SPN
	}
	if h := s.InternalHost(); h != "" {
		return "HTTP/" + h
	}
	return ""
}

// Realm is the Kerberos realm, in upper case as Active Directory writes it.
func (s Site) Realm() string {
	if s.Kerberos.Realm != "" {
		return strings.ToUpper(s.Kerberos.Realm)
	}
	return strings.ToUpper(s.Directory.Domain)
}

// InternalHost is the host name of the internal URL, without a port.
func (s Site) InternalHost() string { return hostname(s.Publish.InternalURL) }

// ExternalHost is the host name of the external URL, without a port.
func (s Site) ExternalHost() string { return hostname(s.Publish.ExternalURL) }

// SAM is the test user's sAMAccountName.
func (s Site) SAM() string {
	if s.TestUser.SAM != "" {
		return s.TestUser.SAM
	}
	name, _, _ := strings.Cut(s.TestUser.UPN, "@")
	return name
}

// KerberosUser is the sAMAccountName that signs in for the verification.
func (s Site) KerberosUser() string {
	if s.Kerberos.User != "" {
		return s.Kerberos.User
	}
	return s.SAM()
}

// ComputerAccount is the sAMAccountName of the host's computer account.
func (h ConnectorHost) ComputerAccount() string {
	if h.Account != "" {
		return h.Account
	}
	name, _, _ := strings.Cut(h.Name, ".")
	return strings.ToUpper(name) + "$"
}

// ServiceAccountName is the service account without its domain.
func (s Site) ServiceAccountName() string {
	if _, name, ok := strings.Cut(s.Qlik.ServiceAccount, `\`); ok {
		return name
	}
	name, _, _ := strings.Cut(s.Qlik.ServiceAccount, "@")
	return name
}

// Resolve returns where to connect for host:port: the pinned address if there
// is one.
func (s Site) Resolve(hostport string) string {
	for _, p := range s.Pins {
		if strings.EqualFold(p.Name, hostport) {
			return p.Address
		}
	}
	return hostport
}

func hostname(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Hostname())
}
