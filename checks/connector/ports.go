// Package connector checks the hosts that carry the traffic: what runs on
// them, and what the cloud knows of them.
package connector

import (
	"context"

	"sensegate/internal/fact"
)

// Host answers from a connector host's evidence. A fact.Error of kind NotFound
// means that nothing was collected there.
type Host interface {
	Host(ctx context.Context, name string) (fact.HostEvidence, error)
}

// Entra answers which connectors the tenant knows.
type Entra interface {
	Connectors(ctx context.Context) ([]fact.Connector, error)
	ConnectorGroups(ctx context.Context) ([]fact.ConnectorGroup, error)
	// ProxyEnabled says whether application proxy is switched on in the tenant.
	ProxyEnabled(ctx context.Context) (bool, error)
}
