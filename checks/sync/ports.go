// Package sync checks that the directory reaches the tenant: somebody who
// signs in there must be known here.
package sync

import (
	"context"

	"sensegate/internal/fact"
)

// Entra answers the tenant's side of the synchronisation.
type Entra interface {
	Organization(ctx context.Context) (fact.Organization, error)
	// SyncClients are the installations that feed the tenant, as far as their
	// accounts tell.
	SyncClients(ctx context.Context) ([]fact.SyncClient, error)
	// User finds a user by UPN; a fact.Error of kind NotFound when absent.
	User(ctx context.Context, upn string) (fact.CloudUser, error)
}

// Host answers from the evidence of a synchronisation server.
type Host interface {
	Host(ctx context.Context, name string) (fact.HostEvidence, error)
}

// Directory answers the on-premises side.
type Directory interface {
	// Account finds an account of the site's domain by sAMAccountName; a
	// fact.Error of kind NotFound when absent.
	Account(ctx context.Context, sam string) (fact.Account, error)
}
