// Package spn checks who owns the name that tickets are asked for.
package spn

import (
	"context"

	"sensegate/internal/fact"
)

// Directory answers who holds a name.
type Directory interface {
	// Holders finds every account of the forest that holds spn literally,
	// from the global catalogue.
	Holders(ctx context.Context, spn string) ([]fact.Account, error)
	// Account finds an account of the site's domain by sAMAccountName.
	Account(ctx context.Context, sam string) (fact.Account, error)
	// Mappings are the classes that HOST stands for (sPNMappings), lower case.
	Mappings(ctx context.Context) ([]string, error)
	// Similar finds every account of the forest that holds a name which looks
	// like spn, the same name included.
	Similar(ctx context.Context, spn string) ([]fact.Account, error)
	// Named finds the computers of the forest whose own name is host.
	Named(ctx context.Context, host string) ([]fact.Account, error)
	// Audit reads every name of the forest and finds those held twice.
	Audit(ctx context.Context) (fact.SPNAudit, error)
}

// KDC answers which encryption it would use for an account.
type KDC interface {
	ProbeAccount(ctx context.Context, sam string) (fact.KDCProbe, error)
}

// Resolver answers from DNS.
type Resolver interface {
	// CanonicalName is where CNAMEs of host lead; host itself when there are
	// none.
	CanonicalName(ctx context.Context, host string) (string, error)
}
