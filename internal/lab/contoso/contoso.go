// Package contoso is the practice installation on paper: the names, accounts
// and identifiers that the lab's servers share. Every name ends in .test
// (RFC 6761), so that none can be mistaken for a real one.
package contoso

// The directory.
const (
	Domain  = "contoso.test"
	Realm   = "CONTOSO.TEST"
	NetBIOS = "CONTOSO"
	BaseDN  = "DC=contoso,DC=test"
	DC      = "dc1.contoso.test"
	// DomainSID is the prefix of every account's objectSid.
	DomainSID = "S-1-5-21-2041507130-1185392051-3014520661"
)

// The Qlik site.
const (
	QlikHost       = "sense.contoso.test"  // what users type inside
	QlikNode       = "qlik01.contoso.test" // the machine's own name
	ServiceAccount = "qlik"                // runs the proxy service
	SPN            = "HTTP/sense.contoso.test"
)

// The cloud.
const (
	TenantID     = "7d1c6f0e-6a52-4a3f-9f0b-2c5f3f1f7a10"
	TenantDomain = "contoso.test"
	// InitialDomain is the one that the tenant came with.
	InitialDomain = "contoso.onmicrosoft.test"
	// SyncAccount is what Entra Connect on SYNC01 signs in with.
	SyncAccount  = "Sync_SYNC01_7c1b2e9a4d3f@" + InitialDomain
	ClientID     = "2f0c8c3e-51b5-4f2e-8a70-1d1f6c0b9e42" // the wizard's public client
	LoginHost    = "login.entra.test"
	GraphHost    = "graph.entra.test"
	ProxySuffix  = "msappproxy.test"
	ExternalHost = "sense-contoso.msappproxy.test"
	AppName      = "Qlik Sense"
	GroupName    = "Qlik connectors"
)

// Person is somebody with an account in the directory and in the tenant.
type Person struct {
	SAM, UPN, Name, Password string
}

// Admin administers the domain and the tenant.
func Admin() Person {
	return Person{SAM: "admin", UPN: "admin@contoso.test", Name: "Ada Min", Password: "Practice-Admin-1"}
}

// TestUser is the one whose sign-in is tried.
func TestUser() Person {
	return Person{SAM: "alice", UPN: "alice@contoso.test", Name: "Alice Example", Password: "Practice-Alice-1"}
}

// Qlik runs the Qlik Sense services.
func Qlik() Person {
	return Person{SAM: ServiceAccount, UPN: "qlik@contoso.test", Name: "Qlik Sense services", Password: "Practice-Qlik-1"}
}

// Host is a member server of the domain.
type Host struct {
	Name     string // FQDN
	Account  string // computer account
	Password string
}

// Connectors run the private network connector.
func Connectors() []Host {
	return []Host{
		{Name: "conn01.contoso.test", Account: "CONN01$", Password: "Practice-Conn01-1"},
		{Name: "conn02.contoso.test", Account: "CONN02$", Password: "Practice-Conn02-1"},
	}
}

// QlikServer is the machine the Qlik services run on.
func QlikServer() Host {
	return Host{Name: QlikNode, Account: "QLIK01$", Password: "Practice-Qlik01-1"}
}
