// Package delegation checks who may act for users towards Qlik, and rehearses
// it.
package delegation

import (
	"context"

	"sensegate/internal/fact"
)

// Directory answers from the accounts' own domain.
type Directory interface {
	// Account finds an account by sAMAccountName or principal name.
	Account(ctx context.Context, sam string) (fact.Account, error)
	// Holders finds every account of the forest that holds spn literally.
	Holders(ctx context.Context, spn string) ([]fact.Account, error)
	// Named finds the computers of the forest whose own name is host.
	Named(ctx context.Context, host string) ([]fact.Account, error)
	// GroupReaders answers who may read the groups of users.
	GroupReaders(ctx context.Context) (fact.GroupReaders, error)
}

// Entra answers which connectors exist, so that none is forgotten.
type Entra interface {
	Connectors(ctx context.Context) ([]fact.Connector, error)
	ConnectorGroups(ctx context.Context) ([]fact.ConnectorGroup, error)
}

// Rehearser does what a connector would: S4U2Self and S4U2Proxy with the
// computer account's key, then the ticket to Qlik. A refusal by the KDC is part
// of the answer (Stage, Code, NTStatus); an error means that it could not be
// tried, kind Unsupported when no secret is at hand.
type Rehearser interface {
	Rehearse(ctx context.Context, computerAccount, userUPN, spn, url string) (fact.Rehearsal, error)
}
