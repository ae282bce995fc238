// Package egress holds the collector's way out against a proxy that other
// people wrote: CONNECT that is let through, and one that asks for a sign-in.
package egress
