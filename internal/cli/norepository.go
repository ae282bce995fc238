package cli

import (
	"context"

	"sensegate/internal/fact"
)

// noRepository stands where the repository's certificate could not be read: it
// answers every question with the reason.
type noRepository struct{ err error }

func (n noRepository) refusal() error {
	return &fact.Error{Kind: fact.NotSignedIn, System: "Qlik repository", Op: "signing in", Err: n.err}
}

func (n noRepository) About(context.Context) (fact.QlikAbout, error) {
	return fact.QlikAbout{}, n.refusal()
}

func (n noRepository) VirtualProxies(context.Context) ([]fact.VirtualProxy, error) {
	return nil, n.refusal()
}

func (n noRepository) Proxies(context.Context) ([]fact.ProxyService, error) { return nil, n.refusal() }

func (n noRepository) Services(context.Context) ([]fact.QlikService, error) { return nil, n.refusal() }

func (n noRepository) Licence(context.Context) (fact.QlikLicence, error) {
	return fact.QlikLicence{}, n.refusal()
}

func (n noRepository) Release(context.Context) (fact.QlikProduct, error) {
	return fact.QlikProduct{}, n.refusal()
}

func (n noRepository) OriginSignedIn(context.Context, string, string, string) (fact.SocketProbe, error) {
	return fact.SocketProbe{}, n.refusal()
}

func (n noRepository) SetAllowList(context.Context, string, []string) error { return n.refusal() }

func (n noRepository) SetDevicePattern(context.Context, string, string) error { return n.refusal() }

func (n noRepository) SetKerberos(context.Context, string, bool) error { return n.refusal() }
