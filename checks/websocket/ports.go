// Package websocket holds the final test, from inside and from outside: page,
// sign-in, session, WebSocket, engine.
package websocket

import (
	"context"
	"time"

	"sensegate/internal/fact"
)

// Tickets signs in on the LAN with Kerberos.
type Tickets interface {
	// NegotiatedSocket signs in to url with a ticket for spn and opens the
	// engine on that session, with origin as the page's origin.
	NegotiatedSocket(ctx context.Context, url, prefix, spn, origin string) (fact.WebSession, fact.SocketProbe, error)
}

// Outside goes through application proxy.
type Outside interface {
	// Anonymous fetches the external URL without any session and does not
	// follow; Hops holds the answer's status and location.
	Anonymous(ctx context.Context, url string) (fact.WebSession, error)
	// SignIn opens the external URL as the test user and follows to the hub.
	SignIn(ctx context.Context, url string) (fact.WebSession, error)
	// Socket opens the engine on the cookies of the last SignIn.
	Socket(ctx context.Context, url, prefix string) (fact.SocketProbe, error)
}

// Logs answers what the Qlik proxies wrote down, where their logs are at hand:
// at path, on this machine where it is a Qlik host, or as they were collected.
type Logs interface {
	// ProxyLogs passes over rows from before since.
	ProxyLogs(ctx context.Context, path string, since time.Time) (fact.ProxyLogs, error)
}
