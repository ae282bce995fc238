package fact

import "time"

// Organization is the tenant, from Graph /organization.
type Organization struct {
	ID, Name        string
	VerifiedDomains []string
	InitialDomain   string    // contoso.onmicrosoft.com
	SyncEnabled     bool      // onPremisesSyncEnabled
	LastSync        time.Time // onPremisesLastSyncDateTime, zero when never
}

// SignedIn is the person behind the token, with what the token may do.
type SignedIn struct {
	ID, UPN, Name string
	Scopes        []string
	// Roles are the template ids of active directory roles, nested groups
	// included.
	Roles []Role
	// AppOnly says that an application signed in, without a person.
	AppOnly bool
}

// Role is a directory role.
type Role struct {
	TemplateID, Name string
}

// Licence is one subscribed SKU with its service plans.
type Licence struct {
	SKU     string // skuPartNumber
	Enabled int    // prepaidUnits.enabled
	Plans   []string
}

// CloudUser is a user of the tenant.
type CloudUser struct {
	ID, UPN, Type       string // Type is Member or Guest
	Enabled             bool
	Synced              bool // onPremisesSyncEnabled
	LastSync            time.Time
	OnPremSAM           string
	OnPremDomain        string
	OnPremUPN           string
	OnPremSID           string
	ImmutableID         string
	Licensed            bool
	ProvisioningProblem string
}

// SyncClient is an installation that synchronises a directory to the tenant.
type SyncClient struct {
	Kind    string // Entra Connect or Cloud Sync
	Server  string // where Connect runs; empty for Cloud Sync
	Enabled bool
}

// CloudGroup is a group of the tenant.
type CloudGroup struct {
	ID, Name string
}

// Principal is a user or a group that may be assigned.
type Principal struct {
	ID, Name string
	Group    bool
}

// Connector is one registered private network connector.
type Connector struct {
	ID, Machine, ExternalIP, Version string
	Active                           bool
	GroupID                          string
}

// ConnectorGroup is a pool of connectors.
type ConnectorGroup struct {
	ID, Name, Region string
	Default          bool
}

// PublishedApp is an enterprise application published through application
// proxy: the application object, its service principal and its publishing.
type PublishedApp struct {
	ObjectID, AppID, Name  string
	ServicePrincipalID     string
	ExternalURL            string
	InternalURL            string
	PreAuthentication      string // aadPreAuthentication or passthru
	GroupID, GroupName     string
	TranslateHostHeader    bool
	TranslateLinks         bool
	ValidateBackendCert    bool
	HTTPOnlyCookie         bool
	SecureCookie           bool
	PersistentCookie       bool
	BackendTimeout         string
	AssignmentRequired     bool
	HiddenFromUsers        bool     // tag HideApp
	Tags                   []string // of the service principal
	RedirectURIs           []string
	IdentifierURIs         []string
	HomePage               string
	SSOMode                string // none, onPremisesKerberos, …
	SPN                    string
	Mapping                string // userPrincipalName, onPremisesUserPrincipalName, userPrincipalUsername, …
	AssignedPrincipalIDs   []string
	Certificate            *DomainCertificate // of a custom domain; nil when none was uploaded
	PublishingNotAvailable bool               // the application exists but has no publishing yet
	NotReadable            bool               // lists show it, and reading it answers that it is not there
}

// DomainCertificate is what was uploaded for an external host in a domain of
// one's own.
type DomainCertificate struct {
	Subject, Issuer, Thumbprint string
	Expires                     time.Time
}

// PublishWish is the publishing that a plan wants.
type PublishWish struct {
	Name, ExternalURL, InternalURL, GroupID string
	// AssignUserID is the object id of the test user.
	AssignUserID string
	// AlsoAssign are object ids of further users and groups.
	AlsoAssign []string
	// Hidden keeps it off the users' list of applications.
	Hidden bool
}

// SSOWish is the single sign-on setting that a plan wants; Mode none switches
// it off.
type SSOWish struct {
	Mode, SPN, Mapping string
}
