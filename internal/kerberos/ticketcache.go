package kerberos

import (
	"context"
	"encoding/binary"
	"errors"
	"io/fs"
	"strings"

	"github.com/jcmturner/gokrb5/v8/messages"

	"sensegate/internal/fact"
	"sensegate/internal/netprobe"
)

// CachedTickets are the tickets of whoever runs this program, as klist shows
// them: from the file cache on Unix, from the LSA on Windows. Kind NotFound
// means that there is no cache, Unsupported that it is of another kind.
func (c *Client) CachedTickets(_ context.Context) ([]fact.CachedTicket, error) {
	const op = "reading the ticket cache"
	out, err := systemTickets(c.cacheName())
	switch {
	case err == nil:
		return out, nil
	case errors.Is(err, fs.ErrNotExist):
		return nil, &fact.Error{Kind: fact.NotFound, System: cacheSystem, Op: op, Text: "there is no ticket cache", Err: err}
	}
	return nil, &fact.Error{Kind: fact.Unsupported, System: cacheSystem, Op: op, Err: err}
}

const cacheSystem = "ticket cache"

// cacheName is the cache that the site names, else the user's own.
func (c *Client) cacheName() string {
	if c.site.Kerberos.CCache != "" {
		return c.site.Kerberos.CCache
	}
	return defaultCache()
}

// fileTickets reads a file cache.
func fileTickets(name string) ([]fact.CachedTicket, error) {
	list, err := readCache(name)
	if err != nil {
		return nil, err
	}
	var out []fact.CachedTicket
	for _, e := range list {
		if e.configuration() {
			continue
		}
		t := fact.CachedTicket{
			Client: netprobe.Clean(e.client.String()), Server: netprobe.Clean(strings.Join(e.server.parts, "/")), Realm: netprobe.Clean(e.server.realm),
			Start: e.start, Until: e.until, Flags: flagNames(binary.BigEndian.AppendUint32(nil, e.flags)),
		}
		var raw messages.Ticket
		if guard(func() error { return raw.Unmarshal(e.ticket) }) == nil {
			t.EType, t.ETypeName, t.KeyVersion = int(raw.EncPart.EType), ETypeName(int(raw.EncPart.EType)), raw.EncPart.KVNO
		}
		out = append(out, t)
	}
	return out, nil
}

// fromCache is the ticket-granting ticket of the cache, for the sign-in to the
// directory.
func (c *Client) fromCache(name string) (ticket, error) {
	list, err := readCache(name)
	if err != nil {
		return ticket{}, err
	}
	for _, e := range list {
		if e.isTGT() {
			return e.usable(c.now())
		}
	}
	return ticket{}, errNoTGT
}

var errNoTGT = errors.New("the cache holds no ticket-granting ticket: run kinit")
