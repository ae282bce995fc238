package steps

import (
	"context"

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
}
