package kerberos

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/jcmturner/gokrb5/v8/messages"
	"github.com/jcmturner/gokrb5/v8/types"
)

// maxCache bounds what is read of a credential cache.
const maxCache = 4 << 20

var errCache = errors.New("it is no credential cache of MIT's or Heimdal's file format")

// cached is one entry of a credential cache.
type cached struct {
	client, server principal
	key            types.EncryptionKey
	start, until   time.Time
	flags          uint32
	ticket         []byte
}

// principal is a name with its realm.
type principal struct {
	realm string
	parts []string
}

func (p principal) String() string { return strings.Join(p.parts, "/") + "@" + p.realm }

// isTGT says that the entry is a ticket-granting ticket of its own realm.
func (c cached) isTGT() bool {
	return len(c.server.parts) == 2 && c.server.parts[0] == "krbtgt" && c.server.parts[1] == c.client.realm
}

// configuration says that the entry is no ticket but a note of MIT's library.
func (c cached) configuration() bool { return c.server.realm == "X-CACHECONF:" }

// readCache reads the file cache that KRB5CCNAME or the site names. gokrb5's
// own reader panics over an empty file and takes a cut one for whole.
func readCache(name string) ([]cached, error) {
	path, err := cachePath(name)
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("reading the credential cache: %w", err)
	}
	if info.Size() > maxCache {
		return nil, fmt.Errorf("reading the credential cache %s: %w", path, errCache)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading the credential cache: %w", err)
	}
	list, err := parseCache(raw)
	if err != nil {
		return nil, fmt.Errorf("reading the credential cache %s: %w", path, err)
	}
	return list, nil
}

// cachePath refuses the kinds of cache that are no files.
func cachePath(name string) (string, error) {
	kind, path, ok := strings.Cut(name, ":")
	switch {
	case !ok || len(kind) == 1: // a bare path, or a drive letter
		return name, nil
	case strings.EqualFold(kind, "FILE"):
		return path, nil
	}
	return "", fmt.Errorf("the tickets are in a cache of kind %s, which only its own library reads: run kinit -c FILE:/path and name that file", kind)
}

// parseCache reads version 3 or 4 of the format; all numbers are big-endian.
func parseCache(raw []byte) ([]cached, error) {
	r := &cacheReader{rest: raw}
	version := r.u16()
	switch version {
	case 0x0504:
		r.take(int(r.u16()))
	case 0x0503:
	default:
		return nil, errCache
	}
	r.principal()
	var out []cached
	for r.err == nil && len(r.rest) > 0 {
		c := r.entry(version)
		if r.err == nil {
			out = append(out, c)
		}
	}
	if r.err != nil {
		return nil, r.err
	}
	return out, nil
}

// cacheReader takes a cache apart; after the first error it gives zeros.
type cacheReader struct {
	rest []byte
	err  error
}

func (r *cacheReader) take(n int) []byte {
	if r.err != nil || n < 0 || n > len(r.rest) {
		r.err, r.rest = errCache, nil
		return nil
	}
	out := r.rest[:n]
	r.rest = r.rest[n:]
	return out
}

func (r *cacheReader) u16() uint16 {
	if b := r.take(2); b != nil {
		return binary.BigEndian.Uint16(b)
	}
	return 0
}

func (r *cacheReader) u32() uint32 {
	if b := r.take(4); b != nil {
		return binary.BigEndian.Uint32(b)
	}
	return 0
}

func (r *cacheReader) data() []byte { return r.take(int(r.u32())) }

func (r *cacheReader) when() time.Time { return time.Unix(int64(r.u32()), 0).UTC() }

func (r *cacheReader) principal() principal {
	r.u32() // name type
	n := r.u32()
	p := principal{realm: string(r.data())}
	for range n {
		if r.err != nil {
			break
		}
		p.parts = append(p.parts, string(r.data()))
	}
	return p
}

func (r *cacheReader) entry(version uint16) cached {
	c := cached{client: r.principal(), server: r.principal()}
	c.key.KeyType = int32(r.u16())
	if version == 0x0503 {
		r.u16() // written twice
	}
	c.key.KeyValue = r.data()
	auth := r.when()
	c.start, c.until = r.when(), r.when()
	if c.start.Unix() == 0 {
		c.start = auth
	}
	r.u32() // renewable until
	r.take(1)
	c.flags = r.u32()
	for range 2 { // addresses, authorization data
		for range r.u32() {
			r.u16()
			r.data()
			if r.err != nil {
				return c
			}
		}
	}
	c.ticket = r.data()
	r.data() // second ticket
	return c
}

// usable turns an entry into a ticket that can be used.
func (c cached) usable(now time.Time) (ticket, error) {
	if !now.Before(c.until) {
		return ticket{}, fmt.Errorf("the ticket in the cache expired at %s", c.until.Format(time.DateTime))
	}
	var raw messages.Ticket
	if err := guard(func() error { return raw.Unmarshal(c.ticket) }); err != nil {
		return ticket{}, fmt.Errorf("reading the cached ticket: %w", err)
	}
	return ticket{
		raw: raw, key: c.key, client: types.PrincipalName{NameType: 1, NameString: c.client.parts}, crealm: c.client.realm,
		flags: binary.BigEndian.AppendUint32(nil, c.flags), until: c.until,
	}, nil
}
