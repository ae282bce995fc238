package entra

import (
	"crypto/x509"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"sensegate/internal/lab/contoso"
)

// Role template ids of the directory roles the lab knows.
const (
	RoleGlobalAdministrator           = "62e90394-69f5-4237-9190-012177145e10"
	RoleApplicationAdministrator      = "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3"
	RoleCloudApplicationAdministrator = "158c047a-c907-4556-b7ef-446551a6b5f7"
	RoleGlobalReader                  = "f2ef992c-3afb-46b9-b7cf-a126ee74c451"
)

// Service plan ids of the licences that application proxy needs one of.
const (
	PlanPremiumP1 = "41781fb2-bc02-4b7c-bd55-b576c07bb09d"
	PlanPremiumP2 = "eec0eb4f-6444-4f95-aba0-50c24d67f998"
)

// State is everything the tenant knows. It is changed by Graph's callers and
// by Server.Update; every answer is made from it.
type State struct {
	Tenant            Tenant
	Users             []User
	DirectoryGroups   []DirectoryGroup
	SKUs              []SKU
	Clients           []Client
	Connectors        []Connector
	Groups            []ConnectorGroup
	Applications      []Application
	ServicePrincipals []ServicePrincipal

	// Throttle is how many of the next Graph requests are answered 429, and
	// RetryAfter the seconds their Retry-After names.
	Throttle   int
	RetryAfter int
	// ThrottleBatched is how many requests inside batches are answered 429.
	ThrottleBatched int
	// ConsistencyReads is how many requests for an object just created by
	// instantiate are still answered 404, counted for each object; lists leave
	// it out meanwhile. When not zero, the first read of an application's
	// connector group after a move also still shows the old group.
	ConsistencyReads int
	// ListedFirst lets lists show at once what single reads still miss.
	ListedFirst bool
	// GroupReadsStale is how many reads of an application's connector group show
	// the old one after a move; ConsistencyReads alone make it one.
	GroupReadsStale int
	// ThrottleWrites is how many of the next requests that change something are
	// answered 429.
	ThrottleWrites int
	// WritesDenied refuses every change with 403, roles and permissions or not.
	WritesDenied bool
	// Orphans are internal URLs still held by applications that nobody can see.
	Orphans []string
	// PageSize is how many objects a list answers without $top.
	PageSize int

	// SignInFailures maps a user name in lower case to the AADSTS code that
	// every sign-in of that user ends with, the right password given.
	SignInFailures map[string]int
	// DeviceCodesWait leaves device codes to be entered on the page.
	DeviceCodesWait bool
	// DeviceCodesBlocked makes conditional access refuse the device code flow.
	DeviceCodesBlocked bool

	made int // objects created so far, so that new ids repeat from run to run
}

// Tenant is the organisation.
type Tenant struct {
	ID          string
	DisplayName string
	Domains     []Domain
	// SyncEnabled is nil where no synchronisation was ever set up.
	SyncEnabled *bool
	// LastSync is the end of the latest run. While SyncEvery is not zero, runs
	// keep following LastSync at that distance.
	LastSync  time.Time
	SyncEvery time.Duration
	// ProxyEnabled says that application proxy is enabled, which the first
	// registered connector does.
	ProxyEnabled bool
}

// Domain is one of the tenant's verified domains.
type Domain struct {
	Name             string
	Default, Initial bool
}

// User is an account of the tenant.
type User struct {
	ID, UPN, DisplayName, Mail, Password string
	Enabled                              bool
	Type                                 string   // Member or Guest
	Roles                                []string // role template ids
	Plans                                []string // ids of enabled service plans
	OnPremises                           *OnPremises
}

// OnPremises is what synchronisation brought along; cloud-only users have none.
type OnPremises struct {
	UPN, SAM, Domain, DN, SID string
	ProvisioningErrors        []string
}

// SKU is a subscription of the tenant.
type SKU struct {
	ID, PartNumber    string
	CapabilityStatus  string // Enabled, Suspended, …
	Enabled, Consumed int
	Plans             []ServicePlan
}

// ServicePlan is one part of a subscription.
type ServicePlan struct {
	ID, Name           string
	ProvisioningStatus string // Success, Disabled, …
}

// Client is an application that signs users in but is not published by the
// tenant: the wizard, Microsoft's command-line client, a test.
type Client struct {
	ID, Name     string
	RedirectURIs []string
	// Secrets make it a confidential client.
	Secrets []string
	// Certificates make it one too: assertions signed with their keys are taken.
	Certificates []*x509.Certificate
	// Scopes are the delegated permissions on Graph somebody consented to, and
	// AppRoles its application permissions.
	Scopes   []string
	AppRoles []string
	// AgreesAsAsked adds a permission to Scopes when somebody signs in for it: the
	// lab's administrator agrees. Without a person it stays refused.
	AgreesAsAsked bool
	// PublishedApps says that it may ask for user_impersonation of the
	// applications the tenant publishes.
	PublishedApps bool
}

// Connector is a registered private network connector.
type Connector struct {
	ID, MachineName, ExternalIP string
	Status                      string // active or inactive
	Version                     string
	GroupID                     string
}

// ConnectorGroup holds connectors; an application points at one group.
type ConnectorGroup struct {
	ID, Name, Region string
	Default          bool
}

// User finds a user by object id or user principal name; nil when there is none.
func (st *State) User(key string) *User {
	for i := range st.Users {
		if u := &st.Users[i]; strings.EqualFold(u.ID, key) || strings.EqualFold(u.UPN, key) {
			return u
		}
	}
	return nil
}

// Client finds a client by its application id; nil when there is none.
func (st *State) Client(id string) *Client {
	for i := range st.Clients {
		if c := &st.Clients[i]; strings.EqualFold(c.ID, id) {
			return c
		}
	}
	return nil
}

// Connector finds a connector by id or machine name; nil when there is none.
func (st *State) Connector(key string) *Connector {
	for i := range st.Connectors {
		if c := &st.Connectors[i]; strings.EqualFold(c.ID, key) || strings.EqualFold(c.MachineName, key) {
			return c
		}
	}
	return nil
}

// Group finds a connector group by id or name; nil when there is none.
func (st *State) Group(key string) *ConnectorGroup {
	for i := range st.Groups {
		if g := &st.Groups[i]; strings.EqualFold(g.ID, key) || strings.EqualFold(g.Name, key) {
			return g
		}
	}
	return nil
}

// DefaultGroup is the group that unassigned connectors and applications use.
func (st *State) DefaultGroup() *ConnectorGroup {
	for i := range st.Groups {
		if st.Groups[i].Default {
			return &st.Groups[i]
		}
	}
	return nil
}

// Members are the connectors of a group.
func (st *State) Members(groupID string) []Connector {
	var out []Connector
	for _, c := range st.Connectors {
		if strings.EqualFold(c.GroupID, groupID) {
			out = append(out, c)
		}
	}
	return out
}

// lastSync is the end of the latest synchronisation before now.
func (t *Tenant) lastSync(now time.Time) time.Time {
	if t.SyncEvery <= 0 || t.LastSync.IsZero() || now.Before(t.LastSync) {
		return t.LastSync
	}
	return t.LastSync.Add(now.Sub(t.LastSync).Truncate(t.SyncEvery))
}

// initialLabel is the tenant's part of default external host names.
func (t *Tenant) initialLabel() string {
	for _, d := range t.Domains {
		if d.Initial {
			label, _, _ := strings.Cut(d.Name, ".")
			return strings.ToLower(label)
		}
	}
	return ""
}

// newID makes the id of a created object.
func (st *State) newID(kind string) string {
	st.made++
	return fixedID(kind, strconv.Itoa(st.made))
}

// fixedID is the same for the same names in every run.
func fixedID(parts ...string) string {
	return uuid.NewSHA1(uuid.MustParse(contoso.TenantID), []byte(strings.Join(parts, "/"))).String()
}
