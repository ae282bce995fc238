// Package sso checks the switch that comes last: integrated Windows
// authentication on the enterprise application.
package sso

import (
	"context"

	"sensegate/internal/fact"
)

// Entra answers how the application signs users in.
type Entra interface {
	PublishedApps(ctx context.Context, externalURL, internalURL, name string) ([]fact.PublishedApp, error)
	User(ctx context.Context, upn string) (fact.CloudUser, error)
}

// Directory answers the other two planes of the join.
type Directory interface {
	Account(ctx context.Context, sam string) (fact.Account, error)
	Holders(ctx context.Context, spn string) ([]fact.Account, error)
}
