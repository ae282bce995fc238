// Package allowlist checks that Qlik accepts the external host: written in the
// virtual proxy that is really published, and proved by probes.
package allowlist

import (
	"context"

	"sensegate/internal/fact"
)

// Qlik answers from the repository.
type Qlik interface {
	VirtualProxies(ctx context.Context) ([]fact.VirtualProxy, error)
	Proxies(ctx context.Context) ([]fact.ProxyService, error)
}

// Front answers from the running proxy.
type Front interface {
	// Target asks /qps/user whether it would come back to target.
	Target(ctx context.Context, internalURL, prefix, target string) (fact.TargetVerdict, error)
	// HostKnown asks with host in the Host header, and tells whether the proxy
	// serves it.
	HostKnown(ctx context.Context, internalURL, prefix, host string) (bool, error)
	// Origin tries a WebSocket upgrade as a page from origin would, without a
	// session; only the answer to the handshake counts.
	Origin(ctx context.Context, internalURL, prefix, origin string) (fact.SocketProbe, error)
}

// Door answers with a session that the site's certificate opens.
type Door interface {
	// OriginSignedIn tries a WebSocket upgrade as a page from origin would, on
	// a session of the test user, and ends that session.
	OriginSignedIn(ctx context.Context, internalURL, prefix, origin string) (fact.SocketProbe, error)
}
