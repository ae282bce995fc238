// Package access checks that the wizard is let in everywhere it must ask, and
// that the systems agree on the time.
package access

import (
	"context"
	"time"

	"sensegate/internal/fact"
)

// Entra answers who is signed in to which tenant.
type Entra interface {
	Organization(ctx context.Context) (fact.Organization, error)
	SignedIn(ctx context.Context) (fact.SignedIn, error)
	Licences(ctx context.Context) ([]fact.Licence, error)
}

// Qlik answers what the repository service says of itself and of the site.
type Qlik interface {
	About(ctx context.Context) (fact.QlikAbout, error)
	VirtualProxies(ctx context.Context) ([]fact.VirtualProxy, error)
	Proxies(ctx context.Context) ([]fact.ProxyService, error)
	Services(ctx context.Context) ([]fact.QlikService, error)
	Licence(ctx context.Context) (fact.QlikLicence, error)
}

// Directory answers what the domain controller says of itself.
type Directory interface {
	RootDSE(ctx context.Context) (fact.RootDSE, error)
}

// Times answers what time it is for the domain controller's directory; it asks
// without signing in.
type Times interface {
	DirectoryTime(ctx context.Context) (time.Time, error)
}

// KDC answers without a password: its clock, and whether an account exists.
type KDC interface {
	ProbeAccount(ctx context.Context, sam string) (fact.KDCProbe, error)
}

// Front answers the date that the Qlik proxy puts on its answers, and where it
// sends somebody without a session.
type Front interface {
	Date(ctx context.Context, url string) (time.Time, error)
	LoginFlow(ctx context.Context, url, userAgent string) (fact.LoginFlow, error)
}
