// Package application checks the enterprise application that publishes Qlik.
package application

import (
	"context"
	"time"

	"sensegate/internal/fact"
)

// Entra answers what is published.
type Entra interface {
	// PublishedApps lists every application that is published under this
	// external or internal URL, or that bears the name; usually none or one.
	PublishedApps(ctx context.Context, externalURL, internalURL, name string) ([]fact.PublishedApp, error)
	ConnectorGroups(ctx context.Context) ([]fact.ConnectorGroup, error)
	Connectors(ctx context.Context) ([]fact.Connector, error)
	User(ctx context.Context, upn string) (fact.CloudUser, error)
	// DirectGroups are the groups that a user is a member of by itself.
	DirectGroups(ctx context.Context, userID string) ([]fact.CloudGroup, error)
	// Principals finds people by UPN and groups by name; a fact.Error of kind
	// NotFound where one is absent.
	Principals(ctx context.Context, names []string) ([]fact.Principal, error)
}

// Front answers where Qlik sends somebody without a session: the evidence for
// one application or two.
type Front interface {
	LoginFlow(ctx context.Context, url, userAgent string) (fact.LoginFlow, error)
	Product(ctx context.Context, url string) (fact.QlikProduct, error)
	// Date is the clock behind a URL; a fact.Error of kind Untrusted where a
	// browser would stop at the certificate.
	Date(ctx context.Context, url string) (time.Time, error)
}

// Qlik answers which release is installed, to whoever has the site's
// certificate.
type Qlik interface {
	Release(ctx context.Context) (fact.QlikProduct, error)
}

// Door answers which engine is behind the front, on a session of the test user.
type Door interface {
	EngineVersion(ctx context.Context, internalURL, prefix string) (string, error)
}
