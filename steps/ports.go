package steps

import (
	"context"

	"sensegate/checks/access"
	"sensegate/checks/allowlist"
	"sensegate/checks/application"
	"sensegate/checks/connector"
	"sensegate/checks/delegation"
	"sensegate/checks/kerberos"
	"sensegate/checks/spn"
	"sensegate/checks/sync"
	"sensegate/checks/websocket"
	"sensegate/internal/fact"
)

// GraphWriter changes the tenant. It is a type of its own so that a run
// without plans cannot change anything.
type GraphWriter interface {
	// Publish makes the enterprise application, or completes a half-made one:
	// instantiate, URIs, publishing, connector group, assignment. It is
	// idempotent by external URL and name.
	Publish(ctx context.Context, wish fact.PublishWish) (fact.PublishedApp, error)
	// Unpublish deletes the application and its service principal.
	Unpublish(ctx context.Context, objectID string) error
	// Restore gives a published application back the publishing, group and
	// visibility that it had, and takes the assignment from those in gained.
	Restore(ctx context.Context, objectID string, had fact.PublishedApp, gained []string) error
	SetSSO(ctx context.Context, objectID string, wish fact.SSOWish) error
}

// QlikWriter changes the repository. Every change is a read of the whole
// entity, a change of one field, and a PUT with the modifiedDate that was read.
type QlikWriter interface {
	SetAllowList(ctx context.Context, virtualProxyID string, hosts []string) error
	SetDevicePattern(ctx context.Context, virtualProxyID, pattern string) error
	SetKerberos(ctx context.Context, proxyID string, on bool) error
}

// DirectoryWriter changes accounts. Lists are changed by value, never replaced.
type DirectoryWriter interface {
	AddSPN(ctx context.Context, dn, spn string) error
	RemoveSPN(ctx context.Context, dn, spn string) error
	AddDelegation(ctx context.Context, dn, spn string) error
	RemoveDelegation(ctx context.Context, dn, spn string) error
	// SetProtocolTransition sets or clears TRUSTED_TO_AUTH_FOR_DELEGATION; the
	// write fails if the flags are no longer those in before.
	SetProtocolTransition(ctx context.Context, dn string, before uint32, on bool) error
	// AllowActing adds the account with that SID to those who may act on behalf
	// of users towards the object; DisallowActing takes it out. Others stay.
	AllowActing(ctx context.Context, dn, sid string) error
	DisallowActing(ctx context.Context, dn, sid string) error
	// SetEncryption changes the encryption types of an account; the write fails
	// if they are no longer those in before. A negative number stands for none.
	SetEncryption(ctx context.Context, dn string, before, after int) error
}

// Ports are the systems as the checks ask them. One adapter answers many
// rooms; the rooms see only their own small interface.
type Ports struct {
	Graph     Graph
	Qlik      Qlik
	Front     Front
	Door      allowlist.Door
	Directory Directory
	Kerberos  Kerberos
	Hosts     connector.Host
	Outside   websocket.Outside
	// Logs may be nil: they are a help, and gate nothing.
	Logs     websocket.Logs
	Resolver spn.Resolver
}

// Graph is every question to the tenant.
type Graph interface {
	access.Entra
	sync.Entra
	connector.Entra
	application.Entra
}

// Qlik is every question to the repository service.
type Qlik interface {
	access.Qlik
	allowlist.Qlik
	application.Qlik
}

// Front is every question to the running Qlik proxy.
type Front interface {
	access.Front
	application.Front
	allowlist.Front
	kerberos.Front
}

// Directory is every question to the directory.
type Directory interface {
	access.Directory
	access.Times
	sync.Directory
	spn.Directory
	delegation.Directory
	// ActingDescriptor is the resource-based descriptor of the object as it would
	// be with the accounts of those SIDs in it, and everybody who is in it now.
	ActingDescriptor(ctx context.Context, dn string, sids ...string) ([]byte, error)
	// Rights are the groups, as SIDs, of whom we are signed in as; nil when the
	// directory does not say.
	Rights(ctx context.Context) ([]string, error)
}

// Kerberos is every question to the KDC, and what is done with its tickets.
type Kerberos interface {
	access.KDC
	kerberos.Tickets
	websocket.Tickets
	delegation.Rehearser
}
