package appproxy

import (
	"context"
	"errors"
	"time"
)

// Application is one published application as the cloud knows it at the moment
// of a request.
type Application struct {
	AppID, Name  string
	Tenant       string
	ExternalURL  string
	InternalURL  string
	Preauth      bool // aadPreAuthentication; otherwise passthru
	Group        string
	Connectors   []Connector // of the application's group
	Assignment   bool        // a user must be assigned
	Assigned     []string    // object ids of assigned users and groups
	SSOMode      string      // none, onPremisesKerberos, …
	SPN, Mapping string

	// Siblings are the other published applications: the external URL of each
	// by its internal host, with a port where it has one.
	Siblings map[string]string

	TranslateHeaders    bool
	ValidateCertificate bool
	HTTPOnlyCookie      bool
	SecureCookie        bool
	PersistentCookie    bool
	LongTimeout         bool // applicationServerTimeout is long
}

// Connector is one private network connector of a group.
type Connector struct {
	Machine string // FQDN
	Active  bool
}

// User is who Entra says is asking.
type User struct {
	ID, UPN              string
	OnPremUPN, OnPremSAM string // what synchronisation brought along
	Nonce                string
	AppOnly              bool // no user stands behind the token
	Unlicensed           bool // no premium licence covers the user
}

// Cloud is the tenant, seen from application proxy.
type Cloud interface {
	// ByHost finds the application published under an external host name.
	ByHost(host string) (Application, bool)
	// Redeem exchanges an authorization code for the user behind it.
	Redeem(ctx context.Context, app Application, code, redirectURI string) (User, error)
	// Verify checks an access token that was made for the application.
	Verify(ctx context.Context, app Application, token string) (User, error)
}

// Tickets gets service tickets on behalf of users, with the computer account of
// one connector.
type Tickets interface {
	// Authorization returns the value of an Authorization header that carries a
	// ticket of user for spn, wrapped in SPNEGO or bare.
	Authorization(ctx context.Context, machine, user, spn string, spnego bool) (string, error)
}

// Event is a line of a connector's event log.
type Event struct {
	ID          int
	Time        time.Time
	Machine     string
	Transaction string
	User, SPN   string
	Text        string
}

// ErrNoAccount says that the directory knows nobody of the delegated login
// identity; a Tickets wraps it where it can tell.
var ErrNoAccount = errors.New("no such account")
