// Package kerberos checks that Kerberos works on the LAN, before delegation is
// touched: Qlik offers it, a ticket was obtained, and Qlik took it.
package kerberos

import (
	"context"

	"sensegate/internal/fact"
)

// Qlik answers from the repository.
type Qlik interface {
	VirtualProxies(ctx context.Context) ([]fact.VirtualProxy, error)
	Proxies(ctx context.Context) ([]fact.ProxyService, error)
}

// Front answers what the running proxy offers.
type Front interface {
	LoginFlow(ctx context.Context, url, userAgent string) (fact.LoginFlow, error)
	// HeaderRoom sends a header of size bytes and tells whether it is read.
	HeaderRoom(ctx context.Context, url, prefix string, size int) (fact.HeaderRoom, error)
}

// Tickets asks the KDC as the verification user.
type Tickets interface {
	// ServiceTicket signs in as the site's Kerberos user and obtains a ticket
	// for spn.
	ServiceTicket(ctx context.Context, spn string) (fact.Ticket, error)
	// OpenTicket obtains a ticket for spn and tries the keys of a keytab on it.
	OpenTicket(ctx context.Context, spn, account, keytab string) (fact.OpenedTicket, error)
	// CachedTickets are the tickets of whoever runs this program, as klist
	// shows them; kind NotFound means that there is no cache.
	CachedTickets(ctx context.Context) ([]fact.CachedTicket, error)
	// Negotiate signs in to url with a ticket for spn and follows to the hub.
	Negotiate(ctx context.Context, url, spn string) (fact.WebSession, error)
}
